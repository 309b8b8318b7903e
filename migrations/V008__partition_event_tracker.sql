ALTER TABLE event_tracker RENAME TO event_tracker_unpartitioned;

ALTER INDEX IF EXISTS event_tracker_pkey RENAME TO event_tracker_unpartitioned_pkey;

DROP INDEX IF EXISTS ux_event_tracker_pagw_seq;

DROP INDEX IF EXISTS ix_event_tracker_tenant_pagw_created;

DROP INDEX IF EXISTS ix_event_tracker_tenant_event_created;

DROP INDEX IF EXISTS ix_event_tracker_metadata;

DROP INDEX IF EXISTS ix_event_tracker_retry;

DROP INDEX IF EXISTS ix_event_tracker_stage;

-- The partition key is the request's arrival date, so a request's whole history lies in one month: that keeps its
-- sequence unique for good (by created_at it would be unique per month only), and retention drops whole histories.
CREATE TABLE event_tracker (
  id                      BIGINT NOT NULL DEFAULT nextval('event_tracker_id_seq'),
  tenant                  VARCHAR(64) COLLATE "C" NOT NULL,
  pagw_id                 VARCHAR(64) COLLATE "C" NOT NULL,
  received_on             DATE NOT NULL,
  event_id                VARCHAR(128) COLLATE "C" NOT NULL,

  stage                   VARCHAR(64) COLLATE "C" NOT NULL,
  event_type              VARCHAR(64) COLLATE "C" NOT NULL,
  status                  pagw_event_status NOT NULL DEFAULT 'STARTED',

  sequence_no             BIGINT NOT NULL,
  attempt                 INT NOT NULL DEFAULT 1 CHECK (attempt >= 1),
  retryable               BOOLEAN NOT NULL DEFAULT FALSE,
  next_retry_at           TIMESTAMPTZ,
  retry_exhausted_at      TIMESTAMPTZ,

  external_reference      VARCHAR(256),
  duration_ms             INT,
  error_code              VARCHAR(64),
  error_message           TEXT,
  worker_id               VARCHAR(128),
  service_name            VARCHAR(128),

  started_at              TIMESTAMPTZ,
  completed_at            TIMESTAMPTZ,
  occurred_at             TIMESTAMPTZ NOT NULL,
  created_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
  metadata                JSONB,
  stated                  JSONB,
  sender                  VARCHAR(128),

  -- The START that compaction merged into this result: what it said and its result does not. Null where none was.
  start_sequence_no       BIGINT,
  start_event_id          VARCHAR(128) COLLATE "C",
  start_occurred_at       TIMESTAMPTZ,
  start_created_at        TIMESTAMPTZ,

  PRIMARY KEY (id, received_on),
  CONSTRAINT ck_event_tracker_next_retry
    CHECK (next_retry_at IS NULL OR (status = 'FAILED' AND retryable)),
  CONSTRAINT ck_event_tracker_exhausted
    CHECK (retry_exhausted_at IS NULL OR (status = 'FAILED' AND retryable)),
  CONSTRAINT ck_event_tracker_start
    CHECK (num_nulls(start_sequence_no, start_event_id, start_occurred_at, start_created_at) IN (0, 4)),
  CONSTRAINT ck_event_tracker_start_order CHECK (start_sequence_no < sequence_no)
) PARTITION BY RANGE (received_on);

ALTER SEQUENCE event_tracker_id_seq OWNED BY event_tracker.id;

CREATE UNIQUE INDEX ux_event_tracker_pagw_seq
  ON event_tracker (pagw_id, sequence_no, received_on);

-- By 64 bits of each id, as in archived_request.event_keys: 24 bytes an entry, where both ids are 70 and made the largest index of
-- all. A wrong match is a matter of 2^-64, and refuses an event; it never doubles one. The day comes first, so that what is written lies
-- together, and as a number: received_on = … alone would lead the planner into all events of a day.
CREATE UNIQUE INDEX ux_event_tracker_pagw_event ON event_tracker (
  (received_on - DATE '2000-01-01'), received_on, hashtextextended(pagw_id, 0), hashtextextended(event_id, 0)
);

-- The other indexes and the foreign key are made by V012, once the rows are here: one build costs a fraction of as many
-- entries one by one.

-- What append_events is given of an event, beside its metadata and what it states.
CREATE TYPE appended_event AS (
  pagw_id            VARCHAR(64) COLLATE "C",
  event_id           VARCHAR(128) COLLATE "C",
  stage              VARCHAR(64) COLLATE "C",
  event_type         VARCHAR(64) COLLATE "C",
  status             pagw_event_status,
  sequence_no        BIGINT,
  attempt            INT,
  retryable          BOOLEAN,
  next_retry_at      TIMESTAMPTZ,
  exhausted          BOOLEAN,
  external_reference VARCHAR(256),
  duration_ms        INT,
  error_code         VARCHAR(64),
  error_message      TEXT,
  worker_id          VARCHAR(128),
  service_name       VARCHAR(128),
  started_at         TIMESTAMPTZ,
  completed_at       TIMESTAMPTZ,
  occurred_at        TIMESTAMPTZ,
  sender             VARCHAR(128)
);

COMMENT ON COLUMN event_tracker.metadata IS 'JSON context for event (no PHI - use S3 for PHI)';
COMMENT ON COLUMN event_tracker.sequence_no IS 'Monotonic sequence per pagw_id for event ordering';
COMMENT ON COLUMN event_tracker.next_retry_at IS 'Scheduled retry timestamp for failed retryable events';
COMMENT ON COLUMN event_tracker.retry_exhausted_at IS 'When the failure used up its attempts; cleared when a later event of its stage, or the request''s end, overtakes it';
COMMENT ON COLUMN event_tracker.stated IS 'What the message stated of its request: type, priority, status, receipt, payload, correlation id; null when nothing';
COMMENT ON COLUMN event_tracker.sender IS 'Who put the message on the queue: the SQS SenderId; null for the tracker''s own events and for what was backfilled';
COMMENT ON COLUMN event_tracker.event_id IS 'The producer''s id of the event, recorded once per request however often it is sent';
COMMENT ON COLUMN event_tracker.occurred_at IS 'When it happened by the producer''s clock; created_at is when it was recorded';
COMMENT ON COLUMN event_tracker.received_on IS 'The request''s arrival date (request_tracker.received_on): the partition key';
COMMENT ON COLUMN event_tracker.start_sequence_no IS 'Number of the START that compaction merged into this result; start_event_id, start_occurred_at and start_created_at are that START''s';

-- Advisory locks would do, but whoever may log in may take one and keep it; a row is locked only by who may change it.
CREATE TABLE exclusive_task (
  name VARCHAR(32) PRIMARY KEY
);

COMMENT ON TABLE exclusive_task IS 'Tasks that are done by one at a time: whoever does one holds a lock on its row';

INSERT INTO exclusive_task VALUES ('make or drop months'), ('roll up decisions');
