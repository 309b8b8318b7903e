CREATE TABLE IF NOT EXISTS request_tracker (
  pagw_id                 VARCHAR(64) PRIMARY KEY,
  tenant                  VARCHAR(64) NOT NULL,
  request_type            VARCHAR(64),
  status                  pagw_request_status NOT NULL DEFAULT 'RECEIVED',
  last_stage              VARCHAR(64),
  next_stage              VARCHAR(64),
  correlation_id          VARCHAR(128),
  external_reference_id   VARCHAR(256),
  last_error_code         VARCHAR(64),
  last_error_msg          TEXT,
  retry_count             INT NOT NULL DEFAULT 0,
  payload_bucket          VARCHAR(255),
  payload_key             VARCHAR(1024),
  received_at             TIMESTAMPTZ NOT NULL DEFAULT now(),
  completed_at            TIMESTAMPTZ,
  created_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at              TIMESTAMPTZ NOT NULL DEFAULT now()
);
