-- What retry works from: every failure that waits for its next attempt, by tenant and stage, soonest first. Rows leave
-- it once they are sent or overtaken, so a claim costs the same whatever the history holds.
CREATE INDEX ix_event_tracker_due
  ON event_tracker (tenant, stage, next_retry_at, id)
  WHERE next_retry_at IS NOT NULL;

CREATE INDEX ix_event_tracker_exhausted
  ON event_tracker (tenant, stage, id)
  WHERE retry_exhausted_at IS NOT NULL;

-- What an operator holds back. A null column stands for all; a tenant, a stage or a downstream must be named.
CREATE TABLE retry_pause (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant        VARCHAR(64) COLLATE "C",
  stage         VARCHAR(64) COLLATE "C",
  target_system VARCHAR(64) COLLATE "C",
  reason        TEXT NOT NULL CHECK (reason <> ''),
  paused_by     VARCHAR(128) NOT NULL,
  paused_at     TIMESTAMPTZ NOT NULL,
  CONSTRAINT ux_retry_pause UNIQUE NULLS NOT DISTINCT (tenant, stage, target_system),
  CONSTRAINT ck_retry_pause_names CHECK (num_nonnulls(tenant, stage, target_system) > 0)
);

-- A run over many failures that an operator asked for; retry carries it out, a bounded step a run.
CREATE TABLE retry_batch (
  id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  filter          JSONB NOT NULL,
  reason          TEXT NOT NULL CHECK (reason <> ''),
  requested_by    VARCHAR(128) NOT NULL,
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

CREATE INDEX ix_retry_batch_running ON retry_batch (id) WHERE state = 'RUNNING';

-- Who did what by hand, when and why: one row a deed, never changed.
CREATE TABLE operator_action (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action   VARCHAR(64) NOT NULL,
  filter   JSONB NOT NULL DEFAULT '{}',
  reason   TEXT NOT NULL CHECK (reason <> ''),
  acted_by VARCHAR(128) NOT NULL,
  acted_at TIMESTAMPTZ NOT NULL,
  affected INT NOT NULL DEFAULT 0 CHECK (affected >= 0)
);

CREATE INDEX ix_operator_action_acted ON operator_action (acted_at DESC);

COMMENT ON COLUMN event_tracker.retry_claimed_at IS 'When retry last took the failure to send it; nobody else takes it until its lease is over. next_retry_at stays: it says since when it is due';
COMMENT ON COLUMN retry_batch.matched IS 'Failures that matched the filter when it was asked for';
COMMENT ON COLUMN retry_batch.after_id IS 'event_tracker.id up to which the batch has been carried out';
COMMENT ON COLUMN operator_action.affected IS 'How many failures, requests or incidents the deed touched';
