import { type Command, InvalidArgumentError, Option } from 'commander';
import { droppedMonthsText } from '../../data-access/archive.ts';
import type { Database } from '../../data-access/database.ts';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import { listTenants } from '../../data-access/requests.ts';
import { printable } from '../../domain/printable-text.ts';
import type { Report, ReportAnswer, ReportFilter, ReportQuestion } from '../../reports/report.ts';
import { UnknownRequestError } from '../../reports/timeline.ts';
import { newVerb, type Verb } from '../cli.ts';
import { requestNotFound, usageError } from '../cli-error.ts';
import type { Connection } from '../connection.ts';
import type { HonouredOption } from '../global-options.ts';
import { parseAhead } from '../moment-text.ts';
import { readPages } from '../output/print-list.ts';
import type { Session } from '../session.ts';
import { leftSentences, printAnswer } from './print-report.ts';

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
        const database = connection.database('reader');
        const answer = await read(report, database, question, session);
        const dropped = report.ofEvents ? await droppedMonthsText(database, question) : undefined;
        const cautions = [...(answer.cautions ?? []), ...(dropped === undefined ? [] : [dropped])];
        printAnswer(report, { ...answer, cautions }, question, session, part);
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

function honoured({ spanHours, ofYear, limit, paged }: Report<object>): HonouredOption[] {
  return [
    'tenant',
    ...(spanHours === undefined && !ofYear ? [] : (['since', 'until'] as const)),
    ...(limit === undefined ? [] : (['limit'] as const)),
    ...(paged ? (['after'] as const) : []),
    // To freeze a year is asked for twice.
    ...(ofYear ? (['yes'] as const) : []),
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
    throw usageError('--year says the time already; leave out --since and --until.');
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
  return report.read(database, question).catch(async (error: unknown) => {
    if (!(error instanceof UnknownRequestError)) throw error;
    throw await requestNotFound(database, error.pagwId, question.tenant ?? undefined);
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
