-- How many requests were decided, by how long it took, by UTC month and by year: what CMS-0057-F has a payer publish is
-- read from here instead of from every request of the year. A bucket is named by its upper bound, and each whole hour is
-- the bound of one, so how many were decided within a time that comes to whole hours is exact. So is the sum of `seconds`.
CREATE TABLE decision_tally (
  period        VARCHAR(8) NOT NULL CHECK (period IN ('month', 'year')),
  starts_at     TIMESTAMPTZ NOT NULL CHECK (starts_at = date_trunc(period, starts_at, 'UTC')),
  tenant        VARCHAR(64) COLLATE "C" NOT NULL,
  priority      VARCHAR(16) NOT NULL,
  up_to_seconds BIGINT NOT NULL,
  decided       BIGINT NOT NULL,
  approved      BIGINT NOT NULL,
  denied        BIGINT NOT NULL,
  seconds       NUMERIC NOT NULL,
  PRIMARY KEY (period, starts_at, tenant, priority, up_to_seconds)
);

-- What the tally does not hold yet: the truth is both together. Changes are appended here because a row of the tally is
-- shared by many requests: batches that changed it themselves would wait for one another, and deadlock.
CREATE TABLE decision_change (
  month         TIMESTAMPTZ NOT NULL,
  tenant        VARCHAR(64) COLLATE "C" NOT NULL,
  priority      VARCHAR(16) NOT NULL,
  up_to_seconds BIGINT NOT NULL,
  decided       BIGINT NOT NULL,
  approved      BIGINT NOT NULL,
  denied        BIGINT NOT NULL,
  seconds       NUMERIC NOT NULL
);

COMMENT ON TABLE decision_tally IS 'Decided requests counted by UTC month and year of the decision and by the time it took, without what stands in decision_change';
COMMENT ON COLUMN decision_tally.up_to_seconds IS 'Upper bound of the time from receipt to decision, itself included: whole seconds up to a minute, minutes up to 10 hours, ten minutes up to 100 hours, hours beyond; 0 is no time, or less';
COMMENT ON COLUMN decision_tally.seconds IS 'Sum of the times from receipt to decision';
COMMENT ON TABLE decision_change IS 'Changes of decided requests that maintain has yet to add to decision_tally: what came, and (negative) what no longer holds';
