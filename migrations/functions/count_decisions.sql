-- The determinations of a span of time that count, of one tenant or of all (null), as rows of decision_summary: a tenant and
-- priority each. What counts is said once more in lib/data-access/decisions.ts (COUNTED, DECIDED, IN_TIME).
-- Called by roll_up_decisions and decisions_between.
CREATE OR REPLACE FUNCTION count_decisions(since timestamptz, before timestamptz, of_tenant text)
RETURNS SETOF decision_summary
LANGUAGE sql STABLE
AS $$
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
$$;

REVOKE EXECUTE ON FUNCTION count_decisions(timestamptz, timestamptz, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION count_decisions(timestamptz, timestamptz, text) TO pagw_reader;
