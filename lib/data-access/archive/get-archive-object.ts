import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { readArchiveFile } from './archive-file.ts';
import type { ArchivedEvent } from './archived-event.ts';

export interface ObjectPlace {
  bucket: string;
  key: string;
}

/**
 * The events that an archive object holds, of one request when it is given.
 * @throws Error of the S3 client, such as NoSuchKey; or that of readArchiveFile
 */
export async function getArchiveObject(
  s3: S3Client,
  { bucket, key }: ObjectPlace,
  pagwId?: string,
): Promise<ArchivedEvent[]> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return readArchiveFile((await Body?.transformToByteArray()) ?? new Uint8Array(), pagwId);
}
