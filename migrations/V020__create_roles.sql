-- Who may do what in the database. Each role has two logins, so that one can be given a new password while the other is in
-- use; rotation makes them able to log in. Roles belong to the server, not to this database: they may be there already.
--   pagw_maintainer  upkeep: roll-ups, compaction, archive, months. It calls their functions, and changes no row itself.
--   pagw_writer      the flows that record, retry and notify.
--   pagw_operator    what people do by hand: it calls the functions that do it and write it down, and reads.
--   pagw_reader      looks: widgets, and people who only look.
--   pagw_rotator     gives these logins their passwords, and sees nothing.
-- The owner, who migrates, has none of them: tables and functions are its own.
DO $$
DECLARE
  role_name text;
  login text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['pagw_maintainer', 'pagw_writer', 'pagw_operator', 'pagw_reader', 'pagw_rotator'] LOOP
    FOREACH login IN ARRAY ARRAY[role_name, role_name || '_a', role_name || '_b'] LOOP
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', login);
      EXCEPTION
        -- The second: another database of the same server made it at this moment.
        WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END LOOP;
    EXECUTE format('GRANT %I TO %I, %I', role_name, role_name || '_a', role_name || '_b');
  END LOOP;
END
$$;

-- Whoever acts by hand has to look first, and sees what the reader sees.
GRANT pagw_reader TO pagw_operator;

GRANT USAGE ON SCHEMA public TO pagw_maintainer, pagw_writer, pagw_operator, pagw_reader, pagw_rotator;

-- Which tenants the reader sees: null for all, which is what costs nothing. Only limit_reader() changes it.
CREATE TABLE reader_scope (
  only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  tenants  TEXT[] CHECK (cardinality(tenants) > 0 AND array_position(tenants, NULL) IS NULL)
);

COMMENT ON TABLE reader_scope IS 'One row: the tenants that row-level security leaves to pagw_reader; null is all of them';

INSERT INTO reader_scope DEFAULT VALUES;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO pagw_maintainer, pagw_writer, pagw_reader;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO pagw_writer;

-- How far events are numbered says how many are not counted yet; a reader sees it by the ids of events, too.
GRANT SELECT ON SEQUENCE event_tracker_id_seq TO pagw_reader;

-- The same on what is made later, months and the views in functions/ among it.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pagw_maintainer, pagw_writer, pagw_reader;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO pagw_writer;

-- What the writer may write, table by table; the rest is written by functions with their owner's rights, which maintainer
-- and operator call, or by the owner alone: summaries, the archive, what was done by hand, the schema's own
-- history, the reader's scope. Months are written through event_tracker alone.

-- What was recorded of an event stands. Whether its retry is still due changes.
GRANT INSERT, UPDATE (next_retry_at, retry_exhausted_at) ON event_tracker TO pagw_writer;

-- What a request has come to follows its events; whose it is, when it came, and how far it is archived do not.
GRANT
  INSERT,
  UPDATE (
    updated_at, received_at, last_event_at, batch_first_sequence_no, last_sequence_no, failure_count, retry_count,
    status, determination, decided_at, clock_stopped_at, board, completed_at, unclear_answer_at, last_stage,
    main_stage, main_event_type, main_status, main_attempt, main_at, main_sequence_no, next_stage,
    last_error_code, last_error_msg, request_type, priority, correlation_id, external_reference_id,
    payload_bucket, payload_key, target_system, state, watch_at,
    stuck_reason, stuck_stage, stuck_since, stuck_error_code, stuck_skew_seconds, incident_key,
    deadline_risk, deadline_risk_at, decision_due_at
  )
ON request_tracker TO pagw_writer;

-- What there is to decide, and how it was decided, follows the request's events as well.
GRANT
  INSERT,
  DELETE,
  UPDATE (
    plan, delegate, kind, drugs, priority, requested_priority, priority_since, received_at, due_at,
    extension_days, extended_at, extended_by, resolution, resolved_at, notified_at, reason_given, pended_at, pend_reason,
    appealed_at, appeal_outcome, appeal_decided_at, faults
  )
ON decision_episode TO pagw_writer;

GRANT INSERT ON decision_changed_day TO pagw_writer;

GRANT INSERT ON rejected_message TO pagw_writer;

GRANT INSERT, DELETE ON retry_claim TO pagw_writer;

GRANT UPDATE (done, after_id, stepped_at, state, finished_at) ON retry_batch TO pagw_writer;

GRANT INSERT ON retry_batch_failure TO pagw_writer;

GRANT UPDATE (claimed_at, state, finished_at) ON resend TO pagw_writer;

GRANT INSERT, UPDATE ON stuck_check TO pagw_writer;

-- What an incident is about stands; its times are pulled back when a clock was ahead.
GRANT
  INSERT,
  UPDATE (
    opened_at, closed_at, reason, seen_at, level, count, awaited, peak_count, oldest_since, trend_count, trend_at,
    notified_at, notified_level, reminders_sent, lead_id, version
  )
ON incident TO pagw_writer;

GRANT INSERT, UPDATE ON outage TO pagw_writer;

-- So does what was notified.
GRANT INSERT, UPDATE (written_at, claimed_until, sent_at, superseded_at) ON incident_notification TO pagw_writer;

GRANT INSERT ON metric_tenant TO pagw_writer;

-- Up to when the roll-ups are complete.
GRANT UPDATE (refreshed_at, days_before) ON event_summary_progress TO pagw_maintainer;

-- Who may call which function stands beside it in functions/; PUBLIC may call none.

-- Reports are planned for the worst: a branch that is hardly ever taken counts in full, so that their costs look high.
-- A server that compiles expensive statements (jit) would then take many times as long to compile one as to answer it.
DO $$
DECLARE
  login text;
BEGIN
  FOREACH login IN ARRAY ARRAY[
    'pagw_maintainer_a', 'pagw_maintainer_b', 'pagw_writer_a', 'pagw_writer_b',
    'pagw_operator_a', 'pagw_operator_b', 'pagw_reader_a', 'pagw_reader_b', current_user::text
  ] LOOP
    BEGIN
      EXECUTE format('ALTER ROLE %I IN DATABASE %I SET jit = off', login, current_database());
    EXCEPTION
      -- The login is another owner's, who made it for a database of the same server.
      WHEN insufficient_privilege THEN NULL;
    END;
  END LOOP;
END
$$;
