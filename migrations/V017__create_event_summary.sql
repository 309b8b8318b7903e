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

-- Whole days of event_tracker_summary, merged, so that a report over weeks merges one histogram a day instead of 24.
CREATE TABLE event_tracker_summary_day (LIKE event_tracker_summary INCLUDING CONSTRAINTS);

ALTER TABLE event_tracker_summary_day RENAME COLUMN hour TO day;

ALTER TABLE event_tracker_summary_day
  ADD PRIMARY KEY (tenant, day, stage, event_type, status),
  ADD CHECK (day = date_trunc('day', day, 'UTC'));

-- For each of all tenants: a span of days reads these days, not all years.
CREATE INDEX ix_event_tracker_summary_day_day ON event_tracker_summary_day (day);

-- The hours and days of the summary over all tenants together: a report of all of them merges one histogram a slice of
-- time, however many tenants there are. Made with the hour and the day they belong to.
CREATE TABLE event_tracker_summary_total (LIKE event_tracker_summary INCLUDING CONSTRAINTS);

ALTER TABLE event_tracker_summary_total
  DROP COLUMN tenant,
  ADD PRIMARY KEY (hour, stage, event_type, status);

CREATE TABLE event_tracker_summary_day_total (LIKE event_tracker_summary_day INCLUDING CONSTRAINTS);

ALTER TABLE event_tracker_summary_day_total
  DROP COLUMN tenant,
  ADD PRIMARY KEY (day, stage, event_type, status);

-- Hours that hold events which their summary may lack.
CREATE TABLE event_summary_changed_hour (
  hour TIMESTAMPTZ PRIMARY KEY
);

-- Days that hold an hour which was rebuilt since they were merged.
CREATE TABLE event_summary_changed_day (
  day TIMESTAMPTZ PRIMARY KEY
);

-- One row: how far the search for changed hours has come.
CREATE TABLE event_summary_progress (
  only_row     BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  settled_id   BIGINT NOT NULL,
  seen_id      BIGINT NOT NULL CHECK (seen_id >= settled_id),
  seen_xid     XID8 NOT NULL,
  refreshed_at TIMESTAMPTZ,
  days_before  TIMESTAMPTZ
);

INSERT INTO event_summary_progress (settled_id, seen_id, seen_xid)
SELECT 0, CASE WHEN is_called THEN last_value ELSE last_value - 1 END, pg_snapshot_xmax(pg_current_snapshot())
FROM event_tracker_id_seq;

COMMENT ON TABLE event_tracker_summary IS 'Hourly roll-up of event_tracker by the time of recording (created_at); kept when its events are compacted or archived';
COMMENT ON COLUMN event_tracker_summary.duration_buckets IS 'Histogram of duration_ms: bucket numbers (duration_bucket), ascending; bucket_counts has the events of each. Adding up the counts of equal buckets merges histograms';
COMMENT ON COLUMN event_summary_progress.settled_id IS 'Every event up to this id has been searched, and none can follow';
COMMENT ON COLUMN event_summary_progress.seen_id IS 'The highest id at an earlier search; settled once all transactions below seen_xid are over';
COMMENT ON COLUMN event_summary_progress.refreshed_at IS 'Start of the last refresh that left no changed hour; null before the first';
COMMENT ON TABLE event_tracker_summary_day IS 'event_tracker_summary by whole UTC days that are over; made from it, never from events';
COMMENT ON COLUMN event_summary_progress.days_before IS 'Days before this are merged in event_tracker_summary_day; null before the first time';
COMMENT ON TABLE event_tracker_summary_total IS 'event_tracker_summary over all tenants';
COMMENT ON TABLE event_tracker_summary_day_total IS 'event_tracker_summary_day over all tenants';
