import { type GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ArchivedEvent } from '../../../lib/data-access/archive.ts';
import type { Database } from '../../../lib/data-access/database.ts';
import { findSequenceFaults } from '../../../lib/data-access/doctor.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import {
  ArchiveDamagedError,
  readArchiveFile,
  writeArchiveFile,
} from '../../../lib/flows/retention/archive-object.ts';
import { restoreObject, restoreRequest } from '../../../lib/flows/retention/restore-archived.ts';
import type { Step } from '../../support/history.ts';
import { oldMonthForEach } from '../../support/old-month.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-08-01T10:00:00Z');
const later = new Date('2026-12-01T10:00:00Z');
const until = new Date('2027-06-01T10:00:00Z');
const { archive, month } = await oldMonthForEach();

/** As large as the contract allows, and made of what is escaped again and again: 8 MiB of JSON for the Data API. */
const LONG: readonly Step[] = [
  ...Array.from({ length: 70 }, (_, minute): Step => {
    const fields = { errorMessage: '\u0001'.repeat(4000), metadata: { quotes: '"'.repeat(8_180) } };
    return [minute, 'VAL_FAIL', { ...fields, errorCode: 'X', retryable: false }];
  }),
  [90, 'RESPONSE_OK'],
];

/** An S3 that gives back other events than were stored. */
function changing(change: (events: ArchivedEvent[]) => ArchivedEvent[]): S3Client {
  return {
    send: async (command: GetObjectCommand) => {
      const answer = await archive.s3.send(command);
      const stored = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      const bytes = writeArchiveFile(change(await readArchiveFile(stored)));
      return { ...answer, Body: { transformToByteArray: () => Promise.resolve(bytes) } };
    },
  } as unknown as S3Client;
}

describe('a history longer than a call', () => {
  beforeEach(async () => {
    await month.record('PAGW-LONG', LONG);
    await month.record('PAGW-SHORT');
  });

  it('comes back whole', async () => {
    const rows = await month.rows();
    await month.archive(now);
    await month.drop(now);
    expect(await month.rows()).toEqual([]);
    expect(await month.restoreMonth(until)).toBe(86);
    expect(await month.rows()).toEqual(rows);
    expect(await month.restoreMonth(until)).toBe(0);
  });

  it('comes back whole or not at all, wherever it is cut', async () => {
    await month.archive(now);
    await month.drop(now);
    let put = 0;
    const cut: Database = {
      execute: (sql, values) => month.database.execute(sql, values),
      transaction: (work) =>
        month.database.transaction((transaction) =>
          work({
            execute: (sql, values) => {
              if (sql.includes('INSERT INTO event_tracker') && ++put === 2) throw new Error('cut');
              return transaction.execute(sql, values);
            },
            transaction: transaction.transaction,
          }),
        ),
    };
    await expect(restoreRequest(cut, archive.s3, 'PAGW-LONG', until)).rejects.toThrow('cut');
    expect(await month.rows()).toEqual([]);
    expect(await restoreRequest(month.database, archive.s3, 'PAGW-LONG', until)).toBe(71);
  });

  it('is refused when a later batch of it is not what was archived', async () => {
    await month.archive(now);
    await month.drop(now);
    const last = changing((events) =>
      events.map((event) => event.map((value) => (value === 'RESPONSE_OK' ? 'NOTIFY_OK' : value))),
    );
    await expect(restoreRequest(month.database, last, 'PAGW-LONG', until)).rejects.toThrow(
      ArchiveDamagedError,
    );
    expect(await month.rows()).toEqual([]);
  });
});

it('takes from an object what was noted with it, not what got another event in between', async () => {
  await month.record('PAGW-1');
  await month.record('PAGW-2');
  const late = () => recordEvents(month.database, [trackedEvent({ pagwId: 'PAGW-2', eventId: 'late' })], now);
  const database = month.before('note_archived', late);
  expect(await month.archive(now, { database })).toMatchObject({ requestsArchived: 1 });
  // PAGW-2 is in that object, and in the database.
  expect(await month.restoreMonth(until)).toBe(0);
  await month.archive(later);
  const rows = await month.rows();
  expect(await month.drop(later)).toMatchObject({ monthsDropped: 1 });
  expect(await month.restoreMonth(until)).toBe(31);
  expect(await month.rows()).toEqual(rows);
});

it('puts nothing back of a request that is not archived, nor above its last archived number', async () => {
  await month.record('PAGW-1');
  await month.archive(now);
  await month.drop(now);
  const forged = changing((events) => [
    ...events,
    ...events.slice(-1).map((event) => event.with(8, '16').with(4, 'forged').with(0, '999999')),
  ]);
  expect(await restoreRequest(month.database, forged, 'PAGW-1', until)).toBe(15);
  expect(await restoreRequest(month.database, archive.s3, 'PAGW-UNKNOWN', until)).toBeUndefined();
  expect((await findSequenceFaults(month.database, 10)).faults).toEqual([]);
});

it('keeps the month as long as was asked for the longest, also of what is there already', async () => {
  await month.record('PAGW-1');
  await month.archive(now);
  await month.drop(now);
  const keptUntil = async () =>
    (await month.database.execute('SELECT keep_until FROM archived_month')).rows[0]?.keepUntil;
  await restoreRequest(month.database, archive.s3, 'PAGW-1', later);
  expect(await restoreRequest(month.database, archive.s3, 'PAGW-1', until)).toBe(0);
  expect(await keptUntil()).toEqual(until);
  await restoreRequest(month.database, archive.s3, 'PAGW-1', later);
  expect(await keptUntil()).toEqual(until);
});

it('puts a request back once when several restore it at once', async () => {
  for (const n of [1, 2, 3]) await month.record(`PAGW-${n}`);
  const rows = await month.rows();
  await month.archive(now);
  await month.drop(now);
  const restored = await Promise.all([
    month.restoreMonth(until),
    restoreRequest(month.database, archive.s3, 'PAGW-2', until),
    month.restoreMonth(until),
  ]);
  expect(restored.reduce<number>((sum, events) => sum + (events ?? 0), 0)).toBe(45);
  expect(await month.rows()).toEqual(rows);
});

it('says of an object that is gone, or is no file of events, which one it is', async () => {
  const gone = { id: 1, receivedOn: '2026-03-01', bucket: archive.bucket, key: 'events/gone.parquet' };
  const restore = () => restoreObject(month.database, archive.s3, gone, until);
  await expect(restore()).rejects.toThrow('events/gone.parquet is not in the archive any more.');
  await archive.s3.send(new PutObjectCommand({ Bucket: gone.bucket, Key: gone.key, Body: 'PAR1 or not' }));
  await expect(restore()).rejects.toThrow('events/gone.parquet is no file of events.');
});
