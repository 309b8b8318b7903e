import { gunzipSync, gzipSync } from 'node:zlib';
import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { parquetReadObjects } from 'hyparquet';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import {
  ARCHIVED_COLUMNS,
  type ArchivedEvent,
  type ArchivedKind,
  type ArchivedValue,
  type ArchiveObjectRow,
  listArchiveObjects,
} from '../../data-access/archive.ts';
import { DatabaseError } from '../../data-access/database-error.ts';
import type { MaintainOptions } from '../../data-access/maintain.ts';

/** What was read back from S3 is not what the database holds; nothing was noted, nothing may be dropped. */
export class ArchiveDiffersError extends Error {
  override readonly name = 'ArchiveDiffersError';
}

/** The archive does not hold what was noted when it was verified. */
export class ArchiveDamagedError extends Error {
  override readonly name = 'ArchiveDamagedError';
}

export interface ObjectPlace {
  bucket: string;
  key: string;
}

/**
 * The events that an archive object holds, of one request when it is given.
 * @throws ArchiveDamagedError when the object is not there, or no file of events; else the error of the S3 client
 */
export async function getArchiveObject(
  s3: S3Client,
  place: ObjectPlace,
  pagwId?: string,
): Promise<ArchivedEvent[]> {
  const stored = await getObject(s3, place);
  try {
    return await readArchiveFile(stored, pagwId);
  } catch (cause) {
    throw new ArchiveDamagedError(`${place.key} is no file of events.`, { cause });
  }
}

async function getObject(s3: S3Client, { bucket, key }: ObjectPlace): Promise<Uint8Array> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (cause) {
    if (!(cause instanceof NoSuchKey)) throw cause;
    throw new ArchiveDamagedError(`${key} is not in the archive any more.`, { cause });
  }
}

/**
 * Looks whether every object noted of a month is still in the archive, byte for byte by the checksum that S3 keeps of it:
 * they may have been verified long before the month can go. False when the time did not suffice.
 * @throws ArchiveDamagedError when one is not
 */
export async function checkMonthObjects(
  { database, mayGoOn }: MaintainOptions,
  s3: S3Client,
  month: string,
): Promise<boolean> {
  for await (const object of listArchiveObjects(database, month.slice(0, 'YYYY-MM'.length))) {
    if (!mayGoOn()) return false;
    if ((await sha256Of(s3, object)) !== object.sha256)
      throw new ArchiveDamagedError(`${object.key} is not what it was when it was archived.`);
  }
  return true;
}

async function sha256Of(s3: S3Client, { bucket, key }: ArchiveObjectRow): Promise<string | undefined> {
  try {
    const head = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' });
    const { ChecksumSHA256: checksum } = await s3.send(head);
    return checksum && Buffer.from(checksum, 'base64').toString('hex');
  } catch (cause) {
    if (!(cause instanceof NotFound)) throw cause;
    throw new ArchiveDamagedError(`${key} is not in the archive any more.`, { cause });
  }
}

/**
 * True for a fault of the batch or month at hand that says nothing of the next: it would hold up every other one for
 * good. A database or a bucket out of reach is none; a statement that takes too long is.
 */
export function isLocalFault(error: unknown): error is Error {
  if (error instanceof ArchiveDamagedError || error instanceof ArchiveDiffersError) return true;
  if (error instanceof DatabaseError) return !error.retryable || error.kind === 'timeout';
  return error instanceof S3ServiceException && error.$fault === 'client' && error.$retryable === undefined;
}

type SchemaElement = NonNullable<Parameters<typeof parquetWrite>[0]['schema']>[number];

/** Events come by request, and each group says its first and last id: who looks for one request reads a group or two. */
const ROW_GROUP_EVENTS = 4_000;
const LONGEST_ID = 64;
const DAY_MS = 86_400_000;
/** The reader's own decoder takes a leading byte order mark away. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const TYPES: Readonly<Record<ArchivedKind, Omit<SchemaElement, 'name'>>> = {
  integer64: { type: 'INT64' },
  integer32: { type: 'INT32' },
  instant: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  day: { type: 'INT32', converted_type: 'DATE' },
  boolean: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
};

/** Writes events as Parquet, compressed with gzip, in the order given. */
export function writeArchiveFile(events: readonly ArchivedEvent[]): Uint8Array {
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    schema: [
      { name: 'event', num_children: ARCHIVED_COLUMNS.length },
      ...ARCHIVED_COLUMNS.map(
        ([name, kind]): SchemaElement => ({
          name,
          repetition_type: 'OPTIONAL',
          ...TYPES[kind],
        }),
      ),
    ],
    columnData: ARCHIVED_COLUMNS.map(([name, kind], place) => ({
      name,
      data: events.map((event) => toParquet(event[place] ?? null, kind)),
    })),
    codec: 'GZIP',
    compressors: { GZIP: (page) => gzipSync(page) },
    rowGroupSize: ROW_GROUP_EVENTS,
    statisticsTruncateLength: LONGEST_ID,
    createdBy: 'pagw-event-tracker',
  });
  return writer.getBytes();
}

/**
 * Reads back what writeArchiveFile wrote: the same values, to the microsecond and the last digit; of one request when it
 * is given.
 * @throws Error when the bytes are no Parquet file of events.
 */
export async function readArchiveFile(bytes: Uint8Array, pagwId?: string): Promise<ArchivedEvent[]> {
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({
    file,
    compressors: { GZIP: (page, length) => gunzipSync(page, { maxOutputLength: Math.max(length, 1) }) },
    ...(pagwId === undefined ? {} : { filter: { pagw_id: { $eq: pagwId } } }),
    parsers: {
      timestampFromMicroseconds: (microseconds: bigint) => microseconds,
      dateFromDays: (days: number) => days,
      stringFromBytes: (text: Uint8Array | undefined) => text && utf8.decode(text),
    } as never,
  });
  return rows.map((row) => ARCHIVED_COLUMNS.map(([name, kind]) => fromParquet(row[name], kind)));
}

function toParquet(value: ArchivedValue, kind: ArchivedKind): unknown {
  if (value === null) return null;
  if (kind === 'integer64' || kind === 'instant') return BigInt(String(value));
  if (kind === 'day') return Date.parse(`${String(value)}T00:00:00Z`) / DAY_MS;
  return value;
}

function fromParquet(value: unknown, kind: ArchivedKind): ArchivedValue {
  if (value === null || value === undefined) return null;
  if (kind === 'integer64' || kind === 'instant') return String(value);
  if (kind === 'day') return new Date(Number(value) * DAY_MS).toISOString().slice(0, 10);
  return value as ArchivedValue;
}
