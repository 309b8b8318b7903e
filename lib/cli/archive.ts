import { type Command, InvalidArgumentError } from 'commander';
import {
  type ArchiveMonth,
  type ArchiveObjectRow,
  listArchiveMonths,
  listArchiveObjects,
  MOST_COUNTED_A_MONTH,
} from '../data-access/archive.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { recordOperatorAction } from '../data-access/operate.ts';
import {
  type HoldScope,
  holdHistory,
  type LegalHold,
  listHolds,
  releaseHistory,
} from '../data-access/retention.ts';
import { findRequest } from '../data-access/timeline.ts';
import { canonicalTenant } from '../domain/event-catalogue.ts';
import { LONGEST_NAME } from '../domain/parse-setting.ts';
import { printable } from '../domain/printable-text.ts';
import { ageText, archiveMarks, countText, plural } from '../domain/words.ts';
import { ArchiveDamagedError } from '../flows/retention/archive-object.ts';
import { restoreObject, restoreRequest } from '../flows/retention/restore-archived.ts';
import { type Cli, newVerb } from './cli.ts';
import { CliError, ExitCode, requestNotFound, toCliError, usageError } from './cli-error.ts';
import type { Connection } from './connection.ts';
import { bytesText } from './doctor/doctor-check.ts';
import { addReason, operatorOf, type ReasonOption } from './operator.ts';
import { markCell } from './output/paint.ts';
import { printList } from './output/print-list.ts';
import type { Cell, Column } from './output/table.ts';
import type { Session } from './session.ts';

export function archiveList(cli: Cli): Command {
  return newVerb('list', ['tenant', 'limit'])
    .description('list months and how far they are archived, or the objects of one month')
    .argument('[month]', 'such as 2026-03: list its objects')
    .action((month: string | undefined, _options: object, command: Command) =>
      cli.run(
        command,
        (session) => (month === undefined ? listMonths(session) : listObjects(session, readMonth(month))),
        month === undefined ? [] : ['tenant', 'limit'],
      ),
    );
}

async function listMonths(session: Session): Promise<undefined> {
  const connection = await session.connect();
  const now = connection.now();
  printList<ArchiveMonth>(session, {
    name: 'months',
    rows: await listArchiveMonths(connection.database('reader')),
    columns: [
      { title: 'MONTH', cell: ({ month }) => month },
      { title: 'STATE', cell: (month) => stateCell(month, now) },
      ...counts([
        ['OPEN', 'openRequests'],
        ['CLOSED', 'closedRequests'],
        ['ARCHIVED', 'archivedRequests'],
        ['EVENTS', 'archivedEvents'],
        ['OBJECTS', 'objects'],
      ]),
      { title: 'SIZE', cell: ({ bytes }) => (bytes === 0 ? '' : bytesText(bytes)), align: 'right' },
    ],
    fields: [
      'month',
      'openRequests',
      'closedRequests',
      'archivedRequests',
      'archivedEvents',
      'objects',
      'bytes',
      'droppedAt',
      'keepUntil',
    ],
    empty: 'There is no month yet.',
  });
  return undefined;
}

async function listObjects(session: Session, month: string): Promise<undefined> {
  const connection = await session.connect();
  const now = connection.now();
  const { tenant, limit = Number.POSITIVE_INFINITY } = session.options;
  await refuseUnknownNames(connection.database('reader'), { tenant });
  const rows: ArchiveObjectRow[] = [];
  for await (const row of listArchiveObjects(connection.database('reader'), month, tenant)) {
    rows.push(row);
    if (rows.length >= limit) break;
  }
  printList<ArchiveObjectRow>(session, {
    name: 'objects',
    rows,
    columns: [
      { title: 'RECEIVED', cell: ({ receivedOn }) => receivedOn },
      { title: 'TENANT', cell: ({ tenant }) => tenant },
      { title: 'REQUESTS', cell: ({ requestCount }) => countText(requestCount), align: 'right' },
      { title: 'EVENTS', cell: ({ eventCount }) => countText(eventCount), align: 'right' },
      { title: 'SIZE', cell: ({ bytes }) => bytesText(bytes), align: 'right' },
      { title: 'ARCHIVED', cell: ({ archivedAt }) => ({ text: ageText(archivedAt, now), style: 'dim' }) },
      { title: 'OBJECT', cell: ({ bucket, key }) => `s3://${bucket}/${key}`, least: 20 },
    ],
    fields: [
      'id',
      'receivedOn',
      'tenant',
      'requestCount',
      'eventCount',
      'bytes',
      'archivedAt',
      'bucket',
      'key',
    ],
    empty: `Nothing of ${month} is archived.`,
  });
  return undefined;
}

function stateCell({ droppedAt, keepUntil, archivedRequests, openRequests }: ArchiveMonth, now: Date): Cell {
  if (keepUntil !== null)
    return markCell(archiveMarks.restored, `, kept until ${keepUntil.toISOString().slice(0, 10)}`);
  if (droppedAt !== null) return markCell(archiveMarks.archived, ` ${ageText(droppedAt, now)}`);
  if (archivedRequests === 0) return markCell(archiveMarks.inDatabase);
  return markCell(openRequests > 0 ? archiveMarks.waiting : archiveMarks.archiving);
}

type CountKey = 'openRequests' | 'closedRequests' | 'archivedRequests' | 'archivedEvents' | 'objects';

function counts(columns: readonly (readonly [title: string, key: CountKey])[]): Column<ArchiveMonth>[] {
  return columns.map(([title, key]) => ({
    title,
    cell: (month) => (month[key] === 0 ? '' : `${countText(month[key])}${isCut(month, key) ? '+' : ''}`),
    align: 'right',
  }));
}

/** Whether counting what is not archived stopped before its end. */
function isCut({ openRequests, closedRequests }: ArchiveMonth, key: CountKey): boolean {
  return (
    (key === 'openRequests' || key === 'closedRequests') &&
    openRequests + closedRequests >= MOST_COUNTED_A_MONTH
  );
}

interface Options extends ReasonOption {
  days: number;
}

/** How many events came back, undefined when nothing is archived; and what could not be read. */
interface Restored {
  events: number | undefined;
  damage: ArchiveDamagedError[];
}

const DEFAULT_DAYS = 30;
const DAY_MS = 86_400_000;

export function archiveRestore(cli: Cli): Command {
  return addReason(
    newVerb('restore', ['yes'])
      .description(
        'put archived events back into the database, for a time; a timeline alone needs no restoring',
      )
      .argument('<what>', 'a request, or a month such as 2026-03')
      .option('--days <n>', 'how long they stay', parseDays, DEFAULT_DAYS)
      .action((what: string, options: Options, command: Command) =>
        cli.run(command, (session) => restore(session, what.trim(), options)),
      ),
  );
}

async function restore(session: Session, what: string, options: Options): Promise<undefined> {
  const connection = await session.connect();
  const { days } = options;
  await session.confirm(
    `Put the archived events of ${what} back on ${connection.name}, for ${plural(days, 'day')}?`,
  );
  const operator = connection.database('operator');
  // What could not be written down is not done.
  const acting = await operatorOf(options, session);
  await operator.execute('SELECT 1 AS answers');
  const now = connection.now();
  const keepUntil = new Date(now.getTime() + days * DAY_MS);
  const { events: restored, damage } = isMonth(what)
    ? await restoreMonth(connection, what, keepUntil, session)
    : await restoreOne(connection, what, keepUntil);
  if (restored === undefined)
    throw new CliError({
      code: 'NOT_ARCHIVED',
      message: `Nothing of ${what} is archived.`,
      hint: 'See `pagw archive list`; what is not archived is in the database, `pagw request show` shows it.',
      exitCode: ExitCode.notFound,
    });
  await recordOperatorAction(
    operator,
    {
      action: 'archive.restore',
      filter: { what, days },
      affected: restored,
      ...acting,
    },
    now,
  );
  if (damage.length > 0)
    throw new CliError({
      code: 'ARCHIVE_DAMAGED',
      message: `Put ${plural(restored, 'event')} of ${what} back; ${plural(damage.length, 'object')} could not be read.`,
      hint: toCliError(damage[0]).hint,
      cause: damage[0],
    });
  session.say(
    restored === 0
      ? `The events of ${what} are in the database already.`
      : `Put ${plural(restored, 'event')} of ${what} back; they stay until ${keepUntil.toISOString().slice(0, 10)}.`,
  );
  return undefined;
}

/** Object by object: one that is gone or damaged does not keep the others from coming back, and is reported at the end. */
async function restoreMonth(
  connection: Connection,
  month: string,
  keepUntil: Date,
  session: Session,
): Promise<Restored> {
  const restored: Restored = { events: undefined, damage: [] };
  for await (const object of listArchiveObjects(connection.database('reader'), month)) {
    restored.events ??= 0;
    try {
      restored.events += await restoreObject(connection.database('writer'), connection.s3, object, keepUntil);
      session.say(
        `${object.receivedOn} · ${printable(object.tenant)}: ${plural(object.eventCount, 'event')}`,
      );
    } catch (error) {
      if (!(error instanceof ArchiveDamagedError)) throw error;
      restored.damage.push(error);
      session.say(`${object.receivedOn} · ${printable(object.tenant)}: ${error.message}`);
    }
  }
  return restored;
}

async function restoreOne(connection: Connection, pagwId: string, keepUntil: Date): Promise<Restored> {
  return {
    events: await restoreRequest(connection.database('writer'), connection.s3, pagwId, keepUntil),
    damage: [],
  };
}

function parseDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 366)
    throw new InvalidArgumentError('Give a whole number of days from 1 to 366.');
  return days;
}

/** A month as `YYYY-MM`. @throws CliError for anything else */
function readMonth(text: string): string {
  if (isMonth(text)) return text;
  throw usageError(`A month is written like 2026-03, not ${text}.`);
}

function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

interface HoldOptions extends ReasonOption {
  plan?: string;
  matter?: string;
}

export function archiveHold(cli: Cli): Command {
  return addReason(
    newVerb('hold', ['tenant'])
      .description(
        'legal hold: keep the history of a request, a tenant or a plan from compaction, archive and drop',
      )
      .argument('[pagwId]', 'the request')
      .option('--plan <name>', 'all requests of a plan')
      .option(
        '--matter <name>',
        'what for, such as a case or an audit: each has a hold, and a release, of its own',
      )
      .action((pagwId: string | undefined, options: HoldOptions, command: Command) =>
        cli.run(command, async (session) => {
          const connection = await session.connect();
          const scope = readScope(session, pagwId, options);
          if (
            'pagwId' in scope &&
            (await findRequest(connection.database('reader'), scope.pagwId)) === undefined
          )
            throw await requestNotFound(connection.database('reader'), scope.pagwId);
          if (!('pagwId' in scope)) await refuseUnknownNames(connection.database('reader'), scope);
          const operator = await operatorOf(options, session);
          const done = await holdHistory(connection.database('operator'), scope, operator, connection.now());
          session.say(
            done
              ? `On hold: ${nameOf(scope)}.`
              : `${nameOf(scope)} was on hold already, for the reason that \`pagw archive holds\` shows; nothing was done. One release ends it; another matter has a hold of its own with --matter.`,
          );
          return undefined;
        }),
      ),
  );
}

export function archiveRelease(cli: Cli): Command {
  return addReason(
    newVerb('release', ['tenant', 'yes'])
      .description('end the legal hold of a request, a tenant or a plan')
      .argument('[pagwId]', 'the request')
      .option('--plan <name>', 'all requests of a plan')
      .option('--matter <name>', 'of this matter alone; left out: of the hold that names none')
      .action((pagwId: string | undefined, options: HoldOptions, command: Command) =>
        cli.run(command, async (session) => {
          const connection = await session.connect();
          const scope = readScope(session, pagwId, options);
          await session.confirm(`End the legal hold of ${nameOf(scope)} on ${connection.name}?`);
          const operator = await operatorOf(options, session);
          if (!(await releaseHistory(connection.database('operator'), scope, operator, connection.now())))
            throw new CliError({
              code: 'HOLD_NOT_FOUND',
              message: `There is no legal hold of ${nameOf(scope)}.`,
              hint: 'List them with `pagw archive holds`.',
              exitCode: ExitCode.notFound,
            });
          session.say(`Released: ${nameOf(scope)}.`);
          return undefined;
        }),
      ),
  );
}

export function archiveHolds(cli: Cli): Command {
  return newVerb('holds', [])
    .description('list what is on legal hold')
    .action((_options: object, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        printList<LegalHold>(session, {
          name: 'holds',
          rows: await listHolds(connection.database('reader')),
          fields: ['pagwId', 'tenant', 'plan', 'matter', 'reason', 'heldBy', 'heldAt'],
          columns: [
            {
              title: 'HELD',
              cell: ({ pagwId, tenant, plan }) =>
                pagwId ?? (tenant === null ? `plan ${plan}` : `tenant ${tenant}`),
            },
            { title: 'MATTER', cell: ({ matter }) => matter },
            { title: 'SINCE', cell: ({ heldAt }) => ageText(heldAt, connection.now()), align: 'right' },
            { title: 'BY', cell: ({ heldBy }) => heldBy },
            { title: 'REASON', cell: ({ reason }) => reason, least: 10 },
          ],
          empty: 'Nothing is on legal hold.',
        });
        return undefined;
      }),
    );
}

function readScope(session: Session, pagwId: string | undefined, options: HoldOptions): HoldScope {
  const plan = options.plan?.trim() || undefined;
  const tenant = canonicalTenant(session.options.tenant) ?? undefined;
  const stated = [pagwId, tenant, plan].filter((part) => part !== undefined);
  if (stated.length !== 1)
    throw usageError(
      'A hold is of one request, one tenant or one plan.',
      'Name one: an id, --tenant or --plan.',
    );
  const matter = options.matter?.trim() || undefined;
  if (matter !== undefined && [...matter].length > LONGEST_NAME)
    throw usageError(`--matter takes at most ${LONGEST_NAME} characters.`, 'Say more in --reason.');
  if (pagwId !== undefined) return { pagwId, matter };
  return tenant !== undefined ? { tenant, matter } : { plan: plan ?? '', matter };
}

function nameOf(scope: HoldScope): string {
  const matter = scope.matter === undefined ? '' : ` for matter ${scope.matter}`;
  if ('pagwId' in scope) return `request ${scope.pagwId}${matter}`;
  return 'tenant' in scope ? `tenant ${scope.tenant}${matter}` : `plan ${scope.plan}${matter}`;
}
