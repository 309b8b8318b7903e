-- Every table that holds a tenant's rows, and the column that says whose: `%s` stands for the condition on the tenant that is
-- compared. A table with a column `tenant` is in it by that; one that says it otherwise has to be named. A limited reader
-- must not see what all tenants add up to.
-- Read by limit_reader.
CREATE OR REPLACE VIEW tenant_table WITH (security_invoker = true) AS
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
    ('outage', 'NULL', 'false'),
    ('incident_notification', 'NULL', 'tenants = 1 AND EXISTS (SELECT FROM incident WHERE incident.id = incident_id)'),
    ('event_tracker_summary_total', 'NULL', 'false'),
    ('event_tracker_summary_day_total', 'NULL', 'false')
) AS stated (name, tenant, visible) ON stated.name = held.relname
WHERE held.relnamespace = 'public'::regnamespace
  AND held.relkind IN ('r', 'p')
  AND (
    stated.name IS NOT NULL
    OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = held.oid AND attname = 'tenant' AND NOT attisdropped)
  );

COMMENT ON VIEW tenant_table IS 'Tables that hold rows of tenants; is_guarded says whether the reader is limited in it';
