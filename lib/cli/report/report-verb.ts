import { Command, Option } from 'commander';
import type { Database } from '../../data-access/database.ts';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import { listTenants } from '../../data-access/requests.ts';
import { ageText, countText, tookText } from '../../domain/words.ts';
import type { Report, ReportAnswer, ReportColumn, ReportQuestion, Units } from '../../reports/report.ts';
import { UnknownRequestError } from '../../reports/timeline.ts';
import type { Verb } from '../cli.ts';
import { CliError, ExitCode } from '../cli-error.ts';
import type { NarrowingOption } from '../global-options.ts';
import { barText, extentText, sparkText } from '../output/chart-text.ts';
import { eventStatusCell, markCell, toneStyle } from '../output/paint.ts';
import { printList } from '../output/print-list.ts';
import type { Cell, Column } from '../output/table.ts';
import { clockText, momentText, type TimeZone } from '../output/time-text.ts';
import { readPages } from '../read-pages.ts';
import type { Session } from '../session.ts';
import { tenantColumn } from './report.ts';

const ROWS_PER_PAGE = 100;

/** `pagw report NAME`, made from what the report says of itself. */
export function reportVerb<Row extends object>(report: Report<Row>): Verb {
  return (cli) => {
    const command = new Command(report.name).description(describe(report));
    if (report.words !== undefined) command.argument(...report.words);
    for (const { name, says, words } of report.filters ?? []) {
      const option = new Option(`--${name} <name>`, says);
      command.addOption(words === undefined ? option : option.choices(words));
    }
    if (report.help !== undefined) command.addHelpText('after', report.help);
    return command.action((...given: unknown[]) =>
      cli.run(command, honoured(report), async (session) => {
        const connection = await session.connect();
        const words = report.words === undefined ? [] : [given[0]].flat().map(String);
        const question = ask(report, session, connection.now(), command.opts(), words);
        const database = connection.database('reader');
        await refuseUnknownNames(database, { tenant: question.tenant, stage: question.filters.stage });
        const answer = await read(report, database, question, session);
        print(report, answer, question, session);
        return undefined;
      }),
    );
  };
}

function describe({ summary, spanHours }: Report<object>): string {
  if (spanHours === undefined) return summary;
  const span = spanHours <= 48 ? `${spanHours} hours` : `${spanHours / 24} days`;
  return `${summary} (by default: of the last ${span})`;
}

function honoured({ spanHours, limit, paged }: Report<object>): NarrowingOption[] {
  return [
    'tenant',
    ...(spanHours === undefined ? [] : (['since', 'until'] as const)),
    ...(limit === undefined ? [] : (['limit'] as const)),
    ...(paged ? (['after'] as const) : []),
  ];
}

function ask(
  report: Report<object>,
  session: Session,
  now: Date,
  filters: Readonly<Record<string, string | undefined>>,
  words: readonly string[],
): ReportQuestion {
  const { tenant = null, limit = report.limit, after } = session.options;
  const { since, until } = session.window(now);
  const spanMs = (report.spanHours ?? Number.POSITIVE_INFINITY) * 3_600_000;
  return {
    ...{ tenant, now, until, filters, words, after },
    since: since ?? new Date(Math.max(0, (until ?? now).getTime() - spanMs)),
    limit: limit ?? Number.POSITIVE_INFINITY,
  };
}

async function read<Row extends object>(
  report: Report<Row>,
  database: Database,
  question: ReportQuestion,
  session: Session,
): Promise<ReportAnswer<Row>> {
  if (report.byTenant) return readByTenant(report, database, question, session);
  if (report.paged)
    return readPages(question.limit, ROWS_PER_PAGE, question.after, async (limit, after) => {
      const { rows, next = null } = await report.read(database, { ...question, limit, after });
      return { rows: [...rows], next };
    });
  return report.read(database, question).catch((error: unknown) => {
    throw error instanceof UnknownRequestError ? notFound(error) : error;
  });
}

/** Each tenant in turn; the rows come with the tenant's name. */
async function readByTenant<Row extends object>(
  report: Report<Row>,
  database: Database,
  question: ReportQuestion,
  session: Session,
): Promise<ReportAnswer<Row & { tenant: string }>> {
  const rows: (Row & { tenant: string })[] = [];
  const tenants = question.tenant === null ? await listTenants(database) : [question.tenant];
  for (const tenant of tenants) {
    const answer = await report.read(database, { ...question, tenant });
    if (answer.note !== undefined) session.say(`${tenant}: ${answer.note}`);
    for (const row of answer.rows) rows.push({ tenant, ...row });
  }
  return { rows };
}

function notFound(cause: UnknownRequestError): CliError {
  return new CliError({
    code: 'REQUEST_NOT_FOUND',
    message: cause.message,
    hint: 'Look for it with `pagw request list`.',
    exitCode: ExitCode.notFound,
  });
}

function print<Row extends object>(
  report: Report<Row>,
  { rows, next, document }: ReportAnswer<Row>,
  question: ReportQuestion,
  session: Session,
): void {
  if (document !== undefined && session.options.output === 'json') {
    session.printJson(document);
    return;
  }
  const zone = session.options.time;
  const columns = report.columns.map((column) => terminalColumn(column, rows, question, zone));
  const own: readonly Column<Row>[] = report.byTenant ? [tenantColumn as Column<object>] : [];
  printList<Row>(session, {
    name: report.rowsAre,
    rows,
    columns: [...own, ...columns],
    fields: [...(report.byTenant ? ['tenant'] : []), ...report.fields] as (keyof Row & string)[],
    empty: report.empty,
    next: next ?? null,
  });
}

const RIGHT: ReadonlySet<keyof Units> = new Set(['number', 'count', 'share', 'took', 'ago']);

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
