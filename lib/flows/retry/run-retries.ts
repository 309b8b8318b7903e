import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Database } from '../../data-access/database.ts';
import { DatabaseError } from '../../data-access/database-error.ts';
import type { NamedInMetrics } from '../../data-access/named-in-metrics.ts';
import {
  type ClaimedFailure,
  type Cursors,
  claimDueRetries,
  endOldClaims,
  pullBackRetries,
  type RetryContext,
  readRetryContexts,
  releaseClaims,
} from '../../data-access/retry.ts';
import type { RetryBacklog } from '../../data-access/waiting-failures.ts';
import {
  attemptAfter,
  type RetryCommand,
  type RetryQueues,
  retryCommand,
  retryScheduledEvent,
} from '../../domain/retry-command.ts';
import { type RetryPolicy, retryTiming } from '../../domain/retry-policy.ts';
import { RetryMetric } from '../../runtime/metric-names.ts';
import { addByName } from '../../runtime/telemetry.ts';
import { recordApart } from '../ingest/record-events.ts';
import { sendRetryCommands } from './send-retry-commands.ts';

export interface RetryRunOptions {
  database: Database;
  sqs: SQSClient;
  queues: RetryQueues;
  /** Says the most attempts; when the next is due was decided when the failure was recorded. */
  policy: RetryPolicy;
  now: () => Date;
  /** How long a claim keeps other runs off; longer than a run may take. */
  leaseSeconds: number;
  /** Failures a claim takes. */
  batchSize: number;
  /** False when what is left of the time is needed for ending well. */
  mayGoOn: () => boolean;
  /** Called with each command that was sent. */
  onSent?: (command: RetryCommand) => void;
  /** Called with each that was sent and which the database refuses to note; it is sent again once its claim's lease is over. */
  onUnsettled?: (command: RetryCommand, refusal: DatabaseError) => void;
}

/**
 * A stage whose commands could not be sent; they are due again at the next run.
 * - `NO_QUEUE`: it has none, and there is no common one.
 * - anything else: the name of the error by which its queue refused them.
 */
export type StageTrouble = Map<string, string>;

export interface RetryRun {
  counts: RetryCounts;
  troubles: StageTrouble;
  /** Whether everything that was due has been looked at. */
  complete: boolean;
}

/** Pairs of tenant and stage that a run remembers: its request stays under the Data API's 4 MiB. */
const MOST_CURSORS = 5_000;

/**
 * Sends every failure that is due to its stage's workers, in bounded batches: claim, send, settle. Cut off anywhere, a
 * later run sends what is not settled again, with the same token.
 */
export async function runRetries(options: RetryRunOptions): Promise<RetryRun> {
  const { database, leaseSeconds, batchSize, mayGoOn } = options;
  const counts: RetryCounts = { dispatched: 0, released: 0, superseded: 0, overtaken: 0 };
  const troubles: StageTrouble = new Map();
  const cursors: Cursors = new Map();
  await endOldClaims(database, leaseSeconds, options.now());
  await pullBackRetries(database, options.now());
  while (mayGoOn() && cursors.size < MOST_CURSORS) {
    const now = options.now();
    const skippedStages = troubles.keys();
    const claim = await claimDueRetries(database, {
      now,
      limit: batchSize,
      cursors,
      skippedStages,
    });
    const { claimed, superseded } = claim;
    if (claim.nothingLeft) return { counts, troubles, complete: true };
    counts.superseded += superseded;
    const contexts = await readRetryContexts(database, claimed);
    const { sent, unsent } = await send(claimed, contexts, troubles, options);
    for (const { command } of sent) options.onSent?.(command);
    const overtaken = await settleRetries(options, sent, now);
    await releaseClaims(database, unsent, now);
    counts.overtaken += overtaken;
    counts.dispatched += sent.length;
    counts.released += unsent.length;
  }
  return { counts, troubles, complete: false };
}

/** Sends each to its queue; a queue that refuses is not tried again in this run. */
async function send(
  claimed: readonly ClaimedFailure[],
  contexts: ReadonlyMap<string, RetryContext>,
  troubles: StageTrouble,
  { sqs, queues, policy, mayGoOn }: RetryRunOptions,
): Promise<{ sent: SentRetry[]; unsent: ClaimedFailure[] }> {
  const sent: SentRetry[] = [];
  const unsent: ClaimedFailure[] = [];
  for (const [queueUrl, failures] of Map.groupBy(claimed, ({ stage }) => queues(stage))) {
    const retries = failures.map((failure) => ({
      failure,
      command: toCommand(failure, contexts.get(failure.pagwId), policy),
    }));
    const result =
      queueUrl === undefined
        ? { sent: [], unsent: retries, refusal: 'NO_QUEUE' }
        : await sendRetryCommands(retries, { sqs, queueUrl, mayGoOn });
    sent.push(...result.sent);
    unsent.push(...result.unsent.map(({ failure }) => failure));
    if (result.refusal !== undefined) for (const { stage } of failures) troubles.set(stage, result.refusal);
  }
  return { sent, unsent };
}

function toCommand(
  failure: ClaimedFailure,
  context: RetryContext | undefined,
  policy: RetryPolicy,
): RetryCommand {
  const { pagwId, tenant, stage, sequenceNo, errorCode } = failure;
  const attempt = attemptAfter(failure.attempt);
  return retryCommand({
    pagwId,
    tenant,
    stage,
    attempt,
    // A producer or an operator may ask for more attempts than the policy has.
    maxAttempts: Math.max(attempt, retryTiming(failure, policy, 1).maxAttempts),
    cause: 'failed',
    errorCode,
    failedSequenceNo: sequenceNo,
    correlationId: context?.correlationId ?? null,
    externalReference: context?.externalReference ?? null,
    payload: { bucket: context?.payloadBucket ?? null, key: context?.payloadKey ?? null },
  });
}

export interface SentRetry {
  failure: ClaimedFailure;
  command: RetryCommand;
}

/**
 * Appends RETRY_SCHEDULED for what was sent, which clears each failure's next_retry_at, and ends the claims. Safe to repeat.
 * What the database refuses is sent again, with the same token, when its claim's lease is over.
 * @returns how many an event of their stage had overtaken while they were sent; nothing is appended for these.
 */
async function settleRetries(
  { database, onUnsettled }: RetryRunOptions,
  sent: readonly SentRetry[],
  now: Date,
): Promise<number> {
  if (sent.length === 0) return 0;
  const events = sent.map(({ failure, command }) => ({
    ...retryScheduledEvent(command, now),
    retryOf: failure.sequenceNo,
  }));
  const outcomes = (await recordApart(database, events, now)).map((answer, place) => {
    if (!(answer instanceof DatabaseError)) return answer.outcome;
    onUnsettled?.((sent[place] as SentRetry).command, answer);
    return 'REFUSED';
  });
  const left = sent.filter((_, place) => outcomes[place] !== 'RECORDED' && outcomes[place] !== 'REFUSED');
  await releaseClaims(
    database,
    left.map(({ failure }) => failure),
    now,
  );
  return outcomes.filter((outcome) => outcome === 'OVERTAKEN').length;
}

/** What a run did. */
export type RetryCounts = Record<'dispatched' | 'released' | 'superseded' | 'overtaken', number>;

/** Reports what waits, in all, by tenant and by stage. */
export function addBacklogMetrics(
  metrics: Metrics,
  backlog: readonly (RetryBacklog & NamedInMetrics)[],
): void {
  addByName(metrics, backlog, (rows) => {
    const sum = (count: 'due' | 'paused' | 'exhausted') => rows.reduce((total, row) => total + row[count], 0);
    metrics.addMetric(RetryMetric.due, MetricUnit.Count, sum('due'));
    metrics.addMetric(RetryMetric.exhausted, MetricUnit.Count, sum('exhausted'));
    const oldest = Math.max(0, ...rows.map(({ oldestDueSeconds }) => oldestDueSeconds));
    metrics.addMetric(RetryMetric.oldestDueAge, MetricUnit.Seconds, oldest);
    if (rows[0]?.dimension === null) metrics.addMetric(RetryMetric.paused, MetricUnit.Count, sum('paused'));
  });
}

/** Reports what a run did. */
export function addRetryMetrics(metrics: Metrics, { dispatched, released }: RetryCounts): void {
  metrics.addMetric(RetryMetric.dispatched, MetricUnit.Count, dispatched);
  metrics.addMetric(RetryMetric.released, MetricUnit.Count, released);
}
