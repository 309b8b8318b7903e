import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRequestStates } from '../../lib/data-access/ingest.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { claimDueRetries, releaseClaims } from '../../lib/data-access/retry.ts';
import { findTimeline } from '../../lib/data-access/timeline.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { copyRequests } from '../support/copy-requests.ts';
import { databaseOfFile } from '../support/database.ts';
import { recordHistory } from '../support/history.ts';
import { openTouchingConnection, type TouchingConnection } from '../support/rows-touched.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const START = new Date('2026-03-01T08:00:00Z');
const NOW = new Date('2026-03-02T12:00:00Z');
/** A scan looks cheap to the planner while the table is small. */
const SIZES = [600, 1_200, 2_400];
const db = await databaseOfFile();
/** Made its plans when the tables were empty, as the first call of a new month does. */
let early: TouchingConnection;
/** Make their plans on an analysed database, one at each of its sizes. */
let late: TouchingConnection[];

const claim = async ({ database }: TouchingConnection) => {
  const options = { now: NOW, limit: 50, cursors: new Map(), skippedStages: [] };
  const { claimed } = await claimDueRetries(database, options);
  await releaseClaims(database, claimed, NOW);
};

let batches = 0;
/** Ten events, each of which overtakes a failure that waits for its retry, and one of a new request. */
const record = async ({ database }: TouchingConnection) => {
  const first = 1 + 10 * batches++;
  const ids = Array.from({ length: 10 }, (_, place) => `P-${first + place}`);
  const step = { stage: 'VALIDATION', eventType: 'VAL_OK' };
  await recordEvents(
    database,
    [...ids, `NEW-${first}`].map((pagwId) => trackedEvent({ ...step, pagwId })),
    NOW,
  );
};
/** Ten answers, each of which writes a decision and makes the next look at its request due. */
const decide = async ({ database }: TouchingConnection) => {
  const first = 1 + 10 * batches++;
  const answer = { stage: 'RESPONSE_BUILDER', eventType: 'RESPONSE_OK', metadata: { outcome: 'approved' } };
  const events = Array.from({ length: 10 }, (_, place) =>
    trackedEvent({ ...answer, pagwId: `P-${first + place}` }),
  );
  await recordEvents(database, events, NOW);
};
const timeline = async ({ database }: TouchingConnection) => {
  for (let number = 1; number <= 10; number++)
    for await (const _ of (await findTimeline(database, `P-${number}`))?.pages ?? []);
};
const flows = { claim, record, decide, timeline };

beforeAll(async () => {
  await ensurePartition(db.database, START);
  early = await openTouchingConnection(db.superuserUrl);
  late = await Promise.all(SIZES.map(() => openTouchingConnection(db.superuserUrl)));
  await recordHistory(db.database, { pagwId: 'P' }, START, [
    [0, 'PARSE_START'],
    [1, 'PARSE_OK'],
    [2, 'PUBLISH_OK'],
    [3, 'VAL_START'],
    [4, 'VAL_FAIL', { retryable: true, errorCode: 'API_TIMEOUT' }],
  ]);
  await copyRequests(db.database, 'P', 1, 100);
});
afterAll(async () => {
  await early.close();
  for (const connection of late) await connection.close();
});

it('plans on empty tables what costs no more, and reads the same indexes, when they are full', async () => {
  const before = {
    claim: await early.touchedBy(() => claim(early)),
    record: await early.touchedBy(() => record(early)),
    decide: await early.touchedBy(() => decide(early)),
    timeline: await early.touchedBy(() => timeline(early)),
  };
  let copied = 100;
  for (const [place, size] of SIZES.entries()) {
    await copyRequests(db.database, 'P', copied + 1, size);
    copied = size;
    await early.database.execute('ANALYZE');
    for (const connection of [early, late[place] as TouchingConnection])
      for (const [name, flow] of Object.entries(flows)) {
        const { rows, ways } = await connection.touchedBy(() => flow(connection));
        const first = before[name as keyof typeof flows];
        // A scan of the smallest would add twice that.
        expect(rows, `${name} at ${size} requests`).toBeLessThan(first.rows + 300);
        expect([name, ...ways].sort()).toEqual([name, ...first.ways].sort());
      }
  }
});

it('finds a span of time by the block ranges of a month, few as its events may be', async () => {
  const [connection] = late as [TouchingConnection];
  await connection.database.execute('VACUUM (ANALYZE) event_tracker');
  const span = { since: new Date('2026-05-01T08:00:00Z'), until: new Date('2026-05-01T10:00:00Z') };
  for (const call of [
    'earliest_received(:since, :until)',
    'summarise_events(:since, :until)',
    'count_between(NULL, :since, :until, false)',
  ]) {
    const sql = `SELECT * FROM ${call.replace(':since', ':since::timestamptz').replace(':until', ':until::timestamptz')}`;
    const { ways } = await connection.touchedBy(() => connection.database.execute(sql, span));
    expect([...ways], call).toContain('created_at_idx');
    expect(
      [...ways].filter((way) => /^tenant|pkey/.test(way)),
      call,
    ).toEqual([]);
  }
});

it('looks for recorded ids among one request’s events at most, never among those of a day', async () => {
  const [connection] = late as [TouchingConnection];
  const { rows: known } = await connection.database.execute<{ eventId: string }>(
    `SELECT event_id FROM event_tracker WHERE pagw_id = 'P-7' ORDER BY sequence_no`,
  );
  const ids = known.map(({ eventId }) => eventId);
  expect(ids.length).toBeGreaterThan(4);
  const recorded = async () =>
    (await readRequestStates(connection.database, new Map([['P-7', [...ids, 'new']]]))).read
      .get('P-7')
      ?.recorded?.toSorted();
  const byOwner = await connection.touchedBy(async () => expect(await recorded()).toEqual(ids.toSorted()));
  expect([...byOwner.ways].filter((way) => way.includes('pagw'))).toEqual([]);
  await connection.database.execute(`SELECT limit_reader('{anthem}')`);
  await connection.database.execute('SET ROLE pagw_operator');
  const byOperator = await connection.touchedBy(async () => expect(await recorded()).toEqual(ids.toSorted()));
  await connection.database.execute('RESET ROLE');
  await connection.database.execute('SELECT limit_reader(NULL)');
  for (const { rows } of [byOwner, byOperator]) expect(rows).toBeLessThan(100);
});

it('reads a page of a long history by its numbers, whatever the rest of it holds', async () => {
  const { rows: named } = await db.database.execute<{ columns: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns
     FROM pg_attribute
     WHERE attrelid = 'event_tracker'::regclass AND attnum > 0 AND attname NOT IN ('id', 'event_id', 'sequence_no')`,
  );
  const columns = named[0]?.columns;
  await db.database.execute(
    `INSERT INTO event_tracker (event_id, sequence_no, ${columns})
     SELECT 'long-' || number, number, ${columns}
     FROM event_tracker
     CROSS JOIN generate_series(101, 9000) AS number
     WHERE pagw_id = 'P-9' AND sequence_no = 1`,
  );
  for (const connection of [early, ...late.slice(0, 1)]) {
    const { rows } = await connection.touchedBy(async () => {
      await (await findTimeline(connection.database, 'P-9'))?.pages.next();
    });
    expect(rows).toBeLessThan(5_000);
  }
});

it('looks for recorded ids where the reader is limited: the writer by their index, an operator in one request', async () => {
  await db.database.execute('ANALYZE');
  await db.database.execute(`SELECT limit_reader('{anthem}')`);
  const asked = new Map([['P-9', ['long-102', 'long-8000', 'new']]]);
  for (const [role, most] of [
    ['pagw_writer', 50],
    ['pagw_operator', 9_100],
  ] as const) {
    const connection = await openTouchingConnection(db.superuserUrl);
    await connection.database.execute(`SET ROLE ${role}`);
    const { rows } = await connection.touchedBy(async () => {
      const { read } = await readRequestStates(connection.database, asked);
      expect(read.get('P-9')?.recorded?.toSorted()).toEqual(['long-102', 'long-8000']);
    });
    expect(rows, role).toBeLessThan(most);
    await connection.close();
  }
  await db.database.execute('SELECT limit_reader(NULL)');
});
