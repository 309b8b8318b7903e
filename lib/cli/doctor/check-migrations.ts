import { readMigrationStates, readPendingFunctions } from '../migration-states.ts';
import { type DoctorCheck, fail, pass } from './doctor-check.ts';

export const checkMigrations: DoctorCheck = {
  id: 'migrations',
  part: 'tracker',
  title: 'All migrations and functions are applied, none was changed',
  needsDatabase: true,
  async run({ database }) {
    const states = await readMigrationStates(database);
    const wrong = states.filter(({ state }) => state === 'changed' || state === 'missing');
    const [first] = wrong;
    if (first !== undefined)
      return fail(
        `${first.name} is ${first.state}${wrong.length > 1 ? `, and ${wrong.length - 1} more` : ''}`,
        'Use the version that was deployed; see `pagw migrate status`.',
      );
    const pending = states.filter(({ state }) => state === 'pending');
    if (pending[0] !== undefined)
      return fail(`${pending.length} pending, from ${pending[0].name}`, 'Run `pagw migrate up`.');
    const functions = await readPendingFunctions(database);
    if (functions[0] !== undefined)
      return fail(
        `${functions.length} functions are not this version's, such as ${functions[0]}`,
        'Run `pagw migrate up`.',
      );
    return pass(`${states.length} applied, the latest ${states.at(-1)?.version}; checksums agree`);
  },
};
