import type { VerdictRules } from '../../domain/request-verdict.ts';
import type { Database } from '../database.ts';
import { type CheckCounts, checkRequests } from './check-requests.ts';
import type { ClaimedNotification } from './claim-notifications.ts';
import { groupIncidents, type StuckGroup } from './group-stuck-requests.ts';
import { keepIncidents } from './keep-incidents.ts';
import type { IngestLag } from './measure-ingest-lag.ts';
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
  heldBack: boolean;
  lagSeconds: number;
  incidents: number;
  stuck: number;
}

/** From this lag on silence may be ours: what looks stuck may wait on the queue. The ingest alarm tells it. */
const HOLD_BACK_FROM_SECONDS = 300;

/** One run: look at what is due, keep the incidents, tell what there is to tell. Safe to repeat and to run at once. */
export async function runStuckAlarm(database: Database, options: StuckAlarmOptions): Promise<StuckAlarmRun> {
  const { rules, now, publish, onSent } = options;
  const { seconds: lagSeconds } = await options.measureLag();
  const heldBack = lagSeconds > HOLD_BACK_FROM_SECONDS;
  const check = heldBack
    ? { looked: 0, changed: 0, complete: false }
    : await checkRequests(database, { rules, now, ...(options.hasTime && { hasTime: options.hasTime }) });
  const groups: StuckGroup[] = [];
  for await (const page of groupIncidents(database, now)) groups.push(...page);
  if (!heldBack) await keepIncidents(database, groups, now, options.runbookUrl);
  await recordCheck(database, now, { heldBack, lagSeconds });
  const sending = await sendNotifications(database, publish, now, onSent, options.maySend);
  const stuck = groups.reduce((total, { count }) => total + count, 0);
  return { ...check, ...sending, heldBack, lagSeconds, incidents: groups.length, stuck };
}
