-- What others are notified of, on an event bus: written in the statement that records the fact, sent at least once, and gone then.
CREATE TABLE outgoing_event (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind          VARCHAR(16) NOT NULL CHECK (kind IN ('decided', 'stuck', 'exhausted', 'incident')),
  tenant        VARCHAR(64) COLLATE "C" NOT NULL,
  detail        JSONB NOT NULL,
  written_at    TIMESTAMPTZ NOT NULL,
  claimed_until TIMESTAMPTZ
);

-- Whether anybody is notified at all: the flow that sends says so by its setting, with each run.
CREATE TABLE event_outlet (
  only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  is_open  BOOLEAN NOT NULL DEFAULT false
);

COMMENT ON TABLE outgoing_event IS 'Events for the bus that are not sent yet; ids, codes and times, nothing of a person';
COMMENT ON TABLE event_outlet IS 'One row: whether facts are written to outgoing_event';

INSERT INTO event_outlet DEFAULT VALUES;

GRANT INSERT, DELETE, UPDATE (claimed_until) ON outgoing_event TO pagw_writer;

GRANT UPDATE (is_open) ON event_outlet TO pagw_writer;
