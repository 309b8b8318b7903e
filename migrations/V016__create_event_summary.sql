-- Histogram buckets grow by a twentieth, so that a quantile read from them is off by 2.5 % at most. Bucket -1 is 0 ms.
CREATE FUNCTION duration_bucket(duration_ms int) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN duration_ms < 1 THEN -1 ELSE floor(ln(duration_ms::float8) / ln(1.05::float8)) END::smallint;

-- The duration in ms that stands for a bucket: the harmonic mean of its first and last whole millisecond.
CREATE FUNCTION bucket_duration(bucket smallint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN bucket < 0 THEN 0 ELSE
  2 * ceil(power(1.05::float8, bucket)) * (ceil(power(1.05::float8, bucket + 1)) - 1)
    / (ceil(power(1.05::float8, bucket)) + ceil(power(1.05::float8, bucket + 1)) - 1)
END;

-- What percentile_cont(fraction) would answer over the durations that are counted here; buckets in ascending order.
-- Called for every stage and slice of a report: without a query of its own a call takes microseconds.
CREATE FUNCTION histogram_quantile(buckets smallint[], counts bigint[], fraction float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
  counted bigint;
  total bigint := 0;
  seen bigint := 0;
  rank float8;
  below float8;
BEGIN
  FOREACH counted IN ARRAY counts LOOP
    total := total + counted;
  END LOOP;
  rank := fraction * (total - 1);
  FOR place IN 1 .. cardinality(buckets) LOOP
    seen := seen + counts[place];
    IF below IS NULL AND seen > floor(rank) THEN
      below := bucket_duration(buckets[place]);
    END IF;
    IF seen > ceil(rank) THEN
      RETURN below + (rank - floor(rank)) * (bucket_duration(buckets[place]) - below);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

CREATE TABLE event_tracker_summary (
  hour             TIMESTAMPTZ NOT NULL CHECK (hour = date_trunc('hour', hour, 'UTC')),
  tenant           VARCHAR(64) COLLATE "C" NOT NULL,
  stage            VARCHAR(64) COLLATE "C" NOT NULL,
  event_type       VARCHAR(64) COLLATE "C" NOT NULL,
  status           pagw_event_status NOT NULL,
  event_count      BIGINT NOT NULL CHECK (event_count > 0),
  duration_count   BIGINT NOT NULL CHECK (duration_count BETWEEN 0 AND event_count),
  duration_sum_ms  BIGINT NOT NULL,
  duration_max_ms  INT,
  duration_buckets SMALLINT[] NOT NULL,
  bucket_counts    BIGINT[] NOT NULL,
  PRIMARY KEY (tenant, hour, stage, event_type, status),
  CONSTRAINT ck_event_tracker_summary_histogram CHECK (cardinality(duration_buckets) = cardinality(bucket_counts)),
  CONSTRAINT ck_event_tracker_summary_max CHECK ((duration_max_ms IS NULL) = (duration_count = 0))
);

CREATE INDEX ix_event_tracker_summary_hour ON event_tracker_summary (hour);

-- Hours that hold events which their summary may lack.
CREATE TABLE event_summary_changed_hour (
  hour TIMESTAMPTZ PRIMARY KEY
);

-- One row: how far the search for changed hours has come.
CREATE TABLE event_summary_progress (
  only_row     BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  settled_id   BIGINT NOT NULL,
  seen_id      BIGINT NOT NULL CHECK (seen_id >= settled_id),
  seen_xid     XID8 NOT NULL,
  refreshed_at TIMESTAMPTZ
);

INSERT INTO event_summary_progress (settled_id, seen_id, seen_xid)
SELECT 0, CASE WHEN is_called THEN last_value ELSE last_value - 1 END, pg_snapshot_xmax(pg_current_snapshot())
FROM event_tracker_id_seq;

-- The summary of the events recorded in a span of time, straight from them.
CREATE FUNCTION summarise_events(recorded_from timestamptz, recorded_before timestamptz, of_tenant text DEFAULT NULL)
RETURNS SETOF event_tracker_summary
LANGUAGE plpgsql STABLE
-- One plan for all values, by the block range index: planning anew for every partition takes longer than reading an hour.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
  RETURN QUERY
  SELECT
    bucketed.hour, bucketed.tenant, bucketed.stage, bucketed.event_type, bucketed.status,
    sum(events)::bigint,
    coalesce(sum(events) FILTER (WHERE bucket IS NOT NULL), 0)::bigint,
    coalesce(sum(total_ms), 0)::bigint,
    max(longest_ms),
    coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}'),
    coalesce(array_agg(events ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')
  FROM (
    SELECT
      date_trunc('hour', event.created_at, 'UTC') AS hour, event.tenant, event.stage, event.event_type, event.status,
      duration_bucket(event.duration_ms) AS bucket,
      count(*) AS events, sum(event.duration_ms) AS total_ms, max(event.duration_ms) AS longest_ms
    FROM event_tracker AS event
    WHERE event.created_at >= recorded_from
      AND event.created_at < recorded_before
      AND (of_tenant IS NULL OR event.tenant = of_tenant)
    GROUP BY 1, 2, 3, 4, 5, 6
  ) AS bucketed
  GROUP BY 1, 2, 3, 4, 5;
END
$$;

-- Marks the hours of events that came since the last search. An event counts as searched (settled_id) only once every
-- transaction that could have taken its number or a lower one is over: one that commits late, or carries a clock that
-- is off, is found by its number, whatever hour it belongs to. What is not settled is marked anew each time; that costs
-- a second look, never an event. An old backlog is taken up in pieces of `most` numbers.
CREATE FUNCTION mark_changed_hours(most bigint) RETURNS TABLE (marked bigint, complete boolean)
LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
  progress event_summary_progress;
  last_id bigint;
  finished_id bigint;
  upto_id bigint;
BEGIN
  SELECT * INTO STRICT progress FROM event_summary_progress FOR UPDATE;
  finished_id := progress.settled_id;
  IF progress.seen_xid <= pg_snapshot_xmin(pg_current_snapshot()) THEN
    finished_id := progress.seen_id;
  END IF;
  SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO last_id FROM event_tracker_id_seq;
  upto_id := CASE WHEN finished_id > progress.settled_id + most THEN progress.settled_id + most ELSE last_id END;

  INSERT INTO event_summary_changed_hour (hour)
  SELECT DISTINCT date_trunc('hour', created_at, 'UTC') AS hour
  FROM event_tracker
  WHERE id > progress.settled_id AND id <= upto_id
  ORDER BY hour
  ON CONFLICT (hour) DO NOTHING;
  GET DIAGNOSTICS marked = ROW_COUNT;
  complete := upto_id = last_id;

  -- record_events has its transaction id before it takes a number, so whoever took one up to last_id is below xmax.
  UPDATE event_summary_progress
  SET settled_id = least(finished_id, upto_id),
      seen_id = CASE WHEN complete AND finished_id = progress.seen_id THEN last_id ELSE progress.seen_id END,
      seen_xid = CASE
        WHEN complete AND finished_id = progress.seen_id THEN pg_snapshot_xmax(pg_current_snapshot())
        ELSE progress.seen_xid
      END;
  RETURN NEXT;
END
$$;

-- Makes the summary of one changed hour anew, the latest first; null when there is none. Whoever marks the hour
-- meanwhile waits for this to end or is seen by it. An hour before `frozen_before` is made only once: its events may
-- have been compacted or archived since.
CREATE FUNCTION summarise_changed_hour(frozen_before timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM event_summary_changed_hour
  WHERE hour = (SELECT hour FROM event_summary_changed_hour ORDER BY hour DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING hour INTO taken;
  IF taken IS NULL OR (taken < frozen_before AND EXISTS (SELECT FROM event_tracker_summary WHERE hour = taken)) THEN
    RETURN taken;
  END IF;
  DELETE FROM event_tracker_summary WHERE hour = taken;
  INSERT INTO event_tracker_summary SELECT * FROM summarise_events(taken, taken + interval '1 hour');
  RETURN taken;
END
$$;

-- The events recorded from `since` on and before `until` (null: no end), rolled up: whole hours from the summary, the
-- span's edges and what is younger than the last refresh from the events themselves. Exact but for what was recorded
-- under an old time after the last refresh.
CREATE FUNCTION summary_between(of_tenant text, since timestamptz, until timestamptz DEFAULT NULL)
RETURNS SETOF event_tracker_summary
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  -- Ingest may commit what it stamped a little earlier.
  fresh_hour CONSTANT timestamptz DEFAULT date_trunc('hour', (SELECT refreshed_at FROM event_summary_progress) - interval '2 minutes', 'UTC');
  whole_from CONSTANT timestamptz DEFAULT date_trunc('hour', since + interval '1 hour' - interval '1 microsecond', 'UTC');
  whole_until CONSTANT timestamptz DEFAULT least(fresh_hour, date_trunc('hour', until, 'UTC'));
BEGIN
  IF fresh_hour IS NULL OR whole_until <= whole_from THEN
    RETURN QUERY SELECT * FROM summarise_events(since, coalesce(until, 'infinity'), of_tenant);
    RETURN;
  END IF;
  IF since < whole_from THEN
    RETURN QUERY SELECT * FROM summarise_events(since, whole_from, of_tenant);
  END IF;
  RETURN QUERY
  SELECT *
  FROM event_tracker_summary AS summary
  WHERE summary.tenant = of_tenant AND summary.hour >= whole_from AND summary.hour < whole_until;
  IF until IS NULL OR whole_until < until THEN
    RETURN QUERY SELECT * FROM summarise_events(whole_until, coalesce(until, 'infinity'), of_tenant);
  END IF;
END
$$;

-- A tenant's failures, latest first. One event in twenty or fewer is in it.
CREATE INDEX ix_event_tracker_failed
  ON event_tracker (tenant, created_at DESC, id DESC)
  WHERE status = 'FAILED';

-- Changes once in a request's life, so all but one of its updates stay heap-only.
CREATE INDEX ix_request_tracker_decided
  ON request_tracker (tenant, decided_at)
  WHERE decided_at IS NOT NULL;

-- What an operator has in hand besides a request's id. Both are set once, so few updates pay for them.
CREATE INDEX ix_request_tracker_external_reference
  ON request_tracker (external_reference_id)
  WHERE external_reference_id IS NOT NULL;

CREATE INDEX ix_request_tracker_correlation
  ON request_tracker (correlation_id)
  WHERE correlation_id IS NOT NULL;

COMMENT ON TABLE event_tracker_summary IS 'Hourly roll-up of event_tracker by the time of recording (created_at); kept when its events are compacted or archived';
COMMENT ON COLUMN event_tracker_summary.duration_buckets IS 'Histogram of duration_ms: bucket numbers (duration_bucket), ascending; bucket_counts has the events of each. Adding up the counts of equal buckets merges histograms';
COMMENT ON COLUMN event_summary_progress.settled_id IS 'Every event up to this id has been searched, and none can follow';
COMMENT ON COLUMN event_summary_progress.seen_id IS 'The highest id at an earlier search; settled once all transactions below seen_xid are over';
COMMENT ON COLUMN event_summary_progress.refreshed_at IS 'Start of the last refresh that left no changed hour; null before the first';

-- A tenant's events whose metadata contains one of `contained` and satisfies the jsonpath `compared`, latest first: up
-- to `most` of them, then a row without an id that says how far back was searched (null: to `since`). It goes back from
-- `at` in growing steps and ends after about `patience`, for a condition that no index serves and nothing meets must
-- not read everything. Planned for its values each time: what serves a rare one is ruinous for a common one.
CREATE FUNCTION search_events(
  at timestamptz, of_tenant text, since timestamptz, until timestamptz, of_type text, of_status pagw_event_status,
  contained jsonb[], compared jsonpath, after_at timestamptz, after_id bigint, most int, patience interval
)
RETURNS TABLE (
  id bigint, pagw_id text, tenant text, sequence_no bigint, stage text, event_type text, status text, duration_ms int,
  created_at timestamptz, metadata jsonb, recorded_at text
)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
  began CONSTANT timestamptz DEFAULT clock_timestamp();
  high timestamptz DEFAULT least(coalesce(until, 'infinity'), after_at + interval '1 microsecond');
  step interval DEFAULT interval '1 hour';
  low timestamptz DEFAULT greatest(since, least(high, at) - step);
  found_by_step int;
  wanted int DEFAULT most;
BEGIN
  LOOP
    RETURN QUERY
    SELECT
      event.id, event.pagw_id::text, event.tenant::text, event.sequence_no, event.stage::text, event.event_type::text,
      event.status::text, event.duration_ms, event.created_at, event.metadata, event.created_at::text
    FROM event_tracker AS event
    WHERE event.tenant = of_tenant
      AND event.created_at >= low
      AND event.created_at < high
      AND (of_type IS NULL OR event.event_type = of_type)
      AND (of_status IS NULL OR event.status = of_status)
      AND (contained IS NULL OR event.metadata @> ANY (contained))
      AND (compared IS NULL OR jsonb_path_exists(event.metadata, compared, '{}', true))
      AND (after_at IS NULL OR (event.created_at, event.id) < (after_at, after_id))
    ORDER BY event.created_at DESC, event.id DESC
    LIMIT wanted;
    GET DIAGNOSTICS found_by_step = ROW_COUNT;
    wanted := wanted - found_by_step;
    EXIT WHEN wanted <= 0 OR low <= since OR clock_timestamp() > began + patience;
    high := low;
    -- As long as the time that is left is worth, judged by the time it took so far.
    step := step * least(4, greatest(0.25, extract(epoch FROM began + patience - clock_timestamp())
      / greatest(0.0001, extract(epoch FROM clock_timestamp() - began))));
    low := greatest(since, high - step);
  END LOOP;
  IF wanted > 0 AND low > since THEN
    recorded_at := low::text;
    created_at := low;
  END IF;
  RETURN NEXT;
END
$$;
