import type { Page } from '../data-access/page.ts';

/** Reads as many rows as asked for, page by page. */
export async function readPages<Row>(
  limit: number,
  rowsPerPage: number,
  after: string | undefined,
  readPage: (limit: number, after: string | undefined) => Promise<Page<Row>>,
): Promise<Page<Row>> {
  const rows: Row[] = [];
  let next: string | null = after ?? null;
  do {
    const page: Page<Row> = await readPage(Math.min(limit - rows.length, rowsPerPage), next ?? undefined);
    rows.push(...page.rows);
    next = page.next;
  } while (next !== null && rows.length < limit);
  return { rows, next };
}
