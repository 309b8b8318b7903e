import { DatabaseError } from '../../data-access/database-error.ts';
import { type ClaimedResend, claimResends, settleResends } from '../../data-access/retry.ts';
import { type RetryCommand, resendScheduledEvent, retryCommand } from '../../domain/retry-command.ts';
import { retryTiming } from '../../domain/retry-policy.ts';
import { recordApart } from '../ingest/record-events.ts';
import type { RetryRunOptions, StageTrouble } from './run-retries.ts';
import { sendRetryCommands } from './send-retry-commands.ts';

/** Each comes with its ids and references, some 7 KB at most: so many fit into an answer. */
const RESENDS_PER_CLAIM = 100;

export interface ResendRun {
  sent: number;
  /** Not sent: the stage has no queue, or its queue refused. They wait for the next run. */
  unsent: number;
  troubles: StageTrouble;
}

/**
 * Sends what operators asked to be sent again, while nothing has happened since. Like retries: claim, send, settle; cut
 * off anywhere, a later run sends it again with the same token.
 */
export async function runResends(options: RetryRunOptions): Promise<ResendRun> {
  const { database, sqs, queues, leaseSeconds, mayGoOn } = options;
  const run: ResendRun = { sent: 0, unsent: 0, troubles: new Map() };
  while (mayGoOn()) {
    const now = options.now();
    const skippedStages = run.troubles.keys();
    const claimed = await claimResends(
      database,
      { leaseSeconds, limit: RESENDS_PER_CLAIM, skippedStages },
      now,
    );
    if (claimed.length === 0) return run;
    for (const [queueUrl, resends] of Map.groupBy(claimed, ({ stage }) => queues(stage))) {
      const all = resends.map((resend) => ({ resend, command: toCommand(resend, options) }));
      const { sent, unsent, refusal } =
        queueUrl === undefined
          ? { sent: [], unsent: all, refusal: 'NO_QUEUE' }
          : await sendRetryCommands(all, { sqs, queueUrl, mayGoOn });
      for (const { command } of sent) options.onSent?.(command);
      await settle(options, sent, now);
      const waiting = unsent.map(({ resend }) => ({ id: resend.id, state: 'WAITING' as const }));
      await settleResends(database, waiting, now);
      run.sent += sent.length;
      run.unsent += unsent.length;
      if (refusal !== undefined) for (const { stage } of resends) run.troubles.set(stage, refusal);
      // What a queue took a part of comes back with the next run.
      if (unsent.length > 0 && refusal === undefined) return run;
    }
  }
  return run;
}

interface SentResend {
  resend: ClaimedResend;
  command: RetryCommand;
}

/**
 * An event of the stage may have come while the command was under way: nothing is appended after it. What the database refuses stays
 * claimed, and is sent again later.
 */
async function settle(
  { database, onUnsettled }: RetryRunOptions,
  sent: readonly SentResend[],
  now: Date,
): Promise<void> {
  if (sent.length === 0) return;
  const events = sent.map(({ resend, command }) => ({
    ...resendScheduledEvent(command, now),
    resendAfter: resend.sequenceNo,
  }));
  const answers = await recordApart(database, events, now);
  const settled = sent.filter(({ command }, place) => {
    const answer = answers[place];
    if (answer instanceof DatabaseError) onUnsettled?.(command, answer);
    return !(answer instanceof DatabaseError);
  });
  await settleResends(
    database,
    settled.map(({ resend }) => ({ id: resend.id, state: 'SENT' })),
    now,
  );
}

function toCommand(resend: ClaimedResend, { policy }: RetryRunOptions): RetryCommand {
  const { pagwId, tenant, stage, attempt, sequenceNo, cause } = resend;
  return retryCommand({
    pagwId,
    tenant,
    stage,
    attempt,
    maxAttempts: Math.max(attempt, retryTiming({ stage, errorCode: null }, policy, 1).maxAttempts),
    cause,
    errorCode: null,
    failedSequenceNo: sequenceNo,
    correlationId: resend.correlationId,
    externalReference: resend.externalReference,
    payload: { bucket: resend.payloadBucket, key: resend.payloadKey },
  });
}
