import { listTenants } from '../../data-access/query/list-tenants.ts';
import { usageError } from '../cli-error.ts';
import type { Connection } from '../connection.ts';
import type { Column } from '../output/table.ts';
import type { Session } from '../session.ts';

/** The tenants that a report is about: the one asked for, or every one. */
export async function tenantsOf(session: Session, connection: Connection): Promise<string[]> {
  const { tenant, after } = session.options;
  if (tenant !== undefined) return [tenant];
  if (after !== undefined) throw usageError('--after goes on with one tenant; name it with --tenant.');
  return listTenants(connection.database('reader'));
}

/** Runs a report for each tenant in turn; its rows come with the tenant's name. */
export async function forTenants<Row extends object>(
  session: Session,
  connection: Connection,
  read: (tenant: string) => Promise<readonly Row[]>,
): Promise<(Row & { tenant: string })[]> {
  const rows: (Row & { tenant: string })[] = [];
  for (const tenant of await tenantsOf(session, connection))
    for (const row of await read(tenant)) rows.push({ tenant, ...row });
  return rows;
}

/** First in every table: whose figures they are is always said. */
export const tenantColumn: Column<{ tenant: string }> = { title: 'TENANT', cell: ({ tenant }) => tenant };
