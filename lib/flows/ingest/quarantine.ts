import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Database } from '../../data-access/database.ts';
import { insertRejectedMessages } from '../../data-access/ingest.ts';
import type { Rejection } from '../../domain/rejection.ts';
import { withPatience } from '../../runtime/patience.ts';
import type { RawMessage } from './raw-message.ts';

export interface Quarantine {
  /** Keeps the body, then the reasons. May be repeated: the key and the rows follow from the message's id. */
  setAside(message: RawMessage, rejections: readonly Rejection[], now: Date): Promise<void>;
}

export function openQuarantine(s3: S3Client, bucket: string, database: Database): Quarantine {
  return {
    async setAside(message, rejections, now) {
      const key = quarantineKey(message);
      const body = Buffer.from(message.body, 'utf8');
      await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ContentType: 'application/octet-stream',
        }),
        withPatience(),
      );
      const place = { bodyBucket: bucket, bodyKey: key, bodyBytes: body.byteLength, sentAt: message.sentAt };
      const rows = rejections.map((rejection) => ({ messageId: message.messageId, ...rejection, ...place }));
      await insertRejectedMessages(database, rows, now);
    },
  };
}

function quarantineKey(message: RawMessage): string {
  return `rejected/${message.sentAt.toISOString().slice(0, 10)}/${message.messageId}`;
}
