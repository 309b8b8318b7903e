import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { copyRequests } from '../../support/copy-requests.ts';
import { databaseOfFile } from '../../support/database.ts';
import { recordHistory } from '../../support/history.ts';
import { openTouchingConnection, type TouchingConnection } from '../../support/rows-touched.ts';

const START = new Date('2026-03-01T08:00:00Z');
const FOLDED_AT_ONCE = 50;
const db = await databaseOfFile();
let connection: TouchingConnection;

beforeAll(async () => {
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
afterAll(() => connection.close());

it('costs no more to fold requests when many are folded already, on statistics of an empty table', async () => {
  await copyRequests(db.database, 'P', 1, 20 * FOLDED_AT_ONCE);
  await db.database.execute(
    `INSERT INTO flow_changed_request SELECT pagw_id FROM request_tracker WHERE pagw_id <> 'P'`,
  );
  const fold = () =>
    connection.touchedBy(() =>
      connection.database.execute('SELECT fold_flows(:most::int)', { most: FOLDED_AT_ONCE }),
    );
  const first = await fold();
  for (let time = 2; time < 20; time++) await fold();
  const last = await fold();
  expect(last.rows).toBeLessThan(1.2 * first.rows);
});
