import { Client } from 'pg';
import { compareStates } from '../../lib/data-access/compare-states.ts';
import type { Database } from '../../lib/data-access/database.ts';
import { print } from '../report/print.ts';
import { number, printTable } from '../report/print-table.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';
import { fillYear } from './fill-year.ts';
import { type RollUpCost, rollUp } from './roll-up.ts';

const EVENTS = Number(process.env.EVENTS ?? 10_000_000);
const QUICK_EVENTS = 300_000;
const YEAR_DAYS = 365;
const TENTH_DAYS = 36.5;
const CHECKED_PAGES = 5;
/** By then the retries of what failed last are due. */
const DUE_AFTER_MS = 300_000;

/** What questions of a history are about. */
export interface Subjects {
  now: Date;
  /** One of anthem with failures, shown as a page. */
  pagwId: string;
  /** Closed ones of every age, evenly. */
  closed: readonly { pagwId: string; tenant: string }[];
}

/** A migrated database of the server, its roll-ups up to date. */
export interface History {
  name: string;
  /** As many as were asked for; some more are stored. */
  events: number;
  days: number;
  subjects: Subjects;
}

/**
 * The histories of a tenth of a year and of a whole one at the same rate of traffic. What the server's directory has kept is
 * found again.
 */
export async function makeHistories(server: BenchServer, quick: boolean): Promise<[History, History]> {
  const events = quick ? QUICK_EVENTS : EVENTS;
  const costs: RollUpCost[] = [];
  const make = async (name: string, size: number, days: number): Promise<History> => {
    if (!server.databases.has(name)) costs.push(await makeHistory(server, name, size, days));
    return { name, events: size, days, subjects: await findSubjects(server, name) };
  };
  const tenth = await make(`tenth_${events}`, events / 10, TENTH_DAYS);
  const year = await make(`year_${events}`, events, YEAR_DAYS);
  if (costs.length === 2)
    printTable(
      "A whole backlog rolled up: µs of the server's CPU an event",
      ['', number(tenth.events), number(year.events)],
      (['summary', 'flow'] as const).map((of) => [of, ...costs.map((cost) => number(cost[of], 1))]),
    );
  return [tenth, year];
}

async function makeHistory(
  server: BenchServer,
  name: string,
  events: number,
  days: number,
): Promise<RollUpCost> {
  const now = new Date();
  await server.create(name);
  const startedAt = performance.now();
  const stored = await fillYear(server, name, { events, days, now });
  const filledMs = performance.now() - startedAt;
  const { database, close } = openDirectDatabase(server.urlOf(name), 1);
  await checkStates(database);
  await close();
  const cost = await rollUp(server, name, stored, now);
  print(
    `${name}: ${number(stored)} events of ${days} days in ${number(filledMs / 1000)} s, rolled up by ${number((performance.now() - startedAt) / 1000)} s`,
  );
  return cost;
}

/** What was copied is what the flow would have made of the same events. */
async function checkStates(database: Database): Promise<void> {
  let after: string | null = '';
  for (let page = 0; page < CHECKED_PAGES && after !== null; page++) {
    const { differences, next } = await compareStates(database, after);
    const [first] = differences;
    if (first !== undefined) throw new Error(`A copied request differs from its history in ${first.fields}.`);
    after = next;
  }
}

async function findSubjects(server: BenchServer, name: string): Promise<Subjects> {
  const client = new Client({ connectionString: server.urlOf(name) });
  await client.connect();
  const { rows: latest } = await client.query(
    'SELECT max(created_at) AS now FROM event_tracker WHERE received_on > (SELECT max(received_on) - 5 FROM request_tracker)',
  );
  const { rows: shown } = await client.query(
    `SELECT pagw_id AS "pagwId" FROM request_tracker
     WHERE tenant = 'anthem' AND received_on > (SELECT max(received_on) - 5 FROM request_tracker) ORDER BY failure_count DESC, last_sequence_no DESC LIMIT 1`,
  );
  const { rows: closed } = await client.query(
    `SELECT pagw_id AS "pagwId", tenant FROM request_tracker TABLESAMPLE system (2) WHERE completed_at IS NOT NULL LIMIT 5000`,
  );
  await client.end();
  return { now: new Date(latest[0].now.getTime() + DUE_AFTER_MS), pagwId: shown[0].pagwId, closed };
}
