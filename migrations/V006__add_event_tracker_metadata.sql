-- Add metadata column for JSON event context
ALTER TABLE event_tracker ADD COLUMN IF NOT EXISTS metadata JSONB;

-- Add GIN index for metadata queries
CREATE INDEX IF NOT EXISTS ix_event_tracker_metadata
  ON event_tracker USING GIN (metadata);

-- Add index for retry queries
CREATE INDEX IF NOT EXISTS ix_event_tracker_retry
  ON event_tracker (tenant, status, retryable, next_retry_at)
  WHERE status = 'FAILED' AND retryable = TRUE;

-- Add index for stage queries
CREATE INDEX IF NOT EXISTS ix_event_tracker_stage
  ON event_tracker (tenant, stage, created_at DESC);

-- Update comments
COMMENT ON COLUMN event_tracker.metadata IS 'JSON context for event (no PHI - use S3 for PHI)';
COMMENT ON COLUMN event_tracker.sequence_no IS 'Monotonic sequence per pagw_id for event ordering';
COMMENT ON COLUMN event_tracker.next_retry_at IS 'Scheduled retry timestamp for failed retryable events';
