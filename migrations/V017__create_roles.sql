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

GRANT SELECT ON ALL TABLES IN SCHEMA public TO pagw_writer, pagw_reader;

-- Nothing is deleted by the flows that run as the writer; the migrations' own table is the owner's.
GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO pagw_writer;

GRANT DELETE ON retry_pause TO pagw_writer;

REVOKE INSERT, UPDATE ON schema_migration FROM pagw_writer;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO pagw_writer;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pagw_writer, pagw_reader;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT, UPDATE ON TABLES TO pagw_writer;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO pagw_writer;

-- Ingest meets a missing month as the writer, who owns no table: making it is the owner's right, lent for this alone.
ALTER FUNCTION ensure_event_partition(date) SECURITY DEFINER;

ALTER FUNCTION ensure_event_partition(date) SET search_path = public, pg_temp;

REVOKE EXECUTE ON FUNCTION ensure_event_partition(date) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION ensure_event_partition(date) TO pagw_writer;
