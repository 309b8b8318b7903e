import type { Session } from '../session.ts';
import { type Cell, type Column, tableText } from './table.ts';
import { countText } from './time-text.ts';

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
  /** Of all that match; `atLeast`: counting stopped there. */
  total?: { count: number; atLeast: boolean } | undefined;
}

/** Prints a list in the format asked for: rows to stdout, what is said about them to stderr. */
export function printList<Row extends object>(session: Session, listing: Listing<Row>): void {
  const { rows, name, next = null } = listing;
  switch (session.options.output) {
    case 'json':
      session.printJson({ [name]: rows, next });
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
