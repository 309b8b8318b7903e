-- One row: what the detector's latest run saw, so that an empty list can say how fresh it is.
CREATE TABLE stuck_check (
  only_row        BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  checked_at      TIMESTAMPTZ,
  held_back_since TIMESTAMPTZ,
  lagging_since   TIMESTAMPTZ,
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
  awaited             INT NOT NULL DEFAULT 0 CHECK (awaited BETWEEN 0 AND count),
  peak_count          INT NOT NULL CHECK (peak_count >= count),
  oldest_since        TIMESTAMPTZ NOT NULL,
  trend_count         INT NOT NULL,
  trend_at            TIMESTAMPTZ NOT NULL,
  notified_at             TIMESTAMPTZ,
  notified_level          VARCHAR(8) CHECK (notified_level IN ('warn', 'page', 'breach')),
  reminders_sent      INT NOT NULL DEFAULT 0,
  lead_id             BIGINT REFERENCES incident (id),
  snoozed_until       TIMESTAMPTZ,
  snoozed_by          VARCHAR(256),
  version             INT NOT NULL DEFAULT 1,
  CONSTRAINT ck_incident_closed CHECK (closed_at IS NULL OR closed_at >= opened_at),
  CONSTRAINT ck_incident_lead CHECK (lead_id <> id),
  CONSTRAINT ck_incident_notified CHECK ((notified_at IS NULL) = (notified_level IS NULL))
);

CREATE UNIQUE INDEX ux_incident_open_key ON incident (key) WHERE closed_at IS NULL;

CREATE INDEX ix_incident_opened ON incident (opened_at DESC, id DESC);

CREATE INDEX ix_incident_lead ON incident (lead_id) WHERE lead_id IS NOT NULL;

-- What the notifications of an incident cover: it alone, or the same cause at other tenants, too. Apart from the incident, which
-- is its tenant's.
CREATE TABLE outage (
  incident_id      BIGINT PRIMARY KEY REFERENCES incident (id) ON DELETE CASCADE,
  notified_tenants TEXT[] NOT NULL,
  notified_count   INT NOT NULL,
  peak_count       INT NOT NULL,
  trend_count      INT NOT NULL
);

-- Notifications: written in the statement that changed its incident, sent at least once.
CREATE TABLE incident_notification (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id   BIGINT NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
  kind          VARCHAR(16) NOT NULL CHECK (kind IN ('opened', 'grew', 'worsened', 'spread', 'reminder', 'closed')),
  level         VARCHAR(8) NOT NULL CHECK (level IN ('warn', 'page', 'breach')),
  tenants       INT NOT NULL DEFAULT 1 CHECK (tenants > 0),
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


COMMENT ON COLUMN stuck_check.lagging_since IS 'Since when ingest lags so far that verdicts would wait; they wait for half an hour of it at most';
COMMENT ON COLUMN stuck_check.held_back_since IS 'Since when verdicts and notifications wait because ingest lags; null when they do not';
COMMENT ON COLUMN incident.key IS 'stuck/tenant/stage/fingerprint of the cause; a pager takes it for de-duplication';
COMMENT ON COLUMN incident.awaited IS 'Of count, those that are not stuck any more but wait for an outcome: a retry was sent or is planned';
COMMENT ON COLUMN incident.seen_at IS 'When the detector last counted a request of it; it closes once that is some minutes ago';
COMMENT ON COLUMN incident.trend_count IS 'Count at trend_at, about ten minutes ago: what growth is notified against';
COMMENT ON COLUMN outage.notified_count IS 'Count when it was last notified; notified again from ten times that';
COMMENT ON COLUMN incident.lead_id IS 'The incident whose notifications cover this one: the same cause at another tenant; null: it has its own';
COMMENT ON COLUMN outage.notified_tenants IS 'The tenants that the notifications named, the first hundred';
COMMENT ON COLUMN outage.peak_count IS 'Most requests at once, of all tenants together';
COMMENT ON COLUMN outage.trend_count IS 'The same count at the trend_at of its incident';
COMMENT ON COLUMN incident_notification.tenants IS 'How many it covers; a reader limited to some tenants sees those that cover one alone';
COMMENT ON COLUMN incident.version IS 'Counts changes; a run changes an incident only as it read it, so two runs at once notify once';
COMMENT ON COLUMN incident_notification.superseded_at IS 'A later notification of the incident was written before this one could be sent';

-- The tenants that metrics name, each for good: who came first stays, whatever is made up after them.
CREATE TABLE metric_tenant (
  place  SMALLINT PRIMARY KEY CHECK (place BETWEEN 1 AND 100),
  tenant VARCHAR(64) COLLATE "C" NOT NULL UNIQUE
);

COMMENT ON TABLE metric_tenant IS 'Tenants with metrics of their own, in the order in which they were first on the watch list; all others are OTHER';
