-- pagw_writer is what the flows run as, pagw_reader what operators and widgets read with. Each has two logins, so that
-- one can be given a new password while the other is in use; rotation makes them able to log in. Roles belong to the
-- server, not to this database: they may be there already.
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY[
    'pagw_writer', 'pagw_reader', 'pagw_writer_a', 'pagw_writer_b', 'pagw_reader_a', 'pagw_reader_b'
  ] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    EXCEPTION
      -- The second: another database of the same server made it at this moment.
      WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
END
$$;

GRANT pagw_writer TO pagw_writer_a, pagw_writer_b;

GRANT pagw_reader TO pagw_reader_a, pagw_reader_b;

GRANT USAGE ON SCHEMA public TO pagw_writer, pagw_reader;

-- Which tenants the reader sees: null for all, which is what costs nothing. Only limit_reader() changes it.
CREATE TABLE reader_scope (
  only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  tenants  TEXT[] CHECK (cardinality(tenants) > 0 AND array_position(tenants, NULL) IS NULL)
);

COMMENT ON TABLE reader_scope IS 'One row: the tenants that row-level security leaves to pagw_reader; null is all of them';

INSERT INTO reader_scope DEFAULT VALUES;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO pagw_writer, pagw_reader;

GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO pagw_writer;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO pagw_writer;

-- The same on what is made later, the views in functions/ among it.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pagw_writer, pagw_reader;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT, UPDATE ON TABLES TO pagw_writer;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO pagw_writer;

-- The flows that run as the writer delete nothing but these.
GRANT DELETE ON retry_pause, retry_claim TO pagw_writer;

-- What is applied, and who sees what, is the owner's to say.
REVOKE INSERT, UPDATE ON schema_migration, schema_function, schema_failure, reader_scope FROM pagw_writer;

-- So is the archive: its rows come from note_archived and drop_archived_month alone, which maintain runs as the owner.
REVOKE INSERT, UPDATE ON archive_object, archived_request, archived_month FROM pagw_writer;

-- So is the tally; the writer appends changes and alters none.
REVOKE INSERT, UPDATE ON decision_tally FROM pagw_writer;

REVOKE UPDATE ON decision_change FROM pagw_writer;

-- Who may call which function stands beside it in functions/.

-- Reports are planned for the worst: a branch that is hardly ever taken counts in full, so that their costs look high.
-- A server that compiles expensive statements (jit) would then take many times as long to compile one as to answer it.
DO $$
DECLARE
  login text;
BEGIN
  FOREACH login IN ARRAY ARRAY['pagw_writer_a', 'pagw_writer_b', 'pagw_reader_a', 'pagw_reader_b', current_user::text] LOOP
    BEGIN
      EXECUTE format('ALTER ROLE %I IN DATABASE %I SET jit = off', login, current_database());
    EXCEPTION
      -- The login is another owner's, who made it for a database of the same server.
      WHEN insufficient_privilege THEN NULL;
    END;
  END LOOP;
END
$$;
