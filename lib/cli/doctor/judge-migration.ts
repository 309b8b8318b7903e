import type { Database } from '../../data-access/database.ts';
import { readMigrationStates } from '../migration-states.ts';
import { type CheckOutcome, fail } from './doctor-check.ts';

type Judgement = { fault: CheckOutcome; appliedAt?: never } | { fault?: never; appliedAt: Date };

/** When a migration was applied, or what is wrong with that. */
export async function judgeMigration(database: Database, version: string): Promise<Judgement> {
  const migration = (await readMigrationStates(database)).find((state) => state.version === version);
  if (migration?.state === 'applied' && migration.appliedAt !== null)
    return { appliedAt: migration.appliedAt };
  if (migration === undefined || migration.state === 'missing')
    return { fault: fail(`this version has no file for ${version}`, 'Use the version that was deployed.') };
  if (migration.state === 'changed')
    return {
      fault: fail(
        `${migration.name} is not what was applied: its checksum differs`,
        'Use the version that was deployed; see `pagw migrate status`.',
      ),
    };
  return { fault: fail(`${migration.name} is pending`, 'Run `pagw migrate up`.') };
}
