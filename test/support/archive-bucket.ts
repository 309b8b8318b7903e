import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startFauxqs } from 'fauxqs';
import type { ArchiveBucket } from '../../lib/flows/retention/archive-batch.ts';

/** A bucket on an embedded S3 of its own. */
export async function openArchiveBucket(): Promise<
  ArchiveBucket & { endpoint: string; close(): Promise<void> }
> {
  const server = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
  });
  const bucket = 'archive';
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    s3,
    bucket,
    endpoint,
    close: async () => {
      s3.destroy();
      await server.stop();
    },
  };
}
