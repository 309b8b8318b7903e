import type { S3Client } from '@aws-sdk/client-s3';
import { type Command, InvalidArgumentError } from 'commander';
import { judgeEvents } from '../client/read-event-lines.ts';
import { sendEvents } from '../client/send-events.ts';
import type { Database } from '../data-access/database.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { type Operator, recordOperatorAction } from '../data-access/operate.ts';
import {
  countRejectedToReplay,
  type FollowedRejection,
  findRejected,
  listRejected,
  listRejectedToReplay,
  markRejectedReplayed,
  REJECTED_PER_PAGE,
  type RejectedRow,
} from '../data-access/rejected-messages.ts';
import { nextStepOfRejection, rejectionCommand } from '../domain/next-step.ts';
import { parsePhiGuard } from '../domain/phi-guard.ts';
import { printable } from '../domain/printable-text.ts';
import { rejectionFate } from '../domain/rejection.ts';
import { ageText, countText, plural, rejectionFateMarks } from '../domain/words.ts';
import { prepareReplay, readRejectedBody } from '../flows/operate/replay-rejected.ts';
import { type Cli, newVerb } from './cli.ts';
import { CliError, ExitCode, usageError } from './cli-error.ts';
import type { Connection } from './connection.ts';
import { momentText } from './moment-text.ts';
import { operatorOf } from './operator.ts';
import { openProgress } from './output/open-output.ts';
import { markCell, outcomeGlyph } from './output/paint.ts';
import { factsText, printList, readPages } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import type { Session } from './session.ts';

interface ListOptions {
  code?: string;
  waiting?: boolean;
}

const DEFAULT_LIMIT = 25;

const FIELDS: (keyof FollowedRejection & string)[] = [
  'id',
  'rejectedAt',
  'tenant',
  'pagwId',
  'code',
  'path',
  'rule',
  'hint',
  'messageId',
  'position',
  'sentAt',
  'replayedAt',
  'recordedNo',
  'refusedAgainId',
  'refusedAgainCode',
  'bodyBucket',
  'bodyKey',
  'bodyBytes',
];

export function rejectedList(cli: Cli): Command {
  return newVerb('list', ['tenant', 'since', 'until', 'limit', 'after'])
    .description('list refused events, latest first')
    .option('--code <code>', 'only this reason, such as METADATA_PHI_SUSPECTED')
    .option('--waiting', 'only what has not been replayed')
    .action((options: ListOptions, command: Command) =>
      cli.run(command, async (session) => {
        const { after } = session.options;
        const connection = await session.connect();
        const now = connection.now();
        const filter = {
          ...session.window(now),
          tenant: session.options.tenant,
          code: options.code?.trim().toUpperCase(),
          waitingOnly: options.waiting,
        };
        await refuseUnknownNames(connection.database('reader'), {
          tenant: filter.tenant,
          rejectionCode: filter.code,
        });
        const { rows, next } = await readPages(
          session.options.limit ?? DEFAULT_LIMIT,
          REJECTED_PER_PAGE,
          after,
          (limit, from) => listRejected(connection.database('reader'), filter, limit, from),
        );
        printList(session, {
          name: 'rejected',
          rows,
          columns: columns(now),
          fields: FIELDS,
          empty: 'No refused event matches.',
          next,
        });
        return undefined;
      }),
    );
}

function columns(now: Date): Column<FollowedRejection>[] {
  return [
    { title: 'ID', cell: ({ id }) => id, align: 'right' },
    {
      title: 'REFUSED',
      cell: ({ rejectedAt }) => ({ text: ageText(rejectedAt, now), style: 'dim' }),
      align: 'right',
    },
    { title: 'CODE', cell: ({ code }) => ({ text: code, style: 'red' }) },
    { title: 'PATH', cell: ({ path }) => path, least: 8 },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId },
    {
      title: 'SINCE',
      cell: (row) => {
        const after = fateDetail(row, now);
        return markCell(rejectionFateMarks[rejectionFate(row)], after === null ? '' : ` ${after}`);
      },
    },
  ];
}

export function rejectedShow(cli: Cli): Command {
  return newVerb('show', [])
    .description('say why an event was refused and where its message is kept')
    .argument('<id>', 'as `pagw rejected list` prints it', parseRejectedId)
    .option('--body', 'print the message itself; it may hold personal data')
    .action((id: number, { body = false }: { body?: boolean }, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const row = await needRejected(connection.database('reader'), id);
        const text = body ? await needRejectedBody(connection.s3, row) : undefined;
        print(session, row, text, connection.now());
        return undefined;
      }),
    );
}

function print(session: Session, row: FollowedRejection, body: string | undefined, now: Date): void {
  const { output, time } = session.options;
  if (output === 'json' || output === 'jsonl') {
    const value = { rejected: row, ...(body === undefined ? {} : { body }) };
    if (output === 'json') session.printJson(value);
    else session.printJsonLines([value]);
  } else if (body !== undefined) {
    // Nothing but the body, so that it can be put into a file, corrected and sent; a terminal would obey it.
    const shown = session.width === undefined ? body : body.split('\n').map(printable).join('\n');
    session.print(shown.endsWith('\n') ? shown : `${shown}\n`);
  } else if (output === 'csv') {
    session.printCsv([Object.keys(row), Object.values(row)]);
  } else {
    session.print(
      rejectedText(session, row, (moment) => `${momentText(moment, time)} · ${ageText(moment, now)}`),
    );
  }
}

function rejectedText(session: Session, row: FollowedRejection, at: (moment: Date) => string): string {
  const { paint, width } = session;
  const facts = factsText(
    [
      ['Path', row.path === '' ? 'the whole message' : row.path],
      ['Rule', row.rule],
      ['What to do', row.hint],
      ['Tenant', row.tenant],
      ['Request', row.pagwId],
      ['Message', `${row.messageId}, event ${row.position + 1}`],
      ['Sent', at(row.sentAt)],
      ['Refused', at(row.rejectedAt)],
      ['Replayed', row.replayedAt === null ? 'no' : at(row.replayedAt)],
      ['Since', sinceText(row)],
      ['Next', nextStepOfRejection(row).say],
      ['Command', session.command(rejectionCommand(row)), 'whole'],
      ['Body', `s3://${row.bodyBucket}/${row.bodyKey}, ${plural(row.bodyBytes, 'byte')}`],
    ],
    paint,
    width,
  );
  return `${paint(String(row.id), 'bold')} ${paint('·', 'dim')} ${paint(row.code, 'red')}\n${facts}`;
}

/** `#12`, `as 45`, `3m ago`. */
function fateDetail(row: FollowedRejection, now: Date): string | null {
  if (row.recordedNo !== null) return `#${row.recordedNo}`;
  if (row.refusedAgainId !== null) return `as ${row.refusedAgainId}`;
  return row.replayedAt === null ? null : ageText(row.replayedAt, now);
}

function sinceText({ recordedNo, refusedAgainId, refusedAgainCode, pagwId, replayedAt }: FollowedRejection) {
  if (recordedNo !== null) return `recorded as event #${recordedNo} of ${pagwId}`;
  if (refusedAgainId !== null) return `refused again as ${refusedAgainId}, ${refusedAgainCode}`;
  return replayedAt === null ? null : 'sent again; neither recorded nor refused yet';
}

/** @throws InvalidArgumentError, which commander reports. */
function parseRejectedId(text: string): number {
  const id = Number(text);
  if (/^\d{1,15}$/.test(text) && id > 0) return id;
  throw new InvalidArgumentError('Give the number that `pagw rejected list` prints first.');
}

/** @throws CliError when there is none of this id. */
async function needRejected(database: Database, id: number): Promise<FollowedRejection> {
  const row = await findRejected(database, id);
  if (row !== undefined) return row;
  throw new CliError({
    code: 'REJECTED_NOT_FOUND',
    message: `There is no refused event ${id}.`,
    hint: 'See `pagw rejected list`.',
    exitCode: ExitCode.notFound,
  });
}

/** The message as it came off the queue. @throws CliError when the bucket does not hold it any more. */
async function needRejectedBody(
  s3: S3Client,
  row: Pick<RejectedRow, 'bodyBucket' | 'bodyKey' | 'id'>,
): Promise<string> {
  const body = await readRejectedBody(s3, row);
  if (body !== undefined) return body;
  throw new CliError({
    code: 'BODY_NOT_FOUND',
    message: `The message of refused event ${row.id} is not kept any more.`,
    hint: 'The quarantine bucket deletes messages after their retention; ask the sender to send it again.',
    exitCode: ExitCode.notFound,
  });
}

interface ReplayOptions {
  code?: string;
  again?: boolean;
  force?: boolean;
  dryRun?: boolean;
  reason?: string;
}

/** Rows of one message follow each other, so a page cuts few messages in two. */
const PAGE_ROWS = 200;
const MOST_LISTED = 20;

export function rejectedReplay(cli: Cli): Command {
  return newVerb('replay', ['tenant', 'since', 'until', 'limit', 'yes'])
    .description('send refused events to the queue again: one by its id, or all with a code')
    .argument('[id]', 'as `pagw rejected list` prints it', parseRejectedId)
    .option('--code <code>', 'all that were refused for this reason and not replayed yet, oldest first')
    .option('--reason <text>', 'why, for the record of operator actions')
    .option('--dry-run', 'only say how many there are')
    .option('--again', 'also what was replayed before')
    .option('--force', 'also what the contract still refuses')
    .action((id: number | undefined, options: ReplayOptions, command: Command) =>
      cli.run(
        command,
        (session) => {
          if ((id === undefined) === (options.code === undefined))
            throw usageError('Name what to replay: either an id or --code.', 'See `pagw rejected list`.');
          return id === undefined ? replayByCode(session, options) : replayById(session, id, options);
        },
        id === undefined ? undefined : [],
      ),
    );
}

function replayer(session: Session, { reason }: ReplayOptions): Promise<Operator> {
  return operatorOf({ reason: reason?.trim() || 'not stated' }, session);
}

interface Replayed {
  replayed: number;
  refusedAgain: number;
  /** What the queue did not take. */
  notTaken: number;
  /** What the quarantine bucket does not hold any more. */
  notKept: number;
}

async function replayById(session: Session, id: number, options: ReplayOptions): Promise<ExitCode> {
  const connection = await session.connect();
  const row = await needRejected(connection.database('reader'), id);
  if (row.replayedAt !== null && options.again !== true) {
    throw new CliError({
      code: 'ALREADY_REPLAYED',
      message: `Refused event ${id} was replayed ${ageText(row.replayedAt, connection.now())}.`,
      hint: 'Add --again to send it once more.',
    });
  }
  if (options.dryRun === true) return tellDryRun(session, { events: 1, messages: 1 });
  const operator = await replayer(session, options);
  const counts = await replayRows(session, connection, [row], options);
  return finish(session, connection, counts, { id }, operator);
}

async function replayByCode(session: Session, options: ReplayOptions): Promise<ExitCode> {
  const connection = await session.connect();
  const reader = connection.database('reader');
  const { tenant, limit = Number.POSITIVE_INFINITY } = session.options;
  const code = options.code?.trim().toUpperCase();
  await refuseUnknownNames(reader, { tenant, rejectionCode: code });
  const filter = { tenant, code, waitingOnly: options.again !== true, ...session.window(connection.now()) };
  const { events, messages } = await countRejectedToReplay(reader, filter);
  if (options.dryRun === true || events === 0) return tellDryRun(session, { events, messages });
  const wanted = Math.min(events, limit);
  const operator = await replayer(session, options);
  await session.confirm(`Send ${plural(wanted, 'refused event')} with ${code} to ${connection.name} again?`);
  const progress = openProgress(session.io.stderr);
  const total: Replayed = { replayed: 0, refusedAgain: 0, notTaken: 0, notKept: 0 };
  let checked = 0;
  let afterId = 0;
  while (checked < wanted) {
    const page = await listRejectedToReplay(reader, filter, Math.min(PAGE_ROWS, wanted - checked), afterId);
    const last = page.at(-1);
    if (last === undefined) break;
    afterId = last.id;
    for (const rows of byMessage(page)) {
      const counts = await replayRows(session, connection, rows, options, total.refusedAgain).catch(
        (error: unknown) => passLost(session, rows, error),
      );
      total.replayed += counts.replayed;
      total.refusedAgain += counts.refusedAgain;
      total.notTaken += counts.notTaken;
      total.notKept += counts.notKept;
      checked += rows.length;
      progress.count(checked, wanted, 'checked');
    }
  }
  progress.clear();
  return finish(session, connection, total, { code: code ?? null, tenant: tenant ?? null }, operator);
}

/** Sends the refused events of one message and marks them: in this order, since sending twice records once. */
async function replayRows(
  session: Session,
  connection: Connection,
  rows: readonly RejectedRow[],
  options: ReplayOptions,
  listedBefore = 0,
): Promise<Replayed> {
  const [first] = rows;
  if (first === undefined) return { replayed: 0, refusedAgain: 0, notTaken: 0, notKept: 0 };
  const phiGuard = parsePhiGuard(connection.phiGuard);
  const judge = (events: readonly unknown[]) => judgeEvents(events, phiGuard).rejected[0];
  const body = await needRejectedBody(connection.s3, first);
  const replay = prepareReplay(body, rows, judge, options.force === true);
  const paint = session.paintMessage;
  for (const { row, code, path } of replay.refusedAgain.slice(0, Math.max(0, MOST_LISTED - listedBefore))) {
    const where = path === '' ? '' : ` at ${printable(path)}`;
    session.say(`${outcomeGlyph('failed', paint)} ${row.id}: still refused, ${code}${where}; not sent.`);
  }
  const { sqs, eventsQueueUrl: queueUrl } = connection;
  const counts = await sendEvents(replay.send, { sqs, queueUrl, signal: session.io.signal });
  const refusedAgain = replay.refusedAgain.length;
  if (counts.refused.length > 0)
    return { replayed: 0, refusedAgain, notTaken: replay.rows.length, notKept: 0 };
  const ids = replay.rows.map(({ id }) => id);
  if (ids.length > 0) await markRejectedReplayed(connection.database('operator'), ids, connection.now());
  return { replayed: ids.length, refusedAgain, notTaken: 0, notKept: 0 };
}

/** One message that is not kept any more does not hold up those behind it. */
function passLost(session: Session, rows: readonly RejectedRow[], error: unknown): Replayed {
  if (!(error instanceof CliError) || error.code !== 'BODY_NOT_FOUND') throw error;
  session.say(`${outcomeGlyph('failed', session.paintMessage)} ${error.message}`);
  return { replayed: 0, refusedAgain: 0, notTaken: 0, notKept: rows.length };
}

async function finish(
  session: Session,
  connection: Connection,
  counts: Replayed,
  filter: object,
  operator: Operator,
): Promise<ExitCode> {
  if (counts.replayed > 0) {
    await recordOperatorAction(
      connection.database('operator'),
      { action: 'rejected.replay', filter, affected: counts.replayed, ...operator },
      connection.now(),
    );
  }
  const failed = counts.refusedAgain + counts.notTaken + counts.notKept > 0;
  session.verdict = failed ? ExitCode.failure : ExitCode.fine;
  session.printCounts(counts);
  const paint = session.paintMessage;
  const others = [
    counts.refusedAgain > 0 ? `, ${countText(counts.refusedAgain)} still refused` : '',
    counts.notTaken > 0 ? `, ${countText(counts.notTaken)} not taken by the queue` : '',
    counts.notKept > 0 ? `, ${countText(counts.notKept)} not kept any more` : '',
  ].join('');
  const glyph = outcomeGlyph(failed ? 'failed' : 'done', paint);
  session.say(`${glyph} ${plural(counts.replayed, 'event')} sent again${others}.`);
  if (counts.refusedAgain > 0) session.say(paint(CORRECT_BY_HAND, 'dim'));
  return session.verdict;
}

const CORRECT_BY_HAND =
  'Correct such a message by hand: `pagw rejected show ID --body > FILE`, then `pagw event send -f FILE`.';

function tellDryRun(session: Session, counts: { events: number; messages: number }): ExitCode {
  session.printCounts(counts);
  const { events, messages } = counts;
  session.say(
    events === 0
      ? 'Nothing to replay.'
      : `${plural(events, 'event')} of ${plural(messages, 'message')} to replay.`,
  );
  return ExitCode.fine;
}

function byMessage(rows: readonly RejectedRow[]): RejectedRow[][] {
  return [...Map.groupBy(rows, ({ messageId }) => messageId).values()];
}
