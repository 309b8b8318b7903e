import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Database } from '../../data-access/database.ts';
import type { ClaimedNotification } from '../../data-access/notifications.ts';
import { listRetryPauses } from '../../data-access/retry-orders.ts';
import {
  countRecordedMessages,
  pullBackTimes,
  readCheck,
  recordCheck,
  takeWatchedRequests,
  type WatchedCount,
  wakeExhaustedRequests,
  writeVerdicts,
} from '../../data-access/stuck-alarm.ts';
import { groupIncidents, type IncidentGroup } from '../../data-access/stuck-requests.ts';
import type { Leads } from '../../domain/incident-text.ts';
import { judgeRequest, type VerdictRules } from '../../domain/request-verdict.ts';
import { StuckMetric } from '../../runtime/metric-names.ts';
import { addByName } from '../../runtime/telemetry.ts';
import { keepIncidents } from './keep-incidents.ts';
import { type Put, type PutCounts, putOutgoingEvents } from './put-events.ts';
import { type Publish, type SendCounts, sendNotifications } from './send-notifications.ts';

export interface StuckAlarmOptions extends Leads {
  rules: VerdictRules;
  /** Only holds verdicts back: where it fails or takes too long, the last run's answer counts. */
  measureLag: () => Promise<IngestLag>;
  /** @default 5,000 */
  measureWithinMs?: number;
  publish: Publish;
  /** Undefined where there is no event bus. */
  put?: Put | undefined;
  now: Date;
  /** Whether there is time for another page of requests. */
  hasTime?: () => boolean;
  /** Whether there is time to send another page of notifications. */
  maySend?: () => boolean;
  onSent?: (notification: ClaimedNotification) => void;
}

export interface StuckAlarmRun extends CheckCounts, SendCounts {
  /** Verdicts wait, because what looks stuck may wait on the queue. */
  heldBack: boolean;
  /** Since when ingest lags that far; verdicts wait for the beginning of it only. */
  laggingSince: Date | null;
  /** Null where it could not be measured. */
  lagSeconds: number | null;
  incidents: number;
  stuck: number;
  /** What was put on the event bus. */
  events: PutCounts;
}

/** From this lag on silence may be ours: what looks stuck may wait on the queue. The ingest alarm covers it. */
const HOLD_BACK_FROM_SECONDS = 300;

/**
 * Verdicts wait no longer than this. After an outage every message has been tried again by then (it rests 20 minutes at
 * most); what lags still, one request's poison or one tenant's flood, may not silence the alarms of all.
 */
const LONGEST_HOLD_BACK_MS = 30 * 60_000;

const MEASURE_WITHIN_MS = 5_000;

/** Null when it cannot be measured in this time: the alarms do not depend on it. */
async function lagWithin(measureLag: () => Promise<IngestLag>, milliseconds: number): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null);
  });
  try {
    return (await Promise.race([measureLag(), tooLate]))?.seconds ?? null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** An unknown lag begins no waiting, and ends none: that ends by LONGEST_HOLD_BACK_MS. */
function lagsSince(lagSeconds: number | null, before: Date | null, now: Date): Date | null {
  if (lagSeconds === null) return before;
  return lagSeconds > HOLD_BACK_FROM_SECONDS ? (before ?? now) : null;
}

/** One run: check what is due, keep the incidents, send the notifications due. Safe to repeat and to run at once. */
export async function runStuckAlarm(database: Database, options: StuckAlarmOptions): Promise<StuckAlarmRun> {
  const { rules, now, publish, onSent, runbookUrl, tracker } = options;
  await pullBackTimes(database, now);
  const last = await readCheck(database);
  const lagSeconds = await lagWithin(options.measureLag, options.measureWithinMs ?? MEASURE_WITHIN_MS);
  const laggingSince = lagsSince(lagSeconds, last?.laggingSince ?? null, now);
  const heldBack = laggingSince !== null && now.getTime() - laggingSince.getTime() < LONGEST_HOLD_BACK_MS;
  const check = heldBack
    ? { checked: 0, changed: 0, complete: false }
    : await checkRequests(database, { rules, now, ...(options.hasTime && { hasTime: options.hasTime }) });
  const groups: IncidentGroup[] = [];
  for await (const page of groupIncidents(database, now)) groups.push(...page);
  if (!heldBack) {
    const pauses = await listRetryPauses(database);
    await keepIncidents(database, groups, now, { runbookUrl, tracker, pauses });
  }
  await recordCheck(database, now, {
    heldBack,
    laggingSince,
    lagSeconds: lagSeconds ?? last?.lagSeconds ?? 0,
  });
  const sending = await sendNotifications(database, publish, now, onSent, options.maySend);
  const events = await putOutgoingEvents(database, options.put, now, options.maySend);
  const stuck = groups.reduce((total, { count, awaited }) => total + count - awaited, 0);
  return {
    ...check,
    ...sending,
    heldBack,
    laggingSince,
    lagSeconds,
    incidents: groups.length,
    stuck,
    events,
  };
}

export interface CheckOptions {
  rules: VerdictRules;
  now: Date;
  /** @default 500 */
  pageSize?: number;
  /** Whether there is time for another page. */
  hasTime?: () => boolean;
}

export interface CheckCounts {
  checked: number;
  /** Left for the next run, because something was recorded of them meanwhile. */
  changed: number;
  /** False when time was up with requests still due. */
  complete: boolean;
}

const PAGE_SIZE = 500;

/** Checks once every request whose check is due, in bounded pages, and writes what it finds. */
export async function checkRequests(
  database: Database,
  { rules, now, pageSize = PAGE_SIZE, hasTime = () => true }: CheckOptions,
): Promise<CheckCounts> {
  const counts = { checked: 0, changed: 0 };
  await wakeExhaustedRequests(database, now);
  let after: string | undefined;
  while (hasTime()) {
    const { rows: requests, cut } = await takeWatchedRequests(database, pageSize, now, after);
    const verdicts = requests.map((request) => ({
      pagwId: request.pagwId,
      lastSequenceNo: request.lastSequenceNo,
      ...judgeRequest(request, rules, now),
    }));
    const written = verdicts.length === 0 ? 0 : await writeVerdicts(database, verdicts, now);
    counts.checked += written;
    counts.changed += requests.length - written;
    if (!cut && requests.length < pageSize) return { ...counts, complete: true };
    after = requests.at(-1)?.pagwId;
  }
  return { ...counts, complete: false };
}

/** Reports what is open and stuck, in all, by tenant and by stage; nothing is stuck while verdicts are held back. */
export function addWatchedMetrics(
  metrics: Metrics,
  watched: readonly WatchedCount[],
  heldBack: boolean,
  now: Date,
): void {
  const shown = heldBack ? watched.filter(({ dimension }) => dimension !== 'stage') : watched;
  addByName(metrics, shown, (rows) => {
    const sum = (count: 'open' | 'stuck' | 'atRisk' | 'urgent' | 'breached') =>
      rows.reduce((total, row) => total + row[count], 0);
    const [{ dimension } = { dimension: null }] = rows;
    metrics.addMetric(StuckMetric.stuck, MetricUnit.Count, heldBack ? 0 : sum('stuck'));
    if (dimension !== null) {
      const ages = rows.map(({ oldestSince }) => (now.getTime() - (oldestSince ?? now).getTime()) / 1_000);
      const oldest = heldBack ? 0 : Math.floor(Math.max(0, ...ages));
      metrics.addMetric(StuckMetric.oldestAge, MetricUnit.Seconds, oldest);
      if (dimension === 'tenant') metrics.addMetric(StuckMetric.open, MetricUnit.Count, sum('open'));
      return;
    }
    metrics.addMetric(StuckMetric.deadlineWarn, MetricUnit.Count, sum('atRisk'));
    metrics.addMetric(StuckMetric.deadlinePage, MetricUnit.Count, sum('urgent'));
    metrics.addMetric(StuckMetric.deadlineBreached, MetricUnit.Count, sum('breached'));
  });
}

/** Reports what a run did. */
export function addStuckMetrics(metrics: Metrics, run: StuckAlarmRun, now: Date): void {
  metrics.addMetric(StuckMetric.incidents, MetricUnit.Count, run.incidents);
  metrics.addMetric(StuckMetric.unsent, MetricUnit.Count, run.failed);
  const laggingMs = now.getTime() - (run.laggingSince ?? now).getTime();
  metrics.addMetric(StuckMetric.lagging, MetricUnit.Seconds, laggingMs / 1_000);
}

/** Reports how long the event bus lets the oldest event wait; only where there is one. */
export function addOutgoingMetric(metrics: Metrics, { waitingSeconds }: PutCounts): void {
  metrics.addMetric(StuckMetric.outgoingAge, MetricUnit.Seconds, waitingSeconds);
}

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
