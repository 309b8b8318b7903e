-- As in V009, by ranges of 16 pages, about 450 events, instead of 128: a report reads whole ranges at the edge of its
-- span, and what it asks for there is a part of an hour.
DROP INDEX ix_event_tracker_created;

CREATE INDEX ix_event_tracker_created
  ON event_tracker USING BRIN (created_at) WITH (pages_per_range = 16);
