import type { Database } from '../../lib/data-access/database.ts';
import type { ClaimedNotification } from '../../lib/data-access/notifications.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { runStuckAlarm } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { afterMinutes, recordSteps } from './history.ts';
import { calmRequests, OUTAGE, outageRequests, RERUN, type StoryRequest, WEEK } from './outage-story.ts';

const start = new Date('2026-03-02T00:00:00Z');
const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };

export interface NotifiedInWeek extends ClaimedNotification {
  at: Date;
}

export interface SimulatedWeek {
  outageRequests: number;
  notified: NotifiedInWeek[];
  /** What an alert for each stuck request each run would have come to. */
  naiveAlerts: number;
}

/** What the detector says at a moment, and what the story says: request → reason. */
export type CompareVerdicts = (said: Map<string, string>, expected: Map<string, string>, at: Date) => void;

/** Each minute when the outage begins and ends; every few minutes in between, every hour of the quiet days. */
function minutesOfWeek(): number[] {
  const all = Array.from({ length: WEEK + 31 }, (_, minute) => minute);
  const inOutage = (minute: number) => minute >= OUTAGE.from && minute <= RERUN + 40;
  const dense = (minute: number) => minute <= OUTAGE.from + 40 || minute >= OUTAGE.until;
  return all.filter(
    (minute) => minute % 60 === 0 || (inOutage(minute) && (dense(minute) || minute % 5 === 0)),
  );
}

/** Lets a week pass by a clock of its own: requests recorded as they happen, the detector run as it would be. */
export async function simulateWeek(
  database: Database,
  share: number,
  compare: CompareVerdicts,
): Promise<SimulatedWeek> {
  const hit = outageRequests(share);
  const requests = [...calmRequests(), ...hit];
  const steps = requests
    .flatMap(({ pagwId, tenant, steps: own }) => own.map((step) => ({ pagwId, tenant, step })))
    .sort((left, right) => left.step[0] - right.step[0]);
  const notified: NotifiedInWeek[] = [];
  let recorded = 0;
  let naiveAlerts = 0;
  for (const minute of minutesOfWeek()) {
    const now = afterMinutes(start, minute);
    let next = recorded;
    while ((steps[next]?.step[0] ?? Number.POSITIVE_INFINITY) <= minute) next++;
    await recordSteps(database, start, steps.slice(recorded, next));
    recorded = next;
    await runStuckAlarm(database, {
      rules,
      now,
      measureLag: async () => ({ waiting: 0, seconds: 0 }),
      publish: async (notification) => void notified.push({ ...notification, at: now }),
    });
    const expected = stuckByStory(requests, minute);
    naiveAlerts += expected.size;
    if (minute % 10 === 0) compare(await stuckNow(database), expected, now);
  }
  return { outageRequests: hit.length, notified, naiveAlerts };
}

/** A line for each notification of the week. */
export function tellWeek({ outageRequests: hit, notified, naiveAlerts }: SimulatedWeek): string {
  const lines = notified.map(({ at, kind, reason, subject }) =>
    ['', at.toISOString().slice(0, 16), kind.padEnd(9), reason.padEnd(18), subject].join('  '),
  );
  const count = (value: number) => value.toLocaleString('en-US');
  return [
    `${notified.length} notifications in a week with an outage of three hours that hit ${count(hit)} requests of 3 tenants`,
    `(an alert for each stuck request in each run would have made ${count(naiveAlerts)}):`,
    ...lines,
  ].join('\n');
}

async function stuckNow(database: Database): Promise<Map<string, string>> {
  const { rows } = await database.execute<{ pagwId: string; reason: string }>(
    'SELECT pagw_id, stuck_reason AS reason FROM request_tracker WHERE stuck_reason IS NOT NULL',
  );
  return new Map(rows.map(({ pagwId, reason }) => [pagwId, reason]));
}

function stuckByStory(requests: readonly StoryRequest[], minute: number): Map<string, string> {
  return new Map(
    requests.flatMap(({ pagwId, stuck }) =>
      stuck
        .filter(({ from, until }) => from <= minute && minute < until)
        .map(({ reason }) => [pagwId, reason] as const),
    ),
  );
}
