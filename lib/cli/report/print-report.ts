import { ageText, countText, tookText } from '../../domain/words.ts';
import {
  type FilledTable,
  fillTable,
  leftText,
  type Report,
  type ReportAnswer,
  type ReportColumn,
  type ReportQuestion,
  type TabularReport,
  type Units,
} from '../../reports/report.ts';
import { clockText, momentText, type TimeZone } from '../moment-text.ts';
import { eventStatusCell, markCell, toneStyle } from '../output/paint.ts';
import { printList } from '../output/print-list.ts';
import type { Cell, Column } from '../output/table.ts';
import type { Session } from '../session.ts';

/** @param part the only table of several to be printed, by what its rows are called. */
export function printAnswer<Row extends object>(
  report: Report<Row>,
  answer: ReportAnswer<Row>,
  question: ReportQuestion,
  session: Session,
  part?: string,
): void {
  const { rows, next = null, left, table = report, others = [], cautions = [], notes = [] } = answer;
  const { output } = session.options;
  const tables = [fillTable(table, rows), ...others];
  if (output === 'json') session.printJson({ [table.rowsAre]: rows, ...answer.json, left, next });
  else if (output === 'jsonl' && answer.lines !== undefined) session.printJsonLines(answer.lines);
  else if (output !== 'table' || part !== undefined || tables.every((each) => each.rows.length === 0)) {
    const shown = tables.find(({ table: { rowsAre } }) => rowsAre === part) ?? fillTable(table, rows);
    printTable(report, shown, question, session, next);
  } else printTogether(report, tables, question, session, next);
  // What is left is counted for each tenant in turn where the report is.
  const sentences = report.byTenant ? [] : leftSentences(table, left);
  for (const sentence of [...cautions, ...sentences]) session.say(sentence);
  if (output === 'table' && rows.length > 0) for (const note of notes) session.say(note);
}

/** None where the answer has all rows. */
export function leftSentences(table: TabularReport<never>, left: number | undefined): string[] {
  const sentence = leftText(table, left);
  if (sentence === undefined) return [];
  return [table.seeLeft === undefined ? `${sentence}.` : `${sentence}; ${table.seeLeft}.`];
}

/** One below the other, each under its title. */
function printTogether(
  report: Report<object>,
  tables: readonly FilledTable[],
  question: ReportQuestion,
  session: Session,
  next: string | null,
): void {
  for (const [place, { table, rows, total = rows.length }] of tables.entries()) {
    if (place > 0) session.print('\n');
    if (table.title !== undefined) session.print(`${session.paint(table.title, 'bold')}\n`);
    const shown = rows.slice(0, table.mostTogether);
    printTable(report, { table, rows: shown }, question, session, place === 0 ? next : null);
    if (shown.length === total || report.parts === undefined) continue;
    const sentence = `${countText(shown.length)} of ${countText(total)} ${table.title?.toLowerCase()}; --part ${table.rowsAre} has more`;
    session.say(session.paintMessage(sentence, 'dim'));
  }
}

function printTable(
  report: Report<object>,
  { table, rows }: FilledTable,
  question: ReportQuestion,
  session: Session,
  next: string | null,
): void {
  const zone = session.options.time;
  const own: readonly Column<object>[] = report.byTenant ? [tenantColumn as Column<object>] : [];
  const columns = table.columns.filter(({ pageOnly }) => pageOnly !== true);
  printList<object>(session, {
    name: table.rowsAre,
    rows,
    columns: [...own, ...columns.map((column) => terminalColumn(column, rows, question, zone))],
    fields: [...(report.byTenant ? ['tenant'] : []), ...table.fields] as never[],
    empty: table.empty,
    next,
  });
}

/** First in the table of a report of each tenant in turn: whose figures they are is always said. */
const tenantColumn: Column<{ tenant: string }> = { title: 'TENANT', cell: ({ tenant }) => tenant };

const RIGHT: ReadonlySet<keyof Units> = new Set(['number', 'count', 'share', 'partOf', 'took', 'ago']);

function terminalColumn<Row>(
  column: ReportColumn<Row>,
  rows: readonly Row[],
  question: ReportQuestion,
  zone: TimeZone,
): Column<Row> {
  const align = RIGHT.has(column.unit) ? 'right' : 'left';
  const shown = { title: column.title.toUpperCase(), align, least: column.least } as const;
  switch (column.unit) {
    case 'bar': {
      const largest = rows.reduce((most, row) => Math.max(most, column.value(row, question).value), 0);
      const cell = (row: Row): Cell => {
        const { value, tone } = column.value(row, question);
        return { text: barText(value, largest), style: toneStyle(tone) };
      };
      return { ...shown, cell };
    }
    case 'extent': {
      const extents = rows.map((row) => column.value(row, question));
      const from = extents.reduce((first, extent) => Math.min(first, extent.from), Number.POSITIVE_INFINITY);
      const to = extents.reduce((last, extent) => Math.max(last, extent.to), Number.NEGATIVE_INFINITY);
      const cell = (row: Row): Cell => {
        const own = column.value(row, question);
        const length = Math.max(1, to - from);
        return { text: extentText((own.from - from) / length, (own.to - from) / length), style: 'cyan' };
      };
      return { ...shown, title: tookText(Math.max(0, to - from)), cell };
    }
    default:
      return { ...shown, cell: (row) => cellOf(column, row, question, zone) };
  }
}

function cellOf<Row>(
  column: ReportColumn<Row>,
  row: Row,
  question: ReportQuestion,
  zone: TimeZone,
): Cell | string | number | null {
  switch (column.unit) {
    case 'count':
      return countText(column.value(row, question));
    case 'share':
      return shareText(column.value(row, question));
    case 'took': {
      const milliseconds = column.value(row, question);
      return milliseconds === null ? null : tookText(milliseconds);
    }
    case 'ago': {
      const moment = column.value(row, question);
      return moment === null ? null : ageText(moment, question.now);
    }
    case 'moment': {
      const moment = column.value(row, question);
      return moment === null ? null : momentText(moment, zone);
    }
    case 'clock':
      return clockText(column.value(row, question), zone);
    case 'eventStatus':
      return eventStatusCell(column.value(row, question));
    case 'mark':
      return markCell(column.value(row, question));
    case 'spark':
      return { text: sparkText(column.value(row, question).values), style: 'cyan' };
    case 'requests':
      return column.value(row, question)[0] ?? null;
    case 'partOf':
      return partText(column.value(row, question));
    case 'gauge':
      return column.value(row, question).label;
    case 'path':
      return column.value(row, question).stages.join(' → ');
    case 'metadata': {
      const metadata = column.value(row, question);
      return metadata && JSON.stringify(metadata);
    }
    case 'bar':
    case 'extent':
      return null;
    default:
      return column.value(row, question);
  }
}

function shareText(share: number | null): string | null {
  return share === null ? null : `${(100 * share).toFixed(1)} %`;
}

/** The count beside its share: `12 · 48.0 %`. */
function partText({ part, whole }: Units['partOf']): string | null {
  return whole === 0 ? null : `${countText(part)} · ${shareText(part / whole)}`;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

const BAR_COLUMNS = 12;
const EXTENT_COLUMNS = 32;

/** A bar as long as the value's share of the largest, to an eighth of a column; something above 0 is always seen. */
function barText(value: number, largest: number): string {
  if (!(value > 0) || !(largest > 0)) return '';
  const eighths = Math.max(1, Math.round((Math.min(value, largest) / largest) * BAR_COLUMNS * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** One character a value, as high as its share of the largest; a dot where there is none. */
function sparkText(values: readonly (number | null)[]): string {
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null) return '·';
      const level = largest > 0 ? Math.ceil((value / largest) * LEVELS.length) - 1 : 0;
      return LEVELS[Math.max(0, level)] ?? '';
    })
    .join('');
}

/** Where a span lies in the whole: `····▇▇··`. A moment takes one column. */
function extentText(from: number, to: number): string {
  const first = Math.min(EXTENT_COLUMNS - 1, Math.floor(from * EXTENT_COLUMNS));
  const length = Math.max(1, Math.min(EXTENT_COLUMNS, Math.ceil(to * EXTENT_COLUMNS)) - first);
  return '·'.repeat(first) + '▇'.repeat(length) + '·'.repeat(Math.max(0, EXTENT_COLUMNS - first - length));
}
