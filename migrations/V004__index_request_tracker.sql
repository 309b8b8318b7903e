-- Requests of a tenant, newest first. Both columns never change, so updates of a request stay heap-only.
CREATE INDEX IF NOT EXISTS ix_request_tracker_tenant_created
  ON request_tracker (tenant, created_at DESC);
