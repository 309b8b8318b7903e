import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { recordHistory } from '../../support/history.ts';
import { openTouchingConnection, type TouchingConnection } from '../../support/rows-touched.ts';

const START = new Date('2026-03-01T08:00:00Z');
const FOLDED_AT_ONCE = 50;
let db: TestDatabase;
let connection: TouchingConnection;

beforeAll(async () => {
  db = await openTestDatabase();
  connection = await openTouchingConnection(db.superuserUrl);
  await ensurePartition(db.database, START);
  await recordHistory(db.database, { pagwId: 'P' }, START, [
    [0, 'PARSE_START'],
    [1, 'PARSE_OK'],
    [2, 'PUBLISH_OK'],
    [3, 'VAL_START'],
    [4, 'VAL_FAIL'],
    [9, 'VAL_OK'],
  ]);
});
afterAll(async () => {
  await connection.close();
  await db.close();
});

/** Copies of the request above, all of them to be folded. */
async function addRequests(from: number, to: number) {
  for (const table of ['request_tracker', 'event_tracker']) {
    const { rows } = await db.database.execute<{ names: string }>(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS names
       FROM pg_attribute
       WHERE attrelid = :table::text::regclass AND attnum > 0 AND attgenerated = '' AND attname NOT IN ('id', 'pagw_id')`,
      { table },
    );
    await db.database.execute(
      `INSERT INTO ${table} (pagw_id, ${rows[0]?.names})
       SELECT pagw_id || '-' || copy, ${rows[0]?.names} FROM ${table}, generate_series(:from::bigint, :to::bigint) AS copy
       WHERE pagw_id = 'P'`,
      { from, to },
    );
  }
  await db.database.execute(
    `INSERT INTO flow_changed_request SELECT 'P-' || copy FROM generate_series(:from::bigint, :to::bigint) AS copy`,
    { from, to },
  );
}

it('costs no more to fold requests when many are folded already, on statistics of an empty table', async () => {
  await addRequests(1, 20 * FOLDED_AT_ONCE);
  const fold = () => connection.run('SELECT fold_flows($1)', [FOLDED_AT_ONCE]);
  const first = await fold();
  for (let time = 2; time < 20; time++) await fold();
  const last = await fold();
  expect(last.rows).toBeLessThan(1.2 * first.rows);
});
