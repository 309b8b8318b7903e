-- How much there was to do, by tenant, a sample each quarter of an hour: what no event and no roll-up shows afterwards.
CREATE TABLE load_sample (
  sampled_at      TIMESTAMPTZ NOT NULL CHECK (sampled_at = date_bin('15 minutes', sampled_at, TIMESTAMPTZ '2000-01-01 00:00:00+00')),
  tenant          VARCHAR(64) COLLATE "C" NOT NULL,
  received        BIGINT NOT NULL CHECK (received >= 0),
  in_flight       BIGINT NOT NULL CHECK (in_flight >= 0),
  stuck           BIGINT NOT NULL CHECK (stuck >= 0),
  retries_waiting BIGINT NOT NULL CHECK (retries_waiting >= 0),
  PRIMARY KEY (sampled_at, tenant)
);

COMMENT ON TABLE load_sample IS 'Requests in flight, stuck and waiting for a retry, a quarter of an hour apart; kept for 61 days';
COMMENT ON COLUMN load_sample.sampled_at IS 'The quarter of an hour it was taken in';
COMMENT ON COLUMN load_sample.received IS 'Requests first heard of in the quarter of an hour before';

GRANT INSERT, DELETE ON load_sample TO pagw_writer;
