-- Which tenants the reader sees: null for all, which is what costs nothing. Only limit_reader() changes it.
CREATE TABLE reader_scope (
  only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  tenants  TEXT[] CHECK (cardinality(tenants) > 0 AND array_position(tenants, NULL) IS NULL)
);

INSERT INTO reader_scope DEFAULT VALUES;

REVOKE INSERT, UPDATE ON reader_scope FROM pagw_writer;

-- A view asks with the rights of its owner, who is limited to nothing, unless it is told otherwise.
ALTER VIEW waiting_failure SET (security_invoker = true);

-- Every table that holds a tenant's rows, and what tells whose: `%s` stands for the condition on the tenant that is
-- compared. A table with a column `tenant` is in it by that; one that says it otherwise has to be named.
CREATE VIEW tenant_table WITH (security_invoker = true) AS
SELECT
  held.oid::regclass AS held_in,
  held.relispartition AS is_partition,
  held.relrowsecurity AS is_guarded,
  coalesce(stated.tenant, 'tenant') AS tenant,
  coalesce(stated.visible, '%s') AS visible
FROM pg_class AS held
LEFT JOIN (
  VALUES
    -- A pause of no tenant holds back everybody's retries.
    ('retry_pause', 'tenant', 'tenant IS NULL OR %s'),
    ('retry_batch', $$filter ->> 'tenant'$$, '%s'),
    ('operator_action', $$filter ->> 'tenant'$$, $$%s OR EXISTS (SELECT FROM request_tracker WHERE pagw_id = filter ->> 'pagwId')$$),
    ('incident_notification', 'NULL', 'EXISTS (SELECT FROM incident WHERE incident.id = incident_id)')
) AS stated (name, tenant, visible) ON stated.name = held.relname
WHERE held.relnamespace = 'public'::regnamespace
  AND held.relkind IN ('r', 'p')
  AND (
    stated.name IS NOT NULL
    OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = held.oid AND attname = 'tenant' AND NOT attisdropped)
  );

-- Limits the reader to the rows of `of_tenants`; null lifts the limit. The owner is never limited, the writer's policy
-- is true and planned away. The reader's names its tenants as constants, so that indexes by tenant serve it. Partitions
-- get no policy: whoever may read them does so through their parent. Answers how many tables it changed: none where all
-- is as asked, so it is repeated after every migration, whose new tables it covers.
CREATE FUNCTION limit_reader(of_tenants text[]) RETURNS int
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
  -- request_tracker before event_tracker, as record_events locks them.
  FOR held IN
    SELECT *, held_in::text AS name FROM tenant_table ORDER BY held_in::text <> 'request_tracker', held_in::text
  LOOP
    CONTINUE WHEN NOT is_new AND held.is_guarded = (wanted IS NOT NULL);
    changed := changed + 1;
    IF NOT held.is_partition THEN
      EXECUTE format('DROP POLICY IF EXISTS reader_sees_its_tenants ON %s', held.name);
      EXECUTE format('DROP POLICY IF EXISTS writer_serves_all ON %s', held.name);
    END IF;
    IF wanted IS NULL THEN
      EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', held.name);
      CONTINUE;
    END IF;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', held.name);
    CONTINUE WHEN held.is_partition;
    EXECUTE format('CREATE POLICY writer_serves_all ON %s TO pagw_writer USING (true) WITH CHECK (true)', held.name);
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

-- As before, and a month made while the reader is limited is closed to it like the others.
CREATE OR REPLACE FUNCTION ensure_event_partition(day date) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET lock_timeout = '5s'
AS $$
DECLARE
  month_start CONSTANT date DEFAULT date_trunc('month', day)::date;
  month_end CONSTANT date DEFAULT (date_trunc('month', day) + interval '1 month')::date;
  partition_name CONSTANT text DEFAULT 'event_tracker_' || to_char(month_start, 'YYYY_MM');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ensure_event_partition'));
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
$$;

COMMENT ON TABLE reader_scope IS 'One row: the tenants that row-level security leaves to pagw_reader; null is all of them';
COMMENT ON VIEW tenant_table IS 'Tables that hold rows of tenants; is_guarded tells whether the reader is limited in it';
