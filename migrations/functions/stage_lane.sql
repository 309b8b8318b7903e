-- The lane of a stage, as laneOf() of lib/domain/event-catalogue.ts says it.
-- Called by unfolded_flows.
CREATE OR REPLACE FUNCTION stage_lane(stage text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN stage IN (
    'ORCHESTRATION', 'PARSING', 'VALIDATION', 'ENRICHMENT', 'CONVERSION', 'API_CONNECTOR', 'CALLBACK_HANDLER',
    'RESPONSE_BUILDER'
  ) THEN 'main'
  WHEN stage IN ('ATTACHMENT', 'SUBSCRIPTION_HANDLER', 'OUTBOX_PUBLISHER') THEN 'side'
  ELSE 'unknown'
END;

REVOKE EXECUTE ON FUNCTION stage_lane(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION stage_lane(text) TO pagw_reader;
