-- The one trace of the canaries, which are recorded as any event is and taken back at once (functions/record_canary.sql).
CREATE TABLE canary (
  only_row   BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  pagw_id    VARCHAR(64) NOT NULL,
  sent_at    TIMESTAMPTZ NOT NULL,
  arrived_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE canary IS 'One row: the canary that arrived last';
COMMENT ON COLUMN canary.sent_at IS 'When the queue had it';

GRANT INSERT, UPDATE ON canary TO pagw_writer;
