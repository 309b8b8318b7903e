import type { Page } from '../../data-access/page.ts';
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

/** First in every table: whose figures they are is always said. */
export const tenantColumn: Column<{ tenant: string }> = { title: 'TENANT', cell: ({ tenant }) => tenant };
