import { beforeAll, describe, expect, it } from 'vitest';
import { countDoubtfulNames, noteDoubtfulNames } from '../../lib/data-access/doubtful-names.ts';
import { countEvents } from '../../lib/data-access/event-reports.ts';
import { readFlow } from '../../lib/data-access/flow.ts';
import { keepLoadSample } from '../../lib/data-access/load.ts';
import { ensurePartitionsAhead } from '../../lib/data-access/maintain.ts';
import { claimNotifications } from '../../lib/data-access/notifications.ts';
import { snoozeIncident } from '../../lib/data-access/operate.ts';
import { compactRequests } from '../../lib/data-access/retention.ts';
import { claimDueRetries, stepRetryBatches } from '../../lib/data-access/retry.ts';
import { requestRetryBatch, retryNow } from '../../lib/data-access/retry-orders.ts';
import { recordCheck } from '../../lib/data-access/stuck-alarm.ts';
import { refreshFlow, refreshSummary } from '../../lib/data-access/summary.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { runRetries } from '../../lib/flows/retry/run-retries.ts';
import { runStuckAlarm } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../support/database.ts';
import { afterMinutes } from '../support/history.ts';
import { openRetryQueue, type RetryQueue } from '../support/retry-queue.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';

/**
 * What becomes of a time that a run with a wrong clock stored, column by column.
 * - `taken back`: the next run with a right clock leaves none that lies ahead.
 * - `of events`: follows from when events happened and were recorded; the next event goes on from there.
 * - `fact`: told as it was written down; nothing waits for it but keeping data for longer.
 * - `bounded`: whoever reads it takes it for no later than could be right.
 * - `not ours`: a producer's, SQS's, or the database's own time.
 */
const RULES: Readonly<Record<string, 'taken back' | 'of events' | 'fact' | 'bounded' | 'not ours'>> = {
  'archive_object.archived_at': 'fact',
  'archived_hour.hour': 'of events',
  'archived_month.dropped_at': 'fact',
  'archived_month.keep_until': 'fact',
  'canary.arrived_at': 'bounded',
  'canary.sent_at': 'not ours',
  'decision_episode.appeal_decided_at': 'of events',
  'decision_episode.appealed_at': 'of events',
  'decision_episode.due_at': 'of events',
  'decision_episode.extended_at': 'of events',
  'decision_episode.notified_at': 'of events',
  'decision_episode.pended_at': 'of events',
  'decision_episode.priority_since': 'of events',
  'decision_episode.received_at': 'of events',
  'decision_episode.resolved_at': 'of events',
  'archive_object.received_on': 'fact',
  'archived_month.month': 'fact',
  'decision_changed_day.day': 'of events',
  'decision_open_month.month': 'of events',
  'decision_summary.starts_at': 'of events',
  'doubtful_name.day': 'taken back',
  'event_summary_changed_day.day': 'of events',
  'event_summary_changed_hour.hour': 'of events',
  'event_summary_progress.days_before': 'taken back',
  'event_summary_progress.refreshed_at': 'taken back',
  'event_tracker.completed_at': 'not ours',
  'event_tracker.created_at': 'fact',
  'event_tracker.next_retry_at': 'taken back',
  'event_tracker.occurred_at': 'not ours',
  'event_tracker.received_on': 'fact',
  'event_tracker.retry_exhausted_at': 'fact',
  'event_tracker.start_created_at': 'fact',
  'event_tracker.start_occurred_at': 'not ours',
  'event_tracker.started_at': 'not ours',
  'event_tracker_summary.hour': 'of events',
  'event_tracker_summary_day.day': 'of events',
  'event_tracker_summary_day_total.day': 'of events',
  'event_tracker_summary_total.hour': 'of events',
  'flow_changed_day.day': 'of events',
  'flow_changed_hour.hour': 'of events',
  'flow_summary.starts_at': 'of events',
  'incident.closed_at': 'taken back',
  'incident.oldest_since': 'taken back',
  'incident.opened_at': 'taken back',
  'incident.seen_at': 'taken back',
  'incident.snoozed_until': 'bounded',
  'incident.notified_at': 'taken back',
  'incident.trend_at': 'taken back',
  'incident_notification.claimed_until': 'taken back',
  'incident_notification.sent_at': 'fact',
  'incident_notification.superseded_at': 'fact',
  'incident_notification.written_at': 'fact',
  'legal_hold.held_at': 'fact',
  'load_sample.sampled_at': 'taken back',
  'operator_action.acted_at': 'fact',
  'outgoing_event.claimed_until': 'bounded',
  'outgoing_event.written_at': 'fact',
  'rejected_message.rejected_at': 'fact',
  'rejected_message.replayed_at': 'fact',
  'rejected_message.sent_at': 'not ours',
  'report_snapshot.frozen_at': 'fact',
  'request_flow.last_created_at': 'of events',
  'request_flow.last_occurred_at': 'of events',
  'request_flow.seen_at': 'of events',
  'request_tracker.archived_at': 'fact',
  'request_tracker.clock_stopped_at': 'of events',
  'request_tracker.compacted_at': 'fact',
  'request_tracker.completed_at': 'of events',
  'request_tracker.created_at': 'fact',
  'request_tracker.decided_at': 'of events',
  'request_tracker.deadline_risk_at': 'bounded',
  'request_tracker.decision_due_at': 'of events',
  'request_tracker.last_event_at': 'of events',
  'request_tracker.main_at': 'of events',
  'request_tracker.received_at': 'of events',
  'request_tracker.received_on': 'fact',
  'request_tracker.retired_at': 'fact',
  'request_tracker.stuck_since': 'taken back',
  'request_tracker.unclear_answer_at': 'of events',
  'request_tracker.updated_at': 'fact',
  'request_tracker.watch_at': 'taken back',
  'resend.claimed_at': 'bounded',
  'resend.finished_at': 'fact',
  'resend.requested_at': 'fact',
  'retry_batch.finished_at': 'fact',
  'retry_batch.requested_at': 'fact',
  'retry_batch.stepped_at': 'taken back',
  'retry_claim.claimed_at': 'taken back',
  'retry_pause.paused_at': 'fact',
  'schema_failure.failed_at': 'not ours',
  'schema_function.applied_at': 'not ours',
  'schema_migration.applied_at': 'not ours',
  'stuck_check.checked_at': 'taken back',
  'stuck_check.held_back_since': 'taken back',
  'stuck_check.lagging_since': 'taken back',
};
const takenBack = Object.keys(RULES).filter((column) => RULES[column] === 'taken back');

const misspelt = { sender: 'AROAEXAMPLEID', serviceName: null, path: '/stage', didYouMean: 'PARSING' };
const operator = { actedBy: 'test', reason: 'a wrong clock' };
const db = await databaseOfFile();
let queue: RetryQueue;
/** The right time, by which the database goes, too. */
let start: Date;

async function empty(): Promise<void> {
  queue = openRetryQueue();
  start = new Date();
  await db.database.execute(
    `TRUNCATE request_tracker, event_tracker, decision_episode, retry_claim, retry_batch, retry_batch_failure, incident,
       incident_notification,
       stuck_check, load_sample, event_tracker_summary, event_tracker_summary_day, event_tracker_summary_total,
       event_tracker_summary_day_total, event_summary_changed_hour, event_summary_changed_day, request_flow, flow_summary,
       flow_changed_request, flow_changed_hour, flow_changed_day, decision_changed_day, decision_open_month, decision_summary,
       doubtful_name CASCADE`,
  );
  await db.database.execute('UPDATE event_summary_progress SET refreshed_at = NULL, days_before = NULL');
}

const id = (name: string) => `PAGW-CLOCK-${name}`;
const happened = (minute: number) => afterMinutes(start, minute).toISOString();

async function retriesAt(now: Date): Promise<number> {
  const { counts } = await runRetries({
    database: db.database,
    sqs: queue.sqs,
    queues: () => 'https://sqs/pagw-retries.fifo',
    policy: defaultRetryPolicy,
    now: () => now,
    leaseSeconds: 300,
    batchSize: 100,
    mayGoOn: () => true,
  });
  return counts.dispatched;
}

async function stuckAlarmAt(now: Date, maySend = true): Promise<void> {
  await runStuckAlarm(db.database, {
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    measureLag: async () => ({ seconds: 0, waiting: 0 }),
    publish: async () => undefined,
    maySend: () => maySend,
    now,
  });
  await keepLoadSample(db.database, now);
}

async function maintainAt(now: Date): Promise<void> {
  const options = { database: db.database, now, mayGoOn: () => true };
  await ensurePartitionsAhead(options);
  await refreshSummary(options);
  await refreshFlow(options);
  await compactRequests(options, 30);
}

/** Work is under way by right clocks. */
async function rightBeginning(): Promise<void> {
  const request = (name: string, fields = {}) => ({ pagwId: id(name), occurredAt: happened(-60), ...fields });
  await recordEvents(
    db.database,
    [
      trackedEvent(request('WORKS')),
      failedEvent(request('EXHAUSTED', { attempt: 5 })),
      failedEvent(request('BATCHED-1', { attempt: 5 })),
      failedEvent(request('BATCHED-2', { attempt: 5 })),
      trackedEvent(request('HANGS', { eventType: 'PARSE_START', status: 'STARTED' })),
      failedEvent(request('DUE', { retry: null, nextRetryAt: happened(-50) })),
    ],
    afterMinutes(start, -60),
  );
  await stuckAlarmAt(afterMinutes(start, -20));
  await maintainAt(afterMinutes(start, -15));
}

/** One run of each flow, and what an operator asks for, by a clock that says `wrong`. */
async function wrongRuns(wrong: Date): Promise<void> {
  const { database } = db;
  const request = (name: string, fields = {}) => ({ pagwId: id(name), occurredAt: happened(0), ...fields });
  await recordEvents(
    database,
    [
      trackedEvent(
        request('WRONG-STARTS', {
          tenant: 'carelon',
          stage: 'VALIDATION',
          eventType: 'VAL_START',
          status: 'STARTED',
        }),
      ),
      failedEvent(request('WRONG-FAILS')),
      trackedEvent(request('HANGS')),
    ],
    wrong,
  );
  await noteDoubtfulNames(database, [{ ...misspelt, pagwId: id('WORKS') }], wrong);
  // A batch is of what failed before it was asked for, by the clock of who asks.
  const asked = wrong > start ? wrong : start;
  await requestRetryBatch(
    database,
    { ...operator, filter: { stage: 'PARSING', errorCode: 'PARSE_EXCEPTION' }, ratePerMinute: 2 },
    asked,
  );
  await stepRetryBatches(database, wrong, 10);
  await retryNow(database, { ...operator, pagwId: id('EXHAUSTED'), stage: null }, wrong);
  // Cut off before it sends.
  await claimDueRetries(database, { now: wrong, limit: 100, cursors: new Map(), skippedStages: [] });
  // Another is cut off before it tells, and after it took what there is to tell.
  await stuckAlarmAt(afterMinutes(wrong, 20), false);
  const { rows } = await database.execute<{ key: string }>(
    'SELECT key FROM incident WHERE closed_at IS NULL LIMIT 1',
  );
  const until = afterMinutes(wrong, 60);
  if (rows[0]) await snoozeIncident(database, { ...operator, key: rows[0].key, until }, wrong);
  await recordCheck(database, wrong, { heldBack: true, laggingSince: wrong, lagSeconds: 400 });
  await claimNotifications(database, 10, 240, afterMinutes(wrong, 20));
  await maintainAt(afterMinutes(wrong, 25));
}

/** Of the columns to be taken back, what lies later than `latest`, as `table.column`. */
async function aheadOf(latest: Date): Promise<string[]> {
  const looks = takenBack.map((column) => {
    const [table, name] = column.split('.');
    return `SELECT '${column}' AS name FROM ${table} WHERE ${name} > :latest::timestamptz`;
  });
  const { rows } = await db.database.execute<{ name: string }>(looks.join(' UNION '), { latest });
  return rows.map(({ name }) => name).toSorted();
}

async function countEverything(): Promise<number> {
  const { rows } = await db.database.execute<{ events: number }>(
    'SELECT count(*) AS events FROM event_history',
  );
  return rows[0]?.events ?? 0;
}

async function countRequests(): Promise<number> {
  const { rows } = await db.database.execute<{ requests: number }>(
    'SELECT count(*) AS requests FROM request_tracker',
  );
  return rows[0]?.requests ?? 0;
}

it('names a rule for every column that holds a time', async () => {
  const { rows } = await db.database.execute<{ name: string }>(
    `SELECT (relname || '.' || attname) COLLATE "C" AS name
     FROM pg_attribute
     JOIN pg_class ON pg_class.oid = attrelid
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND atttypid IN ('timestamptz'::regtype, 'date'::regtype) AND attnum > 0 AND NOT attisdropped
     ORDER BY 1`,
  );
  expect(Object.keys(RULES).toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
});

function minutesTo(time: string): number {
  return (Date.parse(time) - Date.now()) / 60_000;
}

describe.each([
  ['an hour ahead', 60],
  ['a day ahead', 24 * 60],
  ['an hour behind', -60],
  ['a day behind', -24 * 60],
  ['in 1970', minutesTo('1970-01-02T00:00:00Z')],
  ['in 2100', minutesTo('2100-01-02T00:00:00Z')],
])('after one run of each flow with a clock %s', (_, offMinutes) => {
  let aheadBefore: string[];
  let aheadAfter: string[];

  beforeAll(async () => {
    await empty();
    await rightBeginning();
    await wrongRuns(afterMinutes(start, offMinutes));
    // A look, a lease and a planned retry come within 20 minutes.
    aheadBefore = await aheadOf(afterMinutes(start, 20));
    for (const minute of [1, 2, 3]) {
      const now = afterMinutes(start, minute);
      await stepRetryBatches(db.database, now, 10);
      await retriesAt(now);
      await stuckAlarmAt(now);
      await maintainAt(now);
      await noteDoubtfulNames(db.database, [{ ...misspelt, pagwId: id('WORKS') }], now);
    }
    aheadAfter = await aheadOf(afterMinutes(start, 20));
  });

  it('runs with a right clock leave no time ahead', () => {
    if (offMinutes > 24 * 60) expect(takenBack.filter((column) => !aheadBefore.includes(column))).toEqual([]);
    expect(aheadAfter).toEqual([]);
  });

  it('what waits for a retry has been sent', () => {
    const sent = new Set(queue.commands.map(({ pagwId }) => pagwId));
    const waited = ['BATCHED-1', 'BATCHED-2', 'DUE', 'EXHAUSTED', 'WRONG-FAILS'];
    expect([...sent].toSorted()).toEqual(waited.map(id));
  });

  it('reports count everything, now and after what comes next', async () => {
    const { database } = db;
    const query = { tenant: null, since: new Date(0) };
    expect(await countEvents(database, query)).toBe(await countEverything());
    const next = { pagwId: id('WORKS'), eventType: 'VAL_OK', stage: 'VALIDATION', occurredAt: happened(4) };
    await recordEvents(database, [trackedEvent(next)], afterMinutes(start, 4));
    expect(await countEvents(database, query)).toBe(await countEverything());
    const { requestCount } = await readFlow(database, { ...query, lanes: 'all' });
    expect(requestCount).toBe(await countRequests());
  });

  it('what is misspelt is counted lately, and of a clock that was ahead, too', async () => {
    const lately = { tenant: null, since: afterMinutes(start, -60), until: afterMinutes(start, 60) };
    const { rows } = await countDoubtfulNames(db.database, lately);
    expect(rows).toEqual([{ ...misspelt, tenant: 'anthem', events: expect.any(Number) }]);
    expect(rows[0]?.events).toBeGreaterThanOrEqual(offMinutes > 0 ? 4 : 3);
  });

  it('what hangs is found and told, and load is sampled', async () => {
    await stuckAlarmAt(afterMinutes(start, 21));
    const { rows: stuck } = await db.database.execute<{ pagwId: string }>(
      'SELECT pagw_id FROM request_tracker WHERE stuck_reason IS NOT NULL',
    );
    expect(stuck.map(({ pagwId }) => pagwId)).toEqual(
      expect.arrayContaining([id('HANGS'), id('WRONG-STARTS')]),
    );
    const { rows: untold } = await db.database.execute(
      `SELECT key FROM incident WHERE closed_at IS NULL AND lead_id IS NULL AND notified_at IS NULL
       UNION ALL
       SELECT kind FROM incident_notification WHERE sent_at IS NULL AND superseded_at IS NULL`,
    );
    expect(untold).toEqual([]);
    const { rows: samples } = await db.database.execute<{ kept: number }>(
      `SELECT count(DISTINCT sampled_at) AS kept FROM load_sample
       WHERE sampled_at BETWEEN :since::timestamptz AND :until::timestamptz`,
      { since: afterMinutes(start, -60), until: afterMinutes(start, 21) },
    );
    expect(samples[0]?.kept).toBeGreaterThanOrEqual(3);
  });
});
