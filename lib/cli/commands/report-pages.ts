import type { Page } from '../../data-access/page.ts';
import { readPages } from '../read-pages.ts';
import type { Session } from '../session.ts';

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
