import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { RejectedRow } from '../data-access/query/rejected-message.ts';
import { CliError } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';

/** The message as it came off the queue. @throws CliError when the bucket does not hold it any more. */
export async function readRejectedBody(
  s3: S3Client,
  row: Pick<RejectedRow, 'bodyBucket' | 'bodyKey' | 'id'>,
): Promise<string> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: row.bodyBucket, Key: row.bodyKey }));
    return (await Body?.transformToString('utf-8')) ?? '';
  } catch (cause) {
    if (!(cause instanceof NoSuchKey)) throw cause;
    throw new CliError({
      code: 'BODY_NOT_FOUND',
      message: `The message of refused event ${row.id} is not kept any more.`,
      hint: 'The quarantine bucket deletes messages after their retention; ask the sender to send it again.',
      exitCode: ExitCode.notFound,
      cause,
    });
  }
}
