import { openDatabase } from '../../lib/data-access/database.ts';
import { migrate } from '../../lib/flows/migrate/migrate.ts';
import { openServiceDoor, PASS, type Passage } from '../simulation/service-door.ts';
import { MIGRATIONS, TestBed } from '../simulation/test-bed.ts';
import { dataApiClient } from '../support/data-api-client.ts';
import type { Fault, Outcome, OwnBed } from './trial.ts';

const nothing = { changeVisibility: () => undefined, size: 0 };

/** Migrates an empty database with a fault at one of its calls, then as it should be, and compares with one that had none. */
async function migrateWith(
  bed: TestBed,
  passageAt: (call: number, action: string) => Passage | undefined,
): Promise<Omit<Outcome, 'lost' | 'doubled'>> {
  const target = await bed.newDatabase(false);
  let calls = 0;
  let gone: () => void = () => undefined;
  const vanished = new Promise<void>((settle) => {
    gone = () => setTimeout(settle, 50);
  });
  const door = await openServiceDoor({
    dataApiUrl: () => bed.dataApi.url,
    events: nothing,
    now: () => 0,
    decide: ({ action }) => {
      const passage = passageAt(++calls, action) ?? PASS;
      if (passage.kind.startsWith('vanish')) gone();
      return passage;
    },
  });
  const throughDoor = dataApiClient(door.url, 1);
  const direct = dataApiClient(bed.dataApi.url);
  const options = { migrationsFolder: MIGRATIONS };
  await Promise.race([migrate(openDatabase(throughDoor, target), options), vanished]).catch(() => undefined);
  throughDoor.destroy();
  await door.close();
  const endedAt = performance.now();
  const again = await migrate(openDatabase(direct, target), options);
  const recoverySeconds = (performance.now() - endedAt) / 1_000;
  direct.destroy();
  const faults = again.complete ? [] : ['the second run does not come to its end'];
  const columns = await columnsOf(bed, target.database ?? '');
  if (columns !== (await columnsOf(bed, 'template_migrated'))) faults.push('the schema is another one');
  await bed.drop(target);
  return { faults, recoverySeconds };
}

/** What the migration that is gone left open is rolled back after so long; the service does so after three minutes. */
const IDLE_MS = 3_000;

async function openForgetfulBed(): Promise<OwnBed> {
  const bed = await TestBed.start({ transactionIdleMs: IDLE_MS });
  return { bed, close: () => bed.stop() };
}

/** The process is gone in the middle of the n-th step, whose transaction stays open at the Data API, and holds its locks. */
function goneInTransaction(
  step: number,
  statements: number,
): (call: number, action: string) => Passage | undefined {
  let begun = 0;
  let after = 0;
  return (_, action) => {
    if (action === 'BeginTransaction') begun += 1;
    else if (begun >= step) after += 1;
    return begun >= step && after >= statements ? { kind: 'vanish-after' } : undefined;
  };
}

async function columnsOf(bed: TestBed, database: string): Promise<string> {
  const rows = await bed.sql(
    database,
    `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name !~ '_[0-9]{4}_[0-9]{2}$' ORDER BY 1, 2
    `,
  );
  const functions = await bed.sql(
    database,
    `SELECT proname, md5(prosrc) AS text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2`,
  );
  const applied = await bed.sql(database, 'SELECT * FROM schema_function ORDER BY 1');
  return JSON.stringify([rows, functions, applied.length]);
}

/** As many calls as a run makes, about; later ones are never met, and the run is whole. */
const CALLS = 110;

export const migrationFaults: readonly Fault[] = [
  {
    name: 'migration: an answer lost at any statement',
    instead: async (bed, time, random) => {
      const at = (time * 5 + random.between(1, 5)) % CALLS;
      const passage: Passage = { kind: 'lose-answer', status: 504, name: 'DatabaseUnavailableException' };
      return {
        lost: 0,
        doubled: 0,
        ...(await migrateWith(bed, (call) => (call === at ? passage : undefined))),
      };
    },
  },
  {
    name: 'migration: killed at any statement',
    instead: async (bed, time, random) => {
      const at = (time * 5 + random.between(1, 5)) % CALLS;
      return {
        lost: 0,
        doubled: 0,
        ...(await migrateWith(bed, (call) => (call >= at ? { kind: 'vanish-after' } : undefined))),
      };
    },
  },
  {
    name: `migration: gone with its transaction open, which the Data API ends after ${IDLE_MS / 1_000} s here`,
    openBed: openForgetfulBed,
    instead: async (bed, time, random) => {
      const passageAt = goneInTransaction(1 + time * 4, random.between(1, 4));
      return { lost: 0, doubled: 0, ...(await migrateWith(bed, passageAt)) };
    },
  },
  {
    name: 'migration: two at once',
    instead: async (bed) => {
      const target = await bed.newDatabase(false);
      const client = dataApiClient(bed.dataApi.url);
      const run = () => migrate(openDatabase(client, target), { migrationsFolder: MIGRATIONS });
      const ends = await Promise.allSettled([run(), run()]);
      const faults = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
      if ((await columnsOf(bed, target.database ?? '')) !== (await columnsOf(bed, 'template_migrated')))
        faults.push('the schema is another one');
      client.destroy();
      await bed.drop(target);
      return { lost: 0, doubled: 0, faults };
    },
  },
];
