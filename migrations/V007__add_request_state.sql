-- A request_tracker that was there before ours may lack columns that V002 has.
ALTER TABLE request_tracker
  ADD COLUMN IF NOT EXISTS request_type            VARCHAR(64),
  ADD COLUMN IF NOT EXISTS status                  pagw_request_status NOT NULL DEFAULT 'RECEIVED',
  ADD COLUMN IF NOT EXISTS last_stage              VARCHAR(64),
  ADD COLUMN IF NOT EXISTS next_stage              VARCHAR(64),
  ADD COLUMN IF NOT EXISTS correlation_id          VARCHAR(128),
  ADD COLUMN IF NOT EXISTS external_reference_id   VARCHAR(256),
  ADD COLUMN IF NOT EXISTS last_error_code         VARCHAR(64),
  ADD COLUMN IF NOT EXISTS last_error_msg          TEXT,
  ADD COLUMN IF NOT EXISTS retry_count             INT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS payload_bucket          VARCHAR(255),
  ADD COLUMN IF NOT EXISTS payload_key             VARCHAR(1024),
  ADD COLUMN IF NOT EXISTS received_at             TIMESTAMPTZ NOT NULL DEFAULT now(),
  ADD COLUMN IF NOT EXISTS completed_at            TIMESTAMPTZ,
  ADD COLUMN IF NOT EXISTS created_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
  ADD COLUMN IF NOT EXISTS updated_at              TIMESTAMPTZ NOT NULL DEFAULT now();

-- What cannot come over as it is, is named before anything is changed: this file is one transaction.
DO $$
DECLARE
  names text;
BEGIN
  SELECT string_agg(DISTINCT name, ', ' ORDER BY name)
  INTO names
  FROM (
    SELECT format('the view %s', ev_class::regclass)
    FROM pg_depend
    JOIN pg_rewrite ON pg_rewrite.oid = objid
    LEFT JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
    WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass
      AND (refobjid = 'event_tracker'::regclass
        OR (refobjid = 'request_tracker'::regclass AND attname IN ('pagw_id', 'tenant')))
    UNION ALL
    SELECT format('the foreign key %I of %s', conname, conrelid::regclass)
    FROM pg_constraint
    WHERE contype = 'f' AND confrelid = 'event_tracker'::regclass
    UNION ALL
    SELECT format('the trigger %I', tgname)
    FROM pg_trigger
    WHERE tgrelid = 'event_tracker'::regclass AND NOT tgisinternal
  ) AS dependent (name);
  IF names IS NOT NULL THEN
    RAISE dependent_objects_still_exist USING MESSAGE =
      format('event_tracker is made anew, and pagw_id and tenant of request_tracker change their collation, which these stand in the way of: %s. Drop them, migrate again, and make them again', names);
  END IF;
END
$$;

DO $$
DECLARE
  faults text;
  most CONSTANT bigint := 1e15;
  -- What the contract strips from both ends of a name (lib/domain/event-catalogue.ts).
  blanks CONSTANT text := U&' \0009\000A\000B\000C\000D\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000\FEFF';
  -- What it refuses within one.
  unprintable CONSTANT text := '[\u0001-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]';
BEGIN
  WITH bounds AS (
    -- Beyond them a time cannot be archived, answered or kept in a month of its own.
    SELECT timestamptz '0001-01-01Z' AS earliest, timestamptz '9999-12-31Z' AS latest
  ), request AS NOT MATERIALIZED (
    SELECT pagw_id, lower(btrim(tenant, blanks)) AS tenant, received_at, completed_at, created_at, updated_at
    FROM request_tracker
  ), event AS NOT MATERIALIZED (
    SELECT id, pagw_id, nullif(lower(btrim(tenant, blanks)), '') AS tenant, sequence_no,
           next_retry_at, started_at, completed_at, created_at
    FROM event_tracker
  ), fault (rule, name) AS (
    SELECT 'requests (pagw_id) with a time outside of the years 1 to 9999', pagw_id::text
    FROM request, bounds
    WHERE least(received_at, completed_at, created_at, updated_at) < earliest
      OR greatest(received_at, completed_at, created_at, updated_at) >= latest
    UNION ALL
    SELECT 'requests (pagw_id) without a tenant', pagw_id::text
    FROM request
    WHERE tenant = '' OR tenant IS NULL
    UNION ALL
    -- No event may name such a one, so none could follow.
    SELECT 'requests (pagw_id) whose id is empty, or whose tenant is unprintable', coalesce(nullif(pagw_id, ''), '(empty)')
    FROM request
    WHERE pagw_id = '' OR tenant ~ unprintable
    UNION ALL
    SELECT 'events (id) with a time outside of the years 1 to 9999', id::text
    FROM event, bounds
    WHERE least(next_retry_at, started_at, completed_at, created_at) < earliest
      OR greatest(next_retry_at, started_at, completed_at, created_at) >= latest
    UNION ALL
    SELECT 'events (id) with an id or a sequence_no beyond a thousand million million', id::text
    FROM event
    WHERE id NOT BETWEEN -most AND most OR sequence_no NOT BETWEEN -most AND most
    UNION ALL
    SELECT 'events (id) of another tenant than their request', event.id::text
    FROM event
    JOIN request USING (pagw_id)
    WHERE event.tenant <> request.tenant
    UNION ALL
    SELECT 'unknown requests (pagw_id) whose id is empty, or whose events name no tenant, an unprintable one, or several', coalesce(nullif(pagw_id, ''), '(empty)')
    FROM event
    WHERE NOT EXISTS (SELECT FROM request WHERE request.pagw_id = event.pagw_id)
    GROUP BY pagw_id
    HAVING pagw_id = '' OR count(DISTINCT tenant) <> 1 OR max(tenant) ~ unprintable
    UNION ALL
    SELECT 'events (pagw_id, sequence_no) whose number another event has', format('%s %s', pagw_id, sequence_no)
    FROM event
    -- Where an index says so, nothing is to be counted.
    WHERE NOT EXISTS (
      SELECT FROM pg_index
      WHERE indrelid = 'event_tracker'::regclass AND indisunique AND indisvalid AND indpred IS NULL AND indnatts = 2
        AND (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
             WHERE attrelid = indrelid AND attnum = ANY (indkey)) = '{pagw_id,sequence_no}'
    )
    GROUP BY pagw_id, sequence_no
    HAVING count(*) > 1
    UNION ALL
    SELECT 'events (id) whose id another event has', id::text
    FROM event
    WHERE NOT EXISTS (
      SELECT FROM pg_index
      WHERE indrelid = 'event_tracker'::regclass AND indisunique AND indisvalid AND indpred IS NULL AND indnatts = 1
        AND indkey[0] = (SELECT attnum FROM pg_attribute WHERE attrelid = indrelid AND attname = 'id')
    )
    GROUP BY id
    HAVING count(*) > 1
  ), counted AS (
    SELECT rule, name, count(*) OVER of_rule AS rows, row_number() OVER (of_rule ORDER BY name) AS place
    FROM fault
    WINDOW of_rule AS (PARTITION BY rule)
  ), listed AS (
    SELECT rule, max(rows) AS rows, string_agg(name, ', ' ORDER BY place) AS names
    FROM counted
    WHERE place <= 10
    GROUP BY rule
  )
  SELECT string_agg(format('%s %s: %s%s', rows, rule, names, CASE WHEN rows > 10 THEN ', …' END), '; ' ORDER BY rule)
  INTO faults
  FROM listed;
  IF faults IS NOT NULL THEN
    RAISE data_exception USING MESSAGE =
      format('these rows cannot be taken over as they are: %s. Correct or delete them, and migrate again', faults);
  END IF;
END
$$;

-- Room on each page for the update that every batch makes, so that it stays heap-only.
ALTER TABLE request_tracker SET (fillfactor = 70);

-- Domains, because a table's CHECK is parsed and planned again by each statement that writes to it.
CREATE DOMAIN pagw_priority AS VARCHAR(16) CHECK (VALUE IN ('EXPEDITED', 'STANDARD'));
CREATE DOMAIN pagw_determination AS VARCHAR(16) CHECK (VALUE IN ('APPROVED', 'PARTIAL', 'DENIED'));
CREATE DOMAIN pagw_board AS VARCHAR(16) CHECK (VALUE IN ('pipe', 'desk', 'delivery'));
CREATE DOMAIN pagw_deadline_risk AS VARCHAR(16) CHECK (VALUE IN ('at-risk', 'urgent', 'breached'));

ALTER TABLE request_tracker
  ADD COLUMN priority                pagw_priority,
  ADD COLUMN received_on             DATE,
  ADD COLUMN decision_due_at         TIMESTAMPTZ,
  ADD COLUMN decided_at              TIMESTAMPTZ,
  ADD COLUMN determination           pagw_determination,
  ADD COLUMN clock_stopped_at        TIMESTAMPTZ,
  ADD COLUMN board                   pagw_board,
  ADD COLUMN unclear_answer_at       TIMESTAMPTZ,

  -- what numbering goes on from
  ADD COLUMN last_sequence_no        BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN batch_first_sequence_no BIGINT NOT NULL DEFAULT 1,
  ADD COLUMN last_event_at           TIMESTAMPTZ,
  ADD COLUMN failure_count           INT NOT NULL DEFAULT 0,
  ADD COLUMN state                   JSON,

  -- where the main lane stands
  ADD COLUMN main_sequence_no        BIGINT,
  ADD COLUMN main_stage              VARCHAR(64),
  ADD COLUMN main_event_type         VARCHAR(64),
  ADD COLUMN main_status             pagw_event_status,
  ADD COLUMN main_attempt            INT,
  ADD COLUMN main_at                 TIMESTAMPTZ,
  ADD COLUMN target_system           VARCHAR(64),

  -- stuck-alarm's verdict
  ADD COLUMN watch_at                TIMESTAMPTZ DEFAULT now(),
  ADD COLUMN stuck_reason            VARCHAR(32),
  ADD COLUMN stuck_since             TIMESTAMPTZ,
  ADD COLUMN stuck_error_code        VARCHAR(64),
  ADD COLUMN stuck_skew_seconds      BIGINT,
  ADD COLUMN deadline_risk           pagw_deadline_risk,
  ADD COLUMN deadline_risk_at        TIMESTAMPTZ,
  ADD COLUMN watched                 BOOLEAN GENERATED ALWAYS AS (watch_at IS NOT NULL) STORED,
  ADD COLUMN stuck_stage             VARCHAR(64),
  ADD COLUMN incident_key            VARCHAR(192) COLLATE "C",

  -- how far its history is compacted and archived
  ADD COLUMN compacted_at            TIMESTAMPTZ,
  ADD COLUMN archived_at             TIMESTAMPTZ,
  ADD COLUMN retired_at              TIMESTAMPTZ,

  ADD CONSTRAINT ck_request_tracker_stuck CHECK ((stuck_reason IS NULL) = (stuck_since IS NULL)),
  ADD CONSTRAINT ck_request_tracker_determination CHECK ((determination IS NULL) = (decided_at IS NULL)),
  ADD CONSTRAINT ck_request_tracker_clock CHECK (decided_at IS NULL OR clock_stopped_at = decided_at),
  ADD CONSTRAINT ck_request_tracker_compacted CHECK (compacted_at IS NULL OR completed_at IS NOT NULL),
  ADD CONSTRAINT ck_request_tracker_archived CHECK (archived_at IS NULL OR (completed_at IS NOT NULL AND retired_at IS NOT NULL));

UPDATE request_tracker
SET created_at = coalesce(created_at, received_at, now()),
    received_on = (coalesce(created_at, received_at, now()) AT TIME ZONE 'UTC')::date,
    tenant = lower(btrim(tenant, U&' \0009\000A\000B\000C\000D\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000\FEFF')),
    -- How it was decided then is not known: what the older system closed is not awaited.
    clock_stopped_at = completed_at,
    board = CASE WHEN completed_at IS NULL THEN 'pipe' END;

-- Ids are compared byte by byte: it is what they mean, and indexes on them are written a fifth faster.
ALTER TABLE event_tracker DROP CONSTRAINT IF EXISTS event_tracker_pagw_id_fkey;

ALTER TABLE request_tracker
  ALTER COLUMN pagw_id TYPE VARCHAR(64) COLLATE "C",
  ALTER COLUMN tenant TYPE VARCHAR(64) COLLATE "C",
  ALTER COLUMN received_on SET NOT NULL,
  ADD CONSTRAINT ux_request_tracker_pagw_received UNIQUE (pagw_id, received_on);

-- What append_events is given of a request, as the columns take it. Names and order: REQUEST_COLUMNS in lib/data-access/additions.ts.
CREATE TYPE appended_request AS (
  pagw_id            VARCHAR(64) COLLATE "C",
  tenant             VARCHAR(64) COLLATE "C",
  before_no          BIGINT,
  last_no            BIGINT,
  failures           INT,
  retries            INT,
  received_at        TIMESTAMPTZ,
  last_event_at      TIMESTAMPTZ,
  status             pagw_request_status,
  determination      VARCHAR(16),
  decided_at         TIMESTAMPTZ,
  clock_stopped_at   TIMESTAMPTZ,
  board              VARCHAR(16),
  completed_at       TIMESTAMPTZ,
  unclear_answer_at  TIMESTAMPTZ,
  last_stage         VARCHAR(64),
  main_stage         VARCHAR(64),
  main_event_type    VARCHAR(64),
  main_status        pagw_event_status,
  main_attempt       INT,
  main_at            TIMESTAMPTZ,
  main_no            BIGINT,
  next_stage         VARCHAR(64),
  error_code         VARCHAR(64),
  error_message      TEXT,
  request_type       VARCHAR(64),
  priority           VARCHAR(16),
  correlation_id     VARCHAR(128),
  external_reference VARCHAR(256),
  payload_bucket     VARCHAR(255),
  payload_key        VARCHAR(1024),
  target_system      VARCHAR(64)
);

COMMENT ON COLUMN request_tracker.received_at IS 'When the payer received the request: as a producer states it, else the earliest believable time heard of; never later than its recording';
COMMENT ON COLUMN request_tracker.received_on IS 'UTC date on which the tracker first heard of the request; its events are kept in that month''s partition';
COMMENT ON COLUMN request_tracker.last_sequence_no IS 'Number of the request''s latest event; the next one gets this plus one';
COMMENT ON COLUMN request_tracker.batch_first_sequence_no IS 'First number given by the latest batch; its predecessor is what that batch had to find, or it raced';
COMMENT ON COLUMN request_tracker.decided_at IS 'When the latest episode (decision_episode) was first approved or denied, by the events'' times; a pended answer completes but does not decide';
COMMENT ON COLUMN request_tracker.determination IS 'The first determination, at decided_at; status is the latest outcome';
COMMENT ON COLUMN request_tracker.clock_stopped_at IS 'When the latest episode was decided, or ended otherwise; null while its decision clock runs';
COMMENT ON COLUMN request_tracker.board IS 'Where somebody has to see to it: in the pipe, at a desk (answered or ended there, undecided), or in delivery (decided, the provider has no notice); null when all is done';
COMMENT ON COLUMN request_tracker.unclear_answer_at IS 'The latest answer that was stated and decides nothing';
COMMENT ON COLUMN request_tracker.state IS 'What the next event''s effect depends on, as lib/domain/request-fold.ts keeps it; null until it is derived from the history';
COMMENT ON COLUMN request_tracker.completed_at IS 'When the request was closed; null while it is in flight';
COMMENT ON COLUMN request_tracker.failure_count IS 'Number of FAILED events recorded';
COMMENT ON COLUMN request_tracker.main_stage IS 'Stage of the latest event in the main lane that was not late; main_sequence_no, main_event_type, main_status, main_attempt and main_at belong to the same event';
COMMENT ON COLUMN request_tracker.target_system IS 'The downstream the request goes to, from the latest main-lane metadata that names one';
COMMENT ON COLUMN request_tracker.watch_at IS 'When stuck-alarm looks at the request next; null when there is nothing left to watch. Progress of a stuck request makes it due at once, other events leave it alone';
COMMENT ON COLUMN request_tracker.stuck_reason IS 'Why the request is stuck, as of stuck-alarm''s last check; the next main-lane event clears it';
COMMENT ON COLUMN request_tracker.stuck_error_code IS 'Error code of the failure that the request is stuck on; last_error_code may be another stage''s';
COMMENT ON COLUMN request_tracker.stuck_skew_seconds IS 'By how much the time its producer gave the latest main-lane event is ahead of its recording; negative when it is behind: a slow clock, or late';
COMMENT ON COLUMN request_tracker.deadline_risk IS 'How far the decision clock has run, as of the detector''s last check: at-risk from 75 %, urgent from 90 %, breached from decision_due_at';
COMMENT ON COLUMN request_tracker.deadline_risk_at IS 'When the detector first saw the clock so far';
COMMENT ON COLUMN request_tracker.decision_due_at IS 'When a decision is due by the tenant''s policy, as of the detector''s last check; null where the tenant is not bound';
COMMENT ON COLUMN request_tracker.watched IS 'Whether stuck-alarm will look at the request again';
COMMENT ON COLUMN request_tracker.stuck_stage IS 'The stage that holds the request up; means nothing while stuck_reason is null';
COMMENT ON COLUMN request_tracker.incident_key IS 'The incident that the request is part of, from when it was found stuck until an outcome moves it on; a retry that is only sent does not';
COMMENT ON COLUMN request_tracker.compacted_at IS 'When STARTs of the request were merged into their results; null again once another event is recorded';
COMMENT ON COLUMN request_tracker.archived_at IS 'When all its events were in verified archive objects; null again once another event is recorded';
COMMENT ON COLUMN request_tracker.retired_at IS 'When events of the request were first merged or archived: ids are then to be looked for beyond event_tracker.event_id';
