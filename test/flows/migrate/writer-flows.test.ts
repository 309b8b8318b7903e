import { afterAll, beforeAll, expect, it } from 'vitest';
import { claimNotifications } from '../../../lib/data-access/incidents.ts';
import { wakeExhaustedRequests } from '../../../lib/data-access/stuck-alarm.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { closeRequest } from '../../../lib/flows/operate/close-request.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openAsRole, type RoleDatabase } from '../../support/role-database.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-01T10:05:00Z');
let db: TestDatabase;
let writer: RoleDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
  writer = await openAsRole(db, 'pagw_writer');
});
afterAll(async () => {
  await writer.close();
  await db.close();
});

it('a login of the writer records, retries, closes and tells', async () => {
  const { database } = writer;
  const record = (...events: Parameters<typeof recordEvents>[1]) => recordEvents(database, events, now);
  const pagwId = 'PAGW-WRITER-1';
  expect(await record(failedEvent({ pagwId }))).toMatchObject([{ outcome: 'RECORDED' }]);
  const due = new Date('2026-03-01T11:00:00Z');
  const { rows } = await database.execute(
    `SELECT * FROM claim_due_retries(:due::timestamptz, 10, '[]', '[]')`,
    { due },
  );
  expect(rows).toHaveLength(1);
  expect(await record(trackedEvent({ pagwId }))).toMatchObject([{ outcome: 'RECORDED' }]);
  await wakeExhaustedRequests(database, now);
  expect(await claimNotifications(database, 10, 60, now)).toEqual([]);
  expect(
    await closeRequest(database, { pagwId, status: 'CANCELLED', reason: 'test', actedBy: 'me' }, now),
  ).toBe('closed');
});
