import { beforeAll, describe, expect, it } from 'vitest';
import { delegateTurnaround, openedAgainstCleared, pendedGroups } from '../../lib/data-access/workload.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { eventWith } from '../domain/support/message.ts';
import { databaseOfFile } from '../support/database.ts';

const now = new Date('2026-03-12T12:00:00Z');
const tenant = 'anthem';
const HOUR_MS = 3_600_000;
const db = await databaseOfFile();

let number = 0;
const record = (pagwId: string, at: string, eventType: string, metadata?: object, request?: object) =>
  recordEvents(
    db.database,
    [
      eventWith({
        ...{ tenant, pagwId, eventId: `${pagwId}-${number++}`, eventType, metadata, request },
        occurredAt: `2026-03-${at}:00Z`,
      }),
    ],
    now,
  );

beforeAll(async () => {
  const pended = async (pagwId: string, at: string, metadata: object) => {
    await record(pagwId, '02T09:00', 'REQUEST_RECEIVED');
    await record(pagwId, at, 'RESPONSE_OK', { outcome: 'pended', ...metadata });
  };
  await pended('CLINICALS-1', '02T10:00', { pendReason: 'Clinicals required' });
  await pended('CLINICALS-2', '11T18:00', { pendReasonCode: 'CLINICALS_REQUIRED' });
  await pended('CODED', '08T10:00', { reasonCode: '0U' });
  await pended('SILENT', '08T10:00', {});
  await pended('WORDY', '08T10:00', {
    pendReason: 'we wait for the notes of the last visit which the practice has not sent',
  });
  // Put off twice: the later reason and time.
  await pended('TWICE', '08T10:00', { pendReason: 'CLINICALS_REQUIRED' });
  await record('TWICE', '12T08:00', 'RESPONSE_OK', { outcome: 'pended', pendReason: 'PEER_TO_PEER' });
  // Not pended any more.
  await pended('DECIDED', '08T10:00', { pendReason: 'CLINICALS_REQUIRED' });
  await record('DECIDED', '09T09:00', 'CALLBACK_START');
  await record('DECIDED', '09T10:00', 'RESPONSE_OK', { outcome: 'approved' });
  const delegated = async (pagwId: string, decidedAt: string | null, outcome = 'approved') => {
    await record(pagwId, '01T00:00', 'REQUEST_RECEIVED', undefined, { delegate: 'evicore' });
    if (decidedAt !== null) await record(pagwId, decidedAt, 'RESPONSE_OK', { outcome });
  };
  await delegated('FAST', '01T10:00');
  await delegated('SLOW', '02T06:00', 'denied');
  await delegated('LATE', '10T00:00');
  await delegated('HELD', null);
});

describe('what pends', () => {
  it('is told by reason and age, the most requests first', async () => {
    const { rows: groups, left } = await pendedGroups(db.database, { tenant, now });
    expect(
      groups.map((group) => [
        group.reason,
        group.requests,
        group.upToOneDay,
        group.upToSevenDays,
        group.longer,
        group.overdue,
      ]),
    ).toEqual([
      ['CLINICALS_REQUIRED', 2, 1, 0, 1, 2],
      [null, 2, 0, 2, 0, 2],
      ['0U', 1, 0, 1, 0, 1],
      ['PEER_TO_PEER', 1, 1, 0, 0, 1],
    ]);
    expect(left).toBe(0);
    expect(groups[0]?.oldestPendedAt).toEqual(new Date('2026-03-02T10:00:00Z'));
  });

  it('never keeps a text as its reason', async () => {
    const { rows } = await db.database.execute<{ pendReason: string | null }>(
      `SELECT pend_reason FROM decision_episode WHERE pagw_id = 'WORDY'`,
    );
    expect(rows).toEqual([{ pendReason: null }]);
  });
});

describe('a delegate', () => {
  it('is told by what it holds, how long it takes and how much of it is late', async () => {
    const since = new Date('2026-03-01T00:00:00Z');
    const { rows, left } = await delegateTurnaround(db.database, { tenant, now, since });
    const [evicore, ...others] = rows;
    expect({ others, left }).toEqual({ others: [], left: 0 });
    expect(evicore).toEqual({
      ...{ tenant, delegate: 'evicore', open: 1, openOverdue: 1 },
      oldestReceivedAt: new Date('2026-03-01T00:00:00Z'),
      ...{ decided: 3, medianMs: 30 * HOUR_MS, bound: 3, late: 1 },
      p95Ms: expect.closeTo(30 * HOUR_MS + 0.9 * (216 - 30) * HOUR_MS, 0),
    });
  });

  it('is not judged by what it decided before the span', async () => {
    const since = new Date('2026-03-05T00:00:00Z');
    const { rows } = await delegateTurnaround(db.database, { tenant, now, since });
    expect(rows[0]).toMatchObject({ open: 1, decided: 1, late: 1 });
  });
});

it('counts what was opened against what was cleared, and how the difference grows', async () => {
  const since = new Date('2026-03-01T00:00:00Z');
  const { rows: days } = await openedAgainstCleared(db.database, { tenant, since });
  expect(days.map(({ day, ...counts }) => [day.getUTCDate(), ...Object.values(counts)])).toEqual([
    [1, 4, 1, 3],
    [2, 7, 1, 9],
    [9, 0, 1, 8],
    [10, 0, 1, 7],
  ]);
});
