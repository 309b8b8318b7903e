-- Whether a request's history is on legal hold: itself, its tenant, or a plan of it, in
-- whatever case it is written. Costs nothing while there is no hold.
-- Called by compact_requests, may_drop_month and lib/data-access/retention.ts.
CREATE OR REPLACE FUNCTION is_held(of_pagw_id text, of_tenant text) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
  SELECT FROM legal_hold AS hold
  WHERE hold.pagw_id = of_pagw_id
    OR hold.tenant = of_tenant
    OR EXISTS (SELECT FROM decision_episode AS episode WHERE episode.pagw_id = of_pagw_id AND lower(episode.plan) = lower(hold.plan))
);

REVOKE EXECUTE ON FUNCTION is_held(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION is_held(text, text) TO pagw_maintainer;
