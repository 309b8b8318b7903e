import type { Database } from '../../data-access/database.ts';
import type { Page } from '../../data-access/page.ts';
import { listTenants } from '../../data-access/requests.ts';
import { CliError, ExitCode } from '../cli-error.ts';
import type { Connection } from '../connection.ts';
import type { Column } from '../output/table.ts';
import { readPages } from '../read-pages.ts';
import type { Session } from '../session.ts';

/** What --since and --until say; without --since, so many hours until then. */
export function spanOf(
  session: Session,
  now: Date,
  defaultHours: number,
): { since: Date; until: Date | undefined } {
  const { since, until } = session.window(now);
  return { since: since ?? new Date((until ?? now).getTime() - defaultHours * 3_600_000), until };
}

const ROWS_PER_PAGE = 100;
const DEFAULT_LIMIT = 50;

/** Reads a paged report of the tenant asked for, or of all, up to --limit rows; `next` says where to go on. */
export async function readReport<Row>(
  session: Session,
  readPage: (tenant: string | null, limit: number, after: string | undefined) => Promise<Page<Row>>,
): Promise<Page<Row>> {
  const limit = session.options.limit ?? DEFAULT_LIMIT;
  return readPages(limit, ROWS_PER_PAGE, session.options.after, (most, position) =>
    readPage(session.options.tenant ?? null, most, position),
  );
}

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

/** An empty answer about a name that exists nowhere would mislead. @throws CliError */
export async function requireTenant(database: Database, tenant: string): Promise<void> {
  const known = await listTenants(database);
  if (known.includes(tenant)) return;
  throw new CliError({
    code: 'TENANT_NOT_FOUND',
    message: `No event of a tenant ${tenant} was ever recorded.`,
    hint: known.length === 0 ? 'Nothing was recorded yet.' : `Known are ${known.slice(0, 10).join(', ')}.`,
    exitCode: ExitCode.notFound,
  });
}

/** First in every table: whose figures they are is always said. */
export const tenantColumn: Column<{ tenant: string }> = { title: 'TENANT', cell: ({ tenant }) => tenant };
