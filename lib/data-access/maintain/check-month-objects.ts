import { HeadObjectCommand, NotFound, type S3Client } from '@aws-sdk/client-s3';
import { ArchiveDamagedError } from '../archive/archive-damaged-error.ts';
import { type ArchiveObjectRow, listArchiveObjects } from '../archive/list-archive-objects.ts';
import type { MaintainOptions } from './maintain-task.ts';

/**
 * Looks whether every object noted of a month is still in the archive, as large as it was: they may have been verified
 * long before the month can go. False when the time did not suffice.
 * @throws ArchiveDamagedError when one is not
 */
export async function checkMonthObjects(
  { database, mayGoOn }: MaintainOptions,
  s3: S3Client,
  month: string,
): Promise<boolean> {
  for await (const object of listArchiveObjects(database, month.slice(0, 'YYYY-MM'.length))) {
    if (!mayGoOn()) return false;
    if ((await sizeOf(s3, object)) !== object.bytes)
      throw new ArchiveDamagedError(`${object.key} is not what it was when it was archived.`);
  }
  return true;
}

async function sizeOf(s3: S3Client, { bucket, key }: ArchiveObjectRow): Promise<number | undefined> {
  try {
    return (await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentLength;
  } catch (cause) {
    if (!(cause instanceof NotFound)) throw cause;
    throw new ArchiveDamagedError(`${key} is not in the archive any more.`, { cause });
  }
}
