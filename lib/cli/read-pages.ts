/** Reads as many rows as asked for, in pages that each fit into an answer. */
export async function readPages<Row, Position>(
  limit: number,
  rowsPerPage: number,
  after: Position | undefined,
  readPage: (
    limit: number,
    after: Position | undefined,
  ) => Promise<{ rows: Row[]; next: Position | undefined }>,
): Promise<{ rows: Row[]; next: Position | undefined }> {
  const rows: Row[] = [];
  let next = after;
  do {
    const page = await readPage(Math.min(limit - rows.length, rowsPerPage), next);
    rows.push(...page.rows);
    next = page.next;
  } while (next !== undefined && rows.length < limit);
  return { rows, next };
}
