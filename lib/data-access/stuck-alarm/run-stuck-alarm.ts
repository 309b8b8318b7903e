import type { VerdictRules } from '../../domain/request-verdict.ts';
import type { Database } from '../database.ts';
import { type CheckCounts, checkRequests } from './check-requests.ts';
import type { ClaimedNotification } from './claim-notifications.ts';
import { groupIncidents, type StuckGroup } from './group-stuck-requests.ts';
import { keepIncidents } from './keep-incidents.ts';
import type { IngestLag } from './measure-ingest-lag.ts';
import { pullBackTimes } from './pull-back-times.ts';
import { readCheck } from './read-check.ts';
import { recordCheck } from './record-check.ts';
import { type Publish, type SendCounts, sendNotifications } from './send-notifications.ts';

export interface StuckAlarmOptions {
  rules: VerdictRules;
  measureLag: () => Promise<IngestLag>;
  publish: Publish;
  now: Date;
  runbookUrl?: string | undefined;
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
  lagSeconds: number;
  incidents: number;
  stuck: number;
}

/** From this lag on silence may be ours: what looks stuck may wait on the queue. The ingest alarm tells it. */
const HOLD_BACK_FROM_SECONDS = 300;

/**
 * Verdicts wait no longer than this. After an outage every message has been tried again by then (it rests 20 minutes at
 * most); what lags still, one request's poison or one tenant's flood, may not silence the alarms of all.
 */
const LONGEST_HOLD_BACK_MS = 30 * 60_000;

/** One run: look at what is due, keep the incidents, tell what there is to tell. Safe to repeat and to run at once. */
export async function runStuckAlarm(database: Database, options: StuckAlarmOptions): Promise<StuckAlarmRun> {
  const { rules, now, publish, onSent } = options;
  await pullBackTimes(database, now);
  const { seconds: lagSeconds } = await options.measureLag();
  const laggingSince =
    lagSeconds > HOLD_BACK_FROM_SECONDS ? ((await readCheck(database))?.laggingSince ?? now) : null;
  const heldBack = laggingSince !== null && now.getTime() - laggingSince.getTime() < LONGEST_HOLD_BACK_MS;
  const check = heldBack
    ? { looked: 0, changed: 0, complete: false }
    : await checkRequests(database, { rules, now, ...(options.hasTime && { hasTime: options.hasTime }) });
  const groups: StuckGroup[] = [];
  for await (const page of groupIncidents(database, now)) groups.push(...page);
  if (!heldBack) await keepIncidents(database, groups, now, options.runbookUrl);
  await recordCheck(database, now, { heldBack, laggingSince, lagSeconds });
  const sending = await sendNotifications(database, publish, now, onSent, options.maySend);
  const stuck = groups.reduce((total, { count }) => total + count, 0);
  return { ...check, ...sending, heldBack, laggingSince, lagSeconds, incidents: groups.length, stuck };
}
