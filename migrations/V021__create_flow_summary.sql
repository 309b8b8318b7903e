-- How each request moved, as far as it was recorded: a row for its main lane and one for all lanes. A request that has no
-- event of the main lane moves by its unknown stages. It is what the roll-up is made of, and stays when events are
-- compacted, archived or dropped. A visit is a run of events of one stage, in the order of recording.
CREATE TABLE request_flow (
  pagw_id          VARCHAR(64) COLLATE "C" NOT NULL,
  lanes            VARCHAR(4) NOT NULL CHECK (lanes IN ('main', 'all')),
  tenant           VARCHAR(64) COLLATE "C" NOT NULL,
  last_sequence_no BIGINT NOT NULL,
  seen_at          TIMESTAMPTZ NOT NULL,
  by_unknown       BOOLEAN NOT NULL,
  stages           TEXT[] COLLATE "C" NOT NULL CHECK (cardinality(stages) >= 1),
  waits_ms         BIGINT[] NOT NULL,
  left_failed      BOOLEAN[] NOT NULL,
  last_occurred_at TIMESTAMPTZ NOT NULL,
  last_created_at  TIMESTAMPTZ NOT NULL,
  last_failed      BOOLEAN NOT NULL,
  request_type     VARCHAR(64),
  priority         pagw_priority,
  answer_ms        BIGINT,
  decision_ms      BIGINT,
  disbelieved      BOOLEAN NOT NULL,
  PRIMARY KEY (pagw_id, lanes),
  CONSTRAINT ck_request_flow_hand_overs
    CHECK (cardinality(waits_ms) = cardinality(stages) - 1 AND cardinality(left_failed) = cardinality(stages) - 1)
);

CREATE INDEX ix_request_flow_seen ON request_flow (seen_at);

-- The roll-up, by whole UTC hours and by days that are over: of the requests whose latest event was recorded then, how
-- often each hand-over was made and how long it waited, which paths were taken, how long an answer and a decision took.
-- Adding up the counts of equal buckets merges histograms, as in event_tracker_summary.
CREATE TABLE flow_summary (
  slice         VARCHAR(4) NOT NULL CHECK (slice IN ('hour', 'day')),
  starts_at     TIMESTAMPTZ NOT NULL CHECK (starts_at = date_trunc(slice, starts_at, 'UTC')),
  tenant        VARCHAR(64) COLLATE "C" CHECK (tenant IS NOT NULL OR slice = 'day'),
  request_type  VARCHAR(64) COLLATE "C",
  priority      pagw_priority,
  kind          VARCHAR(9) NOT NULL CHECK (kind IN ('first', 'hand-over', 'last', 'path', 'answer', 'decision')),
  lanes         VARCHAR(4) NOT NULL CHECK (lanes IN ('main', 'all')),
  path          TEXT[] COLLATE "C" NOT NULL,
  count         BIGINT NOT NULL,
  clamped       BIGINT NOT NULL,
  failed        BIGINT NOT NULL,
  went_back     BIGINT NOT NULL,
  open          BIGINT NOT NULL,
  sum_ms        NUMERIC NOT NULL,
  max_ms        BIGINT,
  buckets       SMALLINT[] NOT NULL,
  bucket_counts BIGINT[] NOT NULL,
  CONSTRAINT ck_flow_summary_histogram CHECK (cardinality(buckets) = cardinality(bucket_counts))
);

CREATE INDEX ix_flow_summary_slice ON flow_summary (slice, starts_at, tenant);

-- Requests that got events since they were last folded into request_flow.
CREATE TABLE flow_changed_request (
  pagw_id VARCHAR(64) COLLATE "C" PRIMARY KEY
);

-- Hours whose requests changed since they were rolled up, and days that hold an hour which was rebuilt.
CREATE TABLE flow_changed_hour (
  hour TIMESTAMPTZ PRIMARY KEY
);

CREATE TABLE flow_changed_day (
  day TIMESTAMPTZ PRIMARY KEY
);

INSERT INTO exclusive_task VALUES ('fold flows');

COMMENT ON TABLE request_flow IS 'The visits of each request to stages and the waits between them, up to last_sequence_no; kept when its events are archived';
COMMENT ON COLUMN request_flow.seen_at IS 'When the latest event of any lane was recorded: the hour it counts in';
COMMENT ON COLUMN request_flow.by_unknown IS 'True while the row of the main lane is made of unknown stages, for want of any other';
COMMENT ON COLUMN request_flow.waits_ms IS 'From the last event of a visit to the first of the next, by believable times; below zero where clocks differ, and counted as zero then';
COMMENT ON COLUMN request_flow.left_failed IS 'Whether the last event before each hand-over was FAILED';
COMMENT ON COLUMN request_flow.answer_ms IS 'From receipt to the answer (completed_at), as of last_sequence_no, as are type, priority and decision_ms; null while there is none';
COMMENT ON COLUMN request_flow.disbelieved IS 'Whether a time of an event was too far before its recording to be believed: the recording counted in its place';
COMMENT ON TABLE flow_summary IS 'Roll-up of request_flow by hour and day of the request''s latest event; path is the two stages of a hand-over, the stage of a first or last, at most 100 stages of a path';
COMMENT ON COLUMN flow_summary.tenant IS 'Null in the rows of a day that count all tenants together';
COMMENT ON COLUMN flow_summary.clamped IS 'How many waits were below zero, and count as zero; of an answer or a decision, how many were of a request with a time that is not believed';
COMMENT ON COLUMN flow_summary.went_back IS 'Hand-overs to a stage that the request had been in before';
COMMENT ON TABLE flow_changed_request IS 'Requests to fold into request_flow; marked with the changed hours of the event summary';
