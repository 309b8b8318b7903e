import * as z from 'zod';
import type { ReportPage } from '../../data-access/query/report-page.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { readPages } from '../read-pages.ts';
import type { Session } from '../session.ts';

const ROWS_PER_PAGE = 100;
const DEFAULT_LIMIT = 50;

/** Reads a paged report of the tenant asked for, or of all, up to --limit rows; `next` says where to go on. */
export async function readReport<Row>(
  session: Session,
  readPage: (tenant: string | null, limit: number, after: string | undefined) => Promise<ReportPage<Row>>,
): Promise<{ rows: Row[]; next: string | undefined }> {
  const after = readCursor(session.options.after, z.string());
  const limit = session.options.limit ?? DEFAULT_LIMIT;
  const { rows, next } = await readPages<Row, string>(limit, ROWS_PER_PAGE, after, async (most, position) => {
    const page = await readPage(session.options.tenant ?? null, most, position);
    return { rows: page.rows, next: page.next ?? undefined };
  });
  return { rows, next: next === undefined ? undefined : writeCursor(next) };
}
