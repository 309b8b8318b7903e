import { type RetryCommand, retryScheduledEvent } from '../../domain/retry-command.ts';
import type { Database } from '../database.ts';
import { recordEvents } from '../ingest/record-events.ts';
import type { ClaimedFailure } from './claim-due-retries.ts';
import { releaseClaims } from './release-claims.ts';

export interface SentRetry {
  failure: ClaimedFailure;
  command: RetryCommand;
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
  const events = sent.map(({ failure, command }) => ({
    ...retryScheduledEvent(command, now),
    retryOf: failure.sequenceNo,
  }));
  const answers = await recordEvents(database, events, now);
  const left = sent.filter((_, place) => answers[place]?.outcome !== 'RECORDED');
  await releaseClaims(
    database,
    left.map(({ failure }) => failure),
    now,
  );
  return { overtaken: answers.filter(({ outcome }) => outcome === 'OVERTAKEN').length };
}
