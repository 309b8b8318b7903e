import {
  DeleteObjectCommand,
  type GetObjectCommand,
  type HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { DatabaseError } from '../../../lib/data-access/database-error.ts';
import { findSequenceFaults } from '../../../lib/data-access/doctor.ts';
import { measureArchive } from '../../../lib/data-access/retention.ts';
import { findRequest } from '../../../lib/data-access/timeline.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { ArchiveDamagedError, ArchiveDiffersError } from '../../../lib/flows/retention/archive-object.ts';
import { HAPPY_WITH_RETRY } from '../../support/history-ages.ts';
import { oldMonthForEach } from '../../support/old-month.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-08-01T10:00:00Z');
const later = new Date('2026-12-01T10:00:00Z');
const last = new Date('2027-04-01T10:00:00Z');
const until = new Date('2027-06-01T10:00:00Z');
const { archive, month } = await oldMonthForEach();

type ObjectPlace = { Bucket: string; Key: string };

const upTo = (count: number) => Array.from({ length: count }, (_, place) => place + 1);
const numbersOf = async (pagwId: string) =>
  (await month.timeline(pagwId)).map(({ sequenceNo }) => sequenceNo);

it('keeps ids, tenants, texts and numbers of any kind', async () => {
  const tenant = `ä/../?#%&+ ;=:@$,"'()*!~\\<>{}|^\`😀`;
  const ids = [
    'PAGW-😀',
    'é'.repeat(64),
    '\u{ffff}'.repeat(64),
    '../x',
    '__proto__',
    'constructor',
    'a b',
    '%2F',
  ];
  for (const pagwId of ids) await month.record(pagwId, HAPPY_WITH_RETRY, tenant);
  await month.database.execute(
    `UPDATE event_tracker SET error_message = E'\\uFEFFbom \\u0001\\u007f\\u0085\\u2028\\r\\n' WHERE sequence_no = 9`,
  );
  await month.database.execute(
    `UPDATE event_tracker SET metadata = '{"n": [1e400, 0.1, -0.0, 12345678901234567890, 1.10, 1e-400], "\\ufeff": "\\ud83d\\ude00"}'
     WHERE sequence_no = 4`,
  );
  const rows = await month.rows();
  const shown = await Promise.all(ids.map((pagwId) => month.timeline(pagwId)));
  expect(await month.archive(now)).toMatchObject({ requestsArchived: ids.length });
  expect(await month.drop(now)).toMatchObject({ monthsDropped: 1 });
  expect(await Promise.all(ids.map((pagwId) => month.timeline(pagwId)))).toEqual(shown);
  expect(await month.restoreMonth(until)).toBe(15 * ids.length);
  expect(await month.rows()).toEqual(rows);
});

it('reads a timeline whole although its month is dropped between two of its pages', async () => {
  const events = upTo(900).map(() => trackedEvent({ pagwId: 'PAGW-LONG' }));
  await recordEvents(month.database, events, new Date('2026-03-01T10:00:00Z'));
  await month.record('PAGW-LONG', [[1, 'RESPONSE_OK']]);
  await month.archive(now);
  let pages = 0;
  const database = month.before('read_timeline', async () => {
    if (++pages === 2) expect(await month.drop(now)).toMatchObject({ monthsDropped: 1 });
  });
  expect((await month.timeline('PAGW-LONG', database)).map(({ sequenceNo }) => sequenceNo)).toEqual(
    upTo(901),
  );
  expect(pages).toBe(2);
});

it('archives the others when one batch does not come back as it was', async () => {
  await month.record('PAGW-1', HAPPY_WITH_RETRY, 'anthem');
  await month.record('PAGW-2', HAPPY_WITH_RETRY, 'elevance');
  const s3 = {
    send: async (command: GetObjectCommand) => {
      const answer = await archive.s3.send(command);
      if (!command.input.Key?.includes('tenant=anthem') || answer.Body === undefined) return answer;
      return { ...answer, Body: { transformToByteArray: async () => new Uint8Array() } };
    },
  } as unknown as S3Client;
  await expect(month.archive(now, { s3 })).rejects.toThrow(ArchiveDiffersError);
  expect(await findRequest(month.database, 'PAGW-1')).toMatchObject({ archivedAt: null });
  expect(await findRequest(month.database, 'PAGW-2')).toMatchObject({ archivedAt: now });
  expect(await month.drop(now)).toMatchObject({ monthsDropped: 0 });
});

it.each([
  ['is gone', (place: ObjectPlace) => new DeleteObjectCommand(place)],
  ['was overwritten', (place: ObjectPlace) => new PutObjectCommand({ ...place, Body: 'PAR1' })],
  [
    'was overwritten by as many bytes',
    (place: ObjectPlace, bytes: number) =>
      new PutObjectCommand({ ...place, Body: 'P'.repeat(bytes), ChecksumAlgorithm: 'SHA256' }),
  ],
])('keeps a month of which an archived object %s, and drops the others', async (_, damage) => {
  await month.record('PAGW-1');
  const april = new Date('2026-04-01T10:00:00Z');
  await month.record('PAGW-2', HAPPY_WITH_RETRY, 'anthem', april);
  await month.archive(now);
  const { rows } = await month.database.execute<{ key: string; bytes: number }>(
    'SELECT key, bytes FROM archive_object ORDER BY id',
  );
  const place = { Bucket: archive.bucket, Key: String(rows[0]?.key) };
  await archive.s3.send(damage(place, Number(rows[0]?.bytes)) as PutObjectCommand);
  await expect(month.drop(now)).rejects.toThrow(ArchiveDamagedError);
  expect(await month.rows()).toHaveLength(15);
  expect(await numbersOf('PAGW-1')).toEqual(upTo(15));
});

const refusal = new S3ServiceException({
  name: 'AccessDenied',
  $fault: 'client',
  message: 'Access Denied',
  $metadata: { httpStatusCode: 403 },
});
const outOfReach = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** A bucket in which `operation` on the objects of one day fails. */
const failing = (operation: string, day: string, error: Error) =>
  ({
    send: async (command: HeadObjectCommand) => {
      const isMeant = command.constructor.name === operation && command.input.Key?.includes(day);
      if (isMeant === true) throw error;
      return archive.s3.send(command);
    },
  }) as unknown as S3Client;

describe.each([
  ['refuses an object', refusal, 1],
  ['is out of reach', outOfReach, 0],
])('while S3 %s', (_, error, others) => {
  const april = new Date('2026-04-01T10:00:00Z');
  beforeEach(async () => {
    await month.record('PAGW-1');
    await month.record('PAGW-2', HAPPY_WITH_RETRY, 'anthem', april);
  });

  it.each(['PutObjectCommand', 'GetObjectCommand'])(
    `${others} of the others is archived (%s)`,
    async (operation) => {
      const s3 = failing(operation, '2026-03-01', error);
      await expect(month.archive(now, { s3 })).rejects.toThrow(error);
      const { rows } = await month.database.execute('SELECT count(*) AS objects FROM archive_object');
      expect(rows).toEqual([{ objects: others }]);
    },
  );

  it(`${others} of the other months is dropped`, async () => {
    await month.archive(now);
    const s3 = failing('HeadObjectCommand', '2026-03-01', error);
    await expect(month.drop(now, { s3 })).rejects.toThrow(error);
    const { rows } = await month.database.execute('SELECT count(*) AS months FROM archived_month');
    expect(rows).toEqual([{ months: others }]);
    expect(await month.rows()).toHaveLength(others === 0 ? 30 : 15);
  });
});

it('drops the other months when a statement about one takes too long', async () => {
  await month.record('PAGW-1');
  await month.record('PAGW-2', HAPPY_WITH_RETRY, 'anthem', new Date('2026-04-01T10:00:00Z'));
  await month.archive(now);
  let asked = 0;
  const database = month.before('may_drop_month', async () => {
    if (++asked === 1) throw new DatabaseError('too long', 'timeout', undefined, undefined);
  });
  await expect(month.drop(now, { database })).rejects.toThrow('too long');
  expect(await month.rows()).toHaveLength(15);
});

describe('what an older system left', () => {
  it('does not keep a month when it is a request without events', async () => {
    await month.record('PAGW-1');
    await month.database.execute(
      `INSERT INTO request_tracker (pagw_id, tenant, received_on, completed_at, updated_at)
       VALUES ('EMPTY', 'anthem', '2026-03-01', '2026-03-01', '2026-03-01'), ('OPEN', 'anthem', '2026-03-01', NULL, '2026-03-01')`,
    );
    await month.archive(now);
    const options = { database: month.database, now, mayGoOn: () => true };
    expect(await measureArchive(options, 90)).toEqual({ requestsHoldingMonths: 0, requestsToArchive: 0 });
    expect(await month.drop(now)).toMatchObject({ monthsDropped: 1 });
    await recordEvents(month.database, [trackedEvent({ pagwId: 'EMPTY' })], now);
    expect(await numbersOf('EMPTY')).toEqual([1]);
  });

  it('is noted as nothing when its month held no event', async () => {
    await month.database.execute(
      `INSERT INTO request_tracker (pagw_id, tenant, received_on, completed_at, updated_at)
       VALUES ('EMPTY', 'anthem', '2026-03-01', '2026-03-01', '2026-03-01')`,
    );
    expect(await month.drop(now)).toMatchObject({ monthsDropped: 1 });
    const { rows } = await month.database.execute('SELECT request_count, event_count FROM archived_month');
    expect(rows).toEqual([{ requestCount: 0, eventCount: 0 }]);
  });

  it.each([
    ['a number below 1', 'UPDATE event_tracker SET sequence_no = 0 WHERE sequence_no = 2'],
    ['a number above the last', 'UPDATE event_tracker SET sequence_no = 99 WHERE sequence_no = 2'],
    [
      'nothing but a number below 1',
      `DELETE FROM event_tracker WHERE sequence_no > 1; UPDATE event_tracker SET sequence_no = 0;
       UPDATE request_tracker SET last_sequence_no = 0`,
    ],
  ])('keeps its month when it is an event with %s', async (_, sql) => {
    await month.record('PAGW-1');
    for (const statement of sql.split(';')) await month.database.execute(statement);
    const rows = await month.rows();
    expect(await month.archive(now)).toMatchObject({ requestsArchived: 0 });
    expect(await month.drop(now)).toMatchObject({ monthsDropped: 0 });
    expect(await month.rows()).toEqual(rows);
  });
});

describe('a request that goes on after its START was archived', () => {
  beforeEach(async () => {
    await month.record('PAGW-1', [...HAPPY_WITH_RETRY, [15, 'NOTIFY_START']]);
    await month.record('PAGW-OPEN', [[0, 'PARSE_START']]);
    await month.archive(now);
    await month.record('PAGW-1', [[0, 'NOTIFY_OK']], 'anthem', now);
  });

  it('keeps START and result apart, each in its own object', async () => {
    const shown = await month.timeline('PAGW-1');
    expect(await month.compact(later)).toMatchObject({ eventsMerged: 0 });
    await month.archive(later);
    await month.record('PAGW-OPEN', [[0, 'RESPONSE_OK']], 'anthem', later);
    await month.archive(last);
    expect(await month.drop(last)).toMatchObject({ monthsDropped: 1 });
    expect(await month.timeline('PAGW-1')).toEqual(shown);
    expect(await month.restoreMonth(until)).toBe(19);
    expect((await findSequenceFaults(month.database, 10)).faults).toEqual([]);
  });

  it('merges what came after the archive', async () => {
    await month.record(
      'PAGW-1',
      [
        [1, 'NOTIFY_START'],
        [2, 'NOTIFY_OK'],
      ],
      'anthem',
      now,
    );
    expect(await month.compact(later)).toMatchObject({ eventsMerged: 1 });
    expect(await numbersOf('PAGW-1')).toEqual(upTo(19));
  });
});

describe('a failure that comes without an attempt', () => {
  const attemptOf = async (eventType: string, at: Date) => {
    await month.record('PAGW-1', [[0, eventType]], 'anthem', at);
    return (await month.timeline('PAGW-1')).at(-1)?.attempt;
  };
  const failed = { errorCode: 'X', retryable: false };

  beforeEach(async () => {
    await month.record('PAGW-1', [
      [0, 'PARSE_FAIL', failed],
      [1, 'PARSE_OK'],
      [2, 'VAL_FAIL', failed],
      [3, 'VAL_FAIL', failed],
      [4, 'VAL_FAIL', { ...failed, attempt: 7 }],
      [5, 'RESPONSE_OK'],
    ]);
    await month.archive(now);
  });

  it.each([
    ['while the archived rows are here', false],
    ['when they are dropped', true],
  ])('goes on from what is archived %s', async (_, drop) => {
    if (drop) await month.drop(now);
    expect(await attemptOf('VAL_FAIL', now)).toBe(8);
    expect(await attemptOf('VAL_FAIL', now)).toBe(9);
    expect(await attemptOf('PARSE_FAIL', now)).toBe(1);
    expect(await attemptOf('ENRICH_FAIL', now)).toBe(1);
  });

  it('goes on over several objects, and begins again once the stage has passed', async () => {
    await month.drop(now);
    expect(await attemptOf('VAL_FAIL', now)).toBe(8);
    await month.archive(later);
    await month.drop(later);
    expect(await attemptOf('VAL_FAIL', later)).toBe(9);
    expect(await attemptOf('VAL_OK', later)).toBe(10);
    expect(await attemptOf('VAL_FAIL', later)).toBe(1);
    await month.archive(last);
    await month.drop(last);
    expect(await month.rows()).toEqual([]);
    expect(await attemptOf('VAL_FAIL', last)).toBe(2);
  });
});
