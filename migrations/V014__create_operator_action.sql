-- Who did what by hand, when and why: one row a deed, never changed.
CREATE TABLE operator_action (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action   VARCHAR(64) NOT NULL,
  filter   JSONB NOT NULL DEFAULT '{}',
  reason   TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
  acted_by VARCHAR(256) NOT NULL,
  acted_at TIMESTAMPTZ NOT NULL,
  affected INT NOT NULL DEFAULT 0 CHECK (affected >= 0)
);

CREATE INDEX ix_operator_action_acted ON operator_action (acted_at DESC);

CREATE INDEX ix_operator_action_request ON operator_action ((filter ->> 'pagwId'), acted_at) WHERE filter ->> 'pagwId' IS NOT NULL;

COMMENT ON COLUMN operator_action.affected IS 'How many failures, requests or incidents the deed touched';
