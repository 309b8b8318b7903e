import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { type ArchivedEvent, type ArchiveObjectRow, listArchiveObjects } from '../../data-access/archive.ts';
import { DatabaseError } from '../../data-access/database-error.ts';
import type { MaintainOptions } from '../../data-access/maintain.ts';
import { ArchiveDiffersError } from './archive-batch.ts';
import { readArchiveFile } from './archive-file.ts';

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
