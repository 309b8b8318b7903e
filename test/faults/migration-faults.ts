import { type Database, type DatabaseTarget, openDatabase } from '../../lib/data-access/database.ts';
import { migrate } from '../../lib/flows/migrate/migrate.ts';
import { openServiceDoor, PASS, type Passage } from '../simulation/service-door.ts';
import { MIGRATIONS, TestBed } from '../simulation/test-bed.ts';
import { dataApiClient } from '../support/data-api-client.ts';
import { oddRows } from './odd-rows.ts';
import type { Fault, Outcome, OwnBed } from './trial.ts';

/** Brings a database to where a migration finds it, and answers what is wrong of it afterwards. */
export type Former = (database: Database) => Promise<(database: Database) => Promise<Findings>>;

export type Findings = Pick<Outcome, 'lost' | 'doubled' | 'faults'>;

const empty: Former = async () => async () => ({ lost: 0, doubled: 0, faults: [] });
const nothing = { changeVisibility: () => undefined, size: 0 };
const options = { migrationsFolder: MIGRATIONS };

/** What becomes of a call, which is known by what it says and by what was said before it. */
type Strike = (call: string, action: string) => Passage | undefined;

/**
 * Migrates a database by runs that end at a fault, until one comes to its end; then once more, as it should be, and compares with
 * a database that had no fault.
 */
async function migrateWith(
  bed: TestBed,
  strike: Strike,
  { former = empty, endsLeftovers = false }: { former?: Former; endsLeftovers?: boolean } = {},
): Promise<Outcome> {
  const target = await bed.newDatabase(false);
  const direct = dataApiClient(bed.dataApi.url);
  const database = openDatabase(direct, target);
  const findingsOf = await former(database);
  for (let isComplete = false; !isComplete; ) {
    isComplete = await runOnce(bed, target, strike);
    // A run that came to its end left nothing, and its connections serve what comes next.
    if (endsLeftovers && !isComplete)
      await bed.sql(
        'postgres',
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${target.database}'`,
      );
  }
  const endedAt = performance.now();
  const again = await migrate(database, options);
  const recoverySeconds = (performance.now() - endedAt) / 1_000;
  const { lost, doubled, faults } = await findingsOf(database);
  direct.destroy();
  if (!again.complete) faults.push('the last run does not come to its end');
  const columns = await columnsOf(bed, target.database ?? '');
  if (columns !== (await columnsOf(bed, 'template_migrated'))) faults.push('the schema is another one');
  await bed.drop(target);
  return { lost, doubled, faults, recoverySeconds };
}

/** Whether the run came to its end. */
async function runOnce(bed: TestBed, target: DatabaseTarget, strike: Strike): Promise<boolean> {
  let before = '';
  let isGone = false;
  let gone: () => void = () => undefined;
  const vanished = new Promise<void>((settle) => {
    gone = () => setTimeout(settle, 50);
  });
  const door = await openServiceDoor({
    dataApiUrl: () => bed.dataApi.url,
    events: nothing,
    now: () => 0,
    decide: ({ action, body }) => {
      const { sql = '', parameters = [] } = JSON.parse(body) as { sql?: string; parameters?: unknown[] };
      const call = [action, sql === '' ? before : sql, JSON.stringify(parameters)].join(' ');
      before = call;
      // Whoever is gone calls no more.
      if (isGone) return { kind: 'vanish' };
      const passage = strike(call, action) ?? PASS;
      if (passage.kind.startsWith('vanish')) {
        isGone = true;
        gone();
      }
      return passage;
    },
  });
  const client = dataApiClient(door.url, 1);
  const work = migrate(openDatabase(client, target), options).then(({ complete }) => complete);
  const isComplete = await Promise.race([work, vanished.then(() => false)]).catch(() => false);
  client.destroy();
  await door.close();
  return isComplete;
}

/** What the migration that is gone left open is rolled back after so long; the service does so after three minutes. */
const IDLE_MS = 3_000;

async function openForgetfulBed(): Promise<OwnBed> {
  const bed = await TestBed.start({ transactionIdleMs: IDLE_MS });
  return { bed, close: () => bed.stop() };
}

/** The process is gone in the middle of the n-th step, whose transaction stays open at the Data API, and holds its locks. */
function goneInTransaction(step: number, statements: number): Strike {
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

/** So many times, each with its share of the statements, make all. */
const TURNS = 20;
const known = new Map<Former, string[]>();

/** Strikes each of a run's statements whose turn it is, one after the other, over one database. */
async function strikeEach(bed: TestBed, time: number, passage: Passage, former = empty): Promise<Outcome> {
  let calls = known.get(former);
  if (calls === undefined) {
    const all = new Set<string>();
    await migrateWith(bed, (call) => void all.add(call), { former });
    calls = [...all];
    known.set(former, calls);
  }
  const left = new Set(calls.filter((_, place) => place % TURNS === time % TURNS));
  const outcome = await migrateWith(bed, (call) => (left.delete(call) ? passage : undefined), {
    former,
    endsLeftovers: true,
  });
  if (left.size > 0) outcome.faults.push(`${left.size} statements were not met`);
  return outcome;
}

const KILLED: Passage = { kind: 'vanish-after' };
const UNANSWERED: Passage = { kind: 'lose-answer', status: 504, name: 'DatabaseUnavailableException' };

async function twoAtOnce(bed: TestBed, former = empty): Promise<Findings> {
  const target = await bed.newDatabase(false);
  const client = dataApiClient(bed.dataApi.url);
  const database = openDatabase(client, target);
  const findingsOf = await former(database);
  const ends = await Promise.allSettled([1, 2].map(() => migrate(openDatabase(client, target), options)));
  const { lost, doubled, faults } = await findingsOf(database);
  faults.push(...ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : [])));
  if ((await columnsOf(bed, target.database ?? '')) !== (await columnsOf(bed, 'template_migrated')))
    faults.push('the schema is another one');
  client.destroy();
  await bed.drop(target);
  return { lost, doubled, faults };
}

export const migrationFaults: readonly Fault[] = [
  {
    name: 'migration: an answer lost at each statement',
    instead: (bed, time) => strikeEach(bed, time, UNANSWERED),
  },
  { name: 'migration: killed at each statement', instead: (bed, time) => strikeEach(bed, time, KILLED) },
  {
    name: `migration: gone with its transaction open, which the Data API ends after ${IDLE_MS / 1_000} s here`,
    openBed: openForgetfulBed,
    instead: async (bed, time, random) => {
      const passageAt = goneInTransaction(1 + time * 4, random.between(1, 4));
      return migrateWith(bed, passageAt);
    },
  },
  { name: 'migration: two at once', instead: (bed) => twoAtOnce(bed) },
  {
    name: 'migration over odd V005 rows: killed at each statement',
    instead: (bed, time) => strikeEach(bed, time, KILLED, oddRows),
  },
  {
    name: 'migration over odd V005 rows: two at once',
    instead: (bed) => twoAtOnce(bed, oddRows),
  },
];
