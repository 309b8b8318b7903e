CREATE DOMAIN pagw_decision_kind AS VARCHAR(16) CHECK (VALUE IN ('request', 'inquiry', 'notification', 'retrospective'));
CREATE DOMAIN pagw_drug_benefit AS VARCHAR(16) CHECK (VALUE IN ('none', 'medical', 'pharmacy'));
CREATE DOMAIN pagw_resolution AS VARCHAR(16) CHECK (VALUE IN (
  'APPROVED', 'PARTIAL', 'DENIED', 'WITHDRAWN', 'DISMISSED', 'VOID', 'NOT_REQUIRED'
));
CREATE DOMAIN pagw_appeal_outcome AS VARCHAR(16) CHECK (VALUE IN ('upheld', 'overturned', 'partial', 'withdrawn'));

-- What is to be decided, each with a clock of its own: a request, and every update of it once it was decided. What a payer
-- publishes is counted from here, and each number's requests are listed from the same rows. They are what
-- lib/domain/decision-episodes.ts makes of a request's events, and stay when the events are archived.
CREATE TABLE decision_episode (
  pagw_id            VARCHAR(64) COLLATE "C" NOT NULL,
  episode            INT NOT NULL CHECK (episode >= 1),
  tenant             VARCHAR(64) COLLATE "C" NOT NULL,
  plan               VARCHAR(64) COLLATE "C" NOT NULL,
  delegate           VARCHAR(64) COLLATE "C",
  kind               pagw_decision_kind NOT NULL,
  drugs              pagw_drug_benefit NOT NULL,
  priority           pagw_priority NOT NULL,
  requested_priority pagw_priority NOT NULL,
  priority_since     TIMESTAMPTZ,
  received_at        TIMESTAMPTZ NOT NULL,
  due_at             TIMESTAMPTZ,
  extension_days     INT NOT NULL DEFAULT 0 CHECK (extension_days BETWEEN 0 AND 14),
  extended_at        TIMESTAMPTZ,
  extended_by        VARCHAR(16),
  resolution         pagw_resolution,
  resolved_at        TIMESTAMPTZ,
  notified_at        TIMESTAMPTZ,
  reason_given       BOOLEAN NOT NULL DEFAULT false,
  pended_at          TIMESTAMPTZ,
  pend_reason        VARCHAR(64),
  appealed_at        TIMESTAMPTZ,
  appeal_outcome     pagw_appeal_outcome,
  appeal_decided_at  TIMESTAMPTZ,
  faults             TEXT[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (pagw_id, episode),
  CONSTRAINT ck_decision_episode_resolved CHECK ((resolution IS NULL) = (resolved_at IS NULL)),
  CONSTRAINT ck_decision_episode_in_order CHECK (received_at <= resolved_at AND resolved_at <= notified_at),
  CONSTRAINT ck_decision_episode_extended CHECK ((extended_at IS NULL) = (extension_days = 0)),
  CONSTRAINT ck_decision_episode_appealed CHECK (
    (appeal_outcome IS NULL) = (appeal_decided_at IS NULL) AND (appealed_at IS NOT NULL OR appeal_outcome IS NULL)
  )
);

-- What a year's report reads: what was received in it, resolved in it, or is open, and the appeals of it.
CREATE INDEX ix_decision_episode_received ON decision_episode (tenant, received_at);

CREATE INDEX ix_decision_episode_resolved ON decision_episode (tenant, resolved_at);

CREATE INDEX ix_decision_episode_appealed ON decision_episode (tenant, appealed_at) WHERE appealed_at IS NOT NULL;

-- For all tenants together: a span of days reads these days, not all years. Not by block ranges: a new row takes the room that
-- an old one left, and soon every range holds one of today.
CREATE INDEX ix_decision_episode_received_at ON decision_episode (received_at);

CREATE INDEX ix_decision_episode_resolved_at ON decision_episode (resolved_at);

CREATE INDEX ix_decision_episode_delegated ON decision_episode (resolved_at) WHERE delegate IS NOT NULL;

COMMENT ON TABLE decision_episode IS 'What is to be decided and how it was, a row for each request and for each update of one that was decided';
COMMENT ON COLUMN decision_episode.plan IS 'As a producer states it, else the tenant';
COMMENT ON COLUMN decision_episode.delegate IS 'Who decides in the plan''s place';
COMMENT ON COLUMN decision_episode.drugs IS 'Drugs of the medical benefit (Part B among them) or of the pharmacy benefit are not among the published figures';
COMMENT ON COLUMN decision_episode.priority IS 'As processed when it was decided';
COMMENT ON COLUMN decision_episode.priority_since IS 'When the priority became another than requested; null when it never did';
COMMENT ON COLUMN decision_episode.due_at IS 'When a decision was due by the plan''s policy; null where no timeframe binds it';
COMMENT ON COLUMN decision_episode.resolution IS 'What stopped the clock first: a determination, or one of the four other ends';
COMMENT ON COLUMN decision_episode.notified_at IS 'When the provider had notice of the determination; null while it is undelivered, and where there is none';
COMMENT ON COLUMN decision_episode.reason_given IS 'The determination states a reason';
COMMENT ON COLUMN decision_episode.pended_at IS 'When it was last put off with an answer that decides nothing';
COMMENT ON COLUMN decision_episode.pend_reason IS 'As the latest pend that gives one states it, in capitals';
COMMENT ON COLUMN decision_episode.faults IS 'What was stated and does not count: see lib/domain/decision-episodes.ts';

-- The determinations that count, by whole UTC days and by months of such days: how many there were, and how long each took.
-- A day or month that holds none has no row; a day that is not marked below, and a month that is not open, has all.
CREATE TABLE decision_summary (
  slice        VARCHAR(5) NOT NULL CHECK (slice IN ('day', 'month')),
  starts_at    TIMESTAMPTZ NOT NULL CHECK (starts_at = date_trunc(slice, starts_at, 'UTC')),
  tenant       VARCHAR(64) COLLATE "C" NOT NULL,
  priority     pagw_priority NOT NULL,
  decided      BIGINT NOT NULL CHECK (decided > 0),
  approved     BIGINT NOT NULL,
  partial      BIGINT NOT NULL,
  denied       BIGINT NOT NULL,
  bound        BIGINT NOT NULL,
  in_time      BIGINT NOT NULL,
  taken_sum_us NUMERIC NOT NULL,
  taken_us     BIGINT[] NOT NULL,
  PRIMARY KEY (slice, starts_at, tenant, priority),
  CONSTRAINT ck_decision_summary_outcomes CHECK (decided = approved + partial + denied),
  CONSTRAINT ck_decision_summary_taken CHECK (cardinality(taken_us) = decided)
);

-- Read part by part: what is compressed has to be unpacked as a whole each time.
ALTER TABLE decision_summary ALTER COLUMN taken_us SET STORAGE EXTERNAL;

-- Days whose decisions may be others than those rolled up, as often as somebody wrote one. Nobody waits for anybody here.
CREATE TABLE decision_changed_day (
  day TIMESTAMPTZ NOT NULL
);

-- Months with days rolled up since their days were merged: they are read by these days.
CREATE TABLE decision_open_month (
  month TIMESTAMPTZ PRIMARY KEY CHECK (month = date_trunc('month', month, 'UTC'))
);

-- Figures of a year as they were when somebody froze them: what was published, with who vouches for it. The digest is that
-- of the figures, so that a snapshot is known to be what it was.
CREATE TABLE report_snapshot (
  id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  year      INT NOT NULL CHECK (year BETWEEN 1970 AND 9998),
  tenant    VARCHAR(64) COLLATE "C",
  figures   TEXT NOT NULL,
  digest    CHAR(64) NOT NULL CHECK (digest = encode(sha256(convert_to(figures, 'UTF8')), 'hex')),
  frozen_at TIMESTAMPTZ NOT NULL,
  frozen_by VARCHAR(256) NOT NULL,
  reason    TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
  -- Base64: Ed25519's subject public key info is 44 bytes, its signature 64.
  public_key TEXT NOT NULL CHECK (octet_length(decode(public_key, 'base64')) = 44),
  signature  TEXT NOT NULL CHECK (octet_length(decode(signature, 'base64')) = 64)
);

CREATE INDEX ix_report_snapshot_year ON report_snapshot (year, tenant, id);

COMMENT ON TABLE decision_summary IS 'Roll-up of decision_episode by the time of the determination (resolved_at): requests for medical items and services';
COMMENT ON COLUMN decision_summary.bound IS 'How many a timeframe binds';
COMMENT ON COLUMN decision_summary.taken_us IS 'From receipt to determination, of each, ascending: medians are exact';
COMMENT ON TABLE decision_changed_day IS 'Days to roll up into decision_summary, today among them; reports count their decisions one by one';
COMMENT ON TABLE decision_open_month IS 'Months whose rows of decision_summary are out of date or missing: they are not over, changed lately, or hold more than can be merged';
COMMENT ON TABLE report_snapshot IS 'Published figures of a year, frozen; later changes are shown against the latest snapshot';
COMMENT ON COLUMN report_snapshot.signature IS 'By the key: the year, tenant, digest, time, person and reason (lib/domain/signed-figures.ts)';
COMMENT ON COLUMN report_snapshot.tenant IS 'Whose figures; null for those of all tenants';
COMMENT ON COLUMN report_snapshot.figures IS 'JSON: the rows of publishedFigures (lib/data-access/published-figures.ts)';
