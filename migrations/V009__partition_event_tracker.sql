ALTER TABLE event_tracker RENAME TO event_tracker_unpartitioned;

ALTER INDEX event_tracker_pkey RENAME TO event_tracker_unpartitioned_pkey;

ALTER INDEX ux_event_tracker_pagw_seq RENAME TO ux_event_tracker_unpartitioned_pagw_seq;

DROP INDEX ix_event_tracker_tenant_pagw_created;

DROP INDEX ix_event_tracker_tenant_event_created;

DROP INDEX ix_event_tracker_metadata;

DROP INDEX ix_event_tracker_retry;

DROP INDEX ix_event_tracker_stage;

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
  retry_claimed_at        TIMESTAMPTZ,
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

  PRIMARY KEY (id, received_on),
  CONSTRAINT event_tracker_request_fkey FOREIGN KEY (pagw_id, received_on)
    REFERENCES request_tracker (pagw_id, received_on) ON DELETE CASCADE,
  CONSTRAINT ck_event_tracker_next_retry
    CHECK (next_retry_at IS NULL OR (status = 'FAILED' AND retryable)),
  CONSTRAINT ck_event_tracker_exhausted
    CHECK (retry_exhausted_at IS NULL OR (status = 'FAILED' AND retryable))
) PARTITION BY RANGE (received_on);

ALTER SEQUENCE event_tracker_id_seq OWNED BY event_tracker.id;

CREATE UNIQUE INDEX ux_event_tracker_pagw_seq
  ON event_tracker (pagw_id, sequence_no, received_on);

CREATE UNIQUE INDEX ux_event_tracker_pagw_event
  ON event_tracker (pagw_id, event_id, received_on);

CREATE INDEX ix_event_tracker_tenant_pagw_created
  ON event_tracker (tenant, pagw_id, created_at);

CREATE INDEX ix_event_tracker_tenant_event_created
  ON event_tracker (tenant, event_type, created_at DESC);

CREATE INDEX ix_event_tracker_metadata
  ON event_tracker USING GIN (metadata);

CREATE INDEX ix_event_tracker_retry
  ON event_tracker (tenant, status, retryable, next_retry_at)
  WHERE status = 'FAILED' AND retryable = TRUE;

CREATE INDEX ix_event_tracker_stage
  ON event_tracker (tenant, stage, created_at DESC);

-- No index above serves a tenant's last hours; a block range index does, at 0.02 bytes an event.
CREATE INDEX ix_event_tracker_created
  ON event_tracker USING BRIN (created_at);

COMMENT ON COLUMN event_tracker.metadata IS 'JSON context for event (no PHI - use S3 for PHI)';
COMMENT ON COLUMN event_tracker.sequence_no IS 'Monotonic sequence per pagw_id for event ordering';
COMMENT ON COLUMN event_tracker.next_retry_at IS 'Scheduled retry timestamp for failed retryable events';
COMMENT ON COLUMN event_tracker.retry_exhausted_at IS 'When the failure used up its attempts; cleared when a later event of its stage, or the request''s end, overtakes it';
COMMENT ON COLUMN event_tracker.event_id IS 'The producer''s id of the event, recorded once per request however often it is sent';
COMMENT ON COLUMN event_tracker.occurred_at IS 'When it happened by the producer''s clock; created_at is when it was recorded';
COMMENT ON COLUMN event_tracker.received_on IS 'The request''s arrival date (request_tracker.received_on): the partition key';

-- Makes the month that holds the given date; answers whether it had to. CREATE then ATTACH, because CREATE … PARTITION
-- OF would lock every reader out of event_tracker. The lock_timeout keeps a waiting ATTACH from queueing ingest behind it.
CREATE FUNCTION ensure_event_partition(day date) RETURNS boolean
LANGUAGE plpgsql
SET lock_timeout = '5s'
AS $$
DECLARE
  month_start CONSTANT date DEFAULT date_trunc('month', day)::date;
  month_end CONSTANT date DEFAULT (date_trunc('month', day) + interval '1 month')::date;
  partition_name CONSTANT text DEFAULT 'event_tracker_' || to_char(month_start, 'YYYY_MM');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ensure_event_partition'));
  IF EXISTS (
    SELECT FROM pg_inherits
    WHERE inhparent = 'event_tracker'::regclass AND inhrelid = to_regclass(partition_name)
  ) THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I (LIKE event_tracker INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition_name);
  EXECUTE format('ALTER TABLE event_tracker ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition_name, month_start, month_end);
  RETURN true;
END
$$;

-- Without a foreign key (a table made with LIKE has none) there may be events whose request is unknown: none is lost.
INSERT INTO request_tracker (pagw_id, tenant, received_at, received_on, created_at)
SELECT pagw_id, min(tenant), min(created_at), (min(created_at) AT TIME ZONE 'UTC')::date, min(created_at)
FROM event_tracker_unpartitioned
GROUP BY pagw_id
ON CONFLICT (pagw_id) DO NOTHING;

SELECT ensure_event_partition(month::date)
FROM (SELECT DISTINCT date_trunc('month', received_on) AS month FROM request_tracker) AS months
ORDER BY month;
