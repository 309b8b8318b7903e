import { canonicalTimestamp } from '../domain/stated-time.ts';
import { textFault } from '../domain/typed-text.ts';
import type { Database, SqlValues } from './database.ts';

/** Rows in order, and where the next page begins; null after the last one. */
export interface Page<Row> {
  rows: Row[];
  next: string | null;
}

/** A position that this list did not give out. */
export class PagePositionError extends Error {
  override readonly name = 'PagePositionError';
  constructor() {
    super(
      'The position to go on from is not one that this list gave out; leave it out to start from the beginning.',
    );
  }
}

/** The place of a row in its order: PostgreSQL's own text of an instant, and an id that breaks ties. */
export interface RowPosition<Id extends string | number = string | number> {
  at: string;
  id: Id;
}

/** The Data API refuses an answer of over 1 MiB; this leaves room for the description of its columns. */
const ANSWER_BYTES = 1_000_000;
/** What a row weighs beside its values: `{"stringValue":""},` for each of up to 32 columns. */
const ROW_OVERHEAD_BYTES = 640;

/** A row of a bounded query, with the columns that are not its own. */
export type Measured<Row> = Row & { pageRows: number; pagePlace: number; pageBytes: number };

/**
 * The query, cut where its answer would grow larger than the Data API allows. A row counts as its text, written as a JSON
 * string once more: as large as it can become on its way. The first row is answered in any case.
 * @param sql must state its order and a LIMIT, since each of its rows is measured.
 */
export function withinAnswer(sql: string): string {
  return `WITH page AS MATERIALIZED (
${sql}
), measured AS (
  SELECT
    page.*,
    count(*) OVER () AS page_rows,
    row_number() OVER so_far AS page_place,
    sum(octet_length(to_json(page::text)::text) + ${ROW_OVERHEAD_BYTES}) OVER so_far AS page_bytes
  FROM page
  WINDOW so_far AS (ROWS UNBOUNDED PRECEDING)
)
SELECT * FROM measured WHERE page_place = 1 OR page_bytes <= ${ANSWER_BYTES} ORDER BY page_place`;
}

export interface BoundedRows<Row> {
  rows: Row[];
  /** More rows were there than fit into the answer. */
  cut: boolean;
}

/** Reads as many of a query's rows as fit into an answer; see `withinAnswer`. */
export async function readBounded<Row>(
  database: Database,
  sql: string,
  values: SqlValues,
): Promise<BoundedRows<Row>> {
  const { rows } = await database.execute<Measured<Row>>(withinAnswer(sql), values);
  return withoutMeasures(rows);
}

/** The first rows of a list, and how many more there are. */
export interface FirstRows<Row> {
  rows: Row[];
  left: number;
}

/**
 * Reads a list's first rows, up to `most` and as many as fit into an answer, and counts those it leaves.
 * @param sql states its order, and no LIMIT.
 */
export async function readFirst<Row>(
  database: Database,
  sql: string,
  values: SqlValues,
  most: number,
): Promise<FirstRows<Row>> {
  const { rows } = await readBounded<Row & { allRows: number }>(
    database,
    `SELECT listed.*, count(*) OVER () AS all_rows FROM (${sql}) AS listed LIMIT :most`,
    { ...values, most },
  );
  return countLeft(rows);
}

/** Fewer of the first rows, where whoever shows them has less room than an answer. */
export function fewerRows<List extends FirstRows<unknown>>(list: List, most: number): List {
  const left = list.left + Math.max(0, list.rows.length - most);
  return { ...list, rows: list.rows.slice(0, most), left };
}

/** Rows that each say how many there are of them in all. */
export function countLeft<Row>(rows: readonly (Row & { allRows: number })[]): FirstRows<Row> {
  const left = (rows[0]?.allRows ?? 0) - rows.length;
  return { rows: rows.map(({ allRows: _, ...row }) => row as Row), left };
}

/** Reads a list to its end, answer by answer: each begins behind the last row of the one before. */
export async function readWhole<Row>(
  readAfter: (last: Row | undefined) => Promise<BoundedRows<Row>>,
  mostOfAnswer: number,
): Promise<Row[]> {
  const whole: Row[] = [];
  for (;;) {
    const { rows, cut } = await readAfter(whole.at(-1));
    for (const row of rows) whole.push(row);
    if (!cut && rows.length < mostOfAnswer) return whole;
  }
}

function withoutMeasures<Row>(rows: readonly Measured<Row>[]): BoundedRows<Row> {
  const cut = rows.length < (rows[0]?.pageRows ?? 0);
  return { rows: rows.map(({ pageRows: _, pagePlace: __, pageBytes: ___, ...row }) => row as Row), cut };
}

export interface PageQuery {
  /** What the list is called in its positions: those of another one are refused. */
  list: string;
  /** Answers `page_at` and `page_id`, by which it is ordered, beside the row; ends with `LIMIT :limit`. */
  sql: string;
  values: SqlValues;
  limit: number;
}

/** Reads up to `limit` rows, or fewer where more would not fit into an answer; `next` says where to go on. */
export async function readPage<Row>(
  database: Database,
  { list, sql, values, limit }: PageQuery,
): Promise<Page<Row>> {
  const { rows, cut } = await readBounded<Row & { pageAt: string; pageId: string | number }>(database, sql, {
    ...values,
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = cut || rows.length > limit;
  return {
    rows: page.map(({ pageAt: _, pageId: __, ...row }) => row as Row),
    next: hasMore && last !== undefined ? writePosition(list, { at: last.pageAt, id: last.pageId }) : null,
  };
}

/** The Data API refuses a request of over 4 MiB, in which JSON within JSON is escaped: quotes count twice. */
const REQUEST_BYTES = 1_500_000;

/** How much of a request an item takes, by that measure: within a row (compositeArray) a quote in a text counts four times. */
export function requestBytes(item: unknown): number {
  const json = JSON.stringify(item);
  return Buffer.byteLength(json) + 2 * (json.split('\\').length - 1);
}

/** Cuts what is to be written into parts that each fit into a request as JSON, in their order. */
export function* inParts<Item>(items: readonly Item[]): Generator<Item[]> {
  let part: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = requestBytes(item);
    if (part.length > 0 && bytes + size > REQUEST_BYTES) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** A position as one word, for an address or `--after`. */
export function writePosition(list: string, { at, id }: RowPosition): string {
  return Buffer.from(JSON.stringify([list, at, id])).toString('base64url');
}

/** Reads the `next` of an earlier page of the same list. @throws PagePositionError */
export function readPosition(
  list: string,
  position: string | undefined,
  id: 'text',
): RowPosition<string> | undefined;
export function readPosition(
  list: string,
  position: string | undefined,
  id: 'number',
): RowPosition<number> | undefined;
export function readPosition(
  list: string,
  position: string | undefined,
  idType: 'text' | 'number',
): RowPosition | undefined {
  if (position === undefined) return undefined;
  const [of, at, id, ...rest] = parsePosition(position);
  if (of !== list || rest.length > 0 || !isInstant(at)) throw new PagePositionError();
  if (idType === 'text' && typeof id === 'string' && textFault(id) === null) return { at, id };
  if (idType === 'number' && Number.isSafeInteger(id)) return { at, id: Number(id) };
  throw new PagePositionError();
}

function parsePosition(position: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(position, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** As PostgreSQL writes it in UTC, microseconds and all; `infinity` stands for rows without an instant. */
function isInstant(at: unknown): at is string {
  if (typeof at !== 'string') return false;
  if (at === 'infinity') return true;
  const [, day, time, fraction = ''] =
    /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(at) ?? [];
  return day !== undefined && canonicalTimestamp(`${day}T${time}.${fraction.padEnd(3, '0')}Z`) !== null;
}

/** What a report is about: the events of a tenant (null: of all) recorded from `since` on and before `until` (absent: no end). */
export interface ReportSpan {
  tenant: string | null;
  since: Date;
  until?: Date | undefined;
}

/** The span as SQL values. */
export function spanValues({ tenant, since, until }: ReportSpan) {
  return { tenant, since, until: until ?? null };
}
