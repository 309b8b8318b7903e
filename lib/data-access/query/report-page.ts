/** Rows in order, and where the next page begins; null after the last one. */
export interface ReportPage<Row> {
  rows: Row[];
  next: string | null;
}

/** The place of a row in its order: an instant with all of its microseconds, and an id that breaks ties. */
interface Place {
  at: string;
  id: string;
}

/** A position that this report did not give out. */
export class PagePositionError extends Error {
  override readonly name = 'PagePositionError';
  constructor() {
    super('The position to go on from is not one that this report gave out; leave it away to begin anew.');
  }
}

const INSTANT = /^\d{4,}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)$/;

/** Reads the `next` of an earlier page. @throws PagePositionError */
export function readPosition(position: string | undefined): Place | undefined {
  if (position === undefined) return undefined;
  const [at = '', ...id] = position.split('~');
  if (!INSTANT.test(at) || id.length === 0) throw new PagePositionError();
  return { at, id: id.join('~') };
}

/** Makes a page of up to `limit` rows out of one row more. */
export function toPage<Row>(rows: Row[], limit: number, placeOf: (row: Row) => Place): ReportPage<Row> {
  if (rows.length <= limit) return { rows, next: null };
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (last === undefined) return { rows: page, next: null };
  const { at, id } = placeOf(last);
  return { rows: page, next: `${at}~${id}` };
}
