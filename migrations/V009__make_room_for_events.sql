-- Without a foreign key (a table made with LIKE has none) there may be events whose request is unknown: none is lost.
INSERT INTO request_tracker (pagw_id, tenant, received_at, received_on, created_at)
SELECT pagw_id, max(lower(btrim(tenant, U&' \0009\000A\000B\000C\000D\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000\FEFF'))), min(created_at), (min(created_at) AT TIME ZONE 'UTC')::date, min(created_at)
FROM event_tracker_unpartitioned
GROUP BY pagw_id
ON CONFLICT (pagw_id) DO NOTHING;

-- Numbers begin at 1. Where they began below, all of the request's move up, in their order.
UPDATE event_tracker_unpartitioned AS event
SET sequence_no = event.sequence_no + below.shift
FROM (
  SELECT pagw_id, 1 - min(sequence_no) AS shift
  FROM event_tracker_unpartitioned
  WHERE pagw_id IN (SELECT pagw_id FROM event_tracker_unpartitioned WHERE sequence_no < 1)
  GROUP BY pagw_id
) AS below
WHERE event.pagw_id = below.pagw_id;

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
