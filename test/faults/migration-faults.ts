import { openDatabase } from '../../lib/data-access/database.ts';
import { migrate } from '../../lib/flows/migrate/migrate.ts';
import { openServiceDoor, PASS, type Passage } from '../simulation/service-door.ts';
import { MIGRATIONS, type TestBed } from '../simulation/test-bed.ts';
import { dataApiClient } from '../support/data-api-client.ts';
import type { Fault } from './trial.ts';

const nothing = { changeVisibility: () => undefined, size: 0 };

/** Migrates an empty database with a fault at one of its calls, then as it should be, and compares with one that had none. */
async function migrateWith(
  bed: TestBed,
  passageAt: (call: number) => Passage | undefined,
): Promise<string[]> {
  const target = await bed.newDatabase(false);
  let calls = 0;
  const door = await openServiceDoor({
    dataApiUrl: () => bed.dataApi.url,
    events: nothing,
    now: () => 0,
    decide: () => passageAt(++calls) ?? PASS,
  });
  const throughDoor = dataApiClient(door.url, 1);
  const direct = dataApiClient(bed.dataApi.url);
  const options = { migrationsFolder: MIGRATIONS };
  const vanished = new Promise<void>((settle) => {
    const timer = setInterval(() => {
      if (passageAt(calls)?.kind.startsWith('vanish')) {
        clearInterval(timer);
        setTimeout(settle, 50);
      }
    }, 10);
    timer.unref();
  });
  await Promise.race([migrate(openDatabase(throughDoor, target), options), vanished]).catch(() => undefined);
  throughDoor.destroy();
  await door.close();
  const again = await migrate(openDatabase(direct, target), options);
  direct.destroy();
  const faults = again.complete ? [] : ['the second run does not come to its end'];
  const columns = await columnsOf(bed, target.database ?? '');
  if (columns !== (await columnsOf(bed, 'template_migrated'))) faults.push('the schema is another one');
  await bed.drop(target);
  return faults;
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

const outcome = (faults: string[]) => ({ lost: 0, doubled: 0, faults });
/** As many calls as a run makes, about; later ones are never met, and the run is whole. */
const CALLS = 110;

export const migrationFaults: readonly Fault[] = [
  {
    name: 'migration: an answer lost at any statement',
    instead: async (bed, time, random) => {
      const at = (time * 5 + random.between(1, 5)) % CALLS;
      const passage: Passage = { kind: 'lose-answer', status: 504, name: 'DatabaseUnavailableException' };
      return outcome(await migrateWith(bed, (call) => (call === at ? passage : undefined)));
    },
  },
  {
    name: 'migration: killed at any statement',
    instead: async (bed, time, random) => {
      const at = (time * 5 + random.between(1, 5)) % CALLS;
      return outcome(await migrateWith(bed, (call) => (call >= at ? { kind: 'vanish-after' } : undefined)));
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
      return outcome(faults);
    },
  },
];
