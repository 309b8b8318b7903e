import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { claimDueRetries, releaseClaims } from '../../lib/data-access/retry.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { copyRequests } from '../support/copy-requests.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { recordHistory } from '../support/history.ts';
import { openTouchingConnection, type TouchingConnection } from '../support/rows-touched.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const START = new Date('2026-03-01T08:00:00Z');
const NOW = new Date('2026-03-02T12:00:00Z');
const REQUESTS = 2_000;
let db: TestDatabase;
/** Made its plans when the tables were empty, as the first call of a new month does. */
let early: TouchingConnection;
/** Makes its plans on a full and analysed database. */
let late: TouchingConnection;

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
const flows = { claim, record };

beforeAll(async () => {
  db = await openTestDatabase();
  await ensurePartition(db.database, START);
  early = await openTouchingConnection(db.superuserUrl);
  late = await openTouchingConnection(db.superuserUrl);
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
  await late.close();
  await db.close();
});

it('plans on empty tables what costs no more, and reads the same indexes, when they are full', async () => {
  const before = {
    claim: await early.touchedBy(() => claim(early)),
    record: await early.touchedBy(() => record(early)),
  };
  await copyRequests(db.database, 'P', 101, REQUESTS);
  for (const [name, flow] of Object.entries(flows)) {
    const after = await early.touchedBy(() => flow(early));
    expect([name, after.rows]).toEqual([name, expect.closeTo(before[name as keyof typeof flows].rows, -2)]);
  }
  await early.database.execute('ANALYZE');
  for (const [name, flow] of Object.entries(flows)) {
    const { ways } = await late.touchedBy(() => flow(late));
    expect([name, ...ways].sort()).toEqual([name, ...before[name as keyof typeof flows].ways].sort());
  }
});
