import type { ArchiveBucket } from '../../lib/flows/retention/archive-requests.ts';
import { startEmbeddedAws } from './embedded-aws.ts';

/** A bucket on an embedded S3 of its own. */
export async function openArchiveBucket(): Promise<
  ArchiveBucket & { endpoint: string; close(): Promise<void> }
> {
  const { s3, endpoint, makeBucket, close } = await startEmbeddedAws();
  const bucket = 'archive';
  await makeBucket(bucket);
  return { s3, bucket, endpoint, close };
}
