-- Limits the reader to the rows of `of_tenants`; null lifts the limit. An operator sees what the reader sees; the owner is
-- never limited, and the policy of writer and maintainer is true and planned away. The reader's names its tenants as
-- constants, so that indexes by tenant serve it. Partitions get no policy: whoever may read them does so through their
-- parent. Answers how many tables it changed: none where all is as asked, so it is repeated after every migration, whose
-- new tables it covers.
-- Called by migrate: lib/data-access/migrate.ts.
CREATE OR REPLACE FUNCTION limit_reader(of_tenants text[]) RETURNS int
LANGUAGE plpgsql
-- A change locks each table for a moment; waiting for that must not hold up ingest behind it.
SET lock_timeout = '5s'
AS $$
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
$$;

REVOKE EXECUTE ON FUNCTION limit_reader(text[]) FROM PUBLIC;
