import { Command, InvalidArgumentError } from 'commander';
import { ArchiveDamagedError } from '../../data-access/archive/archive-damaged-error.ts';
import { listArchiveObjects } from '../../data-access/archive/list-archive-objects.ts';
import { restoreObject, restoreRequest } from '../../data-access/archive/restore-archived.ts';
import { recordOperatorAction } from '../../data-access/retry/record-operator-action.ts';
import { printable } from '../../domain/printable-text.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { Connection } from '../connection.ts';
import { ExitCode } from '../exit-code.ts';
import { plural } from '../output/time-text.ts';
import { isMonth } from '../read-month.ts';
import type { Session } from '../session.ts';
import { addReason, operatorOf, type ReasonOption } from './retry-operator.ts';

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
    new Command('restore')
      .description(
        'put archived events back into the database, for a time; a timeline alone needs no restoring',
      )
      .argument('<what>', 'a request, or a month such as 2026-03')
      .option('--days <n>', 'how long they stay', parseDays, DEFAULT_DAYS)
      .action((what: string, options: Options, command: Command) =>
        cli.run(command, [], (session) => restore(session, what.trim(), options)),
      ),
  );
}

async function restore(session: Session, what: string, options: Options): Promise<undefined> {
  const connection = await session.connect();
  const { days } = options;
  await session.confirm(
    `Put the archived events of ${what} back on ${connection.name}, for ${plural(days, 'day')}?`,
  );
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
    connection.database('writer'),
    {
      action: 'archive.restore',
      filter: { what, days },
      affected: restored,
      ...operatorOf(options, session.io),
    },
    now,
  );
  if (damage.length > 0)
    throw new CliError({
      code: 'ARCHIVE_DAMAGED',
      message: `Put ${plural(restored, 'event')} of ${what} back; ${plural(damage.length, 'object')} could not be read.`,
      hint: 'The bucket keeps earlier versions of its objects: put the right one back, then run the command again.',
      cause: damage[0],
    });
  session.say(
    restored === 0
      ? `The events of ${what} are in the database already.`
      : `Put ${plural(restored, 'event')} of ${what} back; they stay until ${keepUntil.toISOString().slice(0, 10)}.`,
  );
  return undefined;
}

/** Object by object: one that is gone or damaged does not keep the others from coming back, and is told of at the end. */
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
