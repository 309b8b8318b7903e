import { type Database, LATEST_RIGHT_TIME } from './database.ts';
import { LIVE_MAX_EVENTS } from './flow.ts';
import { type ReportSpan, readBounded, spanValues } from './page.ts';
import { EACH_TENANT } from './requests.ts';

/** Thirty days, and the thirty before to compare them with. */
const KEEP_DAYS = 61;

/**
 * Writes down how much there is to do now, the first time in each quarter of an hour, and forgets what is old. It costs
 * what is in flight, never the history.
 */
export async function keepLoadSample(database: Database, now: Date): Promise<void> {
  const { rows } = await database.execute<{ kept: boolean }>(
    `SELECT EXISTS (
       SELECT FROM load_sample WHERE sampled_at = date_bin('15 minutes', :now::timestamptz, TIMESTAMPTZ '2000-01-01 00:00:00+00')
     ) AS kept`,
    { now },
  );
  if (rows[0]?.kept === true) return;
  await database.execute(
    `WITH RECURSIVE ${EACH_TENANT},
     quarter AS (
       SELECT date_bin('15 minutes', :now::timestamptz, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS starts_at
     )
     INSERT INTO load_sample (sampled_at, tenant, received, in_flight, stuck, retries_waiting)
     SELECT
       starts_at, tenant,
       (SELECT count(*) FROM request_tracker AS request
        WHERE request.tenant = each_tenant.tenant
          -- From the sample before on, so that a pause between samples loses none.
          AND request.created_at >= coalesce(
            (SELECT max(sampled_at) FROM load_sample WHERE sampled_at < starts_at), starts_at - interval '15 minutes'
          )
          AND request.created_at < starts_at),
       (SELECT count(*) FROM request_tracker AS request
        WHERE request.tenant = each_tenant.tenant AND request.completed_at IS NULL),
       (SELECT count(*) FROM request_tracker AS request
        WHERE request.tenant = each_tenant.tenant AND request.stuck_reason IS NOT NULL),
       (SELECT count(*) FROM event_tracker AS failed
        WHERE failed.tenant = each_tenant.tenant AND failed.next_retry_at IS NOT NULL)
     FROM each_tenant
     CROSS JOIN quarter
     WHERE tenant IS NOT NULL
     ON CONFLICT DO NOTHING`,
    { now, tenant: null },
  );
  await database.execute(
    // Nothing brings a sample back, so the age goes by the earlier clock, and what a clock far ahead sampled goes, too.
    `DELETE FROM load_sample
     WHERE sampled_at < least(:now::timestamptz, statement_timestamp()) - :days * interval '1 day'
       OR sampled_at > ${LATEST_RIGHT_TIME}`,
    { now, days: KEEP_DAYS },
  );
}

/** What went on in a slice of time; the last three are the most there was at once, null where nothing was sampled. */
export interface LoadSlice {
  /** Its start. */
  at: Date;
  events: number;
  failures: number;
  answered: number;
  received: number | null;
  inFlight: number | null;
  stuck: number | null;
  retriesWaiting: number | null;
}

export interface LoadQuery extends ReportSpan {
  until: Date;
  /** The length of a slice; a multiple of 24 reads days that are merged. */
  stepHours: number;
  /** From this whole hour on to the present, what is not rolled up or sampled yet counts, too; less than a day ago. */
  liveFrom?: Date;
}

/** More than a chart has room for. */
const MAX_SLICES = 1_000;

/**
 * The load of a span in slices, oldest first, those without anything left out: events and failures from the event summary,
 * answers from the flow roll-up, the rest from samples.
 */
export async function loadOverTime(database: Database, query: LoadQuery): Promise<LoadSlice[]> {
  const { rows } = await readBounded<LoadSlice>(
    database,
    `WITH RECURSIVE ${EACH_TENANT},
     recorded AS (
       SELECT
         date_bin(:step * interval '1 hour', hour, :since::timestamptz) AS at, sum(events)::bigint AS events,
         sum(failures)::bigint AS failures
       FROM count_between(:tenant::text, :since::timestamptz, :until::timestamptz, :by_day)
       GROUP BY at
     ),
     answered AS (
       SELECT date_bin(:step * interval '1 hour', starts_at, :since::timestamptz) AS at, sum(count)::bigint AS answered
       FROM (
         SELECT starts_at, count
         FROM flow_summary
         WHERE slice = 'hour' AND kind = 'answer'
           AND starts_at >= :since::timestamptz
           AND starts_at < coalesce(:live_from::timestamptz, date_trunc('hour', :until::timestamptz, 'UTC'))
           AND (:tenant::text IS NULL OR tenant = :tenant)
         UNION ALL
         -- The part of an hour at the end.
         SELECT date_trunc('hour', seen_at, 'UTC'), 1
         FROM request_flow
         WHERE :live_from::timestamptz IS NULL AND lanes = 'all' AND answer_ms IS NOT NULL
           AND seen_at >= date_trunc('hour', :until::timestamptz, 'UTC') AND seen_at < :until::timestamptz
           AND (:tenant::text IS NULL OR tenant = :tenant)
         UNION ALL
         SELECT starts_at, count
         FROM flow_between(:tenant::text, :live_from::timestamptz, NULL, :live_most::bigint)
         WHERE kind = 'answer' AND :live_from::timestamptz IS NOT NULL
       ) AS part
       GROUP BY at
     ),
     sampled AS (
       SELECT
         sampled_at, sum(received) AS received, sum(in_flight) AS in_flight, sum(stuck) AS stuck,
         sum(retries_waiting) AS retries_waiting
       FROM load_sample
       WHERE sampled_at >= :since::timestamptz AND sampled_at <= :until::timestamptz
         AND (:tenant::text IS NULL OR tenant = :tenant)
       GROUP BY sampled_at
     ),
     part AS (
       -- What was received in the quarter before a sample, and how much there was to do at it.
       SELECT
         sampled_at - interval '15 minutes' AS at, received, NULL::numeric AS in_flight, NULL::numeric AS stuck,
         NULL::numeric AS retries_waiting
       FROM sampled
       UNION ALL
       SELECT sampled_at, NULL, in_flight, stuck, retries_waiting
       FROM sampled
       UNION ALL
       -- What came since the latest sample.
       SELECT created_at, 1, NULL, NULL, NULL
       FROM each_tenant
       JOIN request_tracker AS request ON request.tenant = each_tenant.tenant
       WHERE created_at >= (SELECT max(sampled_at) FROM load_sample WHERE sampled_at >= :live_from::timestamptz)
         AND created_at < :until::timestamptz
     ),
     held AS (
       SELECT
         date_bin(:step * interval '1 hour', part.at, :since::timestamptz) AS at, sum(received)::bigint AS received,
         max(in_flight)::bigint AS in_flight, max(stuck)::bigint AS stuck, max(retries_waiting)::bigint AS retries_waiting
       FROM part
       WHERE part.at >= :since::timestamptz AND part.at < :until::timestamptz
       GROUP BY date_bin(:step * interval '1 hour', part.at, :since::timestamptz)
     )
     SELECT
       at, coalesce(events, 0) AS events, coalesce(failures, 0) AS failures, coalesce(answered, 0) AS answered,
       received, in_flight, stuck, retries_waiting
     FROM recorded
     FULL JOIN answered USING (at)
     FULL JOIN held USING (at)
     ORDER BY at
     LIMIT ${MAX_SLICES}`,
    {
      ...spanValues(query),
      step: query.stepHours,
      by_day: query.stepHours % 24 === 0,
      live_from: query.liveFrom ?? null,
      live_most: LIVE_MAX_EVENTS,
    },
  );
  return rows;
}
