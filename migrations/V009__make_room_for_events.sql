-- Without a foreign key (a table made with LIKE has none) there may be events whose request is unknown: none is lost.
INSERT INTO request_tracker (pagw_id, tenant, received_at, received_on, created_at)
SELECT pagw_id, lower(btrim(min(tenant))), min(created_at), (min(created_at) AT TIME ZONE 'UTC')::date, min(created_at)
FROM event_tracker_unpartitioned
GROUP BY pagw_id
ON CONFLICT (pagw_id) DO NOTHING;

-- The months of the requests that are here; later ones are made by ensure_event_partition, and named alike.
DO $$
DECLARE
  month_start date;
BEGIN
  FOR month_start IN SELECT DISTINCT date_trunc('month', received_on)::date FROM request_tracker ORDER BY 1 LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF event_tracker FOR VALUES FROM (%L) TO (%L)',
      'event_tracker_' || to_char(month_start, 'YYYY_MM'), month_start, (month_start + interval '1 month')::date);
  END LOOP;
END
$$;
