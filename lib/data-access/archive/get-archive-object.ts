import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { ArchiveDamagedError } from './archive-damaged-error.ts';
import { readArchiveFile } from './archive-file.ts';
import type { ArchivedEvent } from './archived-event.ts';

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
