/**
 * For a WITH RECURSIVE: the tenant asked for or, where `:tenant` is null, every one, each found by one step into the
 * index. What is then asked of each costs its page, not its history.
 */
export const EACH_TENANT = `each_tenant (tenant) AS (
  (SELECT tenant FROM request_tracker WHERE :tenant::text IS NULL OR tenant = :tenant ORDER BY tenant LIMIT 1)
  UNION ALL
  SELECT (SELECT tenant FROM request_tracker AS later WHERE later.tenant > each_tenant.tenant ORDER BY tenant LIMIT 1)
  FROM each_tenant
  WHERE tenant IS NOT NULL AND :tenant::text IS NULL
)`;
