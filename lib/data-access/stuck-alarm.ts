import type { RequestFacts } from '../domain/request-state.ts';
import type { RequestVerdict } from '../domain/request-verdict.ts';
import { type Database, LATEST_RIGHT_TIME } from './database.ts';
import { type NamedInMetrics, namedValues, stageInMetrics, tenantInMetrics } from './named-in-metrics.ts';
import { NOTIFICATION_LEASE_SECONDS } from './notifications.ts';
import { type BoundedRows, readBounded } from './page.ts';

/** A request whose check is due. */
export interface WatchedRequest extends RequestFacts {
  pagwId: string;
  /** What a verdict on these facts is valid for: the request as of this event. */
  lastSequenceNo: number;
}

/**
 * A page of the requests whose check is due, in the order of their ids, with what the judgement needs of their latest
 * main-lane event: up to `limit`, or as many as fit into an answer. `after` is the id that the page before ended with.
 */
export async function takeWatchedRequests(
  database: Database,
  limit: number,
  now: Date,
  after = '',
): Promise<BoundedRows<WatchedRequest>> {
  return await readBounded<WatchedRequest>(
    database,
    'SELECT * FROM take_watched_requests(:now::timestamptz, :after, :limit::int)',
    { now, after, limit },
  );
}

export interface WrittenVerdict extends RequestVerdict {
  pagwId: string;
  lastSequenceNo: number;
}

/**
 * Writes verdicts, each only if nothing was recorded of its request since it was read, nor is right now; the others
 * stay due.
 * @returns how many were written.
 */
export async function writeVerdicts(
  database: Database,
  verdicts: readonly WrittenVerdict[],
  now: Date,
): Promise<number> {
  const { rows } = await database.execute<{ written: number }>(
    'SELECT write_verdicts(:verdicts::json, :now::timestamptz) AS written',
    { verdicts: JSON.stringify(verdicts.map((verdict) => toRecord(verdict, now))), now },
  );
  return rows[0]?.written ?? 0;
}

function toRecord(
  {
    pagwId,
    lastSequenceNo,
    incidentKey,
    stuck,
    skewSeconds,
    deadlineRisk,
    decisionDueAt,
    checkAt,
  }: WrittenVerdict,
  now: Date,
) {
  return {
    pagw_id: pagwId,
    sequence_no: lastSequenceNo,
    incident_key: incidentKey ?? undefined,
    reason: stuck?.reason,
    stage: stuck?.stage,
    since: stuck?.since,
    error_code: stuck?.errorCode ?? undefined,
    skew_seconds: stuck === null ? undefined : skewSeconds,
    risk: deadlineRisk === 'none' ? undefined : deadlineRisk,
    risk_at: deadlineRisk === 'none' ? undefined : now,
    due_at: decisionDueAt ?? undefined,
    check_at: checkAt ?? undefined,
  };
}

/** What was used up before has had a regular check since, or is due for one. */
const REGULAR_CHECK_MS = 3_600_000;

/**
 * Makes requests due for a check whose latest failure has used up its attempts: nobody will try again, so the next
 * regular check, minutes away, would come late. Costs what is exhausted and not fixed.
 */
export async function wakeExhaustedRequests(database: Database, now: Date): Promise<void> {
  await database.execute(
    `UPDATE request_tracker
     SET watch_at = :now::timestamptz
     WHERE pagw_id IN (
       SELECT request.pagw_id
       FROM event_tracker AS failed
       JOIN request_tracker AS request
         ON request.pagw_id = failed.pagw_id AND request.received_on = failed.received_on
       WHERE failed.retry_exhausted_at > :since::timestamptz
         AND request.main_stage = failed.stage
         AND request.main_status = 'FAILED'
         AND request.stuck_reason IS NULL
         AND request.watch_at > :now::timestamptz
       ORDER BY request.pagw_id
       FOR UPDATE OF request SKIP LOCKED
     )`,
    { now, since: new Date(now.getTime() - REGULAR_CHECK_MS) },
  );
}

/** How many requests of a tenant, or of all, are in flight; reads the watch list, which is as long as those are many. */
export async function countOpenRequests(database: Database, tenant: string | null): Promise<number> {
  const { rows } = await database.execute<{ open: number }>(
    `SELECT count(*) AS open
     FROM request_tracker
     WHERE watched AND completed_at IS NULL AND (:tenant::text IS NULL OR tenant = :tenant)`,
    { tenant },
  );
  return rows[0]?.open ?? 0;
}

/** What requests on the watch list are doing. */
export interface WatchedCount extends NamedInMetrics {
  open: number;
  stuck: number;
  /** Since when the longest stuck is so; null when none is. */
  oldestSince: Date | null;
  /** Undecided ones whose clock has run 75 % and more, 90 % and more, and out; breached ones are in neither of the first. */
  atRisk: number;
  urgent: number;
  breached: number;
}

/** For metrics: in all, by each of the tenants, and by the stage where they are stuck; all others together. */
export async function countWatchedRequests(
  database: Database,
  tenants: Iterable<string>,
): Promise<WatchedCount[]> {
  const { rows } = await database.execute<WatchedCount>(
    `WITH watched_request AS (
       SELECT
         ${tenantInMetrics('tenant')} AS tenant,
         CASE WHEN stuck_reason IS NOT NULL THEN ${stageInMetrics('stuck_stage')} END AS stage,
         completed_at, clock_stopped_at, deadline_risk, stuck_since
       FROM request_tracker
       WHERE watched
     )
     SELECT
       CASE GROUPING(tenant, stage) WHEN 1 THEN 'tenant' WHEN 2 THEN 'stage' END AS dimension,
       coalesce(tenant, stage) AS name,
       count(*) FILTER (WHERE completed_at IS NULL) AS open,
       count(stuck_since) AS stuck,
       min(stuck_since) AS oldest_since,
       count(*) FILTER (WHERE clock_stopped_at IS NULL AND deadline_risk IN ('at-risk', 'urgent')) AS at_risk,
       count(*) FILTER (WHERE clock_stopped_at IS NULL AND deadline_risk = 'urgent') AS urgent,
       count(*) FILTER (WHERE clock_stopped_at IS NULL AND deadline_risk = 'breached') AS breached
     FROM watched_request
     GROUP BY GROUPING SETS ((tenant), (stage), ())
     ORDER BY dimension, name`,
    namedValues(tenants),
  );
  return rows.filter(({ dimension, stuck }) => dimension !== 'stage' || stuck > 0);
}

export interface LastCheck {
  /** Null when every run so far held back. */
  checkedAt: Date | null;
  /** Since when the detector holds back because ingest lags. */
  heldBackSince: Date | null;
  /** Since when ingest lags so far that the detector would hold back; it does so for a limited time. */
  laggingSince: Date | null;
  lagSeconds: number;
}

/** The detector's latest run; undefined when it never ran. */
export async function readCheck(database: Database): Promise<LastCheck | undefined> {
  const { rows } = await database.execute<LastCheck>(
    'SELECT checked_at, held_back_since, lagging_since, lag_seconds FROM stuck_check',
  );
  return rows[0];
}

/** Notes that the detector ran, since when ingest lags, and whether verdicts had to wait for it. */
export async function recordCheck(
  database: Database,
  now: Date,
  lag: { heldBack: boolean; laggingSince: Date | null; lagSeconds: number },
): Promise<void> {
  await database.execute(
    `INSERT INTO stuck_check AS last (checked_at, held_back_since, lagging_since, lag_seconds)
     VALUES (
         CASE WHEN NOT :held_back THEN :now::timestamptz END,
         CASE WHEN :held_back THEN :now::timestamptz END,
         :lagging_since::timestamptz,
         :lag_seconds
       )
     ON CONFLICT (only_row) DO UPDATE SET
       -- A run that held back has checked nothing.
       checked_at = CASE WHEN :held_back THEN last.checked_at ELSE greatest(last.checked_at, excluded.checked_at) END,
       held_back_since = CASE WHEN :held_back THEN coalesce(last.held_back_since, excluded.held_back_since) END,
       lagging_since = excluded.lagging_since,
       lag_seconds = excluded.lag_seconds`,
    {
      now,
      held_back: lag.heldBack,
      lagging_since: lag.laggingSince,
      lag_seconds: Math.round(lag.lagSeconds),
    },
  );
}

/**
 * Takes back what a run with a clock far ahead wrote: its incidents could not be closed or reminded of, its claims would
 * keep their notifications unsent, and it put the next checks off.
 */
export async function pullBackTimes(database: Database, now: Date): Promise<void> {
  const values = { now };
  await database.execute(
    `UPDATE incident
     SET opened_at = least(opened_at, :now::timestamptz),
         seen_at = least(seen_at, :now::timestamptz),
         trend_at = least(trend_at, :now::timestamptz),
         oldest_since = least(oldest_since, :now::timestamptz),
         notified_at = CASE WHEN notified_at IS NOT NULL THEN least(notified_at, :now::timestamptz) END,
         closed_at = CASE WHEN closed_at IS NOT NULL THEN least(closed_at, :now::timestamptz) END,
         reminders_sent = 0,
         version = version + 1
     WHERE greatest(opened_at, seen_at, trend_at, oldest_since, notified_at, closed_at) > ${LATEST_RIGHT_TIME}`,
    values,
  );
  await database.execute(
    `UPDATE incident_notification
     SET claimed_until = NULL,
         written_at = least(written_at, :now::timestamptz)
     WHERE sent_at IS NULL
       AND superseded_at IS NULL
       AND (
         written_at > ${LATEST_RIGHT_TIME}
         OR claimed_until > ${LATEST_RIGHT_TIME} + :lease_seconds * interval '1 second'
       )`,
    { ...values, lease_seconds: NOTIFICATION_LEASE_SECONDS },
  );
  await database.execute(
    `WITH ahead AS (
       UPDATE stuck_check
       SET checked_at = CASE WHEN checked_at IS NOT NULL THEN least(checked_at, :now::timestamptz) END,
           held_back_since = CASE WHEN held_back_since IS NOT NULL THEN least(held_back_since, :now::timestamptz) END,
           lagging_since = CASE WHEN lagging_since IS NOT NULL THEN least(lagging_since, :now::timestamptz) END
       WHERE greatest(checked_at, held_back_since, lagging_since) > ${LATEST_RIGHT_TIME}
       RETURNING only_row
     )
     UPDATE request_tracker
     SET watch_at = :now::timestamptz
     WHERE watched AND watch_at > :now::timestamptz AND EXISTS (SELECT FROM ahead)`,
    values,
  );
}

/** A call records a request's events at one instant: at least a message each. The block index finds the last minutes. */
export async function countRecordedMessages(database: Database, since: Date, now: Date): Promise<number> {
  const { rows } = await database.execute<{ messages: number }>(
    `SELECT count(DISTINCT (pagw_id, created_at)) AS messages
     FROM event_tracker
     WHERE created_at > :since::timestamptz AND created_at <= :now::timestamptz`,
    { since, now },
  );
  return rows[0]?.messages ?? 0;
}
