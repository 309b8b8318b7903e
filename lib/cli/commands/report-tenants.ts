import { listTenants } from '../../data-access/query/list-tenants.ts';
import type { Connection } from '../connection.ts';
import type { Column } from '../output/table.ts';
import type { Session } from '../session.ts';

/** Runs a report for each tenant in turn; its rows come with the tenant's name. */
export async function forTenants<Row extends object>(
  session: Session,
  connection: Connection,
  read: (tenant: string) => Promise<readonly Row[]>,
): Promise<(Row & { tenant: string })[]> {
  const rows: (Row & { tenant: string })[] = [];
  const { tenant: only } = session.options;
  const tenants = only === undefined ? await listTenants(connection.database('reader')) : [only];
  for (const tenant of tenants) for (const row of await read(tenant)) rows.push({ tenant, ...row });
  return rows;
}

/** First in every table: whose figures they are is always said. */
export const tenantColumn: Column<{ tenant: string }> = { title: 'TENANT', cell: ({ tenant }) => tenant };
