import { type RetryCommand, retryScheduledEvent } from '../../domain/retry-command.ts';
import type { Database } from '../database.ts';
import { toEventRecord } from '../ingest/event-record.ts';
import type { ClaimedFailure } from './claim-due-retries.ts';

export interface SentRetry {
  failure: ClaimedFailure;
  command: RetryCommand;
}

interface OutcomeRow {
  ordinal: number;
  outcome: 'RECORDED' | 'DUPLICATE' | 'OVERTAKEN';
}

/**
 * Appends RETRY_SCHEDULED for what was sent, which clears each failure's next_retry_at, and ends the claims. Safe to repeat.
 * @returns how many an event of their stage had overtaken while they were sent; nothing is appended for these.
 */
export async function settleRetries(
  database: Database,
  sent: readonly SentRetry[],
  now: Date,
): Promise<{ overtaken: number }> {
  if (sent.length === 0) return { overtaken: 0 };
  const batch = sent.map(({ failure, command }, ordinal) => ({
    ...toEventRecord(retryScheduledEvent(command, now), ordinal),
    failure_id: failure.id,
    received_on: failure.receivedOn,
    failed_sequence_no: failure.sequenceNo,
  }));
  const { rows } = await database.execute<OutcomeRow>(
    'SELECT ordinal, outcome FROM settle_retries(:batch::json, :now::timestamptz)',
    { batch: JSON.stringify(batch), now },
  );
  return { overtaken: rows.filter(({ outcome }) => outcome === 'OVERTAKEN').length };
}
