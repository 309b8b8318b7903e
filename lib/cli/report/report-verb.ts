import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Database } from '../../data-access/database.ts';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import { listTenants } from '../../data-access/requests.ts';
import { printable } from '../../domain/printable-text.ts';
import { ageText, countText, tookText } from '../../domain/words.ts';
import {
  type FilledTable,
  fillTable,
  leftText,
  type Report,
  type ReportAnswer,
  type ReportColumn,
  type ReportFilter,
  type ReportQuestion,
  type TabularReport,
  type Units,
} from '../../reports/report.ts';
import { UnknownRequestError } from '../../reports/timeline.ts';
import { newVerb, type Verb } from '../cli.ts';
import { CliError, ExitCode, usageError } from '../cli-error.ts';
import type { Connection } from '../connection.ts';
import type { HonouredOption } from '../global-options.ts';
import { barText, extentText, sparkText } from '../output/chart-text.ts';
import { eventStatusCell, markCell, toneStyle } from '../output/paint.ts';
import { printList } from '../output/print-list.ts';
import type { Cell, Column } from '../output/table.ts';
import { clockText, momentText, type TimeZone } from '../output/time-text.ts';
import { parseAhead } from '../parse-when.ts';
import { readPages } from '../read-pages.ts';
import type { Session } from '../session.ts';

const ROWS_PER_PAGE = 100;

/** `pagw report NAME`, made from what the report says of itself. */
export function reportVerb<Row extends object>(report: Report<Row>): Verb {
  return (cli) => {
    const command = reportCommand(report);
    return command.action((...given: unknown[]) =>
      cli.run(command, async (session) => {
        const words = report.words === undefined ? [] : [given[0]].flat().map(String);
        const { part, ...options } = command.opts<ReportOptions>();
        if (part !== undefined && session.options.output === 'json')
          throw usageError('--part is for tables, CSV and JSON lines; -o json has all parts.');
        const { connection, question } = await askReport(report, session, options, words);
        const answer = await read(report, connection.database('reader'), question, session);
        printAnswer(report, answer, question, session, part);
        return undefined;
      }),
    );
  };
}

/** What a report's filters may say, by name, with the year and the part. */
interface ReportOptions {
  [filter: string]: unknown;
  year?: number | undefined;
  part?: string;
}

/** The command with its help and options, not yet what it does. */
export function reportCommand(report: Report<object>): Command {
  const command = newVerb(report.name, honoured(report)).description(describe(report));
  if (report.words !== undefined) command.argument(...report.words);
  if (report.ofYear)
    command.addOption(
      new Option(
        '--year <year>',
        'a calendar year by the days of each plan’s zone (by default: the last one)',
      ).argParser(parseYear),
    );
  for (const filter of report.filters ?? []) command.addOption(filterOption(filter));
  if (report.parts !== undefined)
    command.addOption(
      new Option('--part <name>', `only this part; CSV and JSON lines hold one: ${report.parts[0]}`).choices(
        report.parts,
      ),
    );
  if (report.help !== undefined) command.addHelpText('after', report.help);
  return command;
}

function filterOption({ name, form = 'name', says, words, standard }: ReportFilter): Option {
  const option = new Option(`--${name} <${form}>`, says);
  if (words !== undefined)
    option.choices(words).argParser((text: string) => {
      const word = words.find((each) => each.toLowerCase() === text.trim().toLowerCase());
      if (word === undefined) throw new InvalidArgumentError(`Give ${inWords(words)}.`);
      return word;
    });
  return standard === undefined ? option : option.default(standard);
}

/** `one, two or three` */
function inWords(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), words.at(-1)].filter((part) => part !== '').join(' or ');
}

function describe({ summary, spanHours }: Report<object>): string {
  if (spanHours === undefined) return summary;
  const span = spanHours <= 48 ? `${spanHours} hours` : `${spanHours / 24} days`;
  return `${summary} (by default: of the last ${span})`;
}

function honoured({ name, spanHours, ofYear, limit, paged }: Report<object>): HonouredOption[] {
  return [
    'tenant',
    ...(spanHours === undefined && !ofYear ? [] : (['since', 'until'] as const)),
    ...(limit === undefined ? [] : (['limit'] as const)),
    ...(paged ? (['after'] as const) : []),
    ...(name === 'cms' ? (['yes'] as const) : []),
  ];
}

/** Opens the tracker, and makes the question of what was given; a tenant or stage that exists nowhere is refused. */
export async function askReport(
  report: Report<object>,
  session: Session,
  { year, ...options }: ReportOptions,
  words: readonly string[] = [],
): Promise<{ connection: Connection; question: ReportQuestion }> {
  const connection = await session.connect();
  const now = connection.now();
  const { tenant = null, limit = report.limit, after, time } = session.options;
  const filters: Record<string, string | undefined> = {};
  for (const { name, isMoment } of report.filters ?? []) {
    const given = options[camelCase(name)] as string | undefined;
    const isTime = isMoment === true && given !== undefined;
    filters[name] = isTime ? parseAhead(`--${name}`, given, now, time).toISOString() : given;
  }
  const span = report.ofYear ? yearOf(session, year, now) : spanOf(report, session, now);
  const question = {
    ...{ tenant, now, ...span, filters, words, after },
    limit: limit ?? Number.POSITIVE_INFINITY,
  };
  await refuseUnknownNames(connection.database('reader'), { tenant, stage: filters.stage });
  return { connection, question };
}

/** As commander names the value of an option. */
function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

type Span = Pick<ReportQuestion, 'since' | 'until' | 'year'>;

function spanOf({ spanHours }: Report<object>, session: Session, now: Date): Span {
  const { since, until } = session.window(now);
  const spanMs = (spanHours ?? Number.POSITIVE_INFINITY) * 3_600_000;
  return { since: since ?? new Date(Math.max(0, (until ?? now).getTime() - spanMs)), until };
}

/** A calendar year, its span that of UTC, or what --since and --until say instead. */
function yearOf(session: Session, stated: number | undefined, now: Date): Span {
  const { since, until } = session.window(now);
  if (stated !== undefined && (since ?? until) !== undefined)
    throw usageError('--year says the time already; leave --since and --until away.');
  if (since !== undefined) return { since, until };
  const year = stated ?? now.getUTCFullYear() - 1;
  const from = new Date(Date.UTC(year, 0, 1));
  return until === undefined
    ? { year, since: from, until: new Date(Date.UTC(year + 1, 0, 1)) }
    : { since: from, until };
}

export function parseYear(text: string): number {
  if (/^\d{4}$/.test(text) && text >= '1970' && text < '9999') return Number(text);
  throw new InvalidArgumentError('Give a year such as 2026, from 1970 to 9998.');
}

async function read<Row extends object>(
  report: Report<Row>,
  database: Database,
  question: ReportQuestion,
  session: Session,
): Promise<ReportAnswer<Row>> {
  if (report.byTenant) return readByTenant(report, database, question, session);
  if (report.paged) return readByPage(report, database, question);
  return report.read(database, question).catch((error: unknown) => {
    throw error instanceof UnknownRequestError ? notFound(error) : error;
  });
}

/** What the first page says of the whole stands for all of them. */
async function readByPage<Row extends object>(
  report: Report<Row>,
  database: Database,
  question: ReportQuestion,
): Promise<ReportAnswer<Row>> {
  let first: ReportAnswer<Row> | undefined;
  const pages = await readPages(question.limit, ROWS_PER_PAGE, question.after, async (limit, after) => {
    const asked = { ...question, limit, after, goesOn: first !== undefined };
    const answer = await report.read(database, asked);
    first ??= answer;
    return { rows: [...answer.rows], next: answer.next ?? null };
  });
  return { ...first, ...pages };
}

/** Each tenant in turn; the rows come with the tenant's name. */
async function readByTenant<Row extends object>(
  report: Report<Row>,
  database: Database,
  question: ReportQuestion,
  session: Session,
): Promise<ReportAnswer<Row & { tenant: string }>> {
  const rows: (Row & { tenant: string })[] = [];
  let allLeft: number | undefined;
  const tenants = question.tenant === null ? await listTenants(database) : [question.tenant];
  for (const tenant of tenants) {
    const answer = await report.read(database, { ...question, tenant });
    const { cautions = [], left } = answer;
    if (left !== undefined) allLeft = (allLeft ?? 0) + left;
    const sentences = [...cautions, ...leftSentences(report, left)];
    for (const sentence of sentences) session.say(`${printable(tenant)}: ${sentence}`);
    for (const row of answer.rows) rows.push({ tenant, ...row });
  }
  return { rows, ...(allLeft !== undefined && { left: allLeft }) };
}

/** None where the answer has all rows. */
function leftSentences(table: TabularReport<never>, left: number | undefined): string[] {
  const sentence = leftText(table, left);
  if (sentence === undefined) return [];
  return [table.seeLeft === undefined ? `${sentence}.` : `${sentence}; ${table.seeLeft}.`];
}

function notFound(cause: UnknownRequestError): CliError {
  return new CliError({
    code: 'REQUEST_NOT_FOUND',
    message: cause.message,
    hint: 'Look for it with `pagw request list`.',
    exitCode: ExitCode.notFound,
  });
}

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
