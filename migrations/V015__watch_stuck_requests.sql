ALTER TABLE request_tracker
  ADD COLUMN stuck_error_code   VARCHAR(64),
  ADD COLUMN stuck_skew_seconds BIGINT,
  ADD COLUMN deadline_risk      VARCHAR(16) CHECK (deadline_risk IN ('at-risk', 'urgent', 'breached'));

-- Whatever fell silent long before there was a detector is nobody's alarm. Its next event puts it on the list.
UPDATE request_tracker
SET watch_at = NULL
WHERE coalesce(last_event_at, created_at) < now() - interval '30 days';

-- What the detector looks at next: as long as the list of open and undecided requests, whatever the history holds.
CREATE INDEX ix_request_tracker_watch
  ON request_tracker (watch_at)
  WHERE watch_at IS NOT NULL;

CREATE INDEX ix_request_tracker_stuck
  ON request_tracker (tenant, stuck_since, pagw_id)
  WHERE stuck_reason IS NOT NULL;

-- On deadline_risk rather than decided_at: only the detector writes it, so ingest's updates stay heap-only.
CREATE INDEX ix_request_tracker_deadline
  ON request_tracker (tenant, decision_due_at, pagw_id)
  WHERE deadline_risk IS NOT NULL;

CREATE FUNCTION watch_request_again() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.watch_at := NEW.updated_at;
  NEW.stuck_reason := NULL;
  NEW.stuck_since := NULL;
  RETURN NEW;
END
$$;

-- What record_events leaves to the next look and the next look would come too late for: a pended request is looked at
-- days later, and must be due at once when it is opened again or turns out to be expedited; a stuck one that an event
-- beside the main lane has ended must not be listed as stuck until the next look.
CREATE TRIGGER watch_request_again
  BEFORE UPDATE ON request_tracker
  FOR EACH ROW
  WHEN (
    (OLD.completed_at IS NOT NULL AND (NEW.completed_at IS NULL OR NEW.priority IS DISTINCT FROM OLD.priority))
    OR (
      OLD.stuck_reason IS NOT NULL AND NEW.stuck_reason IS NOT NULL
      AND ((OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL) OR (OLD.decided_at IS NULL AND NEW.decided_at IS NOT NULL))
    )
  )
  EXECUTE FUNCTION watch_request_again();

-- One row: what the detector's latest run saw, so that an empty list can say how fresh it is.
CREATE TABLE stuck_check (
  only_row        BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  checked_at      TIMESTAMPTZ,
  held_back_since TIMESTAMPTZ,
  lag_seconds     INT NOT NULL DEFAULT 0 CHECK (lag_seconds >= 0)
);

CREATE TABLE incident (
  id                  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key                 VARCHAR(192) COLLATE "C" NOT NULL,
  tenant              VARCHAR(64) COLLATE "C" NOT NULL,
  stage               VARCHAR(64) COLLATE "C" NOT NULL,
  reason              VARCHAR(32) NOT NULL,
  error_code          VARCHAR(64),
  target_system       VARCHAR(64),
  opened_at           TIMESTAMPTZ NOT NULL,
  closed_at           TIMESTAMPTZ,
  seen_at             TIMESTAMPTZ NOT NULL,
  level               VARCHAR(8) NOT NULL CHECK (level IN ('warn', 'page', 'breach')),
  count               INT NOT NULL CHECK (count >= 0),
  peak_count          INT NOT NULL CHECK (peak_count >= count),
  oldest_since        TIMESTAMPTZ NOT NULL,
  trend_count         INT NOT NULL,
  trend_at            TIMESTAMPTZ NOT NULL,
  told_at             TIMESTAMPTZ,
  told_count          INT NOT NULL DEFAULT 0,
  told_level          VARCHAR(8) CHECK (told_level IN ('warn', 'page', 'breach')),
  reminders_told      INT NOT NULL DEFAULT 0,
  snoozed_until       TIMESTAMPTZ,
  snoozed_by          VARCHAR(128),
  version             INT NOT NULL DEFAULT 1,
  CONSTRAINT ck_incident_closed CHECK (closed_at IS NULL OR closed_at >= opened_at),
  CONSTRAINT ck_incident_told CHECK ((told_at IS NULL) = (told_level IS NULL))
);

CREATE UNIQUE INDEX ux_incident_open_key ON incident (key) WHERE closed_at IS NULL;

CREATE INDEX ix_incident_opened ON incident (opened_at DESC, id DESC);

-- What there is to tell: written in the statement that changed its incident, sent at least once.
CREATE TABLE incident_notification (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id   BIGINT NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
  kind          VARCHAR(16) NOT NULL CHECK (kind IN ('opened', 'grew', 'worsened', 'reminder', 'closed')),
  level         VARCHAR(8) NOT NULL CHECK (level IN ('warn', 'page', 'breach')),
  subject       VARCHAR(100) NOT NULL,
  body          TEXT NOT NULL,
  written_at    TIMESTAMPTZ NOT NULL,
  claimed_until TIMESTAMPTZ,
  sent_at       TIMESTAMPTZ,
  superseded_at TIMESTAMPTZ,
  CONSTRAINT ck_incident_notification_once CHECK (sent_at IS NULL OR superseded_at IS NULL)
);

CREATE INDEX ix_incident_notification_unsent
  ON incident_notification (id)
  WHERE sent_at IS NULL AND superseded_at IS NULL;

CREATE INDEX ix_incident_notification_incident ON incident_notification (incident_id);

COMMENT ON COLUMN request_tracker.stuck_error_code IS 'Error code of the failure that the request is stuck on; last_error_code may be another stage''s';
COMMENT ON COLUMN request_tracker.stuck_skew_seconds IS 'By how much the time its producer gave the latest main-lane event is ahead of its recording; negative when it is behind: a slow clock, or late';

COMMENT ON COLUMN request_tracker.deadline_risk IS 'How far the decision clock has run, as of the detector''s last look: at-risk from 75 %, urgent from 90 %, breached from decision_due_at';
COMMENT ON COLUMN request_tracker.decision_due_at IS 'When a decision is due by the tenant''s policy, as of the detector''s last look; null where the tenant is not bound';
COMMENT ON COLUMN stuck_check.held_back_since IS 'Since when verdicts and notifications wait because ingest lags; null when they do not';
COMMENT ON COLUMN incident.key IS 'stuck/tenant/stage/fingerprint of the cause; a pager takes it for de-duplication';
COMMENT ON COLUMN incident.seen_at IS 'When the detector last counted a request of it; it closes once that is some minutes ago';
COMMENT ON COLUMN incident.trend_count IS 'Count at trend_at, about ten minutes ago: what growth is told against';
COMMENT ON COLUMN incident.told_count IS 'Count when it was last told; told again from ten times that';
COMMENT ON COLUMN incident.version IS 'Counts changes; a run changes an incident only as it read it, so two runs at once tell once';
COMMENT ON COLUMN incident_notification.superseded_at IS 'A later notification of the incident was written before this one could be sent';
