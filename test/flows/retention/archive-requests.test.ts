import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { ARCHIVED_COLUMNS, listArchiveObjects } from '../../../lib/data-access/archive.ts';
import type { Database } from '../../../lib/data-access/database.ts';
import { findSequenceFaults, listPartitionMonths } from '../../../lib/data-access/doctor.ts';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { compactRequests, measureArchive } from '../../../lib/data-access/retention.ts';
import { findRequest, type TimelineEvent } from '../../../lib/data-access/timeline.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import {
  ArchiveDamagedError,
  ArchiveDiffersError,
  readArchiveFile,
  writeArchiveFile,
} from '../../../lib/flows/retention/archive-object.ts';
import { archiveRequests } from '../../../lib/flows/retention/archive-requests.ts';
import { dropArchivedMonths } from '../../../lib/flows/retention/drop-archived-months.ts';
import { readHistory } from '../../../lib/flows/retention/read-history.ts';
import { restoreObject, restoreRequest } from '../../../lib/flows/retention/restore-archived.ts';
import { openArchiveBucket } from '../../support/archive-bucket.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { withDirectConnections } from '../../support/direct-connections.ts';
import { forFile } from '../../support/for-file.ts';
import { recordHistory, type Step } from '../../support/history.ts';
import { HAPPY_WITH_RETRY, rollUp } from '../../support/history-ages.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const start = new Date('2026-03-01T10:00:00Z');
const now = new Date('2026-08-01T10:00:00Z');
const later = new Date('2026-12-01T10:00:00Z');
let db: TestDatabase;
const archive = await forFile(openArchiveBucket());

beforeEach(async () => {
  db = await openTestDatabase();
  await ensurePartition(db.database, start);
  return () => db.close();
});

interface Run {
  at?: Date;
  database?: Database;
  s3?: S3Client;
}
const optionsOf = ({ at = now, database = db.database }: Run) => ({ database, now: at, mayGoOn: () => true });
const archiveAll = ({ s3 = archive.s3, ...run }: Run = {}) =>
  archiveRequests(optionsOf(run), { s3, bucket: archive.bucket }, 90);
const dropAll = ({ s3 = archive.s3, ...run }: Run = {}) => dropArchivedMonths(optionsOf(run), { s3 }, 90);

async function history(pagwId: string, steps: readonly Step[] = HAPPY_WITH_RETRY, tenant = 'anthem') {
  await recordHistory(db.database, { pagwId, tenant }, start, steps);
  await rollUp(db, now);
}

async function requestOf(pagwId: string) {
  const request = await findRequest(db.database, pagwId);
  if (request === undefined) throw new Error(`${pagwId} is not there`);
  return request;
}

async function timeline(pagwId: string): Promise<TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  for await (const page of readHistory(db.database, archive.s3, await requestOf(pagwId)))
    events.push(...page);
  return events;
}

const allRows = async () =>
  (
    await db.database.execute(
      'SELECT archived_event(event)::text AS row FROM event_tracker AS event ORDER BY id',
    )
  ).rows;

const noted = async () =>
  (await db.database.execute<{ n: number }>('SELECT count(*) AS n FROM archived_request')).rows[0]?.n;

/** Does `deed` before the call of the database function `name`. */
function before(name: string, deed: () => Promise<unknown>): Database {
  return {
    execute: async <Row>(sql: string, values?: Parameters<Database['execute']>[1]) => {
      if (sql.includes(name)) await deed();
      return db.database.execute<Row>(sql, values);
    },
    transaction: (work) => db.database.transaction(work),
  };
}

/** An S3 that gives back something else than what was stored. */
function damaging(change: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>): S3Client {
  return {
    send: async (command: GetObjectCommand) => {
      const answer = await archive.s3.send(command);
      if (!(command instanceof GetObjectCommand)) return answer;
      const bytes = await change((await answer.Body?.transformToByteArray()) ?? new Uint8Array());
      return { ...answer, Body: { transformToByteArray: () => Promise.resolve(bytes) } };
    },
  } as unknown as S3Client;
}

describe('archiveRequests', () => {
  it('archives every column there is', async () => {
    const { rows } = await db.database.execute<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'event_tracker'::regclass AND attnum > 0 AND NOT attisdropped`,
    );
    expect(ARCHIVED_COLUMNS.map(([name]) => name).toSorted()).toEqual(
      rows.map(({ name }) => name).toSorted(),
    );
  });

  it('brings every value back as it was: null, unicode, jsonb, microseconds, the largest numbers', async () => {
    await history('PAGW-1');
    await db.database.execute(`
      UPDATE event_tracker SET
        id = 9223372036854775000 + sequence_no, worker_id = E'\\x01 tab\\t "q" \\\\ \\u2028 ünï😀', service_name = '',
        metadata = '{"big": 123456789012345678901234567890.123, "é": [null, true, 1e-7], "nested": {"a": "\\u0001"}}',
        created_at = created_at + interval '1 microsecond', started_at = '1969-12-31 23:59:59.999999Z',
        completed_at = '9999-12-31 23:59:59.999999Z', retry_exhausted_at = '2026-03-01 10:00:00.123456Z', retryable = true, status = 'FAILED', duration_ms = -2147483648,
        error_message = repeat('x', 3990) || 'ö'
      WHERE sequence_no = 9`);
    const rows = await allRows();
    await archiveAll();
    expect(await dropAll()).toEqual({ monthsDropped: 1, monthsLocked: 0 });
    expect(await allRows()).toEqual([]);
    expect(await restoreRequest(db.database, archive.s3, 'PAGW-1', later)).toBe(15);
    expect(await allRows()).toEqual(rows);
  });

  it('keeps the timeline readable, merged pairs as the two events they were', async () => {
    await history('PAGW-1');
    await history('PAGW-2');
    await compactRequests(optionsOf({}), 30);
    const shown = await timeline('PAGW-1');
    expect(await archiveAll()).toMatchObject({ requestsArchived: 2, eventsArchived: 20 });
    expect(await timeline('PAGW-1')).toEqual(shown);
    await dropAll();
    expect(await timeline('PAGW-1')).toEqual(shown);
    expect((await findSequenceFaults(db.database, 10)).faults).toEqual([]);
    expect(await requestOf('PAGW-1')).toMatchObject({ archivedAt: now, lastSequenceNo: 15 });
  });

  it('puts each day of a tenant into objects of its own', async () => {
    await history('PAGW-1');
    await history('PAGW-2', HAPPY_WITH_RETRY, 'elevance');
    await archiveAll();
    const objects = [];
    for await (const { tenant, key, requestCount } of listArchiveObjects(db.database, '2026-03'))
      objects.push([tenant, requestCount, key.replace(/[0-9a-f]{32}/, 'DIGEST')]);
    expect(objects).toEqual([
      ['anthem', 1, 'events/received_on=2026-03-01/tenant=anthem/DIGEST.parquet'],
      ['elevance', 1, 'events/received_on=2026-03-01/tenant=elevance/DIGEST.parquet'],
    ]);
  });

  it('goes by when a request was closed, and keeps the month of one that is open', async () => {
    await history('PAGW-CLOSED');
    await history('PAGW-OPEN', HAPPY_WITH_RETRY.slice(0, -1));
    await recordHistory(db.database, { pagwId: 'PAGW-LATE' }, start, [
      [0, 'PARSE_START'],
      [150 * 1440, 'RESPONSE_OK'],
    ]);
    await rollUp(db, now);
    expect(await archiveAll()).toMatchObject({ requestsArchived: 1 });
    expect(await dropAll()).toMatchObject({ monthsDropped: 0 });
    expect(await measureArchive(optionsOf({}), 90)).toEqual({
      requestsHoldingMonths: 1,
      requestsToArchive: 1,
    });
    await recordEvents(
      db.database,
      [trackedEvent({ pagwId: 'PAGW-OPEN', eventType: 'RESPONSE_OK', stated: { status: 'CANCELLED' } })],
      now,
    );
    const nextMonth = new Date('2026-04-01T00:00:00Z');
    await recordHistory(db.database, { pagwId: 'PAGW-NEXT-MONTH' }, nextMonth, [[0, 'PARSE_START']]);
    await rollUp(db, later);
    expect(await archiveAll({ at: later })).toMatchObject({ requestsArchived: 2 });
    expect(await dropAll({ at: later })).toMatchObject({ monthsDropped: 1 });
    expect(await timeline('PAGW-OPEN')).toHaveLength(15);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>]>([
    ['cut short', (bytes) => bytes.slice(0, -20)],
    ['empty', () => new Uint8Array()],
    ['with a byte changed', (bytes) => bytes.map((byte, place) => (place === 40 ? byte ^ 1 : byte))],
    ['with an event less', async (bytes) => writeArchiveFile((await readArchiveFile(bytes)).slice(1))],
    [
      'with a value changed',
      async (bytes) => {
        const [first = [], ...rest] = await readArchiveFile(bytes);
        return writeArchiveFile([
          first.map((value) => (value === 'REQUEST_RECEIVED' ? 'SUBMIT_OK' : value)),
          ...rest,
        ]);
      },
    ],
  ])('notes nothing of an object that comes back %s, and drops nothing', async (_, change) => {
    await history('PAGW-1');
    await expect(archiveAll({ s3: damaging(change) })).rejects.toThrow(ArchiveDiffersError);
    expect(await noted()).toBe(0);
    expect(await dropAll()).toMatchObject({ monthsDropped: 0 });
    expect(await archiveAll()).toMatchObject({ requestsArchived: 1 });
  });

  it('loses nothing wherever it is cut, and goes on', async () => {
    const ids = ['PAGW-1', 'PAGW-2', 'PAGW-3'];
    for (const [place, pagwId] of ids.entries())
      await history(pagwId, HAPPY_WITH_RETRY, place === 2 ? 'elevance' : 'anthem');
    const shown = await Promise.all(ids.map(timeline));
    let cuts = 0;
    for (let step = 1; ; step++) {
      let calls = 0;
      // Half of the cuts come after the call was done: its answer is what was lost.
      const cut = async <T>(call: () => Promise<T>): Promise<T> => {
        calls += 1;
        if (calls === Math.ceil(step / 2) && step % 2 === 1) throw new Error('cut');
        const answer = await call();
        if (calls === Math.ceil(step / 2)) throw new Error('cut');
        return answer;
      };
      const database: Database = {
        execute: (sql, values) => cut(() => db.database.execute(sql, values)),
        transaction: db.database.transaction,
      };
      const s3 = {
        send: (command: GetObjectCommand) => cut(() => archive.s3.send(command)),
      } as unknown as S3Client;
      const run = await archiveAll({ database, s3 })
        .then(() => dropAll({ database }))
        .catch((error: Error) => error);
      expect(await Promise.all(ids.map(timeline))).toEqual(shown);
      if (!(run instanceof Error)) break;
      expect(run.message).toBe('cut');
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(8);
    expect(await listPartitionMonths(db.database)).toEqual([]);
    expect(await noted()).toBe(3);
  });

  it('archives each request once when several run at once', async () => {
    for (let n = 1; n <= 8; n++) await history(`PAGW-${n}`, HAPPY_WITH_RETRY, `tenant-${n % 3}`);
    const runs = await Promise.all(
      [1, 2, 3].map(() => archiveAll().then((run) => dropAll().then(() => run))),
    );
    expect(runs.reduce((sum, run) => sum + run.requestsArchived, 0)).toBe(8);
    expect(await noted()).toBe(8);
    expect(await listPartitionMonths(db.database)).toEqual([]);
    expect(await timeline('PAGW-5')).toHaveLength(15);
  });

  it('leaves out a request that gets an event between reading and noting', async () => {
    await history('PAGW-1');
    await history('PAGW-2');
    const late = () => recordEvents(db.database, [trackedEvent({ pagwId: 'PAGW-2', eventId: 'late' })], now);
    expect(await archiveAll({ database: before('note_archived', late) })).toMatchObject({
      requestsArchived: 1,
    });
    expect(await dropAll()).toMatchObject({ monthsDropped: 0 });
    await rollUp(db, later);
    expect(await archiveAll({ at: later })).toMatchObject({ requestsArchived: 1, eventsArchived: 16 });
    expect(await dropAll({ at: later })).toMatchObject({ monthsDropped: 1 });
    expect(await timeline('PAGW-2')).toHaveLength(16);
  });
});

it('leaves what was heard of lately, however long ago it was closed', async () => {
  await history('PAGW-1');
  await recordEvents(
    db.database,
    [trackedEvent({ pagwId: 'PAGW-1' })],
    new Date(now.getTime() - 80 * 86_400_000),
  );
  await rollUp(db, now);
  expect(await archiveAll()).toMatchObject({ requestsArchived: 0 });
  expect(await archiveAll({ at: new Date(now.getTime() + 11 * 86_400_000) })).toMatchObject({
    requestsArchived: 1,
  });
});

describe('an event that comes late', () => {
  const send = (...eventIds: string[]) =>
    recordEvents(
      db.database,
      eventIds.map((eventId) => trackedEvent({ pagwId: 'PAGW-1', eventId })),
      now,
    );

  it.each([
    ['before the month is dropped', false],
    ['when the month is gone', true],
  ])('%s is recorded under the next number, one that is archived is known', async (_, drop) => {
    await history('PAGW-1');
    await compactRequests(optionsOf({}), 30);
    const shown = await timeline('PAGW-1');
    await archiveAll();
    if (drop) await dropAll();
    const outcomes = await send(...shown.map(({ eventId }) => eventId), 'late', 'late');
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      ...shown.map(() => 'DUPLICATE'),
      'RECORDED',
      'DUPLICATE',
    ]);
    expect(outcomes.at(-2)?.sequenceNo).toBe(16);
    expect(await requestOf('PAGW-1')).toMatchObject({ archivedAt: null, lastSequenceNo: 16 });
    expect((await findSequenceFaults(db.database, 10)).faults).toEqual([]);
    expect(await dropAll()).toMatchObject({ monthsDropped: 0 });
    expect((await timeline('PAGW-1')).map(({ sequenceNo }) => sequenceNo)).toEqual(
      Array.from({ length: 16 }, (_, n) => n + 1),
    );

    await rollUp(db, later);
    expect(await archiveAll({ at: later })).toMatchObject({ requestsArchived: 1, eventsArchived: 1 });
    await dropAll({ at: later });
    expect(await allRows()).toEqual([]);
    const whole = await timeline('PAGW-1');
    expect(whole.slice(0, 15)).toEqual(shown);
    expect(whole[15]).toMatchObject({ sequenceNo: 16, eventId: 'late' });
    expect((await send('late'))[0]).toMatchObject({ outcome: 'DUPLICATE' });
    expect(await restoreRequest(db.database, archive.s3, 'PAGW-1', later)).toBe(11);
    expect((await findSequenceFaults(db.database, 10)).faults).toEqual([]);
  });
});

describe('dropping a month', () => {
  it('is refused by the database while anything in it is not archived, whoever says it is', async () => {
    await history('PAGW-1');
    await expect(
      db.database.execute('UPDATE request_tracker SET archived_at = now(), retired_at = now()'),
    ).rejects.toThrow(/not archived/);
    const { rows } = await db.database.execute(`SELECT drop_archived_month('2026-03-01', now()) AS dropped`);
    expect(rows).toEqual([{ dropped: false }]);
    expect(await allRows()).toHaveLength(15);
  });

  it('gives way to whoever reads or records, and is done by a later run', async () => {
    await history('PAGW-1');
    await archiveAll();
    await withDirectConnections(db.connectionString, 1, async ([reader]) => {
      await reader?.query('BEGIN');
      await reader?.query('SELECT count(*) FROM event_tracker');
      expect(await dropAll()).toEqual({ monthsDropped: 0, monthsLocked: 1 });
      await reader?.query('COMMIT');
    });
    expect(await dropAll()).toEqual({ monthsDropped: 1, monthsLocked: 0 });
  });

  it('sees an event that was being recorded when it looked first', async () => {
    await history('PAGW-1');
    await archiveAll();
    let dropping: Promise<unknown> | undefined;
    await db.database.transaction(async (writer) => {
      await recordEvents(writer, [trackedEvent({ pagwId: 'PAGW-1', eventId: 'late' })], now);
      dropping = dropAll();
      await writer.execute('SELECT pg_sleep(0.2)');
    });
    expect(await dropping).toEqual({ monthsDropped: 0, monthsLocked: 0 });
    expect(await allRows()).toHaveLength(16);
  });
});

describe('restoring', () => {
  const restoreMonth = async (s3 = archive.s3) => {
    let restored = 0;
    for await (const object of listArchiveObjects(db.database, '2026-03'))
      restored += await restoreObject(db.database, s3, object, later);
    return restored;
  };

  it('puts a month back once, keeps it for the time asked for, and lets it go again', async () => {
    for (const n of [1, 2, 3]) await history(`PAGW-${n}`);
    const rows = await allRows();
    await archiveAll();
    await dropAll();
    expect(await restoreRequest(db.database, archive.s3, 'PAGW-2', later)).toBe(15);
    expect(await restoreMonth()).toBe(30);
    expect(await restoreMonth()).toBe(0);
    // Somebody who needs it for a shorter time does not take it from the others.
    expect(await restoreRequest(db.database, archive.s3, 'PAGW-3', now)).toBe(0);
    expect(await allRows()).toEqual(rows);
    expect(await dropAll()).toEqual({ monthsDropped: 0, monthsLocked: 0 });
    await rollUp(db, later);
    expect(await archiveAll({ at: later })).toMatchObject({ requestsArchived: 0 });
    expect(await dropAll({ at: new Date(later.getTime() + 1) })).toMatchObject({ monthsDropped: 1 });
    expect(await timeline('PAGW-3')).toHaveLength(15);
  });

  it('refuses what is not what was archived, and says so of a timeline too', async () => {
    await history('PAGW-1');
    await archiveAll();
    await dropAll();
    const changed = damaging(async (bytes) =>
      writeArchiveFile(
        (await readArchiveFile(bytes)).map((event) =>
          event.map((value) => (value === 'PARSE_OK' ? 'PARSE_FAIL' : value)),
        ),
      ),
    );
    await expect(restoreRequest(db.database, changed, 'PAGW-1', later)).rejects.toThrow(ArchiveDamagedError);
    expect(await allRows()).toEqual([]);
    const request = await requestOf('PAGW-1');
    await expect(readHistory(db.database, changed, request).next()).rejects.toThrow(ArchiveDamagedError);
  });

  it('answers nothing for what was never archived', async () => {
    expect(await restoreRequest(db.database, archive.s3, 'PAGW-NONE', later)).toBeUndefined();
  });
});

it('writes the same object again after a cut, not another one', async () => {
  await history('PAGW-AGAIN');
  const keys = async () => {
    const { Contents = [] } = await archive.s3.send(new ListObjectsV2Command({ Bucket: archive.bucket }));
    return Contents.map(({ Key }) => Key);
  };
  const cut = before('note_archived', () => Promise.reject(new Error('cut')));
  await expect(archiveAll({ database: cut })).rejects.toThrow('cut');
  const once = await keys();
  await archiveAll();
  expect(await keys()).toEqual(once);
});
