-- Only what was read back from S3 and found equal has a row here.
CREATE TABLE archive_object (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant        VARCHAR(64) COLLATE "C" NOT NULL,
  received_on   DATE NOT NULL,
  bucket        VARCHAR(255) NOT NULL,
  key           VARCHAR(1024) COLLATE "C" NOT NULL,
  bytes         INT NOT NULL CHECK (bytes > 0),
  sha256        CHAR(64) NOT NULL,
  request_count INT NOT NULL CHECK (request_count > 0),
  event_count   INT NOT NULL CHECK (event_count >= request_count),
  archived_at   TIMESTAMPTZ NOT NULL
);

CREATE INDEX ix_archive_object_received ON archive_object (received_on, id);

-- Which numbers of which request an object holds.
CREATE TABLE archived_request (
  pagw_id           VARCHAR(64) COLLATE "C" NOT NULL,
  first_sequence_no BIGINT NOT NULL CHECK (first_sequence_no >= 1),
  last_sequence_no  BIGINT NOT NULL,
  tenant            VARCHAR(64) COLLATE "C" NOT NULL,
  object_id         BIGINT NOT NULL REFERENCES archive_object (id),
  event_count       INT NOT NULL CHECK (event_count >= 1),
  digest            CHAR(64) NOT NULL,
  event_keys        BIGINT[] NOT NULL,
  PRIMARY KEY (pagw_id, last_sequence_no),
  CONSTRAINT ck_archived_request_numbers CHECK (last_sequence_no >= first_sequence_no)
);

CREATE INDEX ix_archived_request_object ON archived_request (object_id);

-- Months whose partition was dropped.
CREATE TABLE archived_month (
  month         DATE PRIMARY KEY CHECK (month = date_trunc('month', month)),
  request_count BIGINT NOT NULL,
  event_count   BIGINT NOT NULL,
  dropped_at    TIMESTAMPTZ NOT NULL,
  keep_until    TIMESTAMPTZ
);

-- What event_tracker_summary counts of the archived events, by the same keys: an hour that is made again takes it from here,
-- whether their month was dropped or not.
CREATE TABLE archived_hour (LIKE event_tracker_summary INCLUDING CONSTRAINTS);

ALTER TABLE archived_hour ADD PRIMARY KEY (hour, tenant, stage, event_type, status);

COMMENT ON TABLE archived_hour IS 'Hourly roll-up of the archived events, by the time of recording; noted in the transaction that notes them as archived';
COMMENT ON TABLE archive_object IS 'Parquet objects in S3 that were read back and found equal to the rows they were made of';
COMMENT ON COLUMN archived_request.digest IS 'SHA-256 of its rows there, in order, each as archived_event() gives it, a line each';
COMMENT ON COLUMN archived_request.event_keys IS 'hashtextextended(event_id, 0) of each event there, so that one delivered again is still known; a wrong match is a matter of 2^-64';
COMMENT ON COLUMN archived_month.keep_until IS 'Rows of the month were put back, and stay until then';
COMMENT ON TABLE archived_month IS 'Months whose partition was dropped because all that was in it is archived';

-- Whose history stays as it is, for a court or an auditor: no compaction, no archive, no drop of its month.
CREATE TABLE legal_hold (
  id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  pagw_id VARCHAR(64) COLLATE "C",
  tenant  VARCHAR(64) COLLATE "C",
  plan    VARCHAR(64) COLLATE "C",
  matter  VARCHAR(64) COLLATE "C",
  reason  TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
  held_by VARCHAR(256) NOT NULL,
  held_at TIMESTAMPTZ NOT NULL,
  CONSTRAINT ck_legal_hold_scope CHECK (num_nonnulls(pagw_id, tenant, plan) = 1),
  CONSTRAINT ux_legal_hold_scope UNIQUE NULLS NOT DISTINCT (pagw_id, tenant, plan, matter)
);

COMMENT ON TABLE legal_hold IS 'Requests, tenants and plans whose history is kept from compaction, archive and drop, once for each matter; who held and released what stands in operator_action';
