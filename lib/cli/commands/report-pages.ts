import * as z from 'zod';
import type { ReportPage } from '../../data-access/query/report-page.ts';
import type { Connection } from '../connection.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { plural } from '../output/time-text.ts';
import { readPages } from '../read-pages.ts';
import type { Session } from '../session.ts';
import { tenantsOf } from './report-tenants.ts';

const ROWS_PER_PAGE = 100;
const DEFAULT_LIMIT = 50;

/**
 * Reads a paged report for one tenant or all of them, up to --limit rows each. With one tenant it says where to go on;
 * with several it says whose rows are cut.
 */
export async function readReport<Row>(
  session: Session,
  connection: Connection,
  readPage: (tenant: string, limit: number, after: string | undefined) => Promise<ReportPage<Row>>,
): Promise<{ rows: Row[]; next: string | undefined }> {
  const tenants = await tenantsOf(session, connection);
  const after = readCursor(session.options.after, z.string());
  const limit = session.options.limit ?? DEFAULT_LIMIT;
  const rows: Row[] = [];
  let next: string | undefined;
  for (const tenant of tenants) {
    const report = await readPages<Row, string>(limit, ROWS_PER_PAGE, after, async (most, position) => {
      const page = await readPage(tenant, most, position);
      return { rows: page.rows, next: page.next ?? undefined };
    });
    rows.push(...report.rows);
    if (report.next === undefined) continue;
    if (tenants.length === 1) next = writeCursor(report.next);
    else
      session.say(
        `${tenant} has more than ${plural(limit, 'row')}; see all with --tenant ${tenant} or --limit.`,
      );
  }
  return { rows, next };
}
