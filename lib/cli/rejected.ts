import type { S3Client } from '@aws-sdk/client-s3';
import { type Command, InvalidArgumentError } from 'commander';
import type { Database } from '../data-access/database.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import {
  type FollowedRejection,
  findRejected,
  listRejected,
  REJECTED_PER_PAGE,
  type RejectedRow,
} from '../data-access/rejected-messages.ts';
import { nextStepOfRejection, rejectionCommand } from '../domain/next-step.ts';
import { printable } from '../domain/printable-text.ts';
import { rejectionFate } from '../domain/rejection.ts';
import { ageText, plural, rejectionFateMarks } from '../domain/words.ts';
import { readRejectedBody } from '../flows/operate/replay-rejected.ts';
import { type Cli, newVerb } from './cli.ts';
import { CliError, ExitCode } from './cli-error.ts';
import { markCell } from './output/paint.ts';
import { factsText, printList, readPages } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { momentText } from './output/time-text.ts';
import type { Session } from './session.ts';

interface Options {
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
    .action((options: Options, command: Command) =>
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
export function parseRejectedId(text: string): number {
  const id = Number(text);
  if (/^\d{1,15}$/.test(text) && id > 0) return id;
  throw new InvalidArgumentError('Give the number that `pagw rejected list` prints first.');
}

/** @throws CliError when there is none of this id. */
export async function needRejected(database: Database, id: number): Promise<FollowedRejection> {
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
export async function needRejectedBody(
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
