import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Database } from '../../data-access/database.ts';
import { countRecordedMessages } from '../../data-access/stuck-alarm.ts';

export interface IngestLag {
  /** Messages that are not recorded yet: on the queue, or taken and not done with. */
  waiting: number;
  /** How long they will take at the pace of the last minutes; 0 when none wait. */
  seconds: number;
}

const PACE_SECONDS = 120;
/** What lag counts as where messages wait and nothing is recorded at all. */
const STANDSTILL_SECONDS = 3_600;

/**
 * How far ingest is behind: the messages that are not recorded yet, over the pace at which messages were recorded lately.
 * Those that are taken count, too: an ingest that fails takes and takes again. One message that cannot be recorded holds
 * nothing back while others flow. SQS reports the age of its oldest message to CloudWatch only, minutes late, and that
 * one message would set it; the events' own times are their producers' clocks.
 */
export async function measureIngestLag(
  sqs: SQSClient,
  queueUrl: string,
  database: Database,
  now: Date,
): Promise<IngestLag> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  const waiting =
    Number(Attributes?.ApproximateNumberOfMessages ?? 0) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0);
  if (waiting === 0) return { waiting, seconds: 0 };
  const since = new Date(now.getTime() - PACE_SECONDS * 1_000);
  return { waiting, seconds: lagSeconds(waiting, await countRecordedMessages(database, since, now)) };
}

/** @param recorded messages recorded in the last two minutes. */
export function lagSeconds(waiting: number, recorded: number): number {
  if (recorded === 0) return STANDSTILL_SECONDS;
  return Math.min(STANDSTILL_SECONDS, Math.ceil((waiting * PACE_SECONDS) / recorded));
}
