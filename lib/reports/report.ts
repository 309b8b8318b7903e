import type { Database } from '../data-access/database.ts';
import type { ActName } from '../domain/next-step.ts';
import { type Mark, plural, type Tone } from '../domain/words.ts';

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
  /** Pages of the same answer were read before: only rows are wanted. */
  goesOn?: boolean;
  /** The calendar year that the span is in UTC; a report by plans counts it by the days of their zones. */
  year?: number | undefined;
  /** The page's choice of a span, which the links of its numbers pass on. */
  time?: string;
}

export interface ReportAnswer<Row> {
  rows: readonly Row[];
  /** Where the next page begins; absent or null: all was read. */
  next?: string | null;
  /** Rows that the answer had no room for; absent: it has all of them, or pages. */
  left?: number;
  /** The table of the rows, where it is not the report's own. */
  table?: TabularReport<object>;
  /** Tables of the same answer beside that of the rows. */
  others?: readonly FilledTable[];
  /** What limits the answer, in sentences. */
  cautions?: readonly string[];
  /** What is said below a table in a terminal, in sentences. */
  notes?: readonly string[];
  /** What `-o json` holds beside the rows, by key. */
  json?: object;
  /** What JSON lines hold, where it is not the rows. */
  lines?: readonly object[];
}

/** Rows of one kind, and how each format writes them. */
export interface TabularReport<Row extends object> {
  /** Above it, where an answer has several tables. */
  title?: string;
  /** What its rows are called, and their key in JSON. */
  rowsAre: string;
  /** One of them, in a sentence that counts those left. */
  rowIs?: string;
  /** How a terminal is given those left: `name a --tenant`. */
  seeLeft?: string;
  columns: readonly ReportColumn<Row>[];
  /** The columns of CSV. */
  fields: readonly string[];
  /** Said when there are no rows. */
  empty: string;
  /** Rows at most where several tables are printed. */
  mostTogether?: number;
}

export interface FilledTable {
  table: TabularReport<object>;
  rows: readonly object[];
  /** Where there are more than the rows read. */
  total?: number;
}

/** A table with rows of its kind. */
export function fillTable<Row extends object>(
  table: TabularReport<Row>,
  rows: readonly Row[],
  total = rows.length,
): FilledTable {
  return { table, rows, total };
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
  /** Shown as how long ago, or how soon. */
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
  /** A count and its share of the whole; none where the whole is 0. */
  partOf: { part: number; whole: number };
  /** A share, drawn as how full a rail is; may be above 1. */
  gauge: { share: number; tone: Tone; label: string };
  /** Stages in order, and whether the path has come to its end. The first that has is the one others are compared with. */
  path: { stages: readonly string[]; ended: boolean };
  /** From and to in milliseconds: where a span lies in that of all rows. */
  extent: { from: number; to: number };
}

interface ColumnOf<Row, Unit extends keyof Units> {
  /** As in a sentence; a terminal prints it in capitals. */
  title: string;
  unit: Unit;
  value(row: Row, question: ReportQuestion): Units[Unit];
  /** The rows behind a number; undefined: nothing names them apart from others. */
  leadsTo?(row: Row, question: ReportQuestion): Place | undefined;
  /** Names its row. */
  heads?: boolean;
  /** May be cut to so many characters in a narrow terminal. */
  least?: number;
  /** A terminal has no room for it. */
  pageOnly?: boolean;
}

export type ReportColumn<Row> = { [Unit in keyof Units]: ColumnOf<Row, Unit> }[keyof Units];

export interface ReportFilter {
  name: string;
  /** In help; absent: `name`. */
  form?: string;
  says: string;
  /** The words it may be, in any case; absent: any. */
  words?: readonly string[];
  /** Where none is given. */
  standard?: string;
  /** A time to come, which the report gets in ISO 8601. */
  isMoment?: boolean;
}

/** All there is to say about a report: `pagw report NAME` in its four formats, and the table of a page, are made of it. */
export interface Report<Row extends object> extends TabularReport<Row> {
  name: string;
  /** For help and documentation. */
  summary: string;
  /** Below the help. */
  help?: string;
  /** What stands behind its name, as `<conditions...>`, and what that is. */
  words?: readonly [form: string, says: string];
  filters?: readonly ReportFilter[];
  /** Of the span when --since is absent. Without it and `ofYear` the report is of the present. */
  spanHours?: number;
  /** It is of a calendar year, by default the last one, unless --since says something else. */
  ofYear?: boolean;
  /** Rows at most unless said otherwise; absent: all of them. */
  limit?: number;
  /** It goes on where a page ended. */
  paged?: boolean;
  /** Groups are of one tenant: when none is named, a terminal is given those of each in turn. */
  byTenant?: boolean;
  /** It reads the events themselves, which go when their month is dropped. */
  ofEvents?: boolean;
  /** The tables of an answer by what their rows are called, where one of them can be asked for. */
  parts?: readonly string[];
  read(database: Database, question: ReportQuestion): Promise<ReportAnswer<Row>>;
  /** For documentation: the tables and indexes that answer it. */
  reads: string;
}

/** A report whose fields are those of its rows. */
export function defineReport<Row extends object>(
  report: Report<Row> & { fields: readonly (keyof Row & string)[] },
): Report<Row> {
  return report;
}

/** How many rows the answer had no room for, in a sentence without its end; undefined where it has all. */
export function leftText({ rowIs = 'row' }: TabularReport<never>, left = 0): string | undefined {
  if (left === 0) return undefined;
  return `${plural(left, `more ${rowIs}`)} ${left === 1 ? 'is' : 'are'} not shown`;
}

/** The pages of the console, which are the widget's views too, in the order of their menu. */
export const viewNames = [
  'overview',
  'stuck',
  'retries',
  'deadlines',
  'flow',
  'latency',
  'distribution',
  'incidents',
  'incident',
  'rejected',
  'rejection',
  'search',
  'failures',
  'request',
] as const;
/** Those that are reached from others only. */
const unlisted: readonly string[] = ['incident', 'rejection', 'request', 'search', 'failures'];
export const menuViews = viewNames.filter((view) => !unlisted.includes(view));
export type ViewName = (typeof viewNames)[number];

/** Where a link leads. */
export interface Place {
  view: ViewName;
  parameters?: { readonly [name: string]: string | null | undefined };
}

/** What an act is aimed at. */
export interface ActPlace {
  act: ActName;
  fields: { readonly [name: string]: string | null | undefined };
}
