import type { Database } from '../data-access/database.ts';
import type { Mark, Tone } from '../domain/words.ts';
import type { Place } from './place.ts';

/** What a report is asked. */
export interface ReportQuestion {
  /** Null: of all tenants. */
  tenant: string | null;
  now: Date;
  /** From here on; the beginning of time where the report has no span. */
  since: Date;
  /** Before this; absent: no end. */
  until?: Date | undefined;
  /** The report's own filters, by name. */
  filters: Readonly<Record<string, string | undefined>>;
  /** What stands behind the report's name. */
  words: readonly string[];
  /** At most so many rows. */
  limit: number;
  /** Where the page before ended. */
  after?: string | undefined;
  /** The page's choice of a span, which the links of its numbers pass on. */
  time?: string;
}

export interface ReportAnswer<Row> {
  rows: readonly Row[];
  /** Where the next page begins; absent or null: all was read. */
  next?: string | null;
  /** What limits the answer, as a sentence. */
  note?: string | undefined;
  /** All of `-o json`, where that is more than the rows. */
  document?: object;
}

/** What a column's values are; from it each place knows how to write them. */
export interface Units {
  text: string | null;
  /** A code, type or id. */
  code: string | null;
  /** The id of a request, which leads to its timeline. */
  request: string;
  /** Ids of requests, the first of them in a terminal. */
  requests: readonly string[];
  number: number | null;
  count: number;
  /** From 0 to 1. */
  share: number | null;
  /** Milliseconds that something took. */
  took: number | null;
  /** Told as how long ago, or how soon. */
  ago: Date | null;
  moment: Date | null;
  /** The time of day. */
  clock: Date;
  eventStatus: string;
  mark: Mark;
  /** As long as the value's share of the column's largest; says again what the number before it says. */
  bar: { value: number; tone: Tone };
  /** Over time; null where nothing was measured. */
  spark: { values: readonly (number | null)[]; label: string };
  metadata: Readonly<Record<string, unknown>> | null;
  /** From and to in milliseconds: where a piece of time lies in that of all rows. */
  extent: { from: number; to: number };
}

interface ColumnOf<Row, Unit extends keyof Units> {
  /** As in a sentence; a terminal prints it in capitals. */
  title: string;
  unit: Unit;
  value(row: Row, question: ReportQuestion): Units[Unit];
  /** The rows behind a number. */
  leadsTo?(row: Row, question: ReportQuestion): Place;
  /** Names its row. */
  heads?: boolean;
  /** May be cut to so many characters in a narrow terminal. */
  least?: number;
}

export type ReportColumn<Row> = { [Unit in keyof Units]: ColumnOf<Row, Unit> }[keyof Units];

export interface ReportFilter {
  name: string;
  says: string;
  /** The words it may be; absent: any. */
  words?: readonly string[];
}

/** All there is to say about a report: `pagw report NAME` in its four formats, and the table of a page, are made of it. */
export interface Report<Row extends object> {
  name: string;
  /** For help and documentation. */
  summary: string;
  /** Below the help. */
  help?: string;
  /** What its rows are called, and their key in JSON. */
  rowsAre: string;
  /** What stands behind its name, as `<conditions...>`, and what that is. */
  words?: readonly [form: string, says: string];
  filters?: readonly ReportFilter[];
  /** Of the span when --since is absent; absent: the report is of the present. */
  spanHours?: number;
  /** Rows at most unless said otherwise; absent: all of them. */
  limit?: number;
  /** It goes on where a page ended. */
  paged?: boolean;
  /** Groups are of one tenant: when none is named, a terminal is given those of each in turn. */
  byTenant?: boolean;
  read(database: Database, question: ReportQuestion): Promise<ReportAnswer<Row>>;
  columns: readonly ReportColumn<Row>[];
  /** The columns of CSV. */
  fields: readonly string[];
  /** Said when there are no rows. */
  empty: string;
  /** For documentation: the tables and indexes that answer it. */
  reads: string;
}

/** A report whose fields are those of its rows. */
export function defineReport<Row extends object>(
  report: Report<Row> & { fields: readonly (keyof Row & string)[] },
): Report<Row> {
  return report;
}
