import type { Page } from '../../data-access/page.ts';
import { printable, printableJson } from '../../domain/printable-text.ts';
import { countText } from '../../domain/words.ts';
import type { Session } from '../session.ts';
import type { Paint } from './paint.ts';
import { type Cell, type Column, tableText, textWidth, wrapWords } from './table.ts';

export interface Listing<Row extends object> {
  /** The key of the rows in JSON, and what they are called in a sentence: `requests`. */
  name: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  /** Lines below a row of a table. */
  notes?: (row: Row) => readonly Cell[];
  /** Columns of CSV, by key of the row. */
  fields: readonly (keyof Row & string)[];
  /** Said when there is none. */
  empty: string;
  /** For --after; null when all was shown. */
  next?: string | null;
  /** What the JSON object holds beside the rows. */
  beside?: object | undefined;
  /** Of all that match; `atLeast`: counting stopped there. */
  total?: { count: number; atLeast: boolean } | undefined;
}

/** Prints a list in the format asked for: rows to stdout, what is said about them to stderr. */
export function printList<Row extends object>(session: Session, listing: Listing<Row>): void {
  const { rows, name, next = null, beside } = listing;
  switch (session.options.output) {
    case 'json':
      session.printJson({ [name]: rows, next, ...beside });
      return;
    case 'jsonl':
      session.printJsonLines(rows);
      break;
    case 'csv':
      session.printCsv(csvRows(listing));
      break;
    case 'table':
      if (rows.length === 0) session.say(listing.empty);
      else session.print(tableText(rows, { ...listing, paint: session.paint, width: session.width }));
  }
  if (next !== null) session.say(session.paintMessage(moreSentence(listing, next), 'dim'));
}

function* csvRows<Row extends object>({ rows, fields }: Listing<Row>): Generator<readonly unknown[]> {
  yield fields;
  for (const row of rows) yield fields.map((field) => row[field]);
}

function moreSentence<Row extends object>({ rows, name, total }: Listing<Row>, next: string): string {
  const shown = countText(rows.length);
  const of = total ? ` of ${total.atLeast ? 'more than ' : ''}${countText(total.count)}` : '';
  return `${shown}${of} ${name}; go on with --after ${next}`;
}

/**
 * RFC 4180: one line a row, what holds quotes or commas in quotes. Objects stand as JSON. Nothing in a text commands: not
 * a terminal, and not a spreadsheet, which would take `=1+1` for a formula.
 */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map((value) => quoted(plain(value))).join(',')}\r\n`;
}

/** Says to a spreadsheet that the text is UTF-8. */
export const BYTE_ORDER_MARK = '\ufeff';

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return printableJson(value);
  if (typeof value === 'number') return String(roundForCsv(value));
  return typeof value === 'string' ? withoutFormulas(value) : String(value);
}

/** Thousandths, and of what is less than one millionths: more would be noise of an estimate or of a division. */
function roundForCsv(value: number): number {
  return Number(value.toFixed(Math.abs(value) < 1 ? 6 : 3));
}

/** Spreadsheets look behind blanks and quotes, and some take the wide and small forms of the signs. */
const FORMULA = /^[\s\p{Cf}"']*[=+\-@\t\r＝＋－＠﹦﹢﹣﹫]/u;
const NUMBER = /^\s*-(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
/** A cell of its own where the separator is a semicolon, as in much of Europe. */
const FORMULA_BEHIND_SEMICOLON = /(;[\p{Zs}"']*)(?=[=+\-@＝＋－＠﹦﹢﹣﹫])/gu;

/** The apostrophe makes a spreadsheet take a cell for text (CWE-1236). */
function withoutFormulas(text: string): string {
  if (NUMBER.test(text)) return text;
  const inert = printable(text).replace(FORMULA_BEHIND_SEMICOLON, "$1'");
  return FORMULA.test(text) ? `'${inert}` : inert;
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const INDENT = 2;

/** An object as JSON over several lines, in chunks: of a list in it each element is one. */
export function* jsonChunks(value: object): Generator<string> {
  let before = '{';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    yield `${before}\n  ${printableJson(key)}: `;
    before = ',';
    if (Array.isArray(item) && item.length > 0) yield* listChunks(item);
    else yield indented(item, 1);
  }
  yield before === '{' ? '{}\n' : '\n}\n';
}

function* listChunks(items: readonly unknown[]): Generator<string> {
  let before = '[';
  for (const item of items) {
    yield `${before}\n    ${indented(item, 2)}`;
    before = ',';
  }
  yield '\n  ]';
}

function indented(value: unknown, levels: number): string {
  return printableJson(value ?? null, INDENT).replaceAll('\n', `\n${' '.repeat(INDENT * levels)}`);
}

export function* jsonLines(values: Iterable<object>): Generator<string> {
  for (const value of values) yield `${printableJson(value)}\n`;
}

/** A name and what there is to say; null is left out. What is `whole` is to be pasted, and stands on one line. */
export type FactLine = readonly [name: string, value: Cell | string | null, whole?: 'whole'];

/** Facts about one thing, names aligned and dim; what does not fit into a line goes on below itself. */
export function factsText(facts: readonly FactLine[], paint: Paint, width: number | undefined): string {
  const shown = facts.flatMap(([name, value, whole]) =>
    value === null ? [] : [{ name, cell: typeof value === 'string' ? { text: value } : value, whole }],
  );
  const nameWidth = Math.max(0, ...shown.map(({ name }) => textWidth(name)));
  return shown
    .flatMap(({ name, cell, whole }) => {
      const room = width === undefined || whole ? undefined : width - nameWidth - 4;
      return wrapWords(printable(cell.text), room).map(
        (line, place) =>
          `  ${paint((place === 0 ? name : '').padEnd(nameWidth), 'dim')}  ${paint(line, cell.style ?? 'plain')}\n`,
      );
    })
    .join('');
}

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
