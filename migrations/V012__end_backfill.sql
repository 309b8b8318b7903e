-- Rows that were loaded with their ids leave the sequence behind them.
SELECT setval('event_tracker_id_seq', max(id))
FROM event_tracker
HAVING max(id) >= (SELECT last_value FROM event_tracker_id_seq);

DROP TABLE event_tracker_unpartitioned;

-- No index below is on a column that an ordinary event changes: nearly all updates of a request stay heap-only.

-- Requests in flight, latest first.
CREATE INDEX ix_request_tracker_open
  ON request_tracker (tenant, created_at DESC, pagw_id DESC)
  WHERE completed_at IS NULL;

-- What an operator has in hand besides a request's id. Both are set once.
CREATE INDEX ix_request_tracker_external_reference
  ON request_tracker (external_reference_id)
  WHERE external_reference_id IS NOT NULL;

CREATE INDEX ix_request_tracker_correlation
  ON request_tracker (correlation_id)
  WHERE correlation_id IS NOT NULL;

-- The last characters of an id, in any case: what a person reads out or has copied half of.
CREATE INDEX ix_request_tracker_id_end
  ON request_tracker (reverse(upper(pagw_id)));

-- What the detector passes over: as many as are open or undecided, whatever the history holds. Whether a request is
-- watched changes twice in its life; with watch_at in it, each check would make an entry in every index of the request.
CREATE INDEX ix_request_tracker_watched
  ON request_tracker (pagw_id)
  WHERE watched;

CREATE INDEX ix_request_tracker_stuck
  ON request_tracker (tenant, stuck_since, pagw_id)
  WHERE stuck_reason IS NOT NULL;

-- What somebody has to see to, by whom. A board changes a few times in a request's life.
CREATE INDEX ix_request_tracker_board
  ON request_tracker (tenant, pagw_id)
  WHERE board IS NOT NULL;

-- An incident's members.
CREATE INDEX ix_request_tracker_incident
  ON request_tracker (incident_key, pagw_id)
  WHERE incident_key IS NOT NULL;

-- On deadline_risk rather than decided_at: only the detector writes it.
CREATE INDEX ix_request_tracker_deadline
  ON request_tracker (tenant, decision_due_at, pagw_id)
  WHERE deadline_risk IS NOT NULL;

-- What is left to compact and to archive, by age.
CREATE INDEX ix_request_tracker_uncompacted
  ON request_tracker (received_on, pagw_id)
  WHERE compacted_at IS NULL;

CREATE INDEX ix_request_tracker_unarchived
  ON request_tracker (received_on, tenant, pagw_id)
  WHERE archived_at IS NULL;

ALTER TABLE event_tracker ADD CONSTRAINT event_tracker_request_fkey FOREIGN KEY (pagw_id, received_on)
  REFERENCES request_tracker (pagw_id, received_on) ON DELETE CASCADE;

CREATE INDEX ix_event_tracker_tenant_pagw_created
  ON event_tracker (tenant, pagw_id, created_at);

CREATE INDEX ix_event_tracker_tenant_event_created
  ON event_tracker (tenant, event_type, created_at DESC);

CREATE INDEX ix_event_tracker_metadata
  ON event_tracker USING GIN (metadata);

CREATE INDEX ix_event_tracker_retry
  ON event_tracker (tenant, status, retryable, next_retry_at)
  WHERE status = 'FAILED' AND retryable = TRUE;

CREATE INDEX ix_event_tracker_stage
  ON event_tracker (tenant, stage, created_at DESC);

-- A merged START is delivered again like any other event, and is found by 64 bits of its id. It is unique already, by the index of
-- event ids, from when it was recorded; two of the same 64 bits would only stop what merges them. By pagw_id first, as event_history asks for
-- the STARTs of a request: where none is merged, none of its events are read.
CREATE INDEX ix_event_tracker_start
  ON event_tracker (pagw_id, received_on, hashtextextended(start_event_id, 0))
  WHERE start_event_id IS NOT NULL;

-- What retry works from: every failure that waits for its next attempt, by tenant and stage, soonest first. Rows leave
-- it once they are sent or overtaken, so a claim costs the same whatever the history holds.
CREATE INDEX ix_event_tracker_due
  ON event_tracker (tenant, stage, next_retry_at, id)
  WHERE next_retry_at IS NOT NULL;

CREATE INDEX ix_event_tracker_exhausted
  ON event_tracker (tenant, stage, id)
  WHERE retry_exhausted_at IS NOT NULL;

-- A tenant's failures, latest first. One event in twenty or fewer is in it.
CREATE INDEX ix_event_tracker_failed
  ON event_tracker (tenant, created_at DESC, id DESC)
  WHERE status = 'FAILED';

-- What failed with a code, and whether there is such a code.
CREATE INDEX ix_event_tracker_error
  ON event_tracker (tenant, error_code, created_at DESC)
  WHERE error_code IS NOT NULL;

-- No index above serves a tenant's last hours; a block range index does, which holds next to nothing. By ranges of 64 pages,
-- about 1,800 events: a report reads whole ranges at the edges of its span, and at each edge what is known of every range of every month.
CREATE INDEX ix_event_tracker_created
  ON event_tracker USING BRIN (created_at) WITH (pages_per_range = 64);

-- When the merged STARTs were recorded.
CREATE INDEX ix_event_tracker_start_created
  ON event_tracker USING BRIN (start_created_at) WITH (pages_per_range = 64)
  WHERE start_event_id IS NOT NULL;
