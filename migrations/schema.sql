-- The whole schema as the database gives it back after migrations/V*.sql and migrations/functions/*.sql.
-- Written by npm run schema:dump and compared by a test; never applied.

CREATE TYPE appended_event AS (
  pagw_id character varying(64) COLLATE "C",
  event_id character varying(128) COLLATE "C",
  stage character varying(64) COLLATE "C",
  event_type character varying(64) COLLATE "C",
  status pagw_event_status,
  sequence_no bigint,
  attempt integer,
  retryable boolean,
  next_retry_at timestamp with time zone,
  exhausted boolean,
  external_reference character varying(256),
  duration_ms integer,
  error_code character varying(64),
  error_message text,
  worker_id character varying(128),
  service_name character varying(128),
  started_at timestamp with time zone,
  completed_at timestamp with time zone,
  occurred_at timestamp with time zone,
  sender character varying(128)
);

CREATE TYPE appended_request AS (
  pagw_id character varying(64) COLLATE "C",
  tenant character varying(64) COLLATE "C",
  before_no bigint,
  last_no bigint,
  failures integer,
  retries integer,
  received_at timestamp with time zone,
  last_event_at timestamp with time zone,
  status pagw_request_status,
  determination character varying(16),
  decided_at timestamp with time zone,
  clock_stopped_at timestamp with time zone,
  board character varying(16),
  completed_at timestamp with time zone,
  unclear_answer_at timestamp with time zone,
  last_stage character varying(64),
  main_stage character varying(64),
  main_event_type character varying(64),
  main_status pagw_event_status,
  main_attempt integer,
  main_at timestamp with time zone,
  main_no bigint,
  next_stage character varying(64),
  error_code character varying(64),
  error_message text,
  request_type character varying(64),
  priority character varying(16),
  correlation_id character varying(128),
  external_reference character varying(256),
  payload_bucket character varying(255),
  payload_key character varying(1024),
  target_system character varying(64)
);

CREATE DOMAIN pagw_appeal_outcome AS character varying(16) CHECK (((VALUE)::text = ANY ((ARRAY['upheld'::character varying, 'overturned'::character varying, 'partial'::character varying, 'withdrawn'::character varying])::text[])));

CREATE DOMAIN pagw_board AS character varying(16) CHECK (((VALUE)::text = ANY ((ARRAY['pipe'::character varying, 'desk'::character varying, 'delivery'::character varying])::text[])));

CREATE DOMAIN pagw_deadline_risk AS character varying(16) CHECK (((VALUE)::text = ANY ((ARRAY['at-risk'::character varying, 'urgent'::character varying, 'breached'::character varying])::text[])));

CREATE DOMAIN pagw_decision_kind AS character varying(16) CHECK (((VALUE)::text = ANY ((ARRAY['request'::character varying, 'inquiry'::character varying, 'notification'::character varying, 'retrospective'::character varying])::text[])));

CREATE DOMAIN pagw_determination AS character varying(16) CHECK (((VALUE)::text = ANY ((ARRAY['APPROVED'::character varying, 'PARTIAL'::character varying, 'DENIED'::character varying])::text[])));

CREATE DOMAIN pagw_drug_benefit AS character varying(16) CHECK (((VALUE)::text = ANY ((ARRAY['none'::character varying, 'medical'::character varying, 'pharmacy'::character varying])::text[])));

CREATE TYPE pagw_event_status AS ENUM (
  'STARTED',
  'COMPLETED',
  'FAILED',
  'SKIPPED',
  'RETRY_SCHEDULED'
);

CREATE DOMAIN pagw_priority AS character varying(16) CHECK (((VALUE)::text = ANY ((ARRAY['EXPEDITED'::character varying, 'STANDARD'::character varying])::text[])));

CREATE TYPE pagw_request_status AS ENUM (
  'RECEIVED',
  'VALIDATED',
  'BUSINESS_VALIDATED',
  'ENRICHED',
  'MAPPED',
  'SENT_DOWNSTREAM',
  'PENDING',
  'APPROVED',
  'DENIED',
  'FAILED',
  'CANCELLED',
  'EXPIRED'
);

CREATE DOMAIN pagw_resolution AS character varying(16) CHECK (((VALUE)::text = ANY ((ARRAY['APPROVED'::character varying, 'PARTIAL'::character varying, 'DENIED'::character varying, 'WITHDRAWN'::character varying, 'DISMISSED'::character varying, 'VOID'::character varying, 'NOT_REQUIRED'::character varying])::text[])));

CREATE SEQUENCE event_tracker_id_seq AS bigint;
ALTER SEQUENCE event_tracker_id_seq OWNED BY event_tracker.id;
GRANT SELECT ON SEQUENCE event_tracker_id_seq TO pagw_reader;
GRANT USAGE ON SEQUENCE event_tracker_id_seq TO pagw_writer;

CREATE TABLE archive_object (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  tenant character varying(64) COLLATE "C" NOT NULL,
  received_on date NOT NULL,
  bucket character varying(255) NOT NULL,
  key character varying(1024) COLLATE "C" NOT NULL,
  bytes integer NOT NULL,
  sha256 character(64) NOT NULL,
  request_count integer NOT NULL,
  event_count integer NOT NULL,
  archived_at timestamp with time zone NOT NULL,
  CONSTRAINT archive_object_pkey PRIMARY KEY (id),
  CONSTRAINT archive_object_bytes_check CHECK ((bytes > 0)),
  CONSTRAINT archive_object_check CHECK ((event_count >= request_count)),
  CONSTRAINT archive_object_request_count_check CHECK ((request_count > 0))
);
CREATE INDEX ix_archive_object_received ON public.archive_object USING btree (received_on, id);
COMMENT ON TABLE archive_object IS 'Parquet objects in S3 that were read back and found equal to the rows they were made of';
GRANT SELECT ON TABLE archive_object TO pagw_maintainer;
GRANT SELECT ON TABLE archive_object TO pagw_reader;
GRANT SELECT ON TABLE archive_object TO pagw_writer;

CREATE TABLE archived_hour (
  hour timestamp with time zone NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  stage character varying(64) COLLATE "C" NOT NULL,
  event_type character varying(64) COLLATE "C" NOT NULL,
  status pagw_event_status NOT NULL,
  event_count bigint NOT NULL,
  duration_count bigint NOT NULL,
  duration_sum_ms bigint NOT NULL,
  duration_max_ms integer,
  duration_buckets smallint[] NOT NULL,
  bucket_counts bigint[] NOT NULL,
  CONSTRAINT archived_hour_pkey PRIMARY KEY (hour, tenant, stage, event_type, status),
  CONSTRAINT ck_event_tracker_summary_histogram CHECK ((cardinality(duration_buckets) = cardinality(bucket_counts))),
  CONSTRAINT ck_event_tracker_summary_max CHECK (((duration_max_ms IS NULL) = (duration_count = 0))),
  CONSTRAINT event_tracker_summary_check CHECK (((duration_count >= 0) AND (duration_count <= event_count))),
  CONSTRAINT event_tracker_summary_event_count_check CHECK ((event_count > 0)),
  CONSTRAINT event_tracker_summary_hour_check CHECK ((hour = date_trunc('hour'::text, hour, 'UTC'::text)))
);
COMMENT ON TABLE archived_hour IS 'Hourly roll-up of the archived events, by the time of recording; noted in the transaction that notes them as archived';
GRANT SELECT ON TABLE archived_hour TO pagw_maintainer;
GRANT SELECT ON TABLE archived_hour TO pagw_reader;
GRANT SELECT ON TABLE archived_hour TO pagw_writer;

CREATE TABLE archived_month (
  month date NOT NULL,
  request_count bigint NOT NULL,
  event_count bigint NOT NULL,
  dropped_at timestamp with time zone NOT NULL,
  keep_until timestamp with time zone,
  CONSTRAINT archived_month_pkey PRIMARY KEY (month),
  CONSTRAINT archived_month_month_check CHECK ((month = date_trunc('month'::text, (month)::timestamp with time zone)))
);
COMMENT ON TABLE archived_month IS 'Months whose partition was dropped because all that was in it is archived';
COMMENT ON COLUMN archived_month.keep_until IS 'Rows of the month were put back, and stay until then';
GRANT SELECT ON TABLE archived_month TO pagw_maintainer;
GRANT SELECT ON TABLE archived_month TO pagw_reader;
GRANT SELECT ON TABLE archived_month TO pagw_writer;

CREATE TABLE archived_request (
  pagw_id character varying(64) COLLATE "C" NOT NULL,
  first_sequence_no bigint NOT NULL,
  last_sequence_no bigint NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  object_id bigint NOT NULL,
  event_count integer NOT NULL,
  digest character(64) NOT NULL,
  event_keys bigint[] NOT NULL,
  CONSTRAINT archived_request_pkey PRIMARY KEY (pagw_id, last_sequence_no),
  CONSTRAINT archived_request_event_count_check CHECK ((event_count >= 1)),
  CONSTRAINT archived_request_first_sequence_no_check CHECK ((first_sequence_no >= 1)),
  CONSTRAINT ck_archived_request_numbers CHECK ((last_sequence_no >= first_sequence_no)),
  CONSTRAINT archived_request_object_id_fkey FOREIGN KEY (object_id) REFERENCES archive_object(id)
);
CREATE INDEX ix_archived_request_object ON public.archived_request USING btree (object_id);
COMMENT ON COLUMN archived_request.digest IS 'SHA-256 of its rows there, in order, each as archived_event() gives it, a line each';
COMMENT ON COLUMN archived_request.event_keys IS 'hashtextextended(event_id, 0) of each event there, so that one delivered again is still known; a wrong match is a matter of 2^-64';
GRANT SELECT ON TABLE archived_request TO pagw_maintainer;
GRANT SELECT ON TABLE archived_request TO pagw_reader;
GRANT SELECT ON TABLE archived_request TO pagw_writer;

CREATE TABLE canary (
  only_row boolean NOT NULL DEFAULT true,
  pagw_id character varying(64) NOT NULL,
  sent_at timestamp with time zone NOT NULL,
  arrived_at timestamp with time zone NOT NULL,
  CONSTRAINT canary_pkey PRIMARY KEY (only_row),
  CONSTRAINT canary_only_row_check CHECK (only_row)
);
COMMENT ON TABLE canary IS 'One row: the canary that arrived last';
COMMENT ON COLUMN canary.sent_at IS 'When the queue had it';
GRANT SELECT ON TABLE canary TO pagw_maintainer;
GRANT SELECT ON TABLE canary TO pagw_reader;
GRANT INSERT, SELECT, UPDATE ON TABLE canary TO pagw_writer;

CREATE TABLE decision_changed_day (
  day timestamp with time zone NOT NULL
);
COMMENT ON TABLE decision_changed_day IS 'Days to roll up into decision_summary, today among them; reports count their decisions one by one';
GRANT SELECT ON TABLE decision_changed_day TO pagw_maintainer;
GRANT SELECT ON TABLE decision_changed_day TO pagw_reader;
GRANT INSERT, SELECT ON TABLE decision_changed_day TO pagw_writer;

CREATE TABLE decision_episode (
  pagw_id character varying(64) COLLATE "C" NOT NULL,
  episode integer NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  plan character varying(64) COLLATE "C" NOT NULL,
  delegate character varying(64) COLLATE "C",
  kind pagw_decision_kind NOT NULL,
  drugs pagw_drug_benefit NOT NULL,
  priority pagw_priority NOT NULL,
  requested_priority pagw_priority NOT NULL,
  priority_since timestamp with time zone,
  received_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  extension_days integer NOT NULL DEFAULT 0,
  extended_at timestamp with time zone,
  extended_by character varying(16),
  resolution pagw_resolution,
  resolved_at timestamp with time zone,
  notified_at timestamp with time zone,
  reason_given boolean NOT NULL DEFAULT false,
  pended_at timestamp with time zone,
  pend_reason character varying(64),
  appealed_at timestamp with time zone,
  appeal_outcome pagw_appeal_outcome,
  appeal_decided_at timestamp with time zone,
  faults text[] NOT NULL DEFAULT '{}'::text[],
  CONSTRAINT decision_episode_pkey PRIMARY KEY (pagw_id, episode),
  CONSTRAINT ck_decision_episode_appealed CHECK ((((appeal_outcome IS NULL) = (appeal_decided_at IS NULL)) AND ((appealed_at IS NOT NULL) OR (appeal_outcome IS NULL)))),
  CONSTRAINT ck_decision_episode_extended CHECK (((extended_at IS NULL) = (extension_days = 0))),
  CONSTRAINT ck_decision_episode_in_order CHECK (((received_at <= resolved_at) AND (resolved_at <= notified_at))),
  CONSTRAINT ck_decision_episode_resolved CHECK (((resolution IS NULL) = (resolved_at IS NULL))),
  CONSTRAINT decision_episode_episode_check CHECK ((episode >= 1)),
  CONSTRAINT decision_episode_extension_days_check CHECK (((extension_days >= 0) AND (extension_days <= 14)))
);
CREATE INDEX ix_decision_episode_appealed ON public.decision_episode USING btree (tenant, appealed_at) WHERE (appealed_at IS NOT NULL);
CREATE INDEX ix_decision_episode_delegated ON public.decision_episode USING btree (resolved_at) WHERE (delegate IS NOT NULL);
CREATE INDEX ix_decision_episode_received ON public.decision_episode USING btree (tenant, received_at);
CREATE INDEX ix_decision_episode_received_at ON public.decision_episode USING btree (received_at);
CREATE INDEX ix_decision_episode_resolved ON public.decision_episode USING btree (tenant, resolved_at);
CREATE INDEX ix_decision_episode_resolved_at ON public.decision_episode USING btree (resolved_at);
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
GRANT SELECT ON TABLE decision_episode TO pagw_maintainer;
GRANT SELECT ON TABLE decision_episode TO pagw_reader;
GRANT DELETE, INSERT, SELECT ON TABLE decision_episode TO pagw_writer;

CREATE TABLE decision_open_month (
  month timestamp with time zone NOT NULL,
  CONSTRAINT decision_open_month_pkey PRIMARY KEY (month),
  CONSTRAINT decision_open_month_month_check CHECK ((month = date_trunc('month'::text, month, 'UTC'::text)))
);
COMMENT ON TABLE decision_open_month IS 'Months whose rows of decision_summary are out of date or missing: they are not over, changed lately, or hold more than can be merged';
GRANT SELECT ON TABLE decision_open_month TO pagw_maintainer;
GRANT SELECT ON TABLE decision_open_month TO pagw_reader;
GRANT SELECT ON TABLE decision_open_month TO pagw_writer;

CREATE TABLE decision_summary (
  slice character varying(5) NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  priority pagw_priority NOT NULL,
  decided bigint NOT NULL,
  approved bigint NOT NULL,
  partial bigint NOT NULL,
  denied bigint NOT NULL,
  bound bigint NOT NULL,
  in_time bigint NOT NULL,
  taken_sum_us numeric NOT NULL,
  taken_us bigint[] NOT NULL,
  CONSTRAINT decision_summary_pkey PRIMARY KEY (slice, starts_at, tenant, priority),
  CONSTRAINT ck_decision_summary_outcomes CHECK ((decided = ((approved + partial) + denied))),
  CONSTRAINT ck_decision_summary_taken CHECK ((cardinality(taken_us) = decided)),
  CONSTRAINT decision_summary_check CHECK ((starts_at = date_trunc((slice)::text, starts_at, 'UTC'::text))),
  CONSTRAINT decision_summary_decided_check CHECK ((decided > 0)),
  CONSTRAINT decision_summary_slice_check CHECK (((slice)::text = ANY ((ARRAY['day'::character varying, 'month'::character varying])::text[])))
);
COMMENT ON TABLE decision_summary IS 'Roll-up of decision_episode by the time of the determination (resolved_at): requests for medical items and services';
COMMENT ON COLUMN decision_summary.bound IS 'How many a timeframe binds';
COMMENT ON COLUMN decision_summary.taken_us IS 'From receipt to determination, of each, ascending: medians are exact';
GRANT SELECT ON TABLE decision_summary TO pagw_maintainer;
GRANT SELECT ON TABLE decision_summary TO pagw_reader;
GRANT SELECT ON TABLE decision_summary TO pagw_writer;

CREATE TABLE doubtful_name (
  day date NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  sender character varying(128) COLLATE "C" NOT NULL,
  service_name character varying(128) COLLATE "C" NOT NULL,
  path character varying(128) COLLATE "C" NOT NULL,
  did_you_mean character varying(128) COLLATE "C" NOT NULL,
  events bigint NOT NULL,
  CONSTRAINT doubtful_name_pkey PRIMARY KEY (day, tenant, sender, service_name, path, did_you_mean),
  CONSTRAINT doubtful_name_events_check CHECK ((events > 0))
);
COMMENT ON TABLE doubtful_name IS 'Recorded events with an unknown type, stage or field near a known one, or metadata about a decision that nobody understands, by day (UTC) and sender; kept for 90 days';
COMMENT ON COLUMN doubtful_name.sender IS 'Who put the messages on the queue: the SQS SenderId; empty where nobody said';
COMMENT ON COLUMN doubtful_name.service_name IS 'As the events state it; empty where they do not';
COMMENT ON COLUMN doubtful_name.path IS 'JSON pointer to what holds the name or the value; of a field, to the field';
COMMENT ON COLUMN doubtful_name.did_you_mean IS 'The known name that is nearest, or what would be understood';
GRANT SELECT ON TABLE doubtful_name TO pagw_maintainer;
GRANT SELECT ON TABLE doubtful_name TO pagw_reader;
GRANT DELETE, INSERT, SELECT ON TABLE doubtful_name TO pagw_writer;

CREATE TABLE event_outlet (
  only_row boolean NOT NULL DEFAULT true,
  is_open boolean NOT NULL DEFAULT false,
  CONSTRAINT event_outlet_pkey PRIMARY KEY (only_row),
  CONSTRAINT event_outlet_only_row_check CHECK (only_row)
);
COMMENT ON TABLE event_outlet IS 'One row: whether facts are written to outgoing_event';
GRANT SELECT ON TABLE event_outlet TO pagw_maintainer;
GRANT SELECT ON TABLE event_outlet TO pagw_reader;
GRANT SELECT ON TABLE event_outlet TO pagw_writer;

CREATE TABLE event_summary_changed_day (
  day timestamp with time zone NOT NULL,
  CONSTRAINT event_summary_changed_day_pkey PRIMARY KEY (day)
);
GRANT SELECT ON TABLE event_summary_changed_day TO pagw_maintainer;
GRANT SELECT ON TABLE event_summary_changed_day TO pagw_reader;
GRANT SELECT ON TABLE event_summary_changed_day TO pagw_writer;

CREATE TABLE event_summary_changed_hour (
  hour timestamp with time zone NOT NULL,
  CONSTRAINT event_summary_changed_hour_pkey PRIMARY KEY (hour)
);
GRANT SELECT ON TABLE event_summary_changed_hour TO pagw_maintainer;
GRANT SELECT ON TABLE event_summary_changed_hour TO pagw_reader;
GRANT SELECT ON TABLE event_summary_changed_hour TO pagw_writer;

CREATE TABLE event_summary_progress (
  only_row boolean NOT NULL DEFAULT true,
  settled_id bigint NOT NULL,
  seen_id bigint NOT NULL,
  seen_xid xid8 NOT NULL,
  refreshed_at timestamp with time zone,
  days_before timestamp with time zone,
  CONSTRAINT event_summary_progress_pkey PRIMARY KEY (only_row),
  CONSTRAINT event_summary_progress_check CHECK ((seen_id >= settled_id)),
  CONSTRAINT event_summary_progress_only_row_check CHECK (only_row)
);
COMMENT ON COLUMN event_summary_progress.settled_id IS 'Every event up to this id has been searched, and none can follow';
COMMENT ON COLUMN event_summary_progress.seen_id IS 'The highest id at an earlier search; settled once all transactions below seen_xid are over';
COMMENT ON COLUMN event_summary_progress.refreshed_at IS 'Start of the last refresh that left no changed hour; null before the first';
COMMENT ON COLUMN event_summary_progress.days_before IS 'Days before this are merged in event_tracker_summary_day; null before the first time';
GRANT SELECT ON TABLE event_summary_progress TO pagw_maintainer;
GRANT SELECT ON TABLE event_summary_progress TO pagw_reader;
GRANT SELECT ON TABLE event_summary_progress TO pagw_writer;

CREATE TABLE event_tracker (
  id bigint NOT NULL DEFAULT nextval('event_tracker_id_seq'::regclass),
  tenant character varying(64) COLLATE "C" NOT NULL,
  pagw_id character varying(64) COLLATE "C" NOT NULL,
  received_on date NOT NULL,
  event_id character varying(128) COLLATE "C" NOT NULL,
  stage character varying(64) COLLATE "C" NOT NULL,
  event_type character varying(64) COLLATE "C" NOT NULL,
  status pagw_event_status NOT NULL DEFAULT 'STARTED'::pagw_event_status,
  sequence_no bigint NOT NULL,
  attempt integer NOT NULL DEFAULT 1,
  retryable boolean NOT NULL DEFAULT false,
  next_retry_at timestamp with time zone,
  retry_exhausted_at timestamp with time zone,
  external_reference character varying(256),
  duration_ms integer,
  error_code character varying(64),
  error_message text,
  worker_id character varying(128),
  service_name character varying(128),
  started_at timestamp with time zone,
  completed_at timestamp with time zone,
  occurred_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  metadata jsonb,
  stated jsonb,
  sender character varying(128),
  start_sequence_no bigint,
  start_event_id character varying(128) COLLATE "C",
  start_occurred_at timestamp with time zone,
  start_created_at timestamp with time zone,
  CONSTRAINT event_tracker_pkey PRIMARY KEY (id, received_on),
  CONSTRAINT ck_event_tracker_exhausted CHECK (((retry_exhausted_at IS NULL) OR ((status = 'FAILED'::pagw_event_status) AND retryable))),
  CONSTRAINT ck_event_tracker_next_retry CHECK (((next_retry_at IS NULL) OR ((status = 'FAILED'::pagw_event_status) AND retryable))),
  CONSTRAINT ck_event_tracker_start CHECK ((num_nulls(start_sequence_no, start_event_id, start_occurred_at, start_created_at) = ANY (ARRAY[0, 4]))),
  CONSTRAINT ck_event_tracker_start_order CHECK ((start_sequence_no < sequence_no)),
  CONSTRAINT event_tracker_attempt_check CHECK ((attempt >= 1)),
  CONSTRAINT event_tracker_request_fkey FOREIGN KEY (pagw_id, received_on) REFERENCES request_tracker(pagw_id, received_on) ON DELETE CASCADE
) PARTITION BY RANGE (received_on);
CREATE INDEX ix_event_tracker_created ON ONLY public.event_tracker USING brin (created_at) WITH (pages_per_range='64');
CREATE INDEX ix_event_tracker_due ON ONLY public.event_tracker USING btree (tenant, stage, next_retry_at, id) WHERE (next_retry_at IS NOT NULL);
CREATE INDEX ix_event_tracker_error ON ONLY public.event_tracker USING btree (tenant, error_code, created_at DESC) WHERE (error_code IS NOT NULL);
CREATE INDEX ix_event_tracker_exhausted ON ONLY public.event_tracker USING btree (tenant, stage, id) WHERE (retry_exhausted_at IS NOT NULL);
CREATE INDEX ix_event_tracker_failed ON ONLY public.event_tracker USING btree (tenant, created_at DESC, id DESC) WHERE (status = 'FAILED'::pagw_event_status);
CREATE INDEX ix_event_tracker_metadata ON ONLY public.event_tracker USING gin (metadata);
CREATE INDEX ix_event_tracker_retry ON ONLY public.event_tracker USING btree (tenant, status, retryable, next_retry_at) WHERE ((status = 'FAILED'::pagw_event_status) AND (retryable = true));
CREATE INDEX ix_event_tracker_stage ON ONLY public.event_tracker USING btree (tenant, stage, created_at DESC);
CREATE INDEX ix_event_tracker_start ON ONLY public.event_tracker USING btree (pagw_id, received_on, hashtextextended((start_event_id)::text, (0)::bigint)) WHERE (start_event_id IS NOT NULL);
CREATE INDEX ix_event_tracker_start_created ON ONLY public.event_tracker USING brin (start_created_at) WITH (pages_per_range='64') WHERE (start_event_id IS NOT NULL);
CREATE INDEX ix_event_tracker_tenant_event_created ON ONLY public.event_tracker USING btree (tenant, event_type, created_at DESC);
CREATE INDEX ix_event_tracker_tenant_pagw_created ON ONLY public.event_tracker USING btree (tenant, pagw_id, created_at);
CREATE UNIQUE INDEX ux_event_tracker_pagw_event ON ONLY public.event_tracker USING btree (((received_on - '2000-01-01'::date)), received_on, hashtextextended((pagw_id)::text, (0)::bigint), hashtextextended((event_id)::text, (0)::bigint));
CREATE UNIQUE INDEX ux_event_tracker_pagw_seq ON ONLY public.event_tracker USING btree (pagw_id, sequence_no, received_on);
COMMENT ON COLUMN event_tracker.received_on IS 'The request''s arrival date (request_tracker.received_on): the partition key';
COMMENT ON COLUMN event_tracker.event_id IS 'The producer''s id of the event, recorded once per request however often it is sent';
COMMENT ON COLUMN event_tracker.sequence_no IS 'Monotonic sequence per pagw_id for event ordering';
COMMENT ON COLUMN event_tracker.next_retry_at IS 'Scheduled retry timestamp for failed retryable events';
COMMENT ON COLUMN event_tracker.retry_exhausted_at IS 'When the failure used up its attempts; cleared when a later event of its stage, or the request''s end, overtakes it';
COMMENT ON COLUMN event_tracker.occurred_at IS 'When it happened by the producer''s clock; created_at is when it was recorded';
COMMENT ON COLUMN event_tracker.metadata IS 'JSON context for event (no PHI - use S3 for PHI)';
COMMENT ON COLUMN event_tracker.stated IS 'What the message stated of its request: type, priority, status, receipt, payload, correlation id; null when nothing';
COMMENT ON COLUMN event_tracker.sender IS 'Who put the message on the queue: the SQS SenderId; null for the tracker''s own events and for what was backfilled';
COMMENT ON COLUMN event_tracker.start_sequence_no IS 'Number of the START that compaction merged into this result; start_event_id, start_occurred_at and start_created_at are that START''s';
GRANT SELECT ON TABLE event_tracker TO pagw_maintainer;
GRANT SELECT ON TABLE event_tracker TO pagw_reader;
GRANT INSERT, SELECT ON TABLE event_tracker TO pagw_writer;

CREATE TABLE event_tracker_summary (
  hour timestamp with time zone NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  stage character varying(64) COLLATE "C" NOT NULL,
  event_type character varying(64) COLLATE "C" NOT NULL,
  status pagw_event_status NOT NULL,
  event_count bigint NOT NULL,
  duration_count bigint NOT NULL,
  duration_sum_ms bigint NOT NULL,
  duration_max_ms integer,
  duration_buckets smallint[] NOT NULL,
  bucket_counts bigint[] NOT NULL,
  CONSTRAINT event_tracker_summary_pkey PRIMARY KEY (tenant, hour, stage, event_type, status),
  CONSTRAINT ck_event_tracker_summary_histogram CHECK ((cardinality(duration_buckets) = cardinality(bucket_counts))),
  CONSTRAINT ck_event_tracker_summary_max CHECK (((duration_max_ms IS NULL) = (duration_count = 0))),
  CONSTRAINT event_tracker_summary_check CHECK (((duration_count >= 0) AND (duration_count <= event_count))),
  CONSTRAINT event_tracker_summary_event_count_check CHECK ((event_count > 0)),
  CONSTRAINT event_tracker_summary_hour_check CHECK ((hour = date_trunc('hour'::text, hour, 'UTC'::text)))
);
CREATE INDEX ix_event_tracker_summary_hour ON public.event_tracker_summary USING btree (hour);
COMMENT ON TABLE event_tracker_summary IS 'Hourly roll-up of event_tracker by the time of recording (created_at); kept when its events are compacted or archived';
COMMENT ON COLUMN event_tracker_summary.duration_buckets IS 'Histogram of duration_ms: bucket numbers (duration_bucket), ascending; bucket_counts has the events of each. Adding up the counts of equal buckets merges histograms';
GRANT SELECT ON TABLE event_tracker_summary TO pagw_maintainer;
GRANT SELECT ON TABLE event_tracker_summary TO pagw_reader;
GRANT SELECT ON TABLE event_tracker_summary TO pagw_writer;

CREATE TABLE event_tracker_summary_day (
  day timestamp with time zone NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  stage character varying(64) COLLATE "C" NOT NULL,
  event_type character varying(64) COLLATE "C" NOT NULL,
  status pagw_event_status NOT NULL,
  event_count bigint NOT NULL,
  duration_count bigint NOT NULL,
  duration_sum_ms bigint NOT NULL,
  duration_max_ms integer,
  duration_buckets smallint[] NOT NULL,
  bucket_counts bigint[] NOT NULL,
  CONSTRAINT event_tracker_summary_day_pkey PRIMARY KEY (tenant, day, stage, event_type, status),
  CONSTRAINT ck_event_tracker_summary_histogram CHECK ((cardinality(duration_buckets) = cardinality(bucket_counts))),
  CONSTRAINT ck_event_tracker_summary_max CHECK (((duration_max_ms IS NULL) = (duration_count = 0))),
  CONSTRAINT event_tracker_summary_check CHECK (((duration_count >= 0) AND (duration_count <= event_count))),
  CONSTRAINT event_tracker_summary_day_day_check CHECK ((day = date_trunc('day'::text, day, 'UTC'::text))),
  CONSTRAINT event_tracker_summary_event_count_check CHECK ((event_count > 0)),
  CONSTRAINT event_tracker_summary_hour_check CHECK ((day = date_trunc('hour'::text, day, 'UTC'::text)))
);
CREATE INDEX ix_event_tracker_summary_day_day ON public.event_tracker_summary_day USING btree (day);
COMMENT ON TABLE event_tracker_summary_day IS 'event_tracker_summary by whole UTC days that are over; made from it, never from events';
GRANT SELECT ON TABLE event_tracker_summary_day TO pagw_maintainer;
GRANT SELECT ON TABLE event_tracker_summary_day TO pagw_reader;
GRANT SELECT ON TABLE event_tracker_summary_day TO pagw_writer;

CREATE TABLE event_tracker_summary_day_total (
  day timestamp with time zone NOT NULL,
  stage character varying(64) COLLATE "C" NOT NULL,
  event_type character varying(64) COLLATE "C" NOT NULL,
  status pagw_event_status NOT NULL,
  event_count bigint NOT NULL,
  duration_count bigint NOT NULL,
  duration_sum_ms bigint NOT NULL,
  duration_max_ms integer,
  duration_buckets smallint[] NOT NULL,
  bucket_counts bigint[] NOT NULL,
  CONSTRAINT event_tracker_summary_day_total_pkey PRIMARY KEY (day, stage, event_type, status),
  CONSTRAINT ck_event_tracker_summary_histogram CHECK ((cardinality(duration_buckets) = cardinality(bucket_counts))),
  CONSTRAINT ck_event_tracker_summary_max CHECK (((duration_max_ms IS NULL) = (duration_count = 0))),
  CONSTRAINT event_tracker_summary_check CHECK (((duration_count >= 0) AND (duration_count <= event_count))),
  CONSTRAINT event_tracker_summary_day_day_check CHECK ((day = date_trunc('day'::text, day, 'UTC'::text))),
  CONSTRAINT event_tracker_summary_event_count_check CHECK ((event_count > 0)),
  CONSTRAINT event_tracker_summary_hour_check CHECK ((day = date_trunc('hour'::text, day, 'UTC'::text)))
);
COMMENT ON TABLE event_tracker_summary_day_total IS 'event_tracker_summary_day over all tenants';
GRANT SELECT ON TABLE event_tracker_summary_day_total TO pagw_maintainer;
GRANT SELECT ON TABLE event_tracker_summary_day_total TO pagw_reader;
GRANT SELECT ON TABLE event_tracker_summary_day_total TO pagw_writer;

CREATE TABLE event_tracker_summary_total (
  hour timestamp with time zone NOT NULL,
  stage character varying(64) COLLATE "C" NOT NULL,
  event_type character varying(64) COLLATE "C" NOT NULL,
  status pagw_event_status NOT NULL,
  event_count bigint NOT NULL,
  duration_count bigint NOT NULL,
  duration_sum_ms bigint NOT NULL,
  duration_max_ms integer,
  duration_buckets smallint[] NOT NULL,
  bucket_counts bigint[] NOT NULL,
  CONSTRAINT event_tracker_summary_total_pkey PRIMARY KEY (hour, stage, event_type, status),
  CONSTRAINT ck_event_tracker_summary_histogram CHECK ((cardinality(duration_buckets) = cardinality(bucket_counts))),
  CONSTRAINT ck_event_tracker_summary_max CHECK (((duration_max_ms IS NULL) = (duration_count = 0))),
  CONSTRAINT event_tracker_summary_check CHECK (((duration_count >= 0) AND (duration_count <= event_count))),
  CONSTRAINT event_tracker_summary_event_count_check CHECK ((event_count > 0)),
  CONSTRAINT event_tracker_summary_hour_check CHECK ((hour = date_trunc('hour'::text, hour, 'UTC'::text)))
);
COMMENT ON TABLE event_tracker_summary_total IS 'event_tracker_summary over all tenants';
GRANT SELECT ON TABLE event_tracker_summary_total TO pagw_maintainer;
GRANT SELECT ON TABLE event_tracker_summary_total TO pagw_reader;
GRANT SELECT ON TABLE event_tracker_summary_total TO pagw_writer;

CREATE TABLE exclusive_task (
  name character varying(32) NOT NULL,
  CONSTRAINT exclusive_task_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE exclusive_task IS 'Tasks that are done by one at a time: whoever does one holds a lock on its row';
GRANT SELECT ON TABLE exclusive_task TO pagw_maintainer;
GRANT SELECT ON TABLE exclusive_task TO pagw_reader;
GRANT SELECT ON TABLE exclusive_task TO pagw_writer;

CREATE TABLE flow_changed_day (
  day timestamp with time zone NOT NULL,
  CONSTRAINT flow_changed_day_pkey PRIMARY KEY (day)
);
GRANT SELECT ON TABLE flow_changed_day TO pagw_maintainer;
GRANT SELECT ON TABLE flow_changed_day TO pagw_reader;
GRANT SELECT ON TABLE flow_changed_day TO pagw_writer;

CREATE TABLE flow_changed_hour (
  hour timestamp with time zone NOT NULL,
  CONSTRAINT flow_changed_hour_pkey PRIMARY KEY (hour)
);
GRANT SELECT ON TABLE flow_changed_hour TO pagw_maintainer;
GRANT SELECT ON TABLE flow_changed_hour TO pagw_reader;
GRANT SELECT ON TABLE flow_changed_hour TO pagw_writer;

CREATE TABLE flow_changed_request (
  pagw_id character varying(64) COLLATE "C" NOT NULL,
  CONSTRAINT flow_changed_request_pkey PRIMARY KEY (pagw_id)
);
COMMENT ON TABLE flow_changed_request IS 'Requests to fold into request_flow; marked with the changed hours of the event summary';
GRANT SELECT ON TABLE flow_changed_request TO pagw_maintainer;
GRANT SELECT ON TABLE flow_changed_request TO pagw_reader;
GRANT SELECT ON TABLE flow_changed_request TO pagw_writer;

CREATE TABLE flow_summary (
  slice character varying(4) NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  tenant character varying(64) COLLATE "C",
  request_type character varying(64) COLLATE "C",
  priority pagw_priority,
  kind character varying(9) NOT NULL,
  lanes character varying(4) NOT NULL,
  path text[] COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  clamped bigint NOT NULL,
  failed bigint NOT NULL,
  went_back bigint NOT NULL,
  open bigint NOT NULL,
  sum_ms numeric NOT NULL,
  max_ms bigint,
  buckets smallint[] NOT NULL,
  bucket_counts bigint[] NOT NULL,
  CONSTRAINT ck_flow_summary_histogram CHECK ((cardinality(buckets) = cardinality(bucket_counts))),
  CONSTRAINT flow_summary_check CHECK ((starts_at = date_trunc((slice)::text, starts_at, 'UTC'::text))),
  CONSTRAINT flow_summary_check1 CHECK (((tenant IS NOT NULL) OR ((slice)::text = 'day'::text))),
  CONSTRAINT flow_summary_kind_check CHECK (((kind)::text = ANY ((ARRAY['first'::character varying, 'hand-over'::character varying, 'last'::character varying, 'path'::character varying, 'answer'::character varying, 'decision'::character varying])::text[]))),
  CONSTRAINT flow_summary_lanes_check CHECK (((lanes)::text = ANY ((ARRAY['main'::character varying, 'all'::character varying])::text[]))),
  CONSTRAINT flow_summary_slice_check CHECK (((slice)::text = ANY ((ARRAY['hour'::character varying, 'day'::character varying])::text[])))
);
CREATE INDEX ix_flow_summary_slice ON public.flow_summary USING btree (slice, starts_at, tenant);
COMMENT ON TABLE flow_summary IS 'Roll-up of request_flow by hour and day of the request''s latest event; path is the two stages of a hand-over, the stage of a first or last, at most 100 stages of a path';
COMMENT ON COLUMN flow_summary.tenant IS 'Null in the rows of a day that count all tenants together';
COMMENT ON COLUMN flow_summary.clamped IS 'How many waits were below zero, and count as zero; of an answer or a decision, how many were of a request with a time that is not believed';
COMMENT ON COLUMN flow_summary.went_back IS 'Hand-overs to a stage that the request had been in before';
GRANT SELECT ON TABLE flow_summary TO pagw_maintainer;
GRANT SELECT ON TABLE flow_summary TO pagw_reader;
GRANT SELECT ON TABLE flow_summary TO pagw_writer;

CREATE TABLE incident (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  key character varying(192) COLLATE "C" NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  stage character varying(64) COLLATE "C" NOT NULL,
  reason character varying(32) NOT NULL,
  error_code character varying(64),
  target_system character varying(64),
  opened_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  seen_at timestamp with time zone NOT NULL,
  level character varying(8) NOT NULL,
  count integer NOT NULL,
  awaited integer NOT NULL DEFAULT 0,
  peak_count integer NOT NULL,
  oldest_since timestamp with time zone NOT NULL,
  trend_count integer NOT NULL,
  trend_at timestamp with time zone NOT NULL,
  notified_at timestamp with time zone,
  notified_level character varying(8),
  reminders_sent integer NOT NULL DEFAULT 0,
  lead_id bigint,
  snoozed_until timestamp with time zone,
  snoozed_by character varying(256),
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT incident_pkey PRIMARY KEY (id),
  CONSTRAINT ck_incident_closed CHECK (((closed_at IS NULL) OR (closed_at >= opened_at))),
  CONSTRAINT ck_incident_lead CHECK ((lead_id <> id)),
  CONSTRAINT ck_incident_notified CHECK (((notified_at IS NULL) = (notified_level IS NULL))),
  CONSTRAINT incident_check CHECK (((awaited >= 0) AND (awaited <= count))),
  CONSTRAINT incident_check1 CHECK ((peak_count >= count)),
  CONSTRAINT incident_count_check CHECK ((count >= 0)),
  CONSTRAINT incident_level_check CHECK (((level)::text = ANY ((ARRAY['warn'::character varying, 'page'::character varying, 'breach'::character varying])::text[]))),
  CONSTRAINT incident_notified_level_check CHECK (((notified_level)::text = ANY ((ARRAY['warn'::character varying, 'page'::character varying, 'breach'::character varying])::text[]))),
  CONSTRAINT incident_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES incident(id)
);
CREATE INDEX ix_incident_lead ON public.incident USING btree (lead_id) WHERE (lead_id IS NOT NULL);
CREATE INDEX ix_incident_opened ON public.incident USING btree (opened_at DESC, id DESC);
CREATE UNIQUE INDEX ux_incident_open_key ON public.incident USING btree (key) WHERE (closed_at IS NULL);
COMMENT ON COLUMN incident.key IS 'stuck/tenant/stage/fingerprint of the cause; a pager takes it for de-duplication';
COMMENT ON COLUMN incident.seen_at IS 'When the detector last counted a request of it; it closes once that is some minutes ago';
COMMENT ON COLUMN incident.awaited IS 'Of count, those that are not stuck any more but wait for an outcome: a retry was sent or is planned';
COMMENT ON COLUMN incident.trend_count IS 'Count at trend_at, about ten minutes ago: what growth is notified against';
COMMENT ON COLUMN incident.lead_id IS 'The incident whose notifications cover this one: the same cause at another tenant; null: it has its own';
COMMENT ON COLUMN incident.version IS 'Counts changes; a run changes an incident only as it read it, so two runs at once notify once';
GRANT SELECT ON TABLE incident TO pagw_maintainer;
GRANT SELECT ON TABLE incident TO pagw_reader;
GRANT INSERT, SELECT ON TABLE incident TO pagw_writer;

CREATE TABLE incident_notification (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  incident_id bigint NOT NULL,
  kind character varying(16) NOT NULL,
  level character varying(8) NOT NULL,
  tenants integer NOT NULL DEFAULT 1,
  subject character varying(100) NOT NULL,
  body text NOT NULL,
  written_at timestamp with time zone NOT NULL,
  claimed_until timestamp with time zone,
  sent_at timestamp with time zone,
  superseded_at timestamp with time zone,
  CONSTRAINT incident_notification_pkey PRIMARY KEY (id),
  CONSTRAINT ck_incident_notification_once CHECK (((sent_at IS NULL) OR (superseded_at IS NULL))),
  CONSTRAINT incident_notification_kind_check CHECK (((kind)::text = ANY ((ARRAY['opened'::character varying, 'grew'::character varying, 'worsened'::character varying, 'spread'::character varying, 'reminder'::character varying, 'closed'::character varying])::text[]))),
  CONSTRAINT incident_notification_level_check CHECK (((level)::text = ANY ((ARRAY['warn'::character varying, 'page'::character varying, 'breach'::character varying])::text[]))),
  CONSTRAINT incident_notification_tenants_check CHECK ((tenants > 0)),
  CONSTRAINT incident_notification_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incident(id) ON DELETE CASCADE
);
CREATE INDEX ix_incident_notification_incident ON public.incident_notification USING btree (incident_id);
CREATE INDEX ix_incident_notification_unsent ON public.incident_notification USING btree (id) WHERE ((sent_at IS NULL) AND (superseded_at IS NULL));
COMMENT ON COLUMN incident_notification.tenants IS 'How many it covers; a reader limited to some tenants sees those that cover one alone';
COMMENT ON COLUMN incident_notification.superseded_at IS 'A later notification of the incident was written before this one could be sent';
GRANT SELECT ON TABLE incident_notification TO pagw_maintainer;
GRANT SELECT ON TABLE incident_notification TO pagw_reader;
GRANT INSERT, SELECT ON TABLE incident_notification TO pagw_writer;

CREATE TABLE legal_hold (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  pagw_id character varying(64) COLLATE "C",
  tenant character varying(64) COLLATE "C",
  plan character varying(64) COLLATE "C",
  matter character varying(64) COLLATE "C",
  reason text NOT NULL,
  held_by character varying(256) NOT NULL,
  held_at timestamp with time zone NOT NULL,
  CONSTRAINT legal_hold_pkey PRIMARY KEY (id),
  CONSTRAINT ux_legal_hold_scope UNIQUE NULLS NOT DISTINCT (pagw_id, tenant, plan, matter),
  CONSTRAINT ck_legal_hold_scope CHECK ((num_nonnulls(pagw_id, tenant, plan) = 1)),
  CONSTRAINT legal_hold_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000)))
);
COMMENT ON TABLE legal_hold IS 'Requests, tenants and plans whose history is kept from compaction, archive and drop, once for each matter; who held and released what stands in operator_action';
GRANT SELECT ON TABLE legal_hold TO pagw_maintainer;
GRANT SELECT ON TABLE legal_hold TO pagw_reader;
GRANT SELECT ON TABLE legal_hold TO pagw_writer;

CREATE TABLE load_sample (
  sampled_at timestamp with time zone NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  received bigint NOT NULL,
  in_flight bigint NOT NULL,
  stuck bigint NOT NULL,
  retries_waiting bigint NOT NULL,
  CONSTRAINT load_sample_pkey PRIMARY KEY (sampled_at, tenant),
  CONSTRAINT load_sample_in_flight_check CHECK ((in_flight >= 0)),
  CONSTRAINT load_sample_received_check CHECK ((received >= 0)),
  CONSTRAINT load_sample_retries_waiting_check CHECK ((retries_waiting >= 0)),
  CONSTRAINT load_sample_sampled_at_check CHECK ((sampled_at = date_bin('00:15:00'::interval, sampled_at, '2000-01-01 00:00:00+00'::timestamp with time zone))),
  CONSTRAINT load_sample_stuck_check CHECK ((stuck >= 0))
);
COMMENT ON TABLE load_sample IS 'Requests in flight, stuck and waiting for a retry, a quarter of an hour apart; kept for 61 days';
COMMENT ON COLUMN load_sample.sampled_at IS 'The quarter of an hour it was taken in';
COMMENT ON COLUMN load_sample.received IS 'Requests first heard of in the quarter of an hour before';
GRANT SELECT ON TABLE load_sample TO pagw_maintainer;
GRANT SELECT ON TABLE load_sample TO pagw_reader;
GRANT DELETE, INSERT, SELECT ON TABLE load_sample TO pagw_writer;

CREATE TABLE metric_tenant (
  place smallint NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  CONSTRAINT metric_tenant_pkey PRIMARY KEY (place),
  CONSTRAINT metric_tenant_tenant_key UNIQUE (tenant),
  CONSTRAINT metric_tenant_place_check CHECK (((place >= 1) AND (place <= 100)))
);
COMMENT ON TABLE metric_tenant IS 'Tenants with metrics of their own, in the order in which they were first on the watch list; all others are OTHER';
GRANT SELECT ON TABLE metric_tenant TO pagw_maintainer;
GRANT SELECT ON TABLE metric_tenant TO pagw_reader;
GRANT INSERT, SELECT ON TABLE metric_tenant TO pagw_writer;

CREATE TABLE operator_action (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  action character varying(64) NOT NULL,
  filter jsonb NOT NULL DEFAULT '{}'::jsonb,
  reason text NOT NULL,
  acted_by character varying(256) NOT NULL,
  acted_at timestamp with time zone NOT NULL,
  affected integer NOT NULL DEFAULT 0,
  CONSTRAINT operator_action_pkey PRIMARY KEY (id),
  CONSTRAINT operator_action_affected_check CHECK ((affected >= 0)),
  CONSTRAINT operator_action_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000)))
);
CREATE INDEX ix_operator_action_acted ON public.operator_action USING btree (acted_at DESC);
CREATE INDEX ix_operator_action_request ON public.operator_action USING btree (((filter ->> 'pagwId'::text)), acted_at) WHERE ((filter ->> 'pagwId'::text) IS NOT NULL);
COMMENT ON COLUMN operator_action.affected IS 'How many failures, requests or incidents the deed touched';
GRANT SELECT ON TABLE operator_action TO pagw_maintainer;
GRANT SELECT ON TABLE operator_action TO pagw_reader;
GRANT SELECT ON TABLE operator_action TO pagw_writer;

CREATE TABLE outage (
  incident_id bigint NOT NULL,
  notified_tenants text[] NOT NULL,
  notified_count integer NOT NULL,
  peak_count integer NOT NULL,
  trend_count integer NOT NULL,
  CONSTRAINT outage_pkey PRIMARY KEY (incident_id),
  CONSTRAINT outage_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incident(id) ON DELETE CASCADE
);
COMMENT ON COLUMN outage.notified_tenants IS 'The tenants that the notifications named, the first hundred';
COMMENT ON COLUMN outage.notified_count IS 'Count when it was last notified; notified again from ten times that';
COMMENT ON COLUMN outage.peak_count IS 'Most requests at once, of all tenants together';
COMMENT ON COLUMN outage.trend_count IS 'The same count at the trend_at of its incident';
GRANT SELECT ON TABLE outage TO pagw_maintainer;
GRANT SELECT ON TABLE outage TO pagw_reader;
GRANT INSERT, SELECT, UPDATE ON TABLE outage TO pagw_writer;

CREATE TABLE outgoing_event (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  kind character varying(16) NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  detail jsonb NOT NULL,
  written_at timestamp with time zone NOT NULL,
  claimed_until timestamp with time zone,
  CONSTRAINT outgoing_event_pkey PRIMARY KEY (id),
  CONSTRAINT outgoing_event_kind_check CHECK (((kind)::text = ANY ((ARRAY['decided'::character varying, 'stuck'::character varying, 'exhausted'::character varying, 'incident'::character varying])::text[])))
);
COMMENT ON TABLE outgoing_event IS 'Events for the bus that are not sent yet; ids, codes and times, nothing of a person';
GRANT SELECT ON TABLE outgoing_event TO pagw_maintainer;
GRANT SELECT ON TABLE outgoing_event TO pagw_reader;
GRANT DELETE, INSERT, SELECT ON TABLE outgoing_event TO pagw_writer;

CREATE TABLE reader_scope (
  only_row boolean NOT NULL DEFAULT true,
  tenants text[],
  CONSTRAINT reader_scope_pkey PRIMARY KEY (only_row),
  CONSTRAINT reader_scope_only_row_check CHECK (only_row),
  CONSTRAINT reader_scope_tenants_check CHECK (((cardinality(tenants) > 0) AND (array_position(tenants, NULL::text) IS NULL)))
);
COMMENT ON TABLE reader_scope IS 'One row: the tenants that row-level security leaves to pagw_reader; null is all of them';
GRANT SELECT ON TABLE reader_scope TO pagw_maintainer;
GRANT SELECT ON TABLE reader_scope TO pagw_reader;
GRANT SELECT ON TABLE reader_scope TO pagw_writer;

CREATE TABLE rejected_message (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  message_id character varying(128) NOT NULL,
  "position" integer NOT NULL,
  tenant character varying(64),
  pagw_id character varying(64) COLLATE "C",
  event_id character varying(128) COLLATE "C",
  code character varying(64) NOT NULL,
  path character varying(512) NOT NULL,
  rule character varying(128) NOT NULL,
  hint character varying(512) NOT NULL,
  body_bucket character varying(255) NOT NULL,
  body_key character varying(1024) NOT NULL,
  body_bytes integer NOT NULL,
  sent_at timestamp with time zone NOT NULL,
  rejected_at timestamp with time zone NOT NULL,
  replayed_at timestamp with time zone,
  CONSTRAINT rejected_message_pkey PRIMARY KEY (id),
  CONSTRAINT ux_rejected_message_position UNIQUE (message_id, "position"),
  CONSTRAINT rejected_message_position_check CHECK (("position" >= 0))
);
CREATE INDEX ix_rejected_message_event ON public.rejected_message USING btree (event_id) WHERE (event_id IS NOT NULL);
CREATE INDEX ix_rejected_message_rejected ON public.rejected_message USING btree (rejected_at DESC, id DESC);
COMMENT ON TABLE rejected_message IS 'Messages set aside by ingest, with the reason; the body is in the quarantine bucket, never here';
COMMENT ON COLUMN rejected_message."position" IS 'Place of the refused event in its message, from 0';
COMMENT ON COLUMN rejected_message.event_id IS 'The id it has when it is sent again, by which what became of it is found; null where none was well-formed';
COMMENT ON COLUMN rejected_message.path IS 'JSON pointer to the field at fault; empty for the whole message';
GRANT SELECT ON TABLE rejected_message TO pagw_maintainer;
GRANT SELECT ON TABLE rejected_message TO pagw_reader;
GRANT INSERT, SELECT ON TABLE rejected_message TO pagw_writer;

CREATE TABLE report_snapshot (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  year integer NOT NULL,
  tenant character varying(64) COLLATE "C",
  figures text NOT NULL,
  digest character(64) NOT NULL,
  frozen_at timestamp with time zone NOT NULL,
  frozen_by character varying(256) NOT NULL,
  reason text NOT NULL,
  public_key text NOT NULL,
  signature text NOT NULL,
  CONSTRAINT report_snapshot_pkey PRIMARY KEY (id),
  CONSTRAINT report_snapshot_check CHECK (((digest)::text = encode(sha256(convert_to(figures, 'UTF8'::name)), 'hex'::text))),
  CONSTRAINT report_snapshot_public_key_check CHECK ((octet_length(decode(public_key, 'base64'::text)) = 44)),
  CONSTRAINT report_snapshot_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000))),
  CONSTRAINT report_snapshot_signature_check CHECK ((octet_length(decode(signature, 'base64'::text)) = 64)),
  CONSTRAINT report_snapshot_year_check CHECK (((year >= 1970) AND (year <= 9998)))
);
CREATE INDEX ix_report_snapshot_year ON public.report_snapshot USING btree (year, tenant, id);
COMMENT ON TABLE report_snapshot IS 'Published figures of a year, frozen; later changes are shown against the latest snapshot';
COMMENT ON COLUMN report_snapshot.tenant IS 'Whose figures; null for those of all tenants';
COMMENT ON COLUMN report_snapshot.figures IS 'JSON: the rows of publishedFigures (lib/data-access/published-figures.ts)';
COMMENT ON COLUMN report_snapshot.signature IS 'By the key: the year, tenant, digest, time, person and reason (lib/domain/signed-figures.ts)';
GRANT SELECT ON TABLE report_snapshot TO pagw_maintainer;
GRANT SELECT ON TABLE report_snapshot TO pagw_reader;
GRANT SELECT ON TABLE report_snapshot TO pagw_writer;

CREATE TABLE request_flow (
  pagw_id character varying(64) COLLATE "C" NOT NULL,
  lanes character varying(4) NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  last_sequence_no bigint NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  by_unknown boolean NOT NULL,
  stages text[] COLLATE "C" NOT NULL,
  waits_ms bigint[] NOT NULL,
  left_failed boolean[] NOT NULL,
  last_occurred_at timestamp with time zone NOT NULL,
  last_created_at timestamp with time zone NOT NULL,
  last_failed boolean NOT NULL,
  request_type character varying(64),
  priority pagw_priority,
  answer_ms bigint,
  decision_ms bigint,
  disbelieved boolean NOT NULL,
  CONSTRAINT request_flow_pkey PRIMARY KEY (pagw_id, lanes),
  CONSTRAINT ck_request_flow_hand_overs CHECK (((cardinality(waits_ms) = (cardinality(stages) - 1)) AND (cardinality(left_failed) = (cardinality(stages) - 1)))),
  CONSTRAINT request_flow_lanes_check CHECK (((lanes)::text = ANY ((ARRAY['main'::character varying, 'all'::character varying])::text[]))),
  CONSTRAINT request_flow_stages_check CHECK ((cardinality(stages) >= 1))
);
CREATE INDEX ix_request_flow_seen ON public.request_flow USING btree (seen_at);
COMMENT ON TABLE request_flow IS 'The visits of each request to stages and the waits between them, up to last_sequence_no; kept when its events are archived';
COMMENT ON COLUMN request_flow.seen_at IS 'When the latest event of any lane was recorded: the hour it counts in';
COMMENT ON COLUMN request_flow.by_unknown IS 'True while the row of the main lane is made of unknown stages, for want of any other';
COMMENT ON COLUMN request_flow.waits_ms IS 'From the last event of a visit to the first of the next, by believable times; below zero where clocks differ, and counted as zero then';
COMMENT ON COLUMN request_flow.left_failed IS 'Whether the last event before each hand-over was FAILED';
COMMENT ON COLUMN request_flow.answer_ms IS 'From receipt to the answer (completed_at), as of last_sequence_no, as are type, priority and decision_ms; null while there is none';
COMMENT ON COLUMN request_flow.disbelieved IS 'Whether a time of an event was too far before its recording to be believed: the recording counted in its place';
GRANT SELECT ON TABLE request_flow TO pagw_maintainer;
GRANT SELECT ON TABLE request_flow TO pagw_reader;
GRANT SELECT ON TABLE request_flow TO pagw_writer;

CREATE TABLE request_tracker (
  pagw_id character varying(64) COLLATE "C" NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  request_type character varying(64),
  status pagw_request_status NOT NULL DEFAULT 'RECEIVED'::pagw_request_status,
  last_stage character varying(64),
  next_stage character varying(64),
  correlation_id character varying(128),
  external_reference_id character varying(256),
  last_error_code character varying(64),
  last_error_msg text,
  retry_count integer NOT NULL DEFAULT 0,
  payload_bucket character varying(255),
  payload_key character varying(1024),
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  completed_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  priority pagw_priority,
  received_on date NOT NULL,
  decision_due_at timestamp with time zone,
  decided_at timestamp with time zone,
  determination pagw_determination,
  clock_stopped_at timestamp with time zone,
  board pagw_board,
  unclear_answer_at timestamp with time zone,
  last_sequence_no bigint NOT NULL DEFAULT 0,
  batch_first_sequence_no bigint NOT NULL DEFAULT 1,
  last_event_at timestamp with time zone,
  failure_count integer NOT NULL DEFAULT 0,
  state json,
  main_sequence_no bigint,
  main_stage character varying(64),
  main_event_type character varying(64),
  main_status pagw_event_status,
  main_attempt integer,
  main_at timestamp with time zone,
  target_system character varying(64),
  watch_at timestamp with time zone DEFAULT now(),
  stuck_reason character varying(32),
  stuck_since timestamp with time zone,
  stuck_error_code character varying(64),
  stuck_skew_seconds bigint,
  deadline_risk pagw_deadline_risk,
  deadline_risk_at timestamp with time zone,
  watched boolean GENERATED ALWAYS AS ((watch_at IS NOT NULL)) STORED,
  stuck_stage character varying(64),
  incident_key character varying(192) COLLATE "C",
  compacted_at timestamp with time zone,
  archived_at timestamp with time zone,
  retired_at timestamp with time zone,
  CONSTRAINT request_tracker_pkey PRIMARY KEY (pagw_id),
  CONSTRAINT ux_request_tracker_pagw_received UNIQUE (pagw_id, received_on),
  CONSTRAINT ck_request_tracker_archived CHECK (((archived_at IS NULL) OR ((completed_at IS NOT NULL) AND (retired_at IS NOT NULL)))),
  CONSTRAINT ck_request_tracker_clock CHECK (((decided_at IS NULL) OR (clock_stopped_at = decided_at))),
  CONSTRAINT ck_request_tracker_compacted CHECK (((compacted_at IS NULL) OR (completed_at IS NOT NULL))),
  CONSTRAINT ck_request_tracker_determination CHECK (((determination IS NULL) = (decided_at IS NULL))),
  CONSTRAINT ck_request_tracker_stuck CHECK (((stuck_reason IS NULL) = (stuck_since IS NULL)))
) WITH (fillfactor=70);
CREATE INDEX ix_request_tracker_board ON public.request_tracker USING btree (tenant, pagw_id) WHERE (board IS NOT NULL);
CREATE INDEX ix_request_tracker_correlation ON public.request_tracker USING btree (correlation_id) WHERE (correlation_id IS NOT NULL);
CREATE INDEX ix_request_tracker_deadline ON public.request_tracker USING btree (tenant, decision_due_at, pagw_id) WHERE (deadline_risk IS NOT NULL);
CREATE INDEX ix_request_tracker_external_reference ON public.request_tracker USING btree (external_reference_id) WHERE (external_reference_id IS NOT NULL);
CREATE INDEX ix_request_tracker_id_end ON public.request_tracker USING btree (reverse(upper((pagw_id)::text)));
CREATE INDEX ix_request_tracker_incident ON public.request_tracker USING btree (incident_key, pagw_id) WHERE (incident_key IS NOT NULL);
CREATE INDEX ix_request_tracker_open ON public.request_tracker USING btree (tenant, created_at DESC, pagw_id DESC) WHERE (completed_at IS NULL);
CREATE INDEX ix_request_tracker_stuck ON public.request_tracker USING btree (tenant, stuck_since, pagw_id) WHERE (stuck_reason IS NOT NULL);
CREATE INDEX ix_request_tracker_tenant_created ON public.request_tracker USING btree (tenant, created_at DESC);
CREATE INDEX ix_request_tracker_unarchived ON public.request_tracker USING btree (received_on, tenant, pagw_id) WHERE (archived_at IS NULL);
CREATE INDEX ix_request_tracker_uncompacted ON public.request_tracker USING btree (received_on, pagw_id) WHERE (compacted_at IS NULL);
CREATE INDEX ix_request_tracker_watched ON public.request_tracker USING btree (pagw_id) WHERE watched;
CREATE TRIGGER guard_archived_request BEFORE UPDATE ON request_tracker FOR EACH ROW WHEN (new.last_sequence_no <> old.last_sequence_no AND num_nonnulls(old.compacted_at, old.archived_at, new.compacted_at, new.archived_at) > 0 OR new.archived_at IS NOT NULL AND old.archived_at IS NULL) EXECUTE FUNCTION guard_archived_request();
CREATE TRIGGER watch_request_again BEFORE UPDATE ON request_tracker FOR EACH ROW WHEN (old.completed_at IS NOT NULL AND (new.completed_at IS NULL OR new.board::text IS DISTINCT FROM old.board::text) OR old.stuck_reason IS NOT NULL AND new.stuck_reason IS NOT NULL AND (old.completed_at IS NULL AND new.completed_at IS NOT NULL OR old.clock_stopped_at IS NULL AND new.clock_stopped_at IS NOT NULL)) EXECUTE FUNCTION watch_request_again();
COMMENT ON COLUMN request_tracker.received_at IS 'When the payer received the request: as a producer states it, else the earliest believable time heard of; never later than its recording';
COMMENT ON COLUMN request_tracker.completed_at IS 'When the request was closed; null while it is in flight';
COMMENT ON COLUMN request_tracker.received_on IS 'UTC date on which the tracker first heard of the request; its events are kept in that month''s partition';
COMMENT ON COLUMN request_tracker.decision_due_at IS 'When a decision is due by the tenant''s policy, as of the detector''s last check; null where the tenant is not bound';
COMMENT ON COLUMN request_tracker.decided_at IS 'When the latest episode (decision_episode) was first approved or denied, by the events'' times; a pended answer completes but does not decide';
COMMENT ON COLUMN request_tracker.determination IS 'The first determination, at decided_at; status is the latest outcome';
COMMENT ON COLUMN request_tracker.clock_stopped_at IS 'When the latest episode was decided, or ended otherwise; null while its decision clock runs';
COMMENT ON COLUMN request_tracker.board IS 'Where somebody has to see to it: in the pipe, at a desk (answered or ended there, undecided), or in delivery (decided, the provider has no notice); null when all is done';
COMMENT ON COLUMN request_tracker.unclear_answer_at IS 'The latest answer that was stated and decides nothing';
COMMENT ON COLUMN request_tracker.last_sequence_no IS 'Number of the request''s latest event; the next one gets this plus one';
COMMENT ON COLUMN request_tracker.batch_first_sequence_no IS 'First number given by the latest batch; its predecessor is what that batch had to find, or it raced';
COMMENT ON COLUMN request_tracker.failure_count IS 'Number of FAILED events recorded';
COMMENT ON COLUMN request_tracker.state IS 'What the next event''s effect depends on, as lib/domain/request-fold.ts keeps it; null until it is derived from the history';
COMMENT ON COLUMN request_tracker.main_stage IS 'Stage of the latest event in the main lane that was not late; main_sequence_no, main_event_type, main_status, main_attempt and main_at belong to the same event';
COMMENT ON COLUMN request_tracker.target_system IS 'The downstream the request goes to, from the latest main-lane metadata that names one';
COMMENT ON COLUMN request_tracker.watch_at IS 'When stuck-alarm looks at the request next; null when there is nothing left to watch. Progress of a stuck request makes it due at once, other events leave it alone';
COMMENT ON COLUMN request_tracker.stuck_reason IS 'Why the request is stuck, as of stuck-alarm''s last check; the next main-lane event clears it';
COMMENT ON COLUMN request_tracker.stuck_error_code IS 'Error code of the failure that the request is stuck on; last_error_code may be another stage''s';
COMMENT ON COLUMN request_tracker.stuck_skew_seconds IS 'By how much the time its producer gave the latest main-lane event is ahead of its recording; negative when it is behind: a slow clock, or late';
COMMENT ON COLUMN request_tracker.deadline_risk IS 'How far the decision clock has run, as of the detector''s last check: at-risk from 75 %, urgent from 90 %, breached from decision_due_at';
COMMENT ON COLUMN request_tracker.deadline_risk_at IS 'When the detector first saw the clock so far';
COMMENT ON COLUMN request_tracker.watched IS 'Whether stuck-alarm will look at the request again';
COMMENT ON COLUMN request_tracker.stuck_stage IS 'The stage that holds the request up; means nothing while stuck_reason is null';
COMMENT ON COLUMN request_tracker.incident_key IS 'The incident that the request is part of, from when it was found stuck until an outcome moves it on; a retry that is only sent does not';
COMMENT ON COLUMN request_tracker.compacted_at IS 'When STARTs of the request were merged into their results; null again once another event is recorded';
COMMENT ON COLUMN request_tracker.archived_at IS 'When all its events were in verified archive objects; null again once another event is recorded';
COMMENT ON COLUMN request_tracker.retired_at IS 'When events of the request were first merged or archived: ids are then to be looked for beyond event_tracker.event_id';
GRANT SELECT ON TABLE request_tracker TO pagw_maintainer;
GRANT SELECT ON TABLE request_tracker TO pagw_reader;
GRANT INSERT, SELECT ON TABLE request_tracker TO pagw_writer;

CREATE TABLE resend (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  pagw_id character varying(64) COLLATE "C" NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  stage character varying(64) COLLATE "C" NOT NULL,
  cause character varying(32) NOT NULL,
  after_sequence_no bigint NOT NULL,
  attempt integer NOT NULL,
  reason text NOT NULL,
  requested_by character varying(256) NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  claimed_at timestamp with time zone,
  state character varying(16) NOT NULL DEFAULT 'WAITING'::character varying,
  finished_at timestamp with time zone,
  CONSTRAINT resend_pkey PRIMARY KEY (id),
  CONSTRAINT ux_resend UNIQUE (pagw_id, after_sequence_no),
  CONSTRAINT ck_resend_finished CHECK ((((state)::text = 'WAITING'::text) = (finished_at IS NULL))),
  CONSTRAINT resend_attempt_check CHECK ((attempt >= 1)),
  CONSTRAINT resend_cause_check CHECK (((cause)::text = ANY ((ARRAY['no-result'::character varying, 'hand-off-lost'::character varying, 'retry-overdue'::character varying])::text[]))),
  CONSTRAINT resend_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000))),
  CONSTRAINT resend_state_check CHECK (((state)::text = ANY ((ARRAY['WAITING'::character varying, 'SENT'::character varying, 'OVERTAKEN'::character varying])::text[])))
);
CREATE INDEX ix_resend_waiting ON public.resend USING btree (id) WHERE ((state)::text = 'WAITING'::text);
COMMENT ON COLUMN resend.after_sequence_no IS 'The latest main-lane event when it was asked for; once there is a later one, nothing is sent';
COMMENT ON COLUMN resend.claimed_at IS 'When a run of retry took it to send it; nobody else takes it until the lease is over';
GRANT SELECT ON TABLE resend TO pagw_maintainer;
GRANT SELECT ON TABLE resend TO pagw_reader;
GRANT SELECT ON TABLE resend TO pagw_writer;

CREATE TABLE retry_batch (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  filter jsonb NOT NULL,
  reason text NOT NULL,
  requested_by character varying(256) NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  rate_per_minute integer NOT NULL,
  matched integer NOT NULL,
  done integer NOT NULL DEFAULT 0,
  after_id bigint NOT NULL DEFAULT 0,
  stepped_at timestamp with time zone,
  state character varying(16) NOT NULL DEFAULT 'RUNNING'::character varying,
  finished_at timestamp with time zone,
  CONSTRAINT retry_batch_pkey PRIMARY KEY (id),
  CONSTRAINT ck_retry_batch_finished CHECK ((((state)::text = 'RUNNING'::text) = (finished_at IS NULL))),
  CONSTRAINT retry_batch_done_check CHECK ((done >= 0)),
  CONSTRAINT retry_batch_matched_check CHECK ((matched >= 0)),
  CONSTRAINT retry_batch_rate_per_minute_check CHECK ((rate_per_minute > 0)),
  CONSTRAINT retry_batch_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000))),
  CONSTRAINT retry_batch_state_check CHECK (((state)::text = ANY ((ARRAY['RUNNING'::character varying, 'DONE'::character varying, 'CANCELLED'::character varying])::text[])))
);
CREATE INDEX ix_retry_batch_running ON public.retry_batch USING btree (id) WHERE ((state)::text = 'RUNNING'::text);
COMMENT ON COLUMN retry_batch.matched IS 'Failures that matched the filter when it was asked for';
COMMENT ON COLUMN retry_batch.after_id IS 'event_tracker.id up to which the batch has been carried out';
GRANT SELECT ON TABLE retry_batch TO pagw_maintainer;
GRANT SELECT ON TABLE retry_batch TO pagw_reader;
GRANT SELECT ON TABLE retry_batch TO pagw_writer;

CREATE TABLE retry_batch_failure (
  batch_id bigint NOT NULL,
  pagw_id character varying(64) COLLATE "C" NOT NULL,
  tenant character varying(64) COLLATE "C" NOT NULL,
  stage character varying(64) COLLATE "C" NOT NULL,
  sequence_no bigint NOT NULL,
  CONSTRAINT retry_batch_failure_pkey PRIMARY KEY (batch_id, pagw_id, sequence_no),
  CONSTRAINT retry_batch_failure_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES retry_batch(id) ON DELETE CASCADE
);
CREATE INDEX ix_retry_batch_failure_request ON public.retry_batch_failure USING btree (pagw_id);
COMMENT ON COLUMN retry_batch_failure.sequence_no IS 'Of the failure in its request''s history';
GRANT SELECT ON TABLE retry_batch_failure TO pagw_maintainer;
GRANT SELECT ON TABLE retry_batch_failure TO pagw_reader;
GRANT INSERT, SELECT ON TABLE retry_batch_failure TO pagw_writer;

CREATE TABLE retry_claim (
  failure_id bigint NOT NULL,
  claimed_at timestamp with time zone NOT NULL,
  CONSTRAINT retry_claim_pkey PRIMARY KEY (failure_id)
);
COMMENT ON COLUMN retry_claim.failure_id IS 'event_tracker.id of the failure';
COMMENT ON COLUMN retry_claim.claimed_at IS 'When a run of retry took it to send it; nobody else takes it until the lease is over. The failure''s next_retry_at stays: it says since when it is due';
GRANT SELECT ON TABLE retry_claim TO pagw_maintainer;
GRANT SELECT ON TABLE retry_claim TO pagw_reader;
GRANT DELETE, INSERT, SELECT ON TABLE retry_claim TO pagw_writer;

CREATE TABLE retry_pause (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  tenant character varying(64) COLLATE "C",
  stage character varying(64) COLLATE "C",
  target_system character varying(64) COLLATE "C",
  reason text NOT NULL,
  paused_by character varying(256) NOT NULL,
  paused_at timestamp with time zone NOT NULL,
  CONSTRAINT retry_pause_pkey PRIMARY KEY (id),
  CONSTRAINT ux_retry_pause UNIQUE NULLS NOT DISTINCT (tenant, stage, target_system),
  CONSTRAINT ck_retry_pause_names CHECK ((num_nonnulls(tenant, stage, target_system) > 0)),
  CONSTRAINT retry_pause_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000)))
);
GRANT SELECT ON TABLE retry_pause TO pagw_maintainer;
GRANT SELECT ON TABLE retry_pause TO pagw_reader;
GRANT SELECT ON TABLE retry_pause TO pagw_writer;

CREATE TABLE schema_failure (
  version character varying(16) NOT NULL,
  sql_state character(5) NOT NULL,
  message text NOT NULL,
  failed_at timestamp with time zone NOT NULL DEFAULT now()
);
GRANT SELECT ON TABLE schema_failure TO pagw_maintainer;
GRANT SELECT ON TABLE schema_failure TO pagw_reader;
GRANT SELECT ON TABLE schema_failure TO pagw_writer;

CREATE TABLE schema_function (
  name character varying(63) NOT NULL,
  checksum character(64) NOT NULL,
  version character varying(16) NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT schema_function_pkey PRIMARY KEY (name)
);
GRANT SELECT ON TABLE schema_function TO pagw_maintainer;
GRANT SELECT ON TABLE schema_function TO pagw_reader;
GRANT SELECT ON TABLE schema_function TO pagw_writer;

CREATE TABLE schema_migration (
  version character varying(16) NOT NULL,
  name character varying(255) NOT NULL,
  checksum character(64) NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT schema_migration_pkey PRIMARY KEY (version)
);
GRANT SELECT ON TABLE schema_migration TO pagw_maintainer;
GRANT SELECT ON TABLE schema_migration TO pagw_reader;
GRANT SELECT ON TABLE schema_migration TO pagw_writer;

CREATE TABLE stuck_check (
  only_row boolean NOT NULL DEFAULT true,
  checked_at timestamp with time zone,
  held_back_since timestamp with time zone,
  lagging_since timestamp with time zone,
  lag_seconds integer NOT NULL DEFAULT 0,
  CONSTRAINT stuck_check_pkey PRIMARY KEY (only_row),
  CONSTRAINT stuck_check_lag_seconds_check CHECK ((lag_seconds >= 0)),
  CONSTRAINT stuck_check_only_row_check CHECK (only_row)
);
COMMENT ON COLUMN stuck_check.held_back_since IS 'Since when verdicts and notifications wait because ingest lags; null when they do not';
COMMENT ON COLUMN stuck_check.lagging_since IS 'Since when ingest lags so far that verdicts would wait; they wait for half an hour of it at most';
GRANT SELECT ON TABLE stuck_check TO pagw_maintainer;
GRANT SELECT ON TABLE stuck_check TO pagw_reader;
GRANT INSERT, SELECT, UPDATE ON TABLE stuck_check TO pagw_writer;

CREATE VIEW event_history WITH (security_invoker=true) AS
 SELECT event_tracker.pagw_id,
    event_tracker.received_on,
    event_tracker.tenant,
    event_tracker.sequence_no,
    event_tracker.event_id,
    event_tracker.stage,
    event_tracker.event_type,
    event_tracker.status,
    event_tracker.attempt,
    event_tracker.retryable,
    event_tracker.next_retry_at,
    event_tracker.retry_exhausted_at,
    event_tracker.duration_ms,
    event_tracker.external_reference,
    event_tracker.error_code,
    event_tracker.error_message,
    event_tracker.worker_id,
    event_tracker.service_name,
    event_tracker.started_at,
    event_tracker.completed_at,
    event_tracker.occurred_at,
    event_tracker.created_at,
    event_tracker.metadata,
    event_tracker.stated,
    event_tracker.sender
   FROM event_tracker
UNION ALL
 SELECT event_tracker.pagw_id,
    event_tracker.received_on,
    event_tracker.tenant,
    event_tracker.start_sequence_no AS sequence_no,
    event_tracker.start_event_id AS event_id,
    event_tracker.stage,
    ((regexp_replace(event_tracker.event_type::text, '_(OK|COMPLETE)$'::text, ''::text) || '_START'::text))::character varying(64) AS event_type,
    'STARTED'::pagw_event_status AS status,
    event_tracker.attempt,
    event_tracker.retryable,
    NULL::timestamp with time zone AS next_retry_at,
    NULL::timestamp with time zone AS retry_exhausted_at,
    NULL::integer AS duration_ms,
    NULL::character varying AS external_reference,
    NULL::character varying AS error_code,
    NULL::text AS error_message,
    event_tracker.worker_id,
    event_tracker.service_name,
    event_tracker.start_occurred_at AS started_at,
    NULL::timestamp with time zone AS completed_at,
    event_tracker.start_occurred_at AS occurred_at,
    event_tracker.start_created_at AS created_at,
    NULL::jsonb AS metadata,
    NULL::jsonb AS stated,
    event_tracker.sender
   FROM event_tracker
  WHERE event_tracker.start_event_id IS NOT NULL;
COMMENT ON VIEW event_history IS 'Every event under its own number: what compaction merged into one row is shown as the two events it was';
GRANT SELECT ON VIEW event_history TO pagw_maintainer;
GRANT SELECT ON VIEW event_history TO pagw_reader;
GRANT SELECT ON VIEW event_history TO pagw_writer;

CREATE VIEW tenant_table WITH (security_invoker=true) AS
 SELECT held.oid::regclass AS held_in,
    held.relispartition AS is_partition,
    held.relrowsecurity AS is_guarded,
    COALESCE(stated.tenant, 'tenant'::text) AS tenant,
    COALESCE(stated.visible, '%s'::text) AS visible
   FROM pg_class held
     LEFT JOIN ( VALUES ('retry_pause'::text,'tenant'::text,'tenant IS NULL OR %s'::text), ('retry_batch'::text,'filter ->> ''tenant'''::text,'%s'::text), ('operator_action'::text,'filter ->> ''tenant'''::text,'%s OR EXISTS (SELECT FROM request_tracker WHERE pagw_id = filter ->> ''pagwId'')'::text), ('outage'::text,'NULL'::text,'false'::text), ('incident_notification'::text,'NULL'::text,'tenants = 1 AND EXISTS (SELECT FROM incident WHERE incident.id = incident_id)'::text), ('event_tracker_summary_total'::text,'NULL'::text,'false'::text), ('event_tracker_summary_day_total'::text,'NULL'::text,'false'::text)) stated(name, tenant, visible) ON stated.name = held.relname
  WHERE held.relnamespace = 'public'::regnamespace::oid AND (held.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])) AND (stated.name IS NOT NULL OR (EXISTS ( SELECT
           FROM pg_attribute
          WHERE pg_attribute.attrelid = held.oid AND pg_attribute.attname = 'tenant'::name AND NOT pg_attribute.attisdropped)));
COMMENT ON VIEW tenant_table IS 'Tables that hold rows of tenants; is_guarded says whether the reader is limited in it';
GRANT SELECT ON VIEW tenant_table TO pagw_maintainer;
GRANT SELECT ON VIEW tenant_table TO pagw_reader;
GRANT SELECT ON VIEW tenant_table TO pagw_writer;

CREATE VIEW waiting_failure WITH (security_invoker=true) AS
 SELECT failed.id,
    failed.received_on,
    failed.tenant,
    failed.stage,
    failed.pagw_id,
    failed.sequence_no,
    failed.attempt,
    failed.error_code,
    downstream.target_system,
    failed.created_at AS failed_at,
    failed.next_retry_at,
    claim.claimed_at AS retry_claimed_at,
    failed.retry_exhausted_at,
    (EXISTS ( SELECT
           FROM pauses_of(failed.tenant::text, failed.stage::text, downstream.target_system) pauses_of(id, tenant, stage, target_system, reason, paused_by, paused_at))) AS paused
   FROM event_tracker failed
     JOIN request_tracker request ON request.pagw_id::text = failed.pagw_id::text
     LEFT JOIN retry_claim claim ON claim.failure_id = failed.id
     CROSS JOIN LATERAL ( SELECT COALESCE(failed.metadata ->> 'targetSystem'::text, request.target_system::text) AS target_system) downstream
  WHERE failed.next_retry_at IS NOT NULL OR failed.retry_exhausted_at IS NOT NULL;
GRANT SELECT ON VIEW waiting_failure TO pagw_maintainer;
GRANT SELECT ON VIEW waiting_failure TO pagw_reader;
GRANT SELECT ON VIEW waiting_failure TO pagw_writer;

CREATE OR REPLACE FUNCTION public.act_outcome(act operator_action)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  SELECT CASE act.action
    WHEN 'retry.pause' THEN
      CASE
        WHEN act.affected = 0 THEN 'was paused already'
        WHEN EXISTS (
          SELECT FROM retry_pause AS pause
          WHERE pause.paused_at = act.acted_at
            AND pause.tenant IS NOT DISTINCT FROM act.filter ->> 'tenant'
            AND pause.stage IS NOT DISTINCT FROM act.filter ->> 'stage'
            AND pause.target_system IS NOT DISTINCT FROM act.filter ->> 'downstream'
        ) THEN 'held back'
        ELSE 'resumed since'
      END
    WHEN 'retry.run' THEN (
      SELECT CASE
          WHEN request.completed_at IS NOT NULL THEN 'ended since'
          ELSE CASE later.status WHEN 'COMPLETED' THEN 'recovered' WHEN 'SKIPPED' THEN 'recovered' WHEN 'FAILED' THEN 'failed again'
            WHEN 'STARTED' THEN 'begun' WHEN 'RETRY_SCHEDULED' THEN 'sent, outcome awaited' ELSE 'waits to be sent' END
        END
      FROM request_tracker AS request
      LEFT JOIN LATERAL (
        SELECT event.status
        FROM event_tracker AS event
        WHERE event.pagw_id = request.pagw_id
          AND event.received_on = request.received_on
          AND event.created_at >= act.acted_at
          AND event.stage = coalesce(act.filter ->> 'stage', event.stage)
          AND event.event_type <> 'REQUEST_CLOSED'
        -- Its first outcome; before there is one, the latest event.
        ORDER BY
          event.status NOT IN ('COMPLETED', 'SKIPPED', 'FAILED'),
          CASE WHEN event.status IN ('COMPLETED', 'SKIPPED', 'FAILED') THEN event.sequence_no ELSE -event.sequence_no END
        LIMIT 1
      ) AS later ON true
      WHERE request.pagw_id = act.filter ->> 'pagwId'
    )
    WHEN 'request.resend' THEN (
      SELECT CASE resend.state
          WHEN 'WAITING' THEN 'waits to be sent'
          WHEN 'OVERTAKEN' THEN 'not sent: an event came first'
          ELSE CASE
            WHEN request.completed_at IS NOT NULL THEN 'ended since'
            WHEN request.main_status = 'RETRY_SCHEDULED' THEN 'sent, outcome awaited'
            ELSE 'sent, and taken up'
          END
        END
      FROM resend
      JOIN request_tracker AS request ON request.pagw_id = resend.pagw_id
      WHERE resend.pagw_id = act.filter ->> 'pagwId'
        AND resend.after_sequence_no = (act.filter ->> 'afterSequenceNo')::bigint
    )
    WHEN 'retry.batch' THEN (
      SELECT concat_ws(
        ', ',
        CASE batch.state WHEN 'RUNNING' THEN 'running' WHEN 'DONE' THEN 'done' ELSE 'cancelled' END,
        nullif(counts.recovered, 0) || ' recovered',
        nullif(counts.failed, 0) || ' failed again',
        nullif(counts.awaited, 0) || ' awaited',
        CASE WHEN batch.done > 2000 THEN 'of the first 2,000' END
      )
      FROM retry_batch AS batch
      CROSS JOIN LATERAL (
        SELECT
          count(*) FILTER (WHERE later.status IN ('COMPLETED', 'SKIPPED')) AS recovered,
          count(*) FILTER (WHERE later.status = 'FAILED') AS failed,
          count(*) FILTER (WHERE later.status IS NULL) AS awaited
        FROM (SELECT * FROM retry_batch_failure WHERE batch_id = batch.id LIMIT 2000) AS failure
        JOIN request_tracker AS request ON request.pagw_id = failure.pagw_id
        LEFT JOIN LATERAL (
          SELECT event.status
          FROM event_tracker AS event
          WHERE event.pagw_id = failure.pagw_id
            AND event.received_on = request.received_on
            AND event.stage = failure.stage
            AND event.sequence_no > failure.sequence_no
            AND event.status IN ('COMPLETED', 'SKIPPED', 'FAILED')
          ORDER BY event.sequence_no
          LIMIT 1
        ) AS later ON true
      ) AS counts
      WHERE batch.id = (act.filter ->> 'batch')::bigint
    )
  END
$function$;
REVOKE EXECUTE ON FUNCTION act_outcome(operator_action) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION act_outcome(operator_action) TO pagw_maintainer;
GRANT EXECUTE ON FUNCTION act_outcome(operator_action) TO pagw_reader;
GRANT EXECUTE ON FUNCTION act_outcome(operator_action) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.append_events(requests appended_request[], states json, events appended_event[], details json, cleared json, decisions json, recorded_at timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  written text[];
BEGIN
  WITH advanced AS (
    INSERT INTO request_tracker AS known (
      pagw_id, tenant, received_on, received_at, created_at, updated_at, last_event_at,
      batch_first_sequence_no, last_sequence_no, failure_count, retry_count,
      status, determination, decided_at, clock_stopped_at, board, completed_at, unclear_answer_at, last_stage,
      main_stage, main_event_type, main_status, main_attempt, main_at, main_sequence_no, next_stage,
      last_error_code, last_error_msg, request_type, priority, correlation_id, external_reference_id,
      payload_bucket, payload_key, target_system, watch_at, state
    )
    SELECT
      pagw_id, tenant, (recorded_at AT TIME ZONE 'UTC')::date, received_at, recorded_at, recorded_at, last_event_at,
      before_no + 1, last_no, failures, retries,
      status, determination, decided_at, clock_stopped_at, board, completed_at, unclear_answer_at, last_stage,
      main_stage, main_event_type, main_status, main_attempt, main_at, main_no, next_stage,
      error_code, error_message, request_type, priority, correlation_id, external_reference,
      payload_bucket, payload_key, target_system, recorded_at, value
    FROM ROWS FROM (unnest(requests), json_array_elements(states)) AS request
    ORDER BY pagw_id
    ON CONFLICT (pagw_id) DO UPDATE SET
      updated_at = excluded.updated_at,
      received_at = excluded.received_at,
      last_event_at = greatest(known.last_event_at, excluded.last_event_at),
      batch_first_sequence_no = excluded.batch_first_sequence_no,
      last_sequence_no = excluded.last_sequence_no,
      failure_count = known.failure_count + excluded.failure_count,
      -- An older system's count may be anything.
      retry_count = least(known.retry_count::bigint + excluded.retry_count, 2147483647),
      status = excluded.status,
      determination = excluded.determination,
      decided_at = excluded.decided_at,
      clock_stopped_at = excluded.clock_stopped_at,
      board = excluded.board,
      completed_at = excluded.completed_at,
      unclear_answer_at = excluded.unclear_answer_at,
      last_stage = excluded.last_stage,
      main_stage = excluded.main_stage,
      main_event_type = excluded.main_event_type,
      main_status = excluded.main_status,
      main_attempt = excluded.main_attempt,
      main_at = excluded.main_at,
      main_sequence_no = excluded.main_sequence_no,
      next_stage = excluded.next_stage,
      last_error_code = CASE WHEN excluded.failure_count > 0 THEN excluded.last_error_code ELSE known.last_error_code END,
      last_error_msg = CASE WHEN excluded.failure_count > 0 THEN excluded.last_error_msg ELSE known.last_error_msg END,
      request_type = coalesce(excluded.request_type, known.request_type),
      priority = excluded.priority,
      correlation_id = coalesce(known.correlation_id, excluded.correlation_id),
      external_reference_id = coalesce(excluded.external_reference_id, known.external_reference_id),
      payload_bucket = CASE WHEN excluded.payload_key IS NULL THEN known.payload_bucket ELSE excluded.payload_bucket END,
      payload_key = coalesce(excluded.payload_key, known.payload_key),
      target_system = coalesce(excluded.target_system, known.target_system),
      state = excluded.state,
      -- Untouched for most events: what stuck-alarm wrote stands until the request moves on, and an event only brings the next
      -- check forward, so that it does not depend on how batches were cut. See also watch_request_again.
      watch_at = CASE
        WHEN known.watch_at IS NULL
          OR (coalesce(known.stuck_reason, known.incident_key) IS NOT NULL AND known.main_sequence_no IS DISTINCT FROM excluded.main_sequence_no)
        THEN least(known.watch_at, excluded.watch_at)
        ELSE known.watch_at
      END,
      stuck_reason = CASE WHEN known.main_sequence_no IS NOT DISTINCT FROM excluded.main_sequence_no THEN known.stuck_reason END,
      stuck_since = CASE WHEN known.main_sequence_no IS NOT DISTINCT FROM excluded.main_sequence_no THEN known.stuck_since END
    WHERE known.last_sequence_no = excluded.batch_first_sequence_no - 1
      AND known.tenant = excluded.tenant
    RETURNING pagw_id, tenant, received_on
  ),
  added AS (
    INSERT INTO event_tracker (
      tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
      next_retry_at, retry_exhausted_at, external_reference, duration_ms, error_code, error_message, worker_id, service_name,
      started_at, completed_at, occurred_at, created_at, metadata, stated, sender
    )
    SELECT
      advanced.tenant, advanced.pagw_id, advanced.received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
      next_retry_at, CASE WHEN exhausted THEN recorded_at END, external_reference, duration_ms, error_code, error_message,
      worker_id, service_name, started_at, completed_at, occurred_at, recorded_at,
      (value -> 'metadata')::jsonb, (value -> 'stated')::jsonb, sender
    FROM advanced
    JOIN ROWS FROM (unnest(events), json_array_elements(details)) AS event ON event.pagw_id = advanced.pagw_id
    ORDER BY advanced.pagw_id, sequence_no
  )
  SELECT coalesce(array_agg(pagw_id), '{}') INTO written FROM advanced;
  IF json_array_length(decisions) > 0 THEN
    PERFORM record_decisions(decisions, written, recorded_at);
  END IF;
  IF json_array_length(cleared) > 0 THEN
    PERFORM clear_overtaken(cleared, written);
  END IF;
  IF (SELECT is_open FROM event_outlet) THEN
    INSERT INTO outgoing_event (kind, tenant, detail, written_at)
    SELECT
      'exhausted', request.tenant,
      jsonb_build_object(
        'pagwId', event.pagw_id, 'tenant', request.tenant, 'stage', event.stage, 'attempts', event.attempt,
        'sequenceNo', event.sequence_no, 'errorCode', event.error_code, 'failedAt', instant_text(event.occurred_at)
      ),
      recorded_at
    FROM unnest(events) AS event
    JOIN unnest(requests) AS request ON request.pagw_id = event.pagw_id
    WHERE event.exhausted AND event.pagw_id = ANY (written);
  END IF;
  IF cardinality(written) = cardinality(requests) THEN
    RETURN '[]';
  END IF;
  RETURN (
    SELECT json_agg(ordinality - 1)
    FROM unnest(requests) WITH ORDINALITY AS request
    WHERE pagw_id <> ALL (written)
  );
END
$function$;
REVOKE EXECUTE ON FUNCTION append_events(appended_request[],json,appended_event[],json,json,json,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_events(appended_request[],json,appended_event[],json,json,json,timestamp with time zone) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.archived_event(event event_tracker)
 RETURNS json
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN json_build_array(((event).id)::text, (event).tenant, (event).pagw_id, ((event).received_on)::text, (event).event_id, (event).stage, (event).event_type, ((event).status)::text, ((event).sequence_no)::text, (event).attempt, (event).retryable, (((EXTRACT(epoch FROM (event).next_retry_at) * (1000000)::numeric))::bigint)::text, (((EXTRACT(epoch FROM (event).retry_exhausted_at) * (1000000)::numeric))::bigint)::text, (event).external_reference, (event).duration_ms, (event).error_code, (event).error_message, (event).worker_id, (event).service_name, (((EXTRACT(epoch FROM (event).started_at) * (1000000)::numeric))::bigint)::text, (((EXTRACT(epoch FROM (event).completed_at) * (1000000)::numeric))::bigint)::text, (((EXTRACT(epoch FROM (event).occurred_at) * (1000000)::numeric))::bigint)::text, (((EXTRACT(epoch FROM (event).created_at) * (1000000)::numeric))::bigint)::text, ((event).metadata)::text, ((event).stated)::text, (event).sender, ((event).start_sequence_no)::text, (event).start_event_id, (((EXTRACT(epoch FROM (event).start_occurred_at) * (1000000)::numeric))::bigint)::text, (((EXTRACT(epoch FROM (event).start_created_at) * (1000000)::numeric))::bigint)::text);
REVOKE EXECUTE ON FUNCTION archived_event(event_tracker) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archived_event(event_tracker) TO pagw_maintainer;
GRANT EXECUTE ON FUNCTION archived_event(event_tracker) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.archived_through(of_pagw_id text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
RETURN COALESCE((SELECT max(archived_request.last_sequence_no) AS max FROM archived_request WHERE ((archived_request.pagw_id)::text = archived_through.of_pagw_id)), (0)::bigint);
REVOKE EXECUTE ON FUNCTION archived_through(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archived_through(text) TO pagw_maintainer;
GRANT EXECUTE ON FUNCTION archived_through(text) TO pagw_reader;
GRANT EXECUTE ON FUNCTION archived_through(text) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.bucket_duration(bucket smallint)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (bucket < 0) THEN (0)::double precision ELSE ((((2)::double precision * ceil(power((1.05)::double precision, (bucket)::double precision))) * (ceil(power((1.05)::double precision, ((bucket + 1))::double precision)) - (1)::double precision)) / ((ceil(power((1.05)::double precision, (bucket)::double precision)) + ceil(power((1.05)::double precision, ((bucket + 1))::double precision))) - (1)::double precision)) END;
REVOKE EXECUTE ON FUNCTION bucket_duration(smallint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bucket_duration(smallint) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.cancel_retry_batch(batch bigint, why text, who text, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  carried_out int;
BEGIN
  UPDATE retry_batch AS running SET state = 'CANCELLED', finished_at = at
  WHERE running.id = batch AND running.state = 'RUNNING'
  RETURNING running.done INTO carried_out;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action('retry.batch.cancel', jsonb_build_object('batch', batch), why, who, at, carried_out);
  RETURN true;
END
$function$;
REVOKE EXECUTE ON FUNCTION cancel_retry_batch(bigint,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cancel_retry_batch(bigint,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.claim_due_retries(at timestamp with time zone, most integer, cursors json, skipped_stages json)
 RETURNS TABLE(outcome text, id bigint, received_on date, due_at text, tenant text, stage text, pagw_id text, sequence_no bigint, attempt integer, error_code text)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_sort TO 'off'
 SET enable_incremental_sort TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_material TO 'off'
 SET cpu_index_tuple_cost TO '1'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH RECURSIVE pair AS (
    (
      SELECT tenant, stage
      FROM event_tracker
      WHERE next_retry_at IS NOT NULL
      ORDER BY tenant, stage, next_retry_at, id
      LIMIT 1
    )
    UNION ALL
    SELECT following.tenant, following.stage
    FROM pair
    CROSS JOIN LATERAL (
      SELECT tenant, stage
      FROM event_tracker
      WHERE next_retry_at IS NOT NULL AND (tenant, stage) > (pair.tenant, pair.stage)
      ORDER BY tenant, stage, next_retry_at, id
      LIMIT 1
    ) AS following
  ),
  due_pair AS MATERIALIZED (
    SELECT pair.tenant, pair.stage, from_here.due_at AS after_due_at, from_here.id AS after_id
    FROM pair
    LEFT JOIN json_to_recordset(cursors) AS mark (tenant text, stage text, due_at timestamptz, id bigint)
      ON mark.tenant = pair.tenant AND mark.stage = pair.stage
    CROSS JOIN LATERAL (
      SELECT coalesce(mark.due_at, '-infinity') AS due_at, coalesce(mark.id, 0) AS id
    ) AS from_here
    CROSS JOIN LATERAL (
      SELECT next_retry_at
      FROM event_tracker AS first
      WHERE first.tenant = pair.tenant
        AND first.stage = pair.stage
        AND first.next_retry_at IS NOT NULL
        AND first.next_retry_at <= at
        AND (first.next_retry_at, first.id) > (from_here.due_at, from_here.id)
      ORDER BY next_retry_at, id
      LIMIT 1
    ) AS first
    WHERE pair.stage NOT IN (SELECT json_array_elements_text(skipped_stages))
      AND NOT EXISTS (SELECT FROM pauses_of(pair.tenant, pair.stage, NULL))
    ORDER BY first.next_retry_at
    LIMIT most
  ),
  share AS MATERIALIZED (
    SELECT
      due_pair.*,
      ceil(most::numeric / (SELECT count(DISTINCT tenant) FROM due_pair) / count(*) OVER (PARTITION BY tenant)) AS places
    FROM due_pair
  ),
  due AS MATERIALIZED (
    SELECT failed.*
    FROM share
    CROSS JOIN LATERAL (
      SELECT failed.id, failed.received_on, failed.next_retry_at, failed.tenant, failed.stage, failed.pagw_id,
        failed.sequence_no, failed.attempt, failed.error_code
      FROM event_tracker AS failed
      WHERE failed.tenant = share.tenant
        AND failed.stage = share.stage
        AND failed.next_retry_at IS NOT NULL
        AND failed.next_retry_at <= at
        AND (failed.next_retry_at, failed.id) > (share.after_due_at, share.after_id)
        AND NOT EXISTS (SELECT FROM retry_claim AS claim WHERE claim.failure_id = failed.id)
        AND (
          NOT EXISTS (SELECT FROM retry_pause AS pause WHERE pause.target_system IS NOT NULL)
          OR NOT EXISTS (
            SELECT
            FROM request_tracker AS request
            CROSS JOIN LATERAL pauses_of(
              failed.tenant, failed.stage, coalesce(failed.metadata ->> 'targetSystem', request.target_system)
            )
            WHERE request.pagw_id = failed.pagw_id
          )
        )
      ORDER BY failed.next_retry_at, failed.id
      LIMIT share.places
      FOR UPDATE OF failed SKIP LOCKED
    ) AS failed
  ),
  judged AS MATERIALIZED (
    SELECT
      due.*,
      request.completed_at IS NOT NULL
        OR (request.state -> 'stages' -> due.stage ->> 'waiting')::bigint IS DISTINCT FROM due.sequence_no
        -- What another program wrote past append_events.
        OR (
          SELECT true FROM event_tracker AS later
          WHERE later.pagw_id = due.pagw_id
            AND later.received_on = due.received_on
            AND later.sequence_no > request.last_sequence_no
            AND later.stage = due.stage
          ORDER BY later.sequence_no
          LIMIT 1
        ) IS NOT NULL
        AS superseded
    FROM due
    JOIN request_tracker AS request ON request.pagw_id = due.pagw_id
  ),
  cleared AS (
    UPDATE event_tracker AS failed
    SET next_retry_at = NULL
    FROM judged
    WHERE judged.superseded AND failed.id = judged.id AND failed.received_on = judged.received_on
  ),
  -- A lock taken on a failure that another sender has let go of since this statement began is no proof: its claim may
  -- be too new to be seen above. The key sees it.
  claimed AS (
    INSERT INTO retry_claim (failure_id, claimed_at)
    SELECT id, at
    FROM judged
    WHERE NOT superseded
    ORDER BY id
    ON CONFLICT (failure_id) DO NOTHING
    RETURNING failure_id
  )
  SELECT
    CASE WHEN superseded THEN 'SUPERSEDED' WHEN id IN (SELECT failure_id FROM claimed) THEN 'CLAIMED' ELSE 'TAKEN' END,
    id, received_on, next_retry_at::text, tenant::text, stage::text, pagw_id::text, sequence_no, attempt,
    error_code::text
  FROM judged
  ORDER BY next_retry_at, id;
END
$function$;
REVOKE EXECUTE ON FUNCTION claim_due_retries(timestamp with time zone,integer,json,json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_due_retries(timestamp with time zone,integer,json,json) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.claim_resends(at timestamp with time zone, lease_start timestamp with time zone, most integer, skipped_stages json)
 RETURNS TABLE(id bigint, tenant text, stage text, pagw_id text, sequence_no bigint, attempt integer, cause text, correlation_id text, payload_bucket text, payload_key text, external_reference text)
 LANGUAGE sql
AS $function$
  WITH waiting AS MATERIALIZED (
    SELECT
      resend.id,
      request.completed_at IS NOT NULL OR request.main_sequence_no IS DISTINCT FROM resend.after_sequence_no AS overtaken
    FROM resend
    JOIN request_tracker AS request ON request.pagw_id = resend.pagw_id
    WHERE resend.state = 'WAITING'
      AND (resend.claimed_at IS NULL OR resend.claimed_at <= lease_start OR resend.claimed_at > greatest(at + interval '1 minute', statement_timestamp()))
      AND resend.stage NOT IN (SELECT json_array_elements_text(skipped_stages))
      AND NOT EXISTS (SELECT FROM pauses_of(resend.tenant, resend.stage, request.target_system))
    ORDER BY resend.id
    LIMIT most
    FOR UPDATE OF resend SKIP LOCKED
  ),
  taken AS (
    UPDATE resend
    SET claimed_at = at,
        state = CASE WHEN waiting.overtaken THEN 'OVERTAKEN' ELSE 'WAITING' END,
        finished_at = CASE WHEN waiting.overtaken THEN at END
    FROM waiting
    WHERE resend.id = waiting.id
    RETURNING resend.*
  )
  SELECT
    taken.id, taken.tenant::text, taken.stage::text, taken.pagw_id::text, taken.after_sequence_no, taken.attempt,
    taken.cause::text, request.correlation_id::text, request.payload_bucket::text, request.payload_key::text,
    request.external_reference_id::text
  FROM taken
  JOIN request_tracker AS request ON request.pagw_id = taken.pagw_id
  WHERE taken.state = 'WAITING'
  ORDER BY taken.id
$function$;
REVOKE EXECUTE ON FUNCTION claim_resends(timestamp with time zone,timestamp with time zone,integer,json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_resends(timestamp with time zone,timestamp with time zone,integer,json) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.clear_overtaken(cleared json, written text[])
 RETURNS void
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET cpu_index_tuple_cost TO '1'
AS $function$
BEGIN
  WITH overtaken AS MATERIALIZED (
    SELECT failed.id, failed.received_on
    FROM json_to_recordset(cleared) AS one (pagw_id text, sequence_no bigint)
    CROSS JOIN LATERAL (
      SELECT tracker.received_on FROM request_tracker AS tracker WHERE tracker.pagw_id = one.pagw_id OFFSET 0
    ) AS request
    CROSS JOIN LATERAL (
      -- In the order of the numbers, which only their index has.
      SELECT event.id, event.received_on, event.sequence_no
      FROM event_tracker AS event
      WHERE event.pagw_id = one.pagw_id AND event.received_on = request.received_on AND event.sequence_no >= one.sequence_no
      ORDER BY event.sequence_no
      LIMIT 1
    ) AS failed
    WHERE one.pagw_id = ANY (written) AND failed.sequence_no = one.sequence_no
  ),
  -- A failure before its claim, as claim_due_retries takes them: the other way round they deadlock.
  done AS (
    UPDATE event_tracker AS failed
    SET next_retry_at = NULL, retry_exhausted_at = NULL
    FROM overtaken
    WHERE failed.id = overtaken.id
      AND failed.received_on = overtaken.received_on
      AND coalesce(failed.next_retry_at, failed.retry_exhausted_at) IS NOT NULL
    RETURNING failed.id
  )
  DELETE FROM retry_claim AS claim
  USING done
  WHERE claim.failure_id = done.id;
END
$function$;
REVOKE EXECUTE ON FUNCTION clear_overtaken(json,text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clear_overtaken(json,text[]) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.close_request(requests appended_request[], states json, events appended_event[], details json, cleared json, decisions json, why text, who text, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  request CONSTANT appended_request DEFAULT requests[1];
  closing CONSTANT appended_event DEFAULT events[1];
  answer CONSTANT text DEFAULT details -> 0 -> 'stated' ->> 'answer';
BEGIN
  IF cardinality(requests) <> 1 OR cardinality(events) <> 1
    OR request.pagw_id IS DISTINCT FROM closing.pagw_id
    OR (closing.stage, closing.event_type) IS DISTINCT FROM ('OPERATOR', 'REQUEST_CLOSED')
    OR request.status IS DISTINCT FROM 'CANCELLED'
    OR coalesce(answer, '') NOT IN ('withdrawn', 'dismissed', 'void', 'not-required')
  THEN
    RAISE invalid_parameter_value USING MESSAGE =
      'close_request needs one request and its REQUEST_CLOSED event, to end it as withdrawn, dismissed, void or not-required';
  END IF;
  -- Its month may have been archived and dropped: a pended request counts as closed.
  PERFORM ensure_event_partition(received_on) FROM request_tracker WHERE pagw_id = request.pagw_id;
  IF json_array_length(append_events(requests, states, events, details, cleared, decisions, at)) > 0 THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action(
    'request.close',
    jsonb_build_object('pagwId', request.pagw_id, 'tenant', request.tenant, 'as', answer),
    why, who, at, 1
  );
  RETURN true;
END
$function$;
REVOKE EXECUTE ON FUNCTION close_request(appended_request[],json,appended_event[],json,json,json,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION close_request(appended_request[],json,appended_event[],json,json,json,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.compact_requests(quiet_since timestamp with time zone, compacted_at timestamp with time zone, most integer)
 RETURNS TABLE(requests bigint, merged bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH quiet AS MATERIALIZED (
    SELECT pagw_id, received_on, last_sequence_no
    FROM request_tracker
    WHERE compacted_at IS NULL
      AND archived_at IS NULL
      AND received_on <= (quiet_since AT TIME ZONE 'UTC')::date
      AND completed_at < quiet_since
      AND updated_at < quiet_since
      AND NOT is_held(pagw_id, tenant)
    ORDER BY received_on, pagw_id
    LIMIT most
    FOR UPDATE SKIP LOCKED
  ),
  request AS MATERIALIZED (
    SELECT pagw_id, received_on, archived_through(pagw_id) AS archived_no
    FROM (
      SELECT
        pagw_id, received_on,
        sum(last_sequence_no) OVER (ORDER BY received_on, pagw_id) - last_sequence_no AS events_before
      FROM quiet
    ) AS in_order
    WHERE events_before < 30000
  ),
  event AS (
    SELECT found.result, regexp_replace((found.result).event_type, '_(START|OK|COMPLETE|FAIL|TIMEOUT|ERROR)$', '') AS kind
    FROM request
    -- OFFSET 0 keeps this a look-up per request.
    CROSS JOIN LATERAL (
      SELECT event AS result
      FROM event_tracker AS event
      WHERE event.pagw_id = request.pagw_id AND event.received_on = request.received_on
        AND event.sequence_no > request.archived_no
      OFFSET 0
    ) AS found
  ),
  neighbour AS (
    SELECT
      kind, result,
      lag(result) OVER (
        PARTITION BY (result).pagw_id, (result).stage, kind
        ORDER BY (result).sequence_no
      ) AS start
    FROM event
  ),
  pair AS MATERIALIZED (
    SELECT
      (result).pagw_id, (result).received_on, (result).sequence_no,
      (start).sequence_no AS start_sequence_no, (start).event_id AS start_event_id,
      (start).occurred_at AS start_occurred_at, (start).created_at AS start_created_at
    FROM neighbour
    WHERE (result).status = 'COMPLETED'
      AND (result).start_sequence_no IS NULL
      AND (result).event_type IN (kind || '_OK', kind || '_COMPLETE')
      AND (start).status = 'STARTED'
      AND (start).event_type = kind || '_START'
      AND (start).attempt = (result).attempt
      AND (start).retryable = (result).retryable
      AND (start).worker_id IS NOT DISTINCT FROM (result).worker_id
      AND (start).service_name IS NOT DISTINCT FROM (result).service_name
      AND (start).sender IS NOT DISTINCT FROM (result).sender
      AND coalesce((start).started_at, (start).occurred_at) = (start).occurred_at
      AND num_nonnulls((start).metadata, (start).stated, (start).external_reference, (start).error_code, (start).error_message,
                       (start).duration_ms, (start).completed_at, (start).start_sequence_no) = 0
  ),
  removed AS (
    DELETE FROM event_tracker AS start
    USING pair
    WHERE start.pagw_id = pair.pagw_id AND start.received_on = pair.received_on AND start.sequence_no = pair.start_sequence_no
  ),
  kept AS (
    UPDATE event_tracker AS result
    SET start_sequence_no = pair.start_sequence_no,
        start_event_id = pair.start_event_id,
        start_occurred_at = pair.start_occurred_at,
        start_created_at = pair.start_created_at,
        started_at = coalesce(result.started_at, pair.start_occurred_at)
    FROM pair
    WHERE result.pagw_id = pair.pagw_id AND result.received_on = pair.received_on AND result.sequence_no = pair.sequence_no
    RETURNING result.pagw_id
  ),
  noted AS (
    UPDATE request_tracker AS known
    SET compacted_at = compact_requests.compacted_at,
        retired_at = coalesce(
          known.retired_at,
          CASE WHEN known.pagw_id IN (SELECT pagw_id FROM pair) THEN compact_requests.compacted_at END
        )
    FROM request
    WHERE known.pagw_id = request.pagw_id
    RETURNING known.pagw_id
  )
  SELECT (SELECT count(*) FROM noted), (SELECT count(*) FROM kept);
END
$function$;
REVOKE EXECUTE ON FUNCTION compact_requests(timestamp with time zone,timestamp with time zone,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION compact_requests(timestamp with time zone,timestamp with time zone,integer) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.count_between(of_tenant text, since timestamp with time zone, until timestamp with time zone, by_day boolean)
 RETURNS TABLE(hour timestamp with time zone, events bigint, failures bigint)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET cpu_index_tuple_cost TO '1'
 SET enable_sort TO 'off'
AS $function$
DECLARE
  fresh_from CONSTANT timestamptz DEFAULT greatest(since, summarised_until());
  -- Where something of it is archived already, summarise_events knows what to count once.
  counted_from CONSTANT timestamptz DEFAULT CASE
    WHEN EXISTS (SELECT FROM archived_hour AS noted WHERE noted.hour >= fresh_from AND noted.hour < until) THEN until
    ELSE least(fresh_from, until)
  END;
BEGIN
  RETURN QUERY
  SELECT summary.hour, sum(event_count)::bigint, coalesce(sum(event_count) FILTER (WHERE status = 'FAILED'), 0)::bigint
  FROM summary_between(of_tenant, since, counted_from, by_day) AS summary
  WHERE since < counted_from
  GROUP BY summary.hour
  UNION ALL
  SELECT date_bin('1 hour', event.created_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS of_hour, count(*), count(*) FILTER (WHERE status = 'FAILED')
  FROM event_history AS event
  -- Of no row, so decided before any month is looked at: a span that is over has nothing here.
  WHERE counted_from < until
    AND event.created_at >= counted_from AND event.created_at < until
    AND (of_tenant IS NULL OR event.tenant = of_tenant)
  GROUP BY of_hour;
END
$function$;
REVOKE EXECUTE ON FUNCTION count_between(text,timestamp with time zone,timestamp with time zone,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_between(text,timestamp with time zone,timestamp with time zone,boolean) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.count_decisions(since timestamp with time zone, before timestamp with time zone, of_tenant text)
 RETURNS SETOF decision_summary
 LANGUAGE sql
 STABLE
AS $function$
  SELECT
    'day', date_trunc('day', since, 'UTC'), tenant, priority, count(*),
    count(*) FILTER (WHERE resolution = 'APPROVED'),
    count(*) FILTER (WHERE resolution = 'PARTIAL'),
    count(*) FILTER (WHERE resolution = 'DENIED'),
    count(due_at),
    count(*) FILTER (WHERE notified_at <= due_at),
    sum(us),
    array_agg(us ORDER BY us)
  FROM (
    SELECT *, (extract(epoch FROM resolved_at - received_at) * 1000000)::bigint AS us
    FROM decision_episode AS episode
    WHERE resolution IN ('APPROVED', 'PARTIAL', 'DENIED') AND kind = 'request' AND drugs = 'none'
      AND (of_tenant IS NULL OR episode.tenant = of_tenant)
      AND resolved_at >= since
      AND resolved_at < before
  ) AS decision
  GROUP BY tenant, priority
$function$;
REVOKE EXECUTE ON FUNCTION count_decisions(timestamp with time zone,timestamp with time zone,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_decisions(timestamp with time zone,timestamp with time zone,text) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.decisions_between(of_tenant text, since timestamp with time zone, until timestamp with time zone)
 RETURNS SETOF decision_summary
 LANGUAGE sql
 STABLE
AS $function$
  WITH edge AS (
    SELECT at FROM (VALUES (since), (until)) AS stated (at) WHERE isfinite(at)
  ),
  -- Counted one by one: changed, or cut by an edge.
  open_day AS MATERIALIZED (
    SELECT day FROM decision_changed_day WHERE day > since - interval '24 hours' AND day < until
    UNION
    SELECT date_trunc('day', at, 'UTC') FROM edge WHERE at > date_trunc('day', at, 'UTC')
  ),
  open_month AS MATERIALIZED (
    SELECT month FROM decision_open_month WHERE month > since - interval '744 hours' AND month < until
    UNION
    SELECT date_trunc('month', day, 'UTC') FROM open_day
    UNION
    SELECT date_trunc('month', at, 'UTC') FROM edge WHERE at > date_trunc('month', at, 'UTC')
  )
  SELECT whole.*
  FROM decision_summary AS whole
  WHERE slice = 'month' AND starts_at >= since AND starts_at < until
    AND (of_tenant IS NULL OR tenant = of_tenant)
    AND starts_at NOT IN (SELECT month FROM open_month)
  UNION ALL
  SELECT whole.*
  FROM open_month
  -- OFFSET 0 keeps this a look-up per month: as a plain join it is planned as a scan of all years.
  CROSS JOIN LATERAL (SELECT * FROM decisions_of_days(month) OFFSET 0) AS whole
  WHERE starts_at >= since AND starts_at < until
    AND (of_tenant IS NULL OR tenant = of_tenant)
    AND starts_at NOT IN (SELECT day FROM open_day)
  UNION ALL
  SELECT part.*
  FROM open_day
  CROSS JOIN LATERAL count_decisions(greatest(day, since), least(day + interval '24 hours', until), of_tenant) AS part
$function$;
REVOKE EXECUTE ON FUNCTION decisions_between(text,timestamp with time zone,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decisions_between(text,timestamp with time zone,timestamp with time zone) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.decisions_of_days(month timestamp with time zone)
 RETURNS SETOF decision_summary
 LANGUAGE sql
 STABLE
AS $function$
  SELECT * FROM decision_summary
  WHERE slice = 'day' AND starts_at >= month AND starts_at < month + interval '744 hours'
    AND date_trunc('month', starts_at, 'UTC') = month
$function$;
REVOKE EXECUTE ON FUNCTION decisions_of_days(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decisions_of_days(timestamp with time zone) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.drop_archived_month(day date, noted_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
DECLARE
  month_start CONSTANT date DEFAULT date_trunc('month', day)::date;
  partition_name CONSTANT text DEFAULT 'event_tracker_' || to_char(month_start, 'YYYY_MM');
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'make or drop months' FOR UPDATE;
  IF NOT may_drop_month(month_start, noted_at) OR NOT EXISTS (
    SELECT FROM pg_inherits
    WHERE inhparent = 'event_tracker'::regclass AND inhrelid = to_regclass(partition_name)
  ) THEN
    RETURN false;
  END IF;
  -- In the order in which recording takes them.
  LOCK TABLE request_tracker IN ACCESS EXCLUSIVE MODE;
  LOCK TABLE ONLY event_tracker IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', partition_name);
  IF NOT may_drop_month(month_start, noted_at) THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE %I', partition_name);
  INSERT INTO archived_month (month, request_count, event_count, dropped_at)
  SELECT month_start, coalesce(sum(request_count), 0), coalesce(sum(event_count), 0), noted_at
  FROM archive_object
  WHERE received_on >= month_start AND received_on < month_start + interval '1 month'
  ON CONFLICT (month) DO UPDATE SET
    request_count = excluded.request_count, event_count = excluded.event_count,
    dropped_at = excluded.dropped_at, keep_until = NULL;
  RETURN true;
END
$function$;
REVOKE EXECUTE ON FUNCTION drop_archived_month(date,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_archived_month(date,timestamp with time zone) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.duration_bucket(duration_ms bigint)
 RETURNS smallint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (CASE WHEN (duration_ms < 1) THEN ('-1'::integer)::double precision ELSE floor((ln((duration_ms)::double precision) / ln((1.05)::double precision))) END)::smallint;
REVOKE EXECUTE ON FUNCTION duration_bucket(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION duration_bucket(bigint) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.earliest_received(since timestamp with time zone, before timestamp with time zone)
 RETURNS date
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET cpu_index_tuple_cost TO '1'
AS $function$
BEGIN
  RETURN (
    SELECT min(month)
    FROM (
      SELECT to_date(right(partition.relname, 7), 'YYYY_MM') AS month
      FROM pg_inherits
      JOIN pg_class AS partition ON partition.oid = inhrelid
      WHERE inhparent = 'event_tracker'::regclass
    ) AS made
    WHERE EXISTS (
      SELECT FROM event_tracker AS event
      WHERE event.received_on >= month AND event.received_on < (month + interval '1 month')::date
        AND event.created_at >= since AND event.created_at < before
      -- OFFSET 0 keeps this a question a month: as a join it reads every month for each.
      OFFSET 0
    )
  );
END
$function$;
REVOKE EXECUTE ON FUNCTION earliest_received(timestamp with time zone,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION earliest_received(timestamp with time zone,timestamp with time zone) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.ensure_event_partition(day date)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '5s'
AS $function$
DECLARE
  month_start CONSTANT date DEFAULT date_trunc('month', day)::date;
  month_end CONSTANT date DEFAULT (date_trunc('month', day) + interval '1 month')::date;
  partition_name CONSTANT text DEFAULT 'event_tracker_' || to_char(month_start, 'YYYY_MM');
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'make or drop months' FOR UPDATE;
  IF EXISTS (
    SELECT FROM pg_inherits
    WHERE inhparent = 'event_tracker'::regclass AND inhrelid = to_regclass(partition_name)
  ) THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I (LIKE event_tracker INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition_name);
  IF (SELECT relrowsecurity FROM pg_class WHERE oid = 'event_tracker'::regclass) THEN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition_name);
  END IF;
  EXECUTE format('ALTER TABLE event_tracker ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition_name, month_start, month_end);
  RETURN true;
END
$function$;
REVOKE EXECUTE ON FUNCTION ensure_event_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_event_partition(date) TO pagw_maintainer;
GRANT EXECUTE ON FUNCTION ensure_event_partition(date) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.flow_between(of_tenant text, since timestamp with time zone, until timestamp with time zone, most bigint)
 RETURNS SETOF flow_summary
 LANGUAGE plpgsql
 STABLE ROWS 100000
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
DECLARE
  ends_at CONSTANT timestamptz DEFAULT coalesce(until, 'infinity');
  hour_from CONSTANT timestamptz DEFAULT date_trunc('hour', since + interval '1 hour' - interval '1 microsecond', 'UTC');
  last_seen CONSTANT timestamptz DEFAULT (SELECT max(seen_at) FROM request_flow);
  -- Of a span that ends after all that is folded, what is rolled up has no edge there.
  rolled_until CONSTANT timestamptz DEFAULT CASE WHEN ends_at > last_seen THEN 'infinity' ELSE ends_at END;
  hour_until CONSTANT timestamptz DEFAULT greatest(hour_from, date_trunc('hour', rolled_until, 'UTC'));
  day_from CONSTANT timestamptz DEFAULT date_trunc('day', since + interval '1 day' - interval '1 microsecond', 'UTC');
  day_until CONSTANT timestamptz DEFAULT greatest(day_from, date_trunc('day', rolled_until, 'UTC'));
  -- No day is merged from the first of these on, nor seen: so much is a matter of hours.
  last_hour CONSTANT timestamptz DEFAULT date_trunc('hour', last_seen, 'UTC');
  changed_hours CONSTANT timestamptz[] DEFAULT ARRAY(
    SELECT hour FROM flow_changed_hour WHERE hour >= hour_from AND hour < hour_until
  );
  changed_days CONSTANT timestamptz[] DEFAULT ARRAY(
    SELECT day FROM flow_changed_day WHERE day >= day_from AND day < day_until
  );
  hours CONSTANT timestamptz[] DEFAULT ARRAY(
    SELECT hour
    FROM (
      SELECT generate_series(hour_from, least(day_from, hour_until, last_hour + interval '1 hour') - interval '1 hour', '1 hour') AS hour
      UNION ALL
      SELECT generate_series(day_until, least(hour_until, last_hour + interval '1 hour') - interval '1 hour', '1 hour')
      WHERE day_until < hour_until
      UNION ALL
      SELECT generate_series(day, day + interval '23 hours', '1 hour') FROM unnest(changed_days) AS day
    ) AS wanted
    WHERE hour <> ALL (changed_hours)
  );
  ids CONSTANT text[] DEFAULT unfolded_ids(of_tenant, most);
  in_total CONSTANT boolean DEFAULT of_tenant IS NULL AND (SELECT tenants IS NULL FROM reader_scope);
BEGIN
  RETURN QUERY
  WITH live AS MATERIALIZED (
    SELECT * FROM unfolded_flows(ids) AS unfolded WHERE of_tenant IS NULL OR unfolded.tenant = of_tenant
  ),
  live_id AS MATERIALIZED (
    SELECT DISTINCT live.pagw_id FROM live
  ),
  edge AS (
    SELECT since AS edge_from, least(hour_from, ends_at) AS edge_until
    UNION ALL
    SELECT hour_until, ends_at WHERE hour_until < ends_at
    UNION ALL
    SELECT hour, hour + interval '1 hour' FROM unnest(changed_hours) AS hour
  )
  SELECT daily.*
  FROM flow_summary AS daily
  WHERE daily.slice = 'day' AND daily.starts_at >= day_from AND daily.starts_at < day_until
    AND daily.starts_at <> ALL (changed_days)
    AND CASE
      WHEN in_total THEN daily.tenant IS NULL
      WHEN of_tenant IS NULL THEN daily.tenant IS NOT NULL
      ELSE daily.tenant = of_tenant
    END
  UNION ALL
  SELECT hourly.*
  FROM flow_summary AS hourly
  WHERE hourly.slice = 'hour' AND hourly.starts_at = ANY (hours)
    AND (of_tenant IS NULL OR hourly.tenant = of_tenant)
  UNION ALL
  SELECT measured.*
  FROM edge
  JOIN request_flow AS flow ON flow.seen_at >= edge_from AND flow.seen_at < edge_until
  CROSS JOIN LATERAL flow_measures(flow, 1) AS measured
  WHERE (of_tenant IS NULL OR flow.tenant = of_tenant)
    AND flow.pagw_id NOT IN (SELECT live_id.pagw_id FROM live_id)
  UNION ALL
  SELECT measured.*
  FROM live AS flow
  CROSS JOIN LATERAL flow_measures(ROW(flow.*)::request_flow, 1) AS measured
  WHERE flow.seen_at >= since AND flow.seen_at < ends_at
  UNION ALL
  SELECT measured.*
  FROM live_id
  JOIN request_flow AS flow ON flow.pagw_id = live_id.pagw_id
  CROSS JOIN LATERAL flow_measures(flow, -1) AS measured
  WHERE flow.seen_at >= hour_from AND flow.seen_at < hour_until
    AND date_trunc('hour', flow.seen_at, 'UTC') <> ALL (changed_hours);
END
$function$;
REVOKE EXECUTE ON FUNCTION flow_between(text,timestamp with time zone,timestamp with time zone,bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION flow_between(text,timestamp with time zone,timestamp with time zone,bigint) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.flow_measures(flow request_flow, weight integer)
 RETURNS SETOF flow_summary
 LANGUAGE sql
 STABLE
AS $function$
  WITH measure AS (
    SELECT
      'hand-over' AS kind, ARRAY[from_stage, to_stage] AS path, wait_ms, has_failed,
      to_stage = ANY (flow.stages[:place]) AS went_back, false AS is_open
    FROM unnest(flow.stages[:cardinality(flow.stages) - 1], flow.stages[2:], flow.waits_ms, flow.left_failed)
      WITH ORDINALITY AS hand_over (from_stage, to_stage, wait_ms, has_failed, place)
    UNION ALL
    SELECT 'first', flow.stages[:1], NULL, false, false, false
    UNION ALL
    SELECT kind, path, NULL, flow.last_failed, false, flow.answer_ms IS NULL
    FROM (
      VALUES ('last', flow.stages[cardinality(flow.stages):]), ('path', flow.stages[:100])
    ) AS of_all (kind, path)
    UNION ALL
    SELECT kind, '{}', reached_ms, false, false, false
    FROM (VALUES ('answer', flow.answer_ms), ('decision', flow.decision_ms)) AS reached (kind, reached_ms)
    WHERE flow.lanes = 'all' AND reached_ms IS NOT NULL
  )
  SELECT
    'hour'::varchar(4), date_trunc('hour', flow.seen_at, 'UTC'), flow.tenant, flow.request_type, flow.priority,
    kind::varchar(9), flow.lanes, path, weight::bigint,
    coalesce(weight * CASE WHEN kind IN ('answer', 'decision') THEN flow.disbelieved ELSE wait_ms < 0 END::int, 0)::bigint,
    (weight * has_failed::int)::bigint, (weight * went_back::int)::bigint, (weight * is_open::int)::bigint,
    weight * greatest(wait_ms, 0)::numeric, CASE WHEN weight > 0 AND wait_ms IS NOT NULL THEN greatest(wait_ms, 0) END,
    CASE WHEN wait_ms IS NULL THEN '{}' ELSE ARRAY[duration_bucket(wait_ms)] END,
    CASE WHEN wait_ms IS NULL THEN '{}' ELSE ARRAY[weight::bigint] END
  FROM measure
$function$;
REVOKE EXECUTE ON FUNCTION flow_measures(request_flow,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION flow_measures(request_flow,integer) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.flows_between(of_tenant text, since timestamp with time zone, until timestamp with time zone, most bigint)
 RETURNS SETOF request_flow
 LANGUAGE sql
 STABLE
AS $function$
  WITH live AS MATERIALIZED (
    SELECT * FROM unfolded_flows(unfolded_ids(of_tenant, most))
  ),
  current_flow AS (
    SELECT * FROM live
    UNION ALL
    SELECT * FROM request_flow WHERE pagw_id NOT IN (SELECT pagw_id FROM live)
  )
  SELECT *
  FROM current_flow
  WHERE seen_at >= since
    AND (until IS NULL OR seen_at < until)
    AND (of_tenant IS NULL OR tenant = of_tenant)
$function$;
REVOKE EXECUTE ON FUNCTION flows_between(text,timestamp with time zone,timestamp with time zone,bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION flows_between(text,timestamp with time zone,timestamp with time zone,bigint) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.fold_flows(most integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
DECLARE
  taken text[];
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'fold flows' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  WITH deleted AS (
    DELETE FROM flow_changed_request
    WHERE pagw_id = ANY (ARRAY(SELECT pagw_id FROM flow_changed_request ORDER BY pagw_id LIMIT most))
    RETURNING pagw_id
  )
  SELECT coalesce(array_agg(pagw_id), '{}') INTO taken FROM deleted;
  WITH unfolded AS MATERIALIZED (
    SELECT * FROM unfolded_flows(taken)
  ),
  left_hour AS (
    SELECT date_trunc('hour', folded.seen_at, 'UTC') AS hour
    FROM unfolded
    CROSS JOIN LATERAL (
      SELECT flow.seen_at FROM request_flow AS flow WHERE flow.pagw_id = unfolded.pagw_id OFFSET 0
    ) AS folded
  ),
  marked AS (
    INSERT INTO flow_changed_hour (hour)
    SELECT hour FROM left_hour
    UNION
    SELECT date_trunc('hour', seen_at, 'UTC') FROM unfolded
    ORDER BY hour
    ON CONFLICT (hour) DO UPDATE SET hour = EXCLUDED.hour
  )
  INSERT INTO request_flow
  SELECT * FROM unfolded
  ON CONFLICT (pagw_id, lanes) DO UPDATE SET
    last_sequence_no = EXCLUDED.last_sequence_no,
    seen_at = EXCLUDED.seen_at,
    by_unknown = EXCLUDED.by_unknown,
    stages = EXCLUDED.stages,
    waits_ms = EXCLUDED.waits_ms,
    left_failed = EXCLUDED.left_failed,
    last_occurred_at = EXCLUDED.last_occurred_at,
    last_created_at = EXCLUDED.last_created_at,
    last_failed = EXCLUDED.last_failed,
    request_type = EXCLUDED.request_type,
    priority = EXCLUDED.priority,
    answer_ms = EXCLUDED.answer_ms,
    decision_ms = EXCLUDED.decision_ms,
    disbelieved = EXCLUDED.disbelieved;
  RETURN cardinality(taken);
END
$function$;
REVOKE EXECUTE ON FUNCTION fold_flows(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fold_flows(integer) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.freeze_report(of_year integer, of_tenant text, figures_now text, why text, who text, at timestamp with time zone, of_key text, signed text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  digest_now CONSTANT text DEFAULT encode(sha256(convert_to(figures_now, 'UTF8')), 'hex');
BEGIN
  INSERT INTO report_snapshot (year, tenant, figures, digest, frozen_at, frozen_by, reason, public_key, signature)
  VALUES (of_year, of_tenant, figures_now, digest_now, at, left(who, 256), btrim(why), of_key, signed);
  PERFORM record_operator_action(
    'report.freeze', jsonb_build_object('year', of_year, 'tenant', of_tenant, 'digest', digest_now), why, who, at, 1
  );
  RETURN digest_now;
END
$function$;
REVOKE EXECUTE ON FUNCTION freeze_report(integer,text,text,text,text,timestamp with time zone,text,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION freeze_report(integer,text,text,text,text,timestamp with time zone,text,text) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.guard_archived_request()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.last_sequence_no <> OLD.last_sequence_no THEN
    NEW.compacted_at := NULL;
    NEW.archived_at := NULL;
  ELSIF NOT EXISTS (
    SELECT FROM archived_request WHERE pagw_id = NEW.pagw_id AND last_sequence_no = NEW.last_sequence_no
  ) THEN
    RAISE EXCEPTION 'request % is not archived to its last number', NEW.pagw_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$function$;
REVOKE EXECUTE ON FUNCTION guard_archived_request() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.histogram_quantile(buckets smallint[], counts bigint[], total bigint, fraction double precision)
 RETURNS double precision
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
DECLARE
  rank CONSTANT float8 DEFAULT fraction * (total - 1);
  seen bigint := 0;
  below float8;
BEGIN
  FOR place IN 1 .. cardinality(buckets) LOOP
    seen := seen + counts[place];
    CONTINUE WHEN seen <= floor(rank);
    below := coalesce(below, bucket_duration(buckets[place]));
    IF seen > ceil(rank) THEN
      RETURN below + (rank - floor(rank)) * (bucket_duration(buckets[place]) - below);
    END IF;
  END LOOP;
  RETURN NULL;
END
$function$;
REVOKE EXECUTE ON FUNCTION histogram_quantile(smallint[],bigint[],bigint,double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION histogram_quantile(smallint[],bigint[],bigint,double precision) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.hold_history(of_pagw_id text, of_tenant text, of_plan text, of_matter text, why text, who text, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  INSERT INTO legal_hold (pagw_id, tenant, plan, matter, reason, held_by, held_at)
  SELECT of_pagw_id, of_tenant, of_plan, of_matter, btrim(why), left(who, 256), at
  WHERE NOT EXISTS (
    SELECT FROM legal_hold AS hold
    WHERE hold.pagw_id IS NOT DISTINCT FROM of_pagw_id
      AND hold.tenant IS NOT DISTINCT FROM of_tenant
      AND lower(hold.plan) IS NOT DISTINCT FROM lower(of_plan)
      AND lower(hold.matter) IS NOT DISTINCT FROM lower(of_matter)
  )
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action(
    'archive.hold', jsonb_build_object('pagwId', of_pagw_id, 'tenant', of_tenant, 'plan', of_plan, 'matter', of_matter), why, who, at, 1
  );
  RETURN true;
END
$function$;
REVOKE EXECUTE ON FUNCTION hold_history(text,text,text,text,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_history(text,text,text,text,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.instant_at(microseconds text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN ((('1970-01-01 00:00:00'::timestamp without time zone + (((((microseconds)::bigint / '86400000000'::bigint))::integer)::double precision * '1 day'::interval)) + ((((microseconds)::bigint % '86400000000'::bigint))::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text);
REVOKE EXECUTE ON FUNCTION instant_at(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION instant_at(text) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.instant_text(at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN to_char((at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'::text);
REVOKE EXECUTE ON FUNCTION instant_text(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION instant_text(timestamp with time zone) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.is_held(of_pagw_id text, of_tenant text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (EXISTS (SELECT FROM legal_hold hold WHERE (((hold.pagw_id)::text = is_held.of_pagw_id) OR ((hold.tenant)::text = is_held.of_tenant) OR (EXISTS (SELECT FROM decision_episode episode WHERE (((episode.pagw_id)::text = is_held.of_pagw_id) AND (lower((episode.plan)::text) = lower((hold.plan)::text))))))));
REVOKE EXECUTE ON FUNCTION is_held(text,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_held(text,text) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.is_retired_event(of_pagw_id text, of_received_on date, of_event_id text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((EXISTS (SELECT FROM event_tracker WHERE (((event_tracker.pagw_id)::text = is_retired_event.of_pagw_id) AND (event_tracker.received_on = is_retired_event.of_received_on) AND (hashtextextended((event_tracker.start_event_id)::text, (0)::bigint) = hashtextextended(is_retired_event.of_event_id, (0)::bigint)) AND ((event_tracker.start_event_id)::text = is_retired_event.of_event_id)))) OR (EXISTS (SELECT FROM archived_request WHERE (((archived_request.pagw_id)::text = is_retired_event.of_pagw_id) AND (hashtextextended(is_retired_event.of_event_id, (0)::bigint) = ANY (archived_request.event_keys))))));
REVOKE EXECUTE ON FUNCTION is_retired_event(text,date,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_retired_event(text,date,text) TO pagw_operator;
GRANT EXECUTE ON FUNCTION is_retired_event(text,date,text) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.keep_archived_month(day date, until timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM ensure_event_partition(day);
  UPDATE archived_month
  SET keep_until = greatest(archived_month.keep_until, until)
  WHERE month = date_trunc('month', day);
END
$function$;
REVOKE EXECUTE ON FUNCTION keep_archived_month(date,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_archived_month(date,timestamp with time zone) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.limit_reader(of_tenants text[])
 RETURNS integer
 LANGUAGE plpgsql
 SET lock_timeout TO '5s'
AS $function$
DECLARE
  wanted CONSTANT text[] DEFAULT (SELECT array_agg(DISTINCT name COLLATE "C" ORDER BY name COLLATE "C") FROM unnest(of_tenants) AS name);
  is_new boolean;
  held record;
  changed int DEFAULT 0;
BEGIN
  IF cardinality(of_tenants) = 0 THEN
    RAISE invalid_parameter_value USING MESSAGE = 'limit_reader needs a tenant, or null for all of them';
  END IF;
  SELECT tenants IS DISTINCT FROM wanted INTO STRICT is_new FROM reader_scope FOR UPDATE;
  -- request_tracker before event_tracker, as append_events locks them.
  FOR held IN
    SELECT *, held_in::text AS name FROM tenant_table ORDER BY held_in::text <> 'request_tracker', held_in::text
  LOOP
    CONTINUE WHEN NOT is_new AND held.is_guarded = (wanted IS NOT NULL);
    changed := changed + 1;
    IF NOT held.is_partition THEN
      EXECUTE format('DROP POLICY IF EXISTS reader_sees_its_tenants ON %s', held.name);
      EXECUTE format('DROP POLICY IF EXISTS flows_serve_all ON %s', held.name);
    END IF;
    IF wanted IS NULL THEN
      EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', held.name);
      CONTINUE;
    END IF;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', held.name);
    CONTINUE WHEN held.is_partition;
    EXECUTE format('CREATE POLICY flows_serve_all ON %s TO pagw_writer, pagw_maintainer USING (true) WITH CHECK (true)', held.name);
    EXECUTE format(
      'CREATE POLICY reader_sees_its_tenants ON %s FOR SELECT TO pagw_reader USING (%s)',
      held.name,
      format(held.visible, CASE
        WHEN cardinality(wanted) = 1 THEN format('%s = %L', held.tenant, wanted[1])
        ELSE format('%s = ANY (%L::text[])', held.tenant, wanted)
      END)
    );
  END LOOP;
  UPDATE reader_scope SET tenants = wanted WHERE is_new;
  RETURN changed;
END
$function$;
REVOKE EXECUTE ON FUNCTION limit_reader(text[]) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.mark_changed_hours(most bigint, after_id bigint DEFAULT 0)
 RETURNS TABLE(marked bigint, marked_to bigint, complete boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
DECLARE
  progress event_summary_progress;
  last_id bigint;
  finished_id bigint;
  from_id bigint;
BEGIN
  SELECT * INTO STRICT progress FROM event_summary_progress FOR UPDATE;
  finished_id := progress.settled_id;
  IF progress.seen_xid <= pg_snapshot_xmin(pg_current_snapshot()) THEN
    finished_id := progress.seen_id;
  END IF;
  SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO last_id FROM event_tracker_id_seq;
  from_id := greatest(progress.settled_id, after_id);
  marked_to := least(from_id + most, greatest(last_id, from_id));

  INSERT INTO event_summary_changed_hour (hour)
  SELECT date_trunc('hour', created_at, 'UTC') AS hour
  FROM event_tracker
  WHERE id > from_id AND id <= marked_to
  UNION
  -- A START that was merged before it was searched has no number any more.
  SELECT date_trunc('hour', start_created_at, 'UTC')
  FROM event_tracker
  WHERE id > from_id AND id <= marked_to AND start_created_at IS NOT NULL
  ORDER BY hour
  ON CONFLICT (hour) DO NOTHING;
  GET DIAGNOSTICS marked = ROW_COUNT;
  complete := marked_to >= last_id;

  INSERT INTO flow_changed_request (pagw_id)
  SELECT DISTINCT pagw_id
  FROM event_tracker
  WHERE id > from_id AND id <= marked_to
  ORDER BY pagw_id
  ON CONFLICT (pagw_id) DO NOTHING;

  -- append_events has its transaction id before it takes a number, so whoever took one up to last_id is below xmax.
  UPDATE event_summary_progress
  SET settled_id = CASE WHEN from_id = progress.settled_id THEN least(finished_id, marked_to) ELSE progress.settled_id END,
      seen_id = CASE WHEN complete AND finished_id = progress.seen_id THEN last_id ELSE progress.seen_id END,
      seen_xid = CASE
        WHEN complete AND finished_id = progress.seen_id THEN pg_snapshot_xmax(pg_current_snapshot())
        ELSE progress.seen_xid
      END;
  RETURN NEXT;
END
$function$;
REVOKE EXECUTE ON FUNCTION mark_changed_hours(bigint,bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mark_changed_hours(bigint,bigint) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.mark_rejected_replayed(ids json, at timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  marked int;
BEGIN
  UPDATE rejected_message
  SET replayed_at = at
  WHERE id IN (SELECT wanted.id::bigint FROM json_array_elements_text(ids) AS wanted (id));
  GET DIAGNOSTICS marked = ROW_COUNT;
  RETURN marked;
END
$function$;
REVOKE EXECUTE ON FUNCTION mark_rejected_replayed(json,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mark_rejected_replayed(json,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.may_drop_month(month_start date, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((NOT (EXISTS (SELECT FROM request_tracker request WHERE ((request.received_on >= may_drop_month.month_start) AND (request.received_on < (may_drop_month.month_start + '1 mon'::interval)) AND (request.archived_at IS NULL) AND ((request.last_sequence_no > 0) OR (EXISTS (SELECT FROM event_tracker event WHERE (((event.pagw_id)::text = (request.pagw_id)::text) AND (event.received_on = request.received_on))))))))) AND (NOT (EXISTS (SELECT FROM request_tracker request WHERE ((request.received_on >= may_drop_month.month_start) AND (request.received_on < (may_drop_month.month_start + '1 mon'::interval)) AND (EXISTS (SELECT FROM legal_hold)) AND is_held((request.pagw_id)::text, (request.tenant)::text))))) AND (NOT (EXISTS (SELECT FROM archived_month WHERE ((archived_month.month = may_drop_month.month_start) AND (archived_month.keep_until > may_drop_month.at))))) AND (NOT (EXISTS (SELECT FROM ((flow_changed_request JOIN request_tracker changed USING (pagw_id)) LEFT JOIN request_flow folded ON ((((folded.pagw_id)::text = (changed.pagw_id)::text) AND ((folded.lanes)::text = 'all'::text)))) WHERE ((changed.received_on >= may_drop_month.month_start) AND (changed.received_on < (may_drop_month.month_start + '1 mon'::interval)) AND ((folded.last_sequence_no IS NULL) OR (folded.last_sequence_no < changed.last_sequence_no)))))));
REVOKE EXECUTE ON FUNCTION may_drop_month(date,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION may_drop_month(date,timestamp with time zone) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.merge_decisions(over_before timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  taken timestamptz;
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'roll up decisions' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  DELETE FROM decision_open_month
  WHERE month = (
    SELECT max(month)
    FROM decision_open_month
    WHERE month < date_trunc('month', over_before, 'UTC')
      AND (SELECT coalesce(sum(decided), 0) FROM decisions_of_days(month)) <= 10000000
  )
  RETURNING month INTO taken;
  IF taken IS NULL THEN
    RETURN NULL;
  END IF;
  DELETE FROM decision_summary WHERE slice = 'month' AND starts_at = taken;
  INSERT INTO decision_summary
  SELECT
    'month', taken, counted.*, taken_us
  FROM (
    SELECT
      tenant, priority, sum(decided)::bigint, sum(approved)::bigint, sum(partial)::bigint, sum(denied)::bigint,
      sum(bound)::bigint, sum(in_time)::bigint, sum(taken_sum_us)
    FROM decisions_of_days(taken)
    GROUP BY tenant, priority
  ) AS counted
  JOIN (
    SELECT tenant, priority, array_agg(us ORDER BY us) AS taken_us
    FROM decisions_of_days(taken)
    CROSS JOIN LATERAL unnest(taken_us) AS us
    GROUP BY tenant, priority
  ) AS took USING (tenant, priority);
  RETURN taken;
END
$function$;
REVOKE EXECUTE ON FUNCTION merge_decisions(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION merge_decisions(timestamp with time zone) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.merge_flows(of_slice text, since timestamp with time zone, before timestamp with time zone)
 RETURNS SETOF flow_summary
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
BEGIN
  RETURN QUERY
  WITH part AS (
    SELECT measured.*
    FROM request_flow AS flow
    CROSS JOIN LATERAL flow_measures(flow, 1) AS measured
    WHERE of_slice = 'hour' AND flow.seen_at >= since AND flow.seen_at < before
    UNION ALL
    SELECT hourly.*
    FROM flow_summary AS hourly
    WHERE of_slice = 'day' AND hourly.slice = 'hour' AND hourly.starts_at >= since AND hourly.starts_at < before
  ),
  counted_for AS (
    SELECT part.tenant AS of_tenant, part.* FROM part
    UNION ALL
    SELECT NULL::varchar(64), part.* FROM part WHERE of_slice = 'day'
  ),
  -- A part with a histogram is a row for each of its buckets, and counts in the first of them.
  bucketed AS MATERIALIZED (
    SELECT
      part.of_tenant, part.request_type, part.priority, part.kind, part.lanes, part.path, bucket,
      sum(counted)::bigint AS counted,
      sum(part.count) FILTER (WHERE place IS NULL OR place = 1) AS count,
      sum(part.clamped) FILTER (WHERE place IS NULL OR place = 1) AS clamped,
      sum(part.failed) FILTER (WHERE place IS NULL OR place = 1) AS failed,
      sum(part.went_back) FILTER (WHERE place IS NULL OR place = 1) AS went_back,
      sum(part.open) FILTER (WHERE place IS NULL OR place = 1) AS open,
      sum(part.sum_ms) FILTER (WHERE place IS NULL OR place = 1) AS sum_ms,
      max(part.max_ms) AS max_ms
    FROM counted_for AS part
    LEFT JOIN LATERAL unnest(part.buckets, part.bucket_counts) WITH ORDINALITY AS histogram (bucket, counted, place) ON true
    GROUP BY part.of_tenant, part.request_type, part.priority, part.kind, part.lanes, part.path, bucket
  )
  SELECT
    of_slice::varchar(4), since, bucketed.of_tenant, bucketed.request_type, bucketed.priority, bucketed.kind, bucketed.lanes,
    bucketed.path,
    sum(bucketed.count)::bigint, sum(bucketed.clamped)::bigint, sum(bucketed.failed)::bigint,
    sum(bucketed.went_back)::bigint, sum(bucketed.open)::bigint, sum(bucketed.sum_ms), max(bucketed.max_ms),
    coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}'),
    coalesce(array_agg(counted ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')
  FROM bucketed
  GROUP BY bucketed.of_tenant, bucketed.request_type, bucketed.priority, bucketed.kind, bucketed.lanes, bucketed.path;
END
$function$;
REVOKE EXECUTE ON FUNCTION merge_flows(text,timestamp with time zone,timestamp with time zone) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.merge_hours(since timestamp with time zone, before timestamp with time zone, by_tenant boolean)
 RETURNS SETOF event_tracker_summary
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN QUERY
  WITH merged_hour AS MATERIALIZED (
    SELECT *, CASE WHEN by_tenant THEN hourly.tenant END AS of_tenant
    FROM event_tracker_summary AS hourly
    WHERE hourly.hour >= since AND hourly.hour < before
  ),
  bucket_total AS (
    SELECT of_tenant, stage, event_type, status, bucket, sum(events)::bigint AS events
    FROM merged_hour
    CROSS JOIN LATERAL unnest(duration_buckets, bucket_counts) AS histogram (bucket, events)
    GROUP BY of_tenant, stage, event_type, status, bucket
  ),
  histogram AS (
    SELECT
      of_tenant, stage, event_type, status,
      array_agg(bucket ORDER BY bucket) AS buckets, array_agg(events ORDER BY bucket) AS counts
    FROM bucket_total
    GROUP BY of_tenant, stage, event_type, status
  ),
  counted AS (
    SELECT
      of_tenant, stage, event_type, status,
      sum(event_count)::bigint AS events, sum(duration_count)::bigint AS timed,
      sum(duration_sum_ms)::bigint AS sum_ms, max(duration_max_ms) AS max_ms
    FROM merged_hour
    GROUP BY of_tenant, stage, event_type, status
  )
  SELECT
    since, counted.of_tenant::varchar(64), counted.stage, counted.event_type, counted.status, events, timed, sum_ms, max_ms,
    coalesce(buckets, '{}'), coalesce(counts, '{}')
  FROM counted
  LEFT JOIN histogram
    ON histogram.of_tenant IS NOT DISTINCT FROM counted.of_tenant
    AND histogram.stage = counted.stage
    AND histogram.event_type = counted.event_type
    AND histogram.status = counted.status;
END
$function$;
REVOKE EXECUTE ON FUNCTION merge_hours(timestamp with time zone,timestamp with time zone,boolean) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.note_archived(object json, contents json, noted_at timestamp with time zone)
 RETURNS TABLE(archived bigint, outpaced bigint, differing bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  new_object_id bigint;
  compared json;
BEGIN
  PERFORM FROM request_tracker
  WHERE pagw_id IN (SELECT content ->> 'pagwId' FROM json_array_elements(contents) AS content)
  ORDER BY pagw_id
  FOR UPDATE;

  SELECT json_agg(row_to_json(one)) INTO compared
  FROM (
    SELECT
      content.*, known.tenant,
      here.events AS here_events, here.first_no, here.keys,
      known.pagw_id IS NOT NULL AND known.completed_at IS NOT NULL AND known.archived_at IS NULL
        AND known.last_sequence_no = content."lastSequenceNo"
        -- The archive begins at 1: what an older system numbered below stays here, and keeps its month.
        AND NOT EXISTS (
          SELECT FROM event_tracker AS unnumbered
          WHERE unnumbered.pagw_id = known.pagw_id
            AND unnumbered.received_on = known.received_on
            AND unnumbered.sequence_no < 1
        ) AS current,
      coalesce(here.digest = content.digest, false) AS equal
    FROM json_to_recordset(contents) AS content ("pagwId" text, events int, "lastSequenceNo" bigint, digest text)
    LEFT JOIN LATERAL (SELECT * FROM request_tracker WHERE pagw_id = content."pagwId" OFFSET 0) AS known ON true
    LEFT JOIN LATERAL (
      SELECT
        count(*) AS events,
        min(least(event.sequence_no, event.start_sequence_no)) AS first_no,
        encode(sha256(convert_to(string_agg(archived_event(event)::text, E'\n' ORDER BY event.sequence_no), 'UTF8')), 'hex') AS digest,
        array_agg(hashtextextended(event.event_id, 0)) || array_agg(hashtextextended(event.start_event_id, 0))
          FILTER (WHERE event.start_event_id IS NOT NULL) AS keys
      FROM event_tracker AS event
      WHERE event.pagw_id = known.pagw_id
        AND event.received_on = known.received_on
        AND event.sequence_no > archived_through(known.pagw_id)
    ) AS here ON true
  ) AS one;

  SELECT
    count(*) FILTER (WHERE one.current AND one.equal),
    count(*) FILTER (WHERE NOT one.current),
    count(*) FILTER (WHERE one.current AND NOT one.equal)
  INTO archived, outpaced, differing
  FROM json_to_recordset(compared) AS one (current boolean, equal boolean);

  IF archived > 0 AND differing = 0 THEN
    INSERT INTO archive_object (tenant, received_on, bucket, key, bytes, sha256, request_count, event_count, archived_at)
    SELECT
      object ->> 'tenant', (object ->> 'receivedOn')::date, object ->> 'bucket', object ->> 'key', (object ->> 'bytes')::int,
      object ->> 'sha256', count(*), sum(one.here_events), noted_at
    FROM json_to_recordset(compared) AS one (here_events int, current boolean)
    WHERE one.current
    RETURNING id INTO new_object_id;

    INSERT INTO archived_request (
      pagw_id, tenant, first_sequence_no, last_sequence_no, object_id, event_count, digest, event_keys
    )
    SELECT
      one."pagwId", one.tenant, one.first_no, one."lastSequenceNo", new_object_id, one.here_events, one.digest, one.keys
    FROM json_to_recordset(compared) AS one (
      "pagwId" text, tenant text, first_no bigint, "lastSequenceNo" bigint, here_events int, digest text, keys bigint[], current boolean
    )
    WHERE one.current;

    PERFORM note_archived_hours(new_object_id);

    UPDATE request_tracker AS known
    SET archived_at = noted_at, retired_at = coalesce(known.retired_at, noted_at)
    FROM archived_request AS noted
    WHERE noted.object_id = new_object_id AND known.pagw_id = noted.pagw_id;
  ELSIF differing > 0 THEN
    archived := 0;
  END IF;
  RETURN NEXT;
END
$function$;
REVOKE EXECUTE ON FUNCTION note_archived(json,json,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_archived(json,json,timestamp with time zone) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.note_archived_hours(of_object bigint)
 RETURNS void
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
  WITH event AS MATERIALIZED (
    SELECT found.*
    FROM archived_request AS noted
    JOIN request_tracker AS known ON known.pagw_id = noted.pagw_id
    CROSS JOIN LATERAL (
      SELECT * FROM event_history AS one
      WHERE one.pagw_id = known.pagw_id AND one.received_on = known.received_on
        AND one.sequence_no BETWEEN noted.first_sequence_no AND noted.last_sequence_no
      OFFSET 0
    ) AS found
    WHERE noted.object_id = of_object
  ),
  bucketed AS (
    SELECT
      date_trunc('hour', created_at, 'UTC') AS hour, tenant, stage, event_type, status,
      duration_bucket(duration_ms) AS bucket,
      count(*) AS events, sum(duration_ms) AS total_ms, max(duration_ms) AS longest_ms
    FROM event
    GROUP BY 1, 2, 3, 4, 5, 6
  )
  INSERT INTO archived_hour AS noted
  SELECT
    hour, tenant, stage, event_type, status,
    sum(events)::bigint,
    coalesce(sum(events) FILTER (WHERE bucket IS NOT NULL), 0)::bigint,
    coalesce(sum(total_ms), 0)::bigint,
    max(longest_ms),
    coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}'),
    coalesce(array_agg(events ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')
  FROM bucketed
  GROUP BY hour, tenant, stage, event_type, status
  -- In one order, so that two runs never wait for each other's rows.
  ORDER BY hour, tenant, stage, event_type, status
  ON CONFLICT (hour, tenant, stage, event_type, status) DO UPDATE SET
    event_count = noted.event_count + excluded.event_count,
    duration_count = noted.duration_count + excluded.duration_count,
    duration_sum_ms = noted.duration_sum_ms + excluded.duration_sum_ms,
    duration_max_ms = greatest(noted.duration_max_ms, excluded.duration_max_ms),
    (duration_buckets, bucket_counts) = (
      SELECT coalesce(array_agg(bucket ORDER BY bucket), '{}'), coalesce(array_agg(events ORDER BY bucket), '{}')
      FROM (
        SELECT bucket, sum(counted)::bigint AS events
        FROM unnest(
          noted.duration_buckets || excluded.duration_buckets, noted.bucket_counts || excluded.bucket_counts
        ) AS histogram (bucket, counted)
        GROUP BY bucket
      ) AS merged
    );

  WITH unsearched AS (
    SELECT found.*
    FROM archived_request AS noted
    JOIN request_tracker AS known ON known.pagw_id = noted.pagw_id
    CROSS JOIN LATERAL (
      SELECT one.pagw_id, one.created_at, one.start_created_at FROM event_tracker AS one
      WHERE one.pagw_id = known.pagw_id AND one.received_on = known.received_on
        AND one.id > (SELECT settled_id FROM event_summary_progress)
      OFFSET 0
    ) AS found
    WHERE noted.object_id = of_object
  ),
  changed_request AS (
    INSERT INTO flow_changed_request (pagw_id)
    SELECT DISTINCT pagw_id FROM unsearched ORDER BY pagw_id
    ON CONFLICT (pagw_id) DO NOTHING
  )
  INSERT INTO event_summary_changed_hour (hour)
  SELECT date_trunc('hour', created_at, 'UTC') AS hour FROM unsearched
  UNION
  SELECT date_trunc('hour', start_created_at, 'UTC') FROM unsearched WHERE start_created_at IS NOT NULL
  ORDER BY hour
  ON CONFLICT (hour) DO NOTHING;
END
$function$;
REVOKE EXECUTE ON FUNCTION note_archived_hours(bigint) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.pause_retries(of_tenant text, of_stage text, of_downstream text, why text, who text, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  is_new boolean;
BEGIN
  INSERT INTO retry_pause (tenant, stage, target_system, reason, paused_by, paused_at)
  VALUES (of_tenant, of_stage, of_downstream, why, left(who, 256), at)
  ON CONFLICT DO NOTHING;
  is_new := FOUND;
  PERFORM record_operator_action(
    'retry.pause', jsonb_build_object('tenant', of_tenant, 'stage', of_stage, 'downstream', of_downstream),
    why, who, at, is_new::int
  );
  RETURN is_new;
END
$function$;
REVOKE EXECUTE ON FUNCTION pause_retries(text,text,text,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pause_retries(text,text,text,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.pauses_of(of_tenant text, of_stage text, of_target_system text)
 RETURNS SETOF retry_pause
 LANGUAGE sql
 STABLE
AS $function$
  SELECT pause.*
  FROM retry_pause AS pause
  WHERE (pause.tenant IS NULL OR pause.tenant = of_tenant)
    AND (pause.stage IS NULL OR pause.stage = of_stage)
    AND (pause.target_system IS NULL OR pause.target_system = of_target_system)
$function$;
REVOKE EXECUTE ON FUNCTION pauses_of(text,text,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pauses_of(text,text,text) TO pagw_maintainer;
GRANT EXECUTE ON FUNCTION pauses_of(text,text,text) TO pagw_reader;
GRANT EXECUTE ON FUNCTION pauses_of(text,text,text) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.read_request_states(pagw_ids text[], event_ids text[], most_bytes integer)
 RETURNS TABLE(pagw_id character varying, tenant character varying, last_sequence_no bigint, correlated boolean, memory json, fits boolean, recorded json)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
#variable_conflict use_column
BEGIN
  -- Of a reader who is limited to tenants no hash may be asked (hashtextextended is not leakproof): the request's events are sorted
  -- instead, where the order of the index would be read for all of the month.
  IF row_security_active('event_tracker') AND pg_has_role('pagw_reader', 'USAGE') THEN
    PERFORM set_config('enable_sort', 'on', true);
  END IF;
  RETURN QUERY
  WITH known AS (
    SELECT
      request.*, one.event_ids,
      row_number() OVER in_turn = 1 OR coalesce(sum(octet_length(request.state::text)) OVER in_turn, 0) <= most_bytes AS fits
    FROM unnest(pagw_ids, event_ids) AS one (pagw_id, event_ids)
    -- OFFSET 0 keeps this a look-up per request: as a plain join it is planned as a scan of the whole table.
    CROSS JOIN LATERAL (
      SELECT tracker.pagw_id, tracker.received_on, tracker.tenant, tracker.last_sequence_no, tracker.retired_at, tracker.state,
        tracker.correlation_id IS NOT NULL AS correlated
      FROM request_tracker AS tracker
      WHERE tracker.pagw_id = one.pagw_id
      OFFSET 0
    ) AS request
    WINDOW in_turn AS (ROWS UNBOUNDED PRECEDING)
  )
  SELECT
    pagw_id, tenant, last_sequence_no, correlated, CASE WHEN fits THEN state END, fits,
    CASE WHEN fits THEN (
      SELECT json_agg(event_id)
      FROM (
        (
          -- In the order of their index, which no other has: another would be read for all of the request's events. In full, as
          -- the planner does not see what is constant in it where row level security is on.
          SELECT event.event_id
          FROM event_tracker AS event
          WHERE event.received_on - DATE '2000-01-01' = known.received_on - DATE '2000-01-01'
            AND event.received_on = known.received_on
            AND hashtextextended(event.pagw_id, 0) = hashtextextended(known.pagw_id, 0)
            AND hashtextextended(event.event_id, 0) = ANY (ARRAY (SELECT hashtextextended(id, 0) FROM unnest(known.event_ids::text[]) AS id))
            AND event.pagw_id = known.pagw_id
            AND event.event_id = ANY (known.event_ids::text[])
          ORDER BY event.received_on - DATE '2000-01-01', event.received_on, hashtextextended(event.pagw_id, 0), hashtextextended(event.event_id, 0)
        )
        UNION ALL
        SELECT id
        FROM unnest(known.event_ids::text[]) AS id
        WHERE known.retired_at IS NOT NULL AND is_retired_event(known.pagw_id, known.received_on, id)
      ) AS there
    ) END
  FROM known;
END
$function$;
REVOKE EXECUTE ON FUNCTION read_request_states(text[],text[],integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_request_states(text[],text[],integer) TO pagw_operator;
GRANT EXECUTE ON FUNCTION read_request_states(text[],text[],integer) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.read_timeline(of_pagw_id text, of_tenant text, after_no bigint, most integer)
 RETURNS SETOF json
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  -- An answer may have 1 MiB: so much of it, each row written as a JSON string once more, where quotes count twice.
  answer_bytes CONSTANT int DEFAULT 1000000;
  request record;
  item json;
  bytes int;
BEGIN
  SELECT
    pagw_id AS "pagwId", tenant, request_type AS "requestType", priority, status, last_stage AS "lastStage", next_stage AS "nextStage",
    main_stage AS "mainStage", main_event_type AS "mainEventType", main_status AS "mainStatus", main_attempt AS "mainAttempt",
    main_at AS "mainAt", target_system AS "targetSystem",
    state #> ARRAY['stages', main_stage::text, 'waiting'] IS NOT NULL AS "retryWaits", correlation_id AS "correlationId",
    external_reference_id AS "externalReferenceId", last_error_code AS "lastErrorCode", last_error_msg AS "lastErrorMsg",
    failure_count AS "failureCount", retry_count AS "retryCount", payload_bucket AS "payloadBucket", payload_key AS "payloadKey",
    received_at AS "receivedAt", received_on AS "receivedOn", last_event_at AS "lastEventAt", decision_due_at AS "decisionDueAt",
    determination, decided_at AS "decidedAt", clock_stopped_at AS "clockStoppedAt", unclear_answer_at AS "unclearAnswerAt",
    completed_at AS "completedAt", stuck_reason AS "stuckReason", stuck_since AS "stuckSince",
    last_sequence_no AS "lastSequenceNo", compacted_at AS "compactedAt", archived_at AS "archivedAt", retired_at AS "retiredAt",
    created_at AS "createdAt", updated_at AS "updatedAt"
  INTO request
  FROM request_tracker
  WHERE pagw_id = of_pagw_id AND (of_tenant IS NULL OR tenant = of_tenant);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  item := row_to_json(request);
  bytes := 2 * pg_column_size(item);
  RETURN NEXT item;
  IF after_no < 0 THEN
    after_no := greatest(0, request."lastSequenceNo" + after_no);
  END IF;
  FOR item IN
    SELECT row_to_json(event)
    FROM (
      SELECT
        sequence_no AS "sequenceNo", event_id AS "eventId", stage, event_type AS "eventType", status, attempt, retryable,
        next_retry_at AS "nextRetryAt", retry_exhausted_at AS "retryExhaustedAt", duration_ms AS "durationMs",
        external_reference AS "externalReference", error_code AS "errorCode", error_message AS "errorMessage",
        worker_id AS "workerId", service_name AS "serviceName", sender, started_at AS "startedAt", completed_at AS "completedAt",
        occurred_at AS "occurredAt", coalesce((stated ->> 'disbelieved')::boolean, false) AS disbelieved,
        created_at AS "createdAt", metadata
      FROM event_history
      -- With received_on, PostgreSQL opens one month's partition and no other.
      WHERE received_on = request."receivedOn" AND pagw_id = of_pagw_id AND sequence_no > after_no
      ORDER BY sequence_no
      LIMIT most
    ) AS event
  LOOP
    bytes := bytes + 2 * pg_column_size(item);
    EXIT WHEN bytes > answer_bytes;
    RETURN NEXT item;
  END LOOP;
END
$function$;
REVOKE EXECUTE ON FUNCTION read_timeline(text,text,bigint,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_timeline(text,text,bigint,integer) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.record_canary(requests appended_request[], states json, events appended_event[], details json, cleared json, decisions json, sent_at timestamp with time zone, recorded_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
DECLARE
  canary_id CONSTANT text := requests[1].pagw_id;
  seen bigint;
BEGIN
  BEGIN
    PERFORM append_events(requests, states, events, details, cleared, decisions, recorded_at);
    SELECT count(*) INTO seen FROM event_history WHERE pagw_id = canary_id;
    RAISE EXCEPTION USING ERRCODE = 'PC001', MESSAGE = 'The canary is taken back.';
  EXCEPTION
    WHEN SQLSTATE 'PC001' THEN NULL;
  END;
  IF seen = 0 THEN
    RETURN false;
  END IF;
  INSERT INTO canary AS last (pagw_id, sent_at, arrived_at)
  VALUES (canary_id, record_canary.sent_at, recorded_at)
  ON CONFLICT (only_row) DO UPDATE
  SET pagw_id = excluded.pagw_id, sent_at = excluded.sent_at, arrived_at = excluded.arrived_at
  -- What a clock far ahead wrote is taken back.
  WHERE last.arrived_at <= excluded.arrived_at OR last.arrived_at > clock_timestamp() + interval '1 minute';
  RETURN true;
END
$function$;
REVOKE EXECUTE ON FUNCTION record_canary(appended_request[],json,appended_event[],json,json,json,timestamp with time zone,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_canary(appended_request[],json,appended_event[],json,json,json,timestamp with time zone,timestamp with time zone) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.record_decisions(decisions json, written text[], recorded_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
#variable_conflict use_column
BEGIN
  WITH request AS MATERIALIZED (
    SELECT one.*, known.tenant
    FROM json_to_recordset(decisions) AS one (pagw_id text, episodes json, episodes_left int)
    -- OFFSET 0 keeps this a look-up per request, as in `former`: as a plain join it is planned as a scan of the whole table.
    CROSS JOIN LATERAL (
      SELECT tracker.tenant FROM request_tracker AS tracker WHERE tracker.pagw_id = one.pagw_id OFFSET 0
    ) AS known
    WHERE one.pagw_id = ANY (written)
  ),
  -- What a late event takes back is written over, or goes.
  undone AS (
    DELETE FROM decision_episode AS former
    WHERE former.pagw_id = ANY (ARRAY (SELECT pagw_id FROM request WHERE episodes_left IS NOT NULL))
      AND former.episode > (SELECT episodes_left FROM request WHERE request.pagw_id = former.pagw_id)
  ),
  -- As it stood before this statement.
  former AS (
    SELECT known.*
    FROM request
    CROSS JOIN LATERAL (
      SELECT episode.*
      FROM decision_episode AS episode
      WHERE episode.pagw_id = request.pagw_id
      OFFSET 0
    ) AS known
  ),
  saved AS (
    INSERT INTO decision_episode AS known (
      pagw_id, episode, tenant, plan, delegate, kind, drugs, priority, requested_priority, priority_since,
      received_at, due_at, extension_days, extended_at, extended_by, resolution, resolved_at, notified_at, reason_given,
      pended_at, pend_reason, appealed_at, appeal_outcome, appeal_decided_at, faults
    )
    SELECT
      request.pagw_id, episode, request.tenant, coalesce(plan, request.tenant), delegate, kind, drugs,
      coalesce(priority, 'STANDARD'), coalesce(requested_priority, 'STANDARD'), priority_since,
      received_at, due_at, extension_days, extended_at, extended_by, resolution, resolved_at, notified_at, reason_given,
      pended_at, pend_reason, appealed_at, appeal_outcome, appeal_decided_at, faults
    FROM request
    CROSS JOIN LATERAL json_to_recordset(request.episodes) AS changed (
      episode int, plan text, delegate text, kind text, drugs text, priority text, requested_priority text,
      priority_since timestamptz, received_at timestamptz, due_at timestamptz, extension_days int, extended_at timestamptz,
      extended_by text, resolution text, resolved_at timestamptz, notified_at timestamptz, reason_given boolean,
      pended_at timestamptz, pend_reason text, appealed_at timestamptz, appeal_outcome text, appeal_decided_at timestamptz, faults text[]
    )
    ON CONFLICT (pagw_id, episode) DO UPDATE SET
      plan = excluded.plan,
      delegate = excluded.delegate,
      kind = excluded.kind,
      drugs = excluded.drugs,
      priority = excluded.priority,
      requested_priority = excluded.requested_priority,
      priority_since = excluded.priority_since,
      received_at = excluded.received_at,
      due_at = excluded.due_at,
      extension_days = excluded.extension_days,
      extended_at = excluded.extended_at,
      extended_by = excluded.extended_by,
      resolution = excluded.resolution,
      resolved_at = excluded.resolved_at,
      notified_at = excluded.notified_at,
      reason_given = excluded.reason_given,
      pended_at = excluded.pended_at,
      pend_reason = excluded.pend_reason,
      appealed_at = excluded.appealed_at,
      appeal_outcome = excluded.appeal_outcome,
      appeal_decided_at = excluded.appeal_decided_at,
      faults = excluded.faults
    RETURNING *
  ),
  -- Of a determination that is taken back, or is another now, the former day as well.
  changed_day AS (
    INSERT INTO decision_changed_day (day)
    SELECT DISTINCT date_trunc('day', resolved_at, 'UTC')
    FROM (SELECT resolved_at FROM saved UNION ALL SELECT resolved_at FROM former) AS touched
    WHERE resolved_at IS NOT NULL
  ),
  -- A deadline that moved may be over by now, or no longer at risk: what take_watched_requests reads of the latest episode is
  -- another. So it is where an episode is the latest again, whose own columns are as they were.
  due_again AS (
    UPDATE request_tracker
    SET watch_at = recorded_at
    WHERE watch_at > recorded_at
      AND pagw_id = ANY (ARRAY (
        SELECT saved.pagw_id
        FROM saved
        LEFT JOIN former ON former.pagw_id = saved.pagw_id AND former.episode = saved.episode
        WHERE saved.resolved_at IS NULL
          AND (
            saved.plan, saved.kind, saved.drugs, saved.priority, saved.requested_priority, saved.priority_since,
            saved.received_at, saved.extension_days, saved.extended_at
          ) IS DISTINCT FROM (
            former.plan, former.kind, former.drugs, former.priority, former.requested_priority, former.priority_since,
            former.received_at, former.extension_days, former.extended_at
          )
        UNION ALL
        SELECT pagw_id FROM request WHERE episodes_left IS NOT NULL
      ))
  )
  INSERT INTO outgoing_event (kind, tenant, detail, written_at)
  SELECT
    'decided', saved.tenant,
    jsonb_build_object(
      'pagwId', saved.pagw_id, 'episode', saved.episode, 'tenant', saved.tenant, 'plan', saved.plan, 'priority', saved.priority,
      'resolution', saved.resolution, 'receivedAt', instant_text(saved.received_at), 'dueAt', instant_text(saved.due_at),
      'decidedAt', instant_text(saved.resolved_at), 'notifiedAt', instant_text(saved.notified_at)
    ),
    recorded_at
  FROM saved
  WHERE (SELECT is_open FROM event_outlet)
    AND saved.resolution IN ('APPROVED', 'PARTIAL', 'DENIED')
    AND NOT EXISTS (
      SELECT FROM former
      WHERE former.pagw_id = saved.pagw_id
        AND former.episode = saved.episode
        AND (former.resolution, former.resolved_at) = (saved.resolution, saved.resolved_at)
    );
END
$function$;
REVOKE EXECUTE ON FUNCTION record_decisions(json,text[],timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_decisions(json,text[],timestamp with time zone) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.record_operator_action(deed text, aimed_at jsonb, why text, who text, at timestamp with time zone, touched integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  INSERT INTO operator_action (action, filter, reason, acted_by, acted_at, affected)
  VALUES (deed, aimed_at, btrim(why), left(who, 256), at, touched);
END
$function$;
REVOKE EXECUTE ON FUNCTION record_operator_action(text,jsonb,text,text,timestamp with time zone,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_operator_action(text,jsonb,text,text,timestamp with time zone,integer) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.release_history(of_pagw_id text, of_tenant text, of_plan text, of_matter text, why text, who text, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  DELETE FROM legal_hold
  WHERE pagw_id IS NOT DISTINCT FROM of_pagw_id
    AND tenant IS NOT DISTINCT FROM of_tenant
    AND lower(plan) IS NOT DISTINCT FROM lower(of_plan)
    AND lower(matter) IS NOT DISTINCT FROM lower(of_matter);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action(
    'archive.release', jsonb_build_object('pagwId', of_pagw_id, 'tenant', of_tenant, 'plan', of_plan, 'matter', of_matter), why, who, at, 1
  );
  RETURN true;
END
$function$;
REVOKE EXECUTE ON FUNCTION release_history(text,text,text,text,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION release_history(text,text,text,text,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.request_resend(of_pagw_id text, to_stage text, with_attempt integer, after_no bigint, risk_accepted boolean, why text, who text, at timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  request request_tracker;
BEGIN
  SELECT * INTO request FROM request_tracker WHERE pagw_id = of_pagw_id FOR UPDATE;
  IF NOT FOUND
    OR request.completed_at IS NOT NULL
    OR request.main_sequence_no IS DISTINCT FROM after_no
    OR (request.stuck_reason IN ('no-result', 'hand-off-lost', 'retry-overdue')) IS NOT TRUE
    OR request.main_status = 'FAILED'
  THEN
    RETURN 'moved';
  END IF;
  IF (request.stuck_reason <> 'hand-off-lost' AND to_stage IS DISTINCT FROM request.main_stage)
    OR (to_stage = 'API_CONNECTOR' AND NOT risk_accepted)
  THEN
    RAISE invalid_parameter_value USING MESSAGE =
      'request_resend needs the stage that is awaited and, at API_CONNECTOR, that a second case is accepted';
  END IF;
  INSERT INTO resend (pagw_id, tenant, stage, cause, after_sequence_no, attempt, reason, requested_by, requested_at)
  VALUES (
    of_pagw_id, request.tenant, to_stage, request.stuck_reason, after_no, with_attempt, btrim(why), left(who, 256), at
  )
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN 'waiting';
  END IF;
  PERFORM record_operator_action(
    'request.resend',
    jsonb_build_object(
      'pagwId', of_pagw_id, 'tenant', request.tenant, 'stage', to_stage, 'cause', request.stuck_reason,
      'afterSequenceNo', after_no
    ),
    why, who, at, 1
  );
  RETURN 'requested';
END
$function$;
REVOKE EXECUTE ON FUNCTION request_resend(text,text,integer,bigint,boolean,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION request_resend(text,text,integer,bigint,boolean,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.request_retry_batch(wanted jsonb, rate integer, why text, who text, at timestamp with time zone)
 RETURNS TABLE(id bigint, matched integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  INSERT INTO retry_batch AS batch (filter, reason, requested_by, requested_at, rate_per_minute, matched)
  SELECT wanted, why, left(who, 256), at, rate, count(*)
  FROM waiting_failure AS waiting
  WHERE waiting.failed_at <= at
    AND (wanted ->> 'tenant' IS NULL OR waiting.tenant = wanted ->> 'tenant')
    AND (wanted ->> 'stage' IS NULL OR waiting.stage = wanted ->> 'stage')
    AND (wanted ->> 'errorCode' IS NULL OR waiting.error_code = wanted ->> 'errorCode')
    AND (wanted ->> 'downstream' IS NULL OR waiting.target_system = wanted ->> 'downstream')
    AND (wanted ->> 'failedBefore' IS NULL OR waiting.failed_at <= (wanted ->> 'failedBefore')::timestamptz)
  RETURNING batch.id, batch.matched INTO id, matched;
  PERFORM record_operator_action('retry.batch', wanted || jsonb_build_object('batch', id), why, who, at, matched);
  RETURN NEXT;
END
$function$;
REVOKE EXECUTE ON FUNCTION request_retry_batch(jsonb,integer,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION request_retry_batch(jsonb,integer,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.resume_retries(of_tenant text, of_stage text, of_downstream text, why text, who text, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  DELETE FROM retry_pause
  WHERE tenant IS NOT DISTINCT FROM of_tenant
    AND stage IS NOT DISTINCT FROM of_stage
    AND target_system IS NOT DISTINCT FROM of_downstream;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  WITH released AS MATERIALIZED (
    SELECT failed.id, failed.received_on
    FROM event_tracker AS failed
    JOIN waiting_failure AS waiting ON waiting.id = failed.id AND waiting.received_on = failed.received_on
    WHERE waiting.next_retry_at < at
      AND NOT waiting.paused
      AND (of_tenant IS NULL OR waiting.tenant = of_tenant)
      AND (of_stage IS NULL OR waiting.stage = of_stage)
      AND (of_downstream IS NULL OR waiting.target_system = of_downstream)
    -- What somebody holds locked is being sent or overtaken at this moment.
    FOR UPDATE OF failed SKIP LOCKED
  )
  UPDATE event_tracker AS failed
  SET next_retry_at = greatest(failed.next_retry_at, least(at, statement_timestamp()))
  FROM released
  WHERE failed.id = released.id AND failed.received_on = released.received_on;
  PERFORM record_operator_action(
    'retry.resume', jsonb_build_object('tenant', of_tenant, 'stage', of_stage, 'downstream', of_downstream),
    why, who, at, 1
  );
  RETURN true;
END
$function$;
REVOKE EXECUTE ON FUNCTION resume_retries(text,text,text,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION resume_retries(text,text,text,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.retry_now(of_pagw_id text, of_stage text, why text, who text, at timestamp with time zone)
 RETURNS TABLE(stage text, sequence_no bigint, attempt integer, was_exhausted boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
DECLARE
  made_due int;
BEGIN
  RETURN QUERY
  WITH waiting AS MATERIALIZED (
    SELECT id, received_on, retry_exhausted_at
    FROM waiting_failure
    WHERE pagw_id = of_pagw_id AND (of_stage IS NULL OR stage = of_stage)
  )
  UPDATE event_tracker AS failed
  SET next_retry_at = least(failed.next_retry_at, at, statement_timestamp()), retry_exhausted_at = NULL
  FROM waiting
  WHERE failed.id = waiting.id
    AND failed.received_on = waiting.received_on
    AND (failed.next_retry_at IS NOT NULL OR failed.retry_exhausted_at IS NOT NULL)
  RETURNING failed.stage::text, failed.sequence_no, failed.attempt, waiting.retry_exhausted_at IS NOT NULL;
  GET DIAGNOSTICS made_due = ROW_COUNT;
  IF made_due > 0 THEN
    PERFORM record_operator_action(
      'retry.run', jsonb_build_object('pagwId', of_pagw_id, 'stage', of_stage), why, who, at, made_due
    );
  END IF;
END
$function$;
REVOKE EXECUTE ON FUNCTION retry_now(text,text,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retry_now(text,text,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.roll_up_decisions(over_before timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  taken CONSTANT timestamptz DEFAULT (
    SELECT max(day) FROM decision_changed_day WHERE day < date_trunc('day', over_before, 'UTC')
  );
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'roll up decisions' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF taken IS NULL THEN
    -- What is left is of today: a mark is enough.
    WITH mark AS (DELETE FROM decision_changed_day RETURNING day)
    INSERT INTO decision_changed_day SELECT DISTINCT day FROM mark;
    RETURN NULL;
  END IF;
  DELETE FROM decision_changed_day WHERE day = taken;
  DELETE FROM decision_summary WHERE slice = 'day' AND starts_at = taken;
  INSERT INTO decision_summary SELECT * FROM count_decisions(taken, taken + interval '24 hours', NULL);
  INSERT INTO decision_open_month VALUES (date_trunc('month', taken, 'UTC')) ON CONFLICT DO NOTHING;
  RETURN taken;
END
$function$;
REVOKE EXECUTE ON FUNCTION roll_up_decisions(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roll_up_decisions(timestamp with time zone) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.roll_up_flow_day(over_before timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM flow_changed_day
  WHERE day = (
    SELECT day FROM flow_changed_day
    WHERE day < date_trunc('day', over_before, 'UTC')
    ORDER BY day DESC
    LIMIT 1
    FOR UPDATE SKIP LOCKED
  )
  RETURNING day INTO taken;
  DELETE FROM flow_summary WHERE slice = 'day' AND starts_at = taken;
  INSERT INTO flow_summary SELECT * FROM merge_flows('day', taken, taken + interval '1 day') WHERE taken IS NOT NULL;
  RETURN taken;
END
$function$;
REVOKE EXECUTE ON FUNCTION roll_up_flow_day(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roll_up_flow_day(timestamp with time zone) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.roll_up_flow_hour()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM flow_changed_hour
  WHERE hour = (SELECT hour FROM flow_changed_hour ORDER BY hour DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING hour INTO taken;
  IF taken IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO flow_changed_day VALUES (date_trunc('day', taken, 'UTC'))
  ON CONFLICT (day) DO UPDATE SET day = EXCLUDED.day;
  DELETE FROM flow_summary WHERE slice = 'hour' AND starts_at = taken;
  INSERT INTO flow_summary SELECT * FROM merge_flows('hour', taken, taken + interval '1 hour');
  RETURN taken;
END
$function$;
REVOKE EXECUTE ON FUNCTION roll_up_flow_hour() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roll_up_flow_hour() TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.search_events(at timestamp with time zone, of_tenant text, since timestamp with time zone, until timestamp with time zone, of_stage text, of_type text, of_status pagw_event_status, of_error text, least_ms bigint, of_open boolean, contained jsonb[], compared jsonpath, after_at timestamp with time zone, after_id bigint, most integer, patience interval)
 RETURNS TABLE(id bigint, pagw_id text, tenant text, sequence_no bigint, stage text, event_type text, status text, duration_ms integer, created_at timestamp with time zone, metadata jsonb, recorded_at text)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
#variable_conflict use_column
DECLARE
  began CONSTANT timestamptz DEFAULT clock_timestamp();
  high timestamptz DEFAULT least(coalesce(until, 'infinity'), after_at + interval '1 microsecond');
  step interval DEFAULT interval '1 hour';
  oldest CONSTANT date DEFAULT coalesce(earliest_received(since, high), 'infinity');
  low timestamptz DEFAULT greatest(since, least(high, at) - step);
  found_by_step int;
  wanted int DEFAULT most;
BEGIN
  LOOP
    RETURN QUERY
    SELECT
      event.id, event.pagw_id::text, event.tenant::text, event.sequence_no, event.stage::text, event.event_type::text,
      event.status::text, event.duration_ms, event.created_at, event.metadata, event.created_at::text
    FROM event_tracker AS event
    WHERE (of_tenant IS NULL OR event.tenant = of_tenant)
      AND event.received_on >= oldest
      AND event.created_at >= low
      AND event.created_at < high
      AND (of_stage IS NULL OR event.stage = of_stage)
      AND (of_type IS NULL OR event.event_type = of_type)
      AND (of_status IS NULL OR event.status = of_status)
      AND (of_error IS NULL OR event.error_code = of_error)
      AND (least_ms IS NULL OR event.duration_ms >= least_ms)
      AND (NOT of_open OR EXISTS (
        SELECT FROM request_tracker AS request
        WHERE request.pagw_id = event.pagw_id AND request.completed_at IS NULL
      ))
      AND (contained IS NULL OR event.metadata @> ANY (contained))
      AND (compared IS NULL OR jsonb_path_exists(event.metadata, compared, '{}', true))
      AND (after_at IS NULL OR (event.created_at, event.id) < (after_at, after_id))
    ORDER BY event.created_at DESC, event.id DESC
    LIMIT wanted;
    GET DIAGNOSTICS found_by_step = ROW_COUNT;
    wanted := wanted - found_by_step;
    EXIT WHEN wanted <= 0 OR low <= since OR clock_timestamp() > began + patience;
    high := low;
    -- As long as the time that is left is worth, judged by the time it took so far.
    step := step * least(4, greatest(0.25, extract(epoch FROM began + patience - clock_timestamp())
      / greatest(0.0001, extract(epoch FROM clock_timestamp() - began))));
    low := greatest(since, high - step);
  END LOOP;
  IF wanted > 0 AND low > since THEN
    recorded_at := low::text;
    created_at := low;
  END IF;
  RETURN NEXT;
END
$function$;
REVOKE EXECUTE ON FUNCTION search_events(timestamp with time zone,text,timestamp with time zone,timestamp with time zone,text,text,pagw_event_status,text,bigint,boolean,jsonb[],jsonpath,timestamp with time zone,bigint,integer,interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_events(timestamp with time zone,text,timestamp with time zone,timestamp with time zone,text,text,pagw_event_status,text,bigint,boolean,jsonb[],jsonpath,timestamp with time zone,bigint,integer,interval) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.set_login_password(login text, verifier text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  IF login !~ '^pagw_(maintainer|writer|operator|reader|rotator)_[ab]$' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'set_login_password needs a user of the tracker, such as pagw_writer_a';
  END IF;
  IF verifier !~ '^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'set_login_password needs a SCRAM-SHA-256 verifier, never the password itself';
  END IF;
  EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', login, verifier);
END
$function$;
REVOKE EXECUTE ON FUNCTION set_login_password(text,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION set_login_password(text,text) TO pagw_rotator;

CREATE OR REPLACE FUNCTION public.snooze_incident(of_key text, until timestamp with time zone, why text, who text, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  UPDATE incident
  SET snoozed_until = until, snoozed_by = left(who, 256), version = version + 1
  WHERE key = of_key AND closed_at IS NULL AND lead_id IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action(
    'incident.snooze',
    jsonb_build_object('key', of_key, 'until', to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
    why, who, at, 1
  );
  RETURN true;
END
$function$;
REVOKE EXECUTE ON FUNCTION snooze_incident(text,timestamp with time zone,text,text,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION snooze_incident(text,timestamp with time zone,text,text,timestamp with time zone) TO pagw_operator;

CREATE OR REPLACE FUNCTION public.stage_lane(stage text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (stage = ANY (ARRAY['ORCHESTRATION'::text, 'PARSING'::text, 'VALIDATION'::text, 'ENRICHMENT'::text, 'CONVERSION'::text, 'API_CONNECTOR'::text, 'CALLBACK_HANDLER'::text, 'RESPONSE_BUILDER'::text])) THEN 'main'::text WHEN (stage = ANY (ARRAY['ATTACHMENT'::text, 'SUBSCRIPTION_HANDLER'::text, 'OUTBOX_PUBLISHER'::text])) THEN 'side'::text ELSE 'unknown'::text END;
REVOKE EXECUTE ON FUNCTION stage_lane(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stage_lane(text) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.step_retry_batches(at timestamp with time zone, most integer)
 RETURNS TABLE(batch_id bigint, made_due integer, state text)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
DECLARE
  batch retry_batch;
  allowed int;
  made_due_ids bigint[];
BEGIN
  FOR batch IN SELECT * FROM retry_batch WHERE state = 'RUNNING' ORDER BY id FOR UPDATE SKIP LOCKED LOOP
    -- A step by a clock far ahead counts for none: the next would wait until its time has come.
    IF batch.stepped_at > greatest(at + interval '1 minute', statement_timestamp()) THEN
      batch.stepped_at := NULL;
    END IF;
    allowed := least(
      most,
      floor(batch.rate_per_minute * least(1, extract(epoch FROM at - coalesce(batch.stepped_at, at - interval '1 minute')) / 60))
    );
    CONTINUE WHEN allowed < 1;

    WITH picked AS MATERIALIZED (
      SELECT failed.id, failed.received_on, failed.pagw_id, failed.tenant, failed.stage, failed.sequence_no
      FROM event_tracker AS failed
      JOIN waiting_failure AS waiting ON waiting.id = failed.id AND waiting.received_on = failed.received_on
      WHERE waiting.id > batch.after_id
        AND waiting.failed_at <= batch.requested_at
        AND (batch.filter ->> 'tenant' IS NULL OR waiting.tenant = batch.filter ->> 'tenant')
        AND (batch.filter ->> 'stage' IS NULL OR waiting.stage = batch.filter ->> 'stage')
        AND (batch.filter ->> 'errorCode' IS NULL OR waiting.error_code = batch.filter ->> 'errorCode')
        AND (batch.filter ->> 'downstream' IS NULL OR waiting.target_system = batch.filter ->> 'downstream')
        AND (batch.filter ->> 'failedBefore' IS NULL OR waiting.failed_at <= (batch.filter ->> 'failedBefore')::timestamptz)
      ORDER BY failed.id
      LIMIT allowed
      FOR UPDATE OF failed SKIP LOCKED
    ),
    made_due AS (
      UPDATE event_tracker AS failed
      SET next_retry_at = least(failed.next_retry_at, at, statement_timestamp()), retry_exhausted_at = NULL
      FROM picked
      WHERE failed.id = picked.id AND failed.received_on = picked.received_on
    ),
    noted AS (
      INSERT INTO retry_batch_failure (batch_id, pagw_id, tenant, stage, sequence_no)
      SELECT batch.id, pagw_id, tenant, stage, sequence_no FROM picked
      ON CONFLICT DO NOTHING
    )
    SELECT array_agg(id ORDER BY id) INTO made_due_ids FROM picked;

    UPDATE retry_batch AS stepped
    SET done = done + coalesce(cardinality(made_due_ids), 0),
        after_id = coalesce(made_due_ids[cardinality(made_due_ids)], after_id),
        stepped_at = at,
        state = CASE WHEN coalesce(cardinality(made_due_ids), 0) < allowed THEN 'DONE' ELSE state END,
        finished_at = CASE WHEN coalesce(cardinality(made_due_ids), 0) < allowed THEN at END
    WHERE stepped.id = batch.id
    RETURNING id, coalesce(cardinality(made_due_ids), 0), state::text INTO batch_id, made_due, state;
    RETURN NEXT;
  END LOOP;
END
$function$;
REVOKE EXECUTE ON FUNCTION step_retry_batches(timestamp with time zone,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION step_retry_batches(timestamp with time zone,integer) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.summarise_block_ranges()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
BEGIN
  RETURN (
    SELECT coalesce(sum(brin_summarize_new_values(partition.inhrelid)), 0)
    FROM pg_inherits AS partition
    WHERE partition.inhparent IN (
      SELECT indexed.indexrelid
      FROM pg_index AS indexed
      JOIN pg_class AS index ON index.oid = indexed.indexrelid
      JOIN pg_am AS method ON method.oid = index.relam
      WHERE indexed.indrelid = 'event_tracker'::regclass AND method.amname = 'brin'
    )
  );
END
$function$;
REVOKE EXECUTE ON FUNCTION summarise_block_ranges() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION summarise_block_ranges() TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.summarise_changed_day(over_before timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM event_summary_changed_day
  WHERE day = (
    SELECT day FROM event_summary_changed_day
    WHERE day < greatest(date_trunc('day', over_before, 'UTC'), (SELECT days_before FROM event_summary_progress))
    ORDER BY day DESC
    LIMIT 1
    FOR UPDATE SKIP LOCKED
  )
  RETURNING day INTO taken;
  DELETE FROM event_tracker_summary_day WHERE day = taken;
  INSERT INTO event_tracker_summary_day SELECT * FROM merge_hours(taken, taken + interval '1 day', by_tenant => true);
  DELETE FROM event_tracker_summary_day_total WHERE day = taken;
  INSERT INTO event_tracker_summary_day_total
  SELECT
    hour, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM merge_hours(taken, taken + interval '1 day', by_tenant => false);
  RETURN taken;
END
$function$;
REVOKE EXECUTE ON FUNCTION summarise_changed_day(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION summarise_changed_day(timestamp with time zone) TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.summarise_changed_hour()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM event_summary_changed_hour
  WHERE hour = (SELECT hour FROM event_summary_changed_hour ORDER BY hour DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING hour INTO taken;
  IF taken IS NULL THEN
    RETURN NULL;
  END IF;
  -- No month is dropped between what is seen of archived_hour and of the events.
  LOCK TABLE event_tracker IN ACCESS SHARE MODE;
  INSERT INTO event_summary_changed_day VALUES (date_trunc('day', taken, 'UTC'))
  ON CONFLICT (day) DO UPDATE SET day = EXCLUDED.day;
  DELETE FROM event_tracker_summary WHERE hour = taken;
  INSERT INTO event_tracker_summary SELECT * FROM summarise_events(taken, taken + interval '1 hour');
  DELETE FROM event_tracker_summary_total WHERE hour = taken;
  INSERT INTO event_tracker_summary_total
  SELECT
    hour, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM merge_hours(taken, taken + interval '1 hour', by_tenant => false);
  RETURN taken;
END
$function$;
REVOKE EXECUTE ON FUNCTION summarise_changed_hour() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION summarise_changed_hour() TO pagw_maintainer;

CREATE OR REPLACE FUNCTION public.summarise_events(recorded_from timestamp with time zone, recorded_before timestamp with time zone, of_tenant text DEFAULT NULL::text)
 RETURNS SETOF event_tracker_summary
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET cpu_index_tuple_cost TO '1'
 SET enable_sort TO 'off'
AS $function$
DECLARE
  whole_from CONSTANT timestamptz DEFAULT date_trunc('hour', recorded_from + interval '1 hour' - interval '1 microsecond', 'UTC');
  whole_before CONSTANT timestamptz DEFAULT date_trunc('hour', recorded_before, 'UTC');
  has_archived CONSTANT boolean DEFAULT EXISTS (SELECT FROM archived_hour WHERE hour >= whole_from AND hour < whole_before);
BEGIN
  RETURN QUERY
  -- Kept apart, or it would be sorted for what follows.
  WITH counted AS MATERIALIZED (
    SELECT
      date_bin('1 hour', event.created_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS hour,
      event.tenant, event.stage, event.event_type, event.status,
      duration_bucket(event.duration_ms) AS bucket,
      count(*) AS events, sum(event.duration_ms) AS total_ms, max(event.duration_ms) AS longest_ms
    FROM event_history AS event
    WHERE event.created_at >= recorded_from
      AND event.created_at < recorded_before
      AND (of_tenant IS NULL OR event.tenant = of_tenant)
      AND (NOT has_archived OR event.created_at < whole_from OR event.created_at >= whole_before OR NOT EXISTS (
        SELECT FROM archived_request AS part
        WHERE part.pagw_id = event.pagw_id AND part.last_sequence_no >= event.sequence_no
      ))
    GROUP BY 1, 2, 3, 4, 5, 6
  ),
  archived AS MATERIALIZED (
    SELECT * FROM archived_hour AS noted
    WHERE noted.hour >= whole_from AND noted.hour < whole_before AND (of_tenant IS NULL OR noted.tenant = of_tenant)
  ),
  bucketed AS (
    SELECT
      part.hour, part.tenant, part.stage, part.event_type, part.status, part.bucket,
      sum(events)::bigint AS events, sum(total_ms) AS total_ms, max(longest_ms) AS longest_ms
    FROM (
      SELECT * FROM counted
      UNION ALL
      SELECT noted.hour, noted.tenant, noted.stage, noted.event_type, noted.status, histogram.bucket, histogram.events, 0, NULL
      FROM archived AS noted
      CROSS JOIN LATERAL unnest(noted.duration_buckets, noted.bucket_counts) AS histogram (bucket, events)
      UNION ALL
      -- Without a bucket what has no duration, and the sum of all that has one.
      SELECT
        noted.hour, noted.tenant, noted.stage, noted.event_type, noted.status, NULL,
        noted.event_count - noted.duration_count, noted.duration_sum_ms, noted.duration_max_ms
      FROM archived AS noted
    ) AS part
    GROUP BY 1, 2, 3, 4, 5, 6
  )
  SELECT
    bucketed.hour, bucketed.tenant, bucketed.stage, bucketed.event_type, bucketed.status,
    sum(events)::bigint,
    coalesce(sum(events) FILTER (WHERE bucket IS NOT NULL), 0)::bigint,
    coalesce(sum(total_ms), 0)::bigint,
    max(longest_ms),
    coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}'),
    coalesce(array_agg(events ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')
  FROM bucketed
  GROUP BY 1, 2, 3, 4, 5;
END
$function$;
REVOKE EXECUTE ON FUNCTION summarise_events(timestamp with time zone,timestamp with time zone,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION summarise_events(timestamp with time zone,timestamp with time zone,text) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.summarised_until()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
RETURN (SELECT COALESCE(date_trunc('hour'::text, (event_summary_progress.refreshed_at - '00:02:00'::interval), 'UTC'::text), '-infinity'::timestamp with time zone) AS "coalesce" FROM event_summary_progress);
REVOKE EXECUTE ON FUNCTION summarised_until() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION summarised_until() TO pagw_reader;

CREATE OR REPLACE FUNCTION public.summary_between(of_tenant text, since timestamp with time zone, until timestamp with time zone DEFAULT NULL::timestamp with time zone, by_day boolean DEFAULT true, by_tenant boolean DEFAULT false)
 RETURNS SETOF event_tracker_summary
 LANGUAGE sql
 STABLE
AS $function$
  WITH refreshed AS (
    SELECT
      date_trunc('hour', since + interval '1 hour' - interval '1 microsecond', 'UTC') AS whole_from,
      date_trunc('day', since + interval '1 day' - interval '1 microsecond', 'UTC') AS day_from,
      summarised_until() AS fresh_hour,
      CASE WHEN by_day THEN coalesce(days_before, '-infinity') ELSE '-infinity' END AS fresh_day
    FROM event_summary_progress
  ),
  bounds AS (
    SELECT
      whole_from, day_from,
      greatest(whole_from, least(fresh_hour, date_trunc('hour', until, 'UTC'))) AS whole_until,
      greatest(day_from, date_trunc('day', least(fresh_day, fresh_hour, until), 'UTC')) AS day_until
    FROM refreshed
  ),
  -- Days, and the hours before and after them; only hours where there is no day.
  span AS MATERIALIZED (
    SELECT
      whole_from, whole_until, day_from, day_until,
      CASE WHEN day_from < day_until THEN least(whole_until, day_from) ELSE whole_until END AS hours_until,
      CASE WHEN day_from < day_until THEN day_until ELSE whole_until END AS hours_again_from,
      of_tenant IS NULL AND NOT by_tenant AND (SELECT tenants IS NULL FROM reader_scope) AS in_total
    FROM bounds
  )
  SELECT * FROM event_tracker_summary_day AS of_day
  WHERE NOT (SELECT in_total FROM span)
    AND (of_tenant IS NULL OR of_day.tenant = of_tenant)
    AND of_day.day >= (SELECT day_from FROM span) AND of_day.day < (SELECT day_until FROM span)
  UNION ALL
  SELECT * FROM event_tracker_summary AS of_hour
  WHERE NOT (SELECT in_total FROM span)
    AND (of_tenant IS NULL OR of_hour.tenant = of_tenant)
    AND of_hour.hour >= (SELECT whole_from FROM span) AND of_hour.hour < (SELECT hours_until FROM span)
  UNION ALL
  SELECT * FROM event_tracker_summary AS of_hour
  WHERE NOT (SELECT in_total FROM span)
    AND (of_tenant IS NULL OR of_hour.tenant = of_tenant)
    AND of_hour.hour >= (SELECT hours_again_from FROM span) AND of_hour.hour < (SELECT whole_until FROM span)
  UNION ALL
  SELECT
    day, NULL, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM event_tracker_summary_day_total AS total
  WHERE (SELECT in_total FROM span)
    AND total.day >= (SELECT day_from FROM span) AND total.day < (SELECT day_until FROM span)
  UNION ALL
  SELECT
    hour, NULL, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM event_tracker_summary_total AS total
  WHERE (SELECT in_total FROM span)
    AND total.hour >= (SELECT whole_from FROM span) AND total.hour < (SELECT hours_until FROM span)
  UNION ALL
  SELECT
    hour, NULL, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM event_tracker_summary_total AS total
  WHERE (SELECT in_total FROM span)
    AND total.hour >= (SELECT hours_again_from FROM span) AND total.hour < (SELECT whole_until FROM span)
  UNION ALL
  SELECT edge.*
  FROM span
  CROSS JOIN LATERAL summarise_events(since, least(whole_from, until), of_tenant) AS edge
  WHERE since < least(whole_from, until)
  UNION ALL
  SELECT edge.*
  FROM span
  CROSS JOIN LATERAL summarise_events(whole_until, coalesce(until, 'infinity'), of_tenant) AS edge
  WHERE until IS NULL OR whole_until < until
$function$;
REVOKE EXECUTE ON FUNCTION summary_between(text,timestamp with time zone,timestamp with time zone,boolean,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION summary_between(text,timestamp with time zone,timestamp with time zone,boolean,boolean) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.take_watched_requests(at timestamp with time zone, after text, most integer)
 RETURNS TABLE(pagw_id text, tenant text, status text, priority text, received_at timestamp with time zone, completed_at timestamp with time zone, plan text, kind text, drugs text, requested_priority text, priority_since timestamp with time zone, clock_started_at timestamp with time zone, extension_days integer, extended_at timestamp with time zone, decided_at timestamp with time zone, notified_at timestamp with time zone, clock_stopped_at timestamp with time zone, unclear_answer_at timestamp with time zone, last_stage text, main_stage text, main_status text, next_stage text, last_sequence_no bigint, recorded_at timestamp with time zone, occurred_at timestamp with time zone, next_retry_at timestamp with time zone, retry_exhausted_at timestamp with time zone, error_code text, target_system text, incident_key text, retry_paused boolean)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT
    request.pagw_id::text, request.tenant::text, request.status::text, request.priority::text, request.received_at,
    request.completed_at,
    decision.plan::text, coalesce(decision.kind, 'request')::text, coalesce(decision.drugs, 'none')::text,
    decision.requested_priority::text, decision.priority_since,
    coalesce(decision.received_at, request.received_at), coalesce(decision.extension_days, 0),
    decision.extended_at, request.decided_at, decision.notified_at, request.clock_stopped_at, request.unclear_answer_at, request.last_stage::text,
    request.main_stage::text, request.main_status::text, request.next_stage::text, request.last_sequence_no,
    coalesce(stand.created_at, request.last_event_at, request.created_at),
    coalesce(stand.occurred_at, request.last_event_at, request.created_at),
    stand.next_retry_at, stand.retry_exhausted_at,
    CASE WHEN request.completed_at IS NULL THEN stand.error_code END::text,
    request.target_system::text, request.incident_key::text,
    request.main_status = 'FAILED'
      AND EXISTS (SELECT FROM pauses_of(request.tenant, request.main_stage, request.target_system))
  FROM request_tracker AS request
  LEFT JOIN LATERAL (
    SELECT event.created_at, event.occurred_at, event.next_retry_at, event.retry_exhausted_at, event.error_code
    FROM event_tracker AS event
    WHERE event.pagw_id = request.pagw_id
      AND event.received_on = request.received_on
      -- A decision that is not delivered waits from the latest event of any lane on: its notice comes beside the main one.
      AND event.sequence_no = CASE
        WHEN request.completed_at IS NULL THEN coalesce(request.main_sequence_no, request.last_sequence_no)
        WHEN request.board = 'delivery' THEN request.last_sequence_no
      END
  ) AS stand ON true
  LEFT JOIN LATERAL (
    SELECT plan, kind, drugs, requested_priority, priority_since, received_at, extension_days, extended_at, notified_at
    FROM decision_episode AS episode
    WHERE episode.pagw_id = request.pagw_id
    ORDER BY episode.episode DESC
    LIMIT 1
  ) AS decision ON true
  WHERE request.watched
    -- What was recorded by a clock far ahead is checked until its time has come.
    AND (request.watch_at <= at OR request.updated_at > at + interval '1 minute')
    AND request.pagw_id > after
  ORDER BY request.pagw_id
  LIMIT most;
END
$function$;
REVOKE EXECUTE ON FUNCTION take_watched_requests(timestamp with time zone,text,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_watched_requests(timestamp with time zone,text,integer) TO pagw_writer;

CREATE OR REPLACE FUNCTION public.unfolded_flows(ids text[])
 RETURNS SETOF request_flow
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_nestloop TO 'off'
AS $function$
BEGIN
  RETURN QUERY
  WITH request AS MATERIALIZED (
    SELECT
      known.pagw_id, known.tenant, known.received_on, known.request_type, known.priority,
      round(1000 * extract(epoch FROM known.completed_at - known.received_at))::bigint AS answer_ms,
      round(1000 * extract(epoch FROM known.decided_at - known.received_at))::bigint AS decision_ms,
      coalesce(folded.last_sequence_no, 0) AS folded_no
    FROM unnest(ids) AS wanted (pagw_id)
    CROSS JOIN LATERAL (
      SELECT * FROM request_tracker AS tracked WHERE tracked.pagw_id = wanted.pagw_id OFFSET 0
    ) AS known
    LEFT JOIN LATERAL (
      SELECT flow.last_sequence_no FROM request_flow AS flow WHERE flow.pagw_id = known.pagw_id AND flow.lanes = 'all' OFFSET 0
    ) AS folded ON true
    WHERE coalesce(folded.last_sequence_no, 0) < known.last_sequence_no
  ),
  new_event AS MATERIALIZED (
    SELECT
      request.pagw_id, event.sequence_no, event.stage::text AS stage, event.status = 'FAILED' AS failed,
      least(event.occurred_at, event.created_at) AS occurred_at, event.created_at, stage_lane(event.stage) AS lane,
      coalesce((event.stated ->> 'disbelieved')::boolean, false) AS disbelieved
    FROM request
    CROSS JOIN LATERAL (
      SELECT * FROM event_history AS one
      WHERE one.pagw_id = request.pagw_id AND one.received_on = request.received_on
        AND one.sequence_no > request.folded_no
      OFFSET 0
    ) AS event
  ),
  has_main AS (
    SELECT DISTINCT new_event.pagw_id FROM new_event WHERE lane = 'main'
  ),
  folded AS MATERIALIZED (
    SELECT folded.*
    FROM request
    CROSS JOIN LATERAL (
      SELECT * FROM request_flow AS flow WHERE flow.pagw_id = request.pagw_id OFFSET 0
    ) AS folded
    -- Unknown stages stand for the main lane only until it has an event.
    WHERE NOT folded.by_unknown OR folded.pagw_id NOT IN (SELECT has_main.pagw_id FROM has_main)
  ),
  in_lanes AS (
    SELECT new_event.*, 'all' AS lanes FROM new_event
    UNION ALL
    SELECT new_event.*, 'main' AS lanes
    FROM new_event
    LEFT JOIN has_main USING (pagw_id)
    LEFT JOIN folded ON folded.pagw_id = new_event.pagw_id AND folded.lanes = 'main'
    WHERE lane = CASE WHEN has_main.pagw_id IS NOT NULL OR NOT folded.by_unknown THEN 'main' ELSE 'unknown' END
    UNION ALL
    -- The event that the last visit ended with so far.
    SELECT
      folded.pagw_id, folded.last_sequence_no - 1, folded.stages[cardinality(folded.stages)], folded.last_failed,
      folded.last_occurred_at, folded.last_created_at, NULL, false, folded.lanes
    FROM folded
  ),
  neighbour AS (
    SELECT
      in_lanes.*,
      lag(stage) OVER in_order AS before_stage, lag(failed) OVER in_order AS before_failed,
      lag(occurred_at) OVER in_order AS before_occurred_at, lag(created_at) OVER in_order AS before_created_at
    FROM in_lanes
    WINDOW in_order AS (PARTITION BY pagw_id, lanes ORDER BY lane IS NOT NULL, sequence_no)
  ),
  timed AS (
    SELECT
      neighbour.*,
      lane IS NOT NULL AND before_stage IS DISTINCT FROM stage AS begins_visit,
      created_at - occurred_at > interval '90 days' AS is_old,
      before_created_at - before_occurred_at > interval '90 days' AS before_is_old
    FROM neighbour
  ),
  waited AS (
    SELECT
      timed.*,
      round(1000 * extract(epoch FROM
        CASE WHEN is_old AND NOT before_is_old THEN created_at ELSE occurred_at END
        - CASE WHEN before_is_old AND NOT is_old THEN before_created_at ELSE before_occurred_at END
      ))::bigint AS wait_ms
    FROM timed
  ),
  visited AS (
    SELECT
      waited.pagw_id, waited.lanes,
      array_agg(stage ORDER BY sequence_no) FILTER (WHERE begins_visit) AS new_stages,
      array_agg(wait_ms ORDER BY sequence_no) FILTER (WHERE begins_visit AND before_stage IS NOT NULL) AS new_waits_ms,
      array_agg(before_failed ORDER BY sequence_no) FILTER (WHERE begins_visit AND before_stage IS NOT NULL) AS new_left_failed,
      (array_agg(failed ORDER BY lane IS NOT NULL DESC, sequence_no DESC))[1] AS last_failed,
      (array_agg(occurred_at ORDER BY lane IS NOT NULL DESC, sequence_no DESC))[1] AS last_occurred_at,
      (array_agg(created_at ORDER BY lane IS NOT NULL DESC, sequence_no DESC))[1] AS last_created_at
    FROM waited
    GROUP BY waited.pagw_id, waited.lanes
  ),
  latest AS (
    SELECT
      new_event.pagw_id, max(new_event.sequence_no) AS sequence_no, bool_or(new_event.disbelieved) AS disbelieved,
      (array_agg(new_event.created_at ORDER BY new_event.sequence_no DESC))[1] AS created_at
    FROM new_event
    GROUP BY new_event.pagw_id
  )
  SELECT
    request.pagw_id, visited.lanes::varchar(4), request.tenant, latest.sequence_no, latest.created_at,
    visited.lanes = 'main' AND request.pagw_id NOT IN (SELECT has_main.pagw_id FROM has_main) AND coalesce(folded.by_unknown, true),
    coalesce(folded.stages, '{}') || coalesce(new_stages, '{}'),
    coalesce(folded.waits_ms, '{}') || coalesce(new_waits_ms, '{}'),
    coalesce(folded.left_failed, '{}') || coalesce(new_left_failed, '{}'),
    visited.last_occurred_at, visited.last_created_at, visited.last_failed,
    request.request_type, request.priority, request.answer_ms, request.decision_ms,
    latest.disbelieved OR coalesce(folded.disbelieved, false)
  FROM latest
  JOIN request USING (pagw_id)
  JOIN visited USING (pagw_id)
  LEFT JOIN folded ON folded.pagw_id = visited.pagw_id AND folded.lanes = visited.lanes;
END
$function$;
REVOKE EXECUTE ON FUNCTION unfolded_flows(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unfolded_flows(text[]) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.unfolded_ids(of_tenant text, most bigint)
 RETURNS text[]
 LANGUAGE sql
 STABLE
RETURN ARRAY(SELECT flow_changed_request.pagw_id FROM flow_changed_request UNION SELECT event.pagw_id FROM (event_summary_progress JOIN event_tracker event ON (((event.id > event_summary_progress.settled_id) AND (event.id <= (event_summary_progress.settled_id + unfolded_ids.most))))) WHERE ((unfolded_ids.of_tenant IS NULL) OR ((event.tenant)::text = unfolded_ids.of_tenant)));
REVOKE EXECUTE ON FUNCTION unfolded_ids(text,bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unfolded_ids(text,bigint) TO pagw_reader;

CREATE OR REPLACE FUNCTION public.watch_request_again()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  NEW.watch_at := least(NEW.watch_at, NEW.updated_at);
  NEW.stuck_reason := NULL;
  NEW.stuck_since := NULL;
  RETURN NEW;
END
$function$;
REVOKE EXECUTE ON FUNCTION watch_request_again() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.write_verdicts(verdicts json, judged_at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
DECLARE
  written bigint;
BEGIN
  WITH unchanged AS MATERIALIZED (
    SELECT request.ctid AS place, request.tenant, request.stuck_reason AS former_reason, verdict.*
    FROM json_to_recordset(verdicts) AS verdict (
      pagw_id text, sequence_no bigint, incident_key text, reason text, stage text, since timestamptz, error_code text,
      skew_seconds bigint, risk text, risk_at timestamptz, due_at timestamptz, check_at timestamptz
    )
    JOIN request_tracker AS request
      ON request.pagw_id = verdict.pagw_id AND request.last_sequence_no = verdict.sequence_no
    FOR UPDATE OF request SKIP LOCKED
  ),
  -- By place: the lock keeps it, and a second look-up by id would cost a fifth.
  judged AS (
    UPDATE request_tracker AS request
    SET incident_key = unchanged.incident_key,
        stuck_reason = unchanged.reason,
        stuck_stage = unchanged.stage,
        stuck_since = unchanged.since,
        stuck_error_code = unchanged.error_code,
        stuck_skew_seconds = unchanged.skew_seconds,
        deadline_risk = unchanged.risk,
        deadline_risk_at = CASE
          WHEN request.deadline_risk = unchanged.risk AND request.deadline_risk_at <= unchanged.risk_at THEN request.deadline_risk_at
          ELSE unchanged.risk_at
        END,
        decision_due_at = unchanged.due_at,
        watch_at = unchanged.check_at
    FROM unchanged
    WHERE request.ctid = unchanged.place
    RETURNING unchanged.*
  ),
  outgoing AS (
    INSERT INTO outgoing_event (kind, tenant, detail, written_at)
    SELECT
      'stuck', tenant,
      jsonb_build_object(
        'pagwId', pagw_id, 'tenant', tenant, 'stage', stage, 'reason', reason, 'since', instant_text(since),
        'errorCode', error_code, 'dueAt', instant_text(due_at)
      ),
      judged_at
    FROM judged
    WHERE (SELECT is_open FROM event_outlet) AND reason IS NOT NULL AND reason IS DISTINCT FROM former_reason
  )
  SELECT count(*) INTO written FROM judged;
  RETURN written;
END
$function$;
REVOKE EXECUTE ON FUNCTION write_verdicts(json,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION write_verdicts(json,timestamp with time zone) TO pagw_writer;

GRANT USAGE ON SCHEMA public TO PUBLIC;
GRANT USAGE ON SCHEMA public TO pagw_maintainer;
GRANT USAGE ON SCHEMA public TO pagw_operator;
GRANT USAGE ON SCHEMA public TO pagw_reader;
GRANT USAGE ON SCHEMA public TO pagw_rotator;
GRANT USAGE ON SCHEMA public TO pagw_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO pagw_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pagw_maintainer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pagw_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pagw_writer;
GRANT pagw_maintainer TO pagw_maintainer_a;
GRANT pagw_maintainer TO pagw_maintainer_b;
GRANT pagw_operator TO pagw_operator_a;
GRANT pagw_operator TO pagw_operator_b;
GRANT pagw_reader TO pagw_operator;
GRANT pagw_reader TO pagw_reader_a;
GRANT pagw_reader TO pagw_reader_b;
GRANT pagw_rotator TO pagw_rotator_a;
GRANT pagw_rotator TO pagw_rotator_b;
GRANT pagw_writer TO pagw_writer_a;
GRANT pagw_writer TO pagw_writer_b;
ALTER ROLE owner IN DATABASE current SET jit=off;
ALTER ROLE pagw_maintainer_a IN DATABASE current SET jit=off;
ALTER ROLE pagw_maintainer_b IN DATABASE current SET jit=off;
ALTER ROLE pagw_operator_a IN DATABASE current SET jit=off;
ALTER ROLE pagw_operator_b IN DATABASE current SET jit=off;
ALTER ROLE pagw_reader_a IN DATABASE current SET jit=off;
ALTER ROLE pagw_reader_b IN DATABASE current SET jit=off;
ALTER ROLE pagw_writer_a IN DATABASE current SET jit=off;
ALTER ROLE pagw_writer_b IN DATABASE current SET jit=off;
