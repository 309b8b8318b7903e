CREATE TABLE IF NOT EXISTS event_tracker (
  id                      BIGSERIAL PRIMARY KEY,
  tenant                  VARCHAR(64) NOT NULL,
  pagw_id                 VARCHAR(64) NOT NULL REFERENCES request_tracker(pagw_id) ON DELETE CASCADE,

  stage                   VARCHAR(64) NOT NULL,  -- e.g., VALIDATION
  event_type              VARCHAR(64) NOT NULL,  -- e.g., VAL_OK
  status                  pagw_event_status NOT NULL DEFAULT 'STARTED',

  -- ordering & retries
  sequence_no             BIGINT NOT NULL,       -- monotonic per pagw_id
  attempt                 INT NOT NULL DEFAULT 1,
  retryable               BOOLEAN NOT NULL DEFAULT TRUE,
  next_retry_at           TIMESTAMPTZ,

  -- runtime / worker metadata
  external_reference      VARCHAR(256),
  duration_ms             INT,
  error_code              VARCHAR(64),
  error_message           TEXT,
  worker_id               VARCHAR(128), -- pod name / lambda request id
  service_name            VARCHAR(128),

  started_at              TIMESTAMPTZ,
  completed_at            TIMESTAMPTZ,
  created_at              TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- Efficient pagw_id + sequence_no queries
CREATE UNIQUE INDEX IF NOT EXISTS ux_event_tracker_pagw_seq
  ON event_tracker (pagw_id, sequence_no);

-- Timeline queries by tenant
CREATE INDEX IF NOT EXISTS ix_event_tracker_tenant_pagw_created
  ON event_tracker (tenant, pagw_id, created_at);

-- Event type aggregation queries
CREATE INDEX IF NOT EXISTS ix_event_tracker_tenant_event_created
  ON event_tracker (tenant, event_type, created_at DESC);
