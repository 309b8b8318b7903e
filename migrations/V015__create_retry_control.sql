-- What an operator holds back. A null column stands for all; a tenant, a stage or a downstream must be named.
CREATE TABLE retry_pause (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant        VARCHAR(64) COLLATE "C",
  stage         VARCHAR(64) COLLATE "C",
  target_system VARCHAR(64) COLLATE "C",
  reason        TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
  paused_by     VARCHAR(256) NOT NULL,
  paused_at     TIMESTAMPTZ NOT NULL,
  CONSTRAINT ux_retry_pause UNIQUE NULLS NOT DISTINCT (tenant, stage, target_system),
  CONSTRAINT ck_retry_pause_names CHECK (num_nonnulls(tenant, stage, target_system) > 0)
);

-- A run over many failures that an operator asked for; retry carries it out, a bounded step a run.
CREATE TABLE retry_batch (
  id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  filter          JSONB NOT NULL,
  reason          TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
  requested_by    VARCHAR(256) NOT NULL,
  requested_at    TIMESTAMPTZ NOT NULL,
  rate_per_minute INT NOT NULL CHECK (rate_per_minute > 0),
  matched         INT NOT NULL CHECK (matched >= 0),
  done            INT NOT NULL DEFAULT 0 CHECK (done >= 0),
  after_id        BIGINT NOT NULL DEFAULT 0,
  stepped_at      TIMESTAMPTZ,
  state           VARCHAR(16) NOT NULL DEFAULT 'RUNNING' CHECK (state IN ('RUNNING', 'DONE', 'CANCELLED')),
  finished_at     TIMESTAMPTZ,
  CONSTRAINT ck_retry_batch_finished CHECK ((state = 'RUNNING') = (finished_at IS NULL))
);

-- Which failures a batch made due, so that a request's timeline names who had it retried, and a batch says what became of it.
CREATE TABLE retry_batch_failure (
  batch_id    BIGINT NOT NULL REFERENCES retry_batch (id) ON DELETE CASCADE,
  pagw_id     VARCHAR(64) COLLATE "C" NOT NULL,
  tenant      VARCHAR(64) COLLATE "C" NOT NULL,
  stage       VARCHAR(64) COLLATE "C" NOT NULL,
  sequence_no BIGINT NOT NULL,
  PRIMARY KEY (batch_id, pagw_id, sequence_no)
);

CREATE INDEX ix_retry_batch_failure_request ON retry_batch_failure (pagw_id);

COMMENT ON COLUMN retry_batch_failure.sequence_no IS 'Of the failure in its request''s history';

CREATE INDEX ix_retry_batch_running ON retry_batch (id) WHERE state = 'RUNNING';

-- Which failures are being sent at this moment. Aside from the history, because a claim on the failure's own row would
-- write that row and all its indexes again: two thirds of what a claim took. The key is the lock: one claim a failure.
CREATE TABLE retry_claim (
  failure_id BIGINT PRIMARY KEY,
  claimed_at TIMESTAMPTZ NOT NULL
);

-- A stage's work that an operator asked to be sent once more, though nothing of it failed: its result, or its beginning, is
-- missing. Retry sends it, as it sends failures, while nothing has happened since.
CREATE TABLE resend (
  id                BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  pagw_id           VARCHAR(64) COLLATE "C" NOT NULL,
  tenant            VARCHAR(64) COLLATE "C" NOT NULL,
  stage             VARCHAR(64) COLLATE "C" NOT NULL,
  cause             VARCHAR(32) NOT NULL CHECK (cause IN ('no-result', 'hand-off-lost', 'retry-overdue')),
  after_sequence_no BIGINT NOT NULL,
  attempt           INT NOT NULL CHECK (attempt >= 1),
  reason            TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
  requested_by      VARCHAR(256) NOT NULL,
  requested_at      TIMESTAMPTZ NOT NULL,
  claimed_at        TIMESTAMPTZ,
  state             VARCHAR(16) NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'SENT', 'OVERTAKEN')),
  finished_at       TIMESTAMPTZ,
  CONSTRAINT ux_resend UNIQUE (pagw_id, after_sequence_no),
  CONSTRAINT ck_resend_finished CHECK ((state = 'WAITING') = (finished_at IS NULL))
);

CREATE INDEX ix_resend_waiting ON resend (id) WHERE state = 'WAITING';

COMMENT ON COLUMN resend.after_sequence_no IS 'The latest main-lane event when it was asked for; once there is a later one, nothing is sent';
COMMENT ON COLUMN resend.claimed_at IS 'When a run of retry took it to send it; nobody else takes it until the lease is over';
COMMENT ON COLUMN retry_batch.matched IS 'Failures that matched the filter when it was asked for';
COMMENT ON COLUMN retry_batch.after_id IS 'event_tracker.id up to which the batch has been carried out';
COMMENT ON COLUMN retry_claim.failure_id IS 'event_tracker.id of the failure';
COMMENT ON COLUMN retry_claim.claimed_at IS 'When a run of retry took it to send it; nobody else takes it until the lease is over. The failure''s next_retry_at stays: it says since when it is due';
