import { type Command, InvalidArgumentError } from 'commander';
import {
  findIncident,
  type ListedIncident,
  listIncidents,
  listOutage,
  type OutageMember,
} from '../data-access/incidents.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { listNotifications } from '../data-access/notifications.ts';
import { listActs, snoozeIncident } from '../data-access/operate.ts';
import { listRetryPauses } from '../data-access/retry-orders.ts';
import { isSnoozed, LONGEST_SNOOZE_SECONDS } from '../domain/incident-rules.ts';
import { causeSentence, causeText, pauseText } from '../domain/incident-text.ts';
import { groupCommands, isAwaited, nextStepOfGroup } from '../domain/next-step.ts';
import { pagwCommand, printable, shellWord } from '../domain/printable-text.ts';
import { coveringPause } from '../domain/retry-orders.ts';
import { ageText, closedIncidentMark, durationText, incidentLevelMarks, plural } from '../domain/words.ts';
import { type Cli, newVerb } from './cli.ts';
import { CliError, ExitCode, usageError } from './cli-error.ts';
import { momentText, parseDuration } from './moment-text.ts';
import { addReason, operatorOf, type ReasonOption } from './operator.ts';
import { markCell } from './output/paint.ts';
import { type FactLine, factsText, printList, readPages } from './output/print-list.ts';
import type { Cell, Column } from './output/table.ts';
import { sayPauses } from './retry.ts';

const DEFAULT_LIMIT = 50;
const ROWS_PER_PAGE = 500;

const FIELDS: (keyof ListedIncident & string)[] = [
  ...([
    'key',
    'tenant',
    'stage',
    'reason',
    'errorCode',
    'targetSystem',
    'level',
    'count',
    'peakCount',
  ] as const),
  ...(['openedAt', 'closedAt', 'oldestSince', 'snoozedUntil', 'lastKind', 'lastSentAt', 'leadKey'] as const),
];

export function incidentList(cli: Cli): Command {
  return newVerb('list', ['tenant', 'limit', 'after'])
    .description('list incidents: stuck requests of one tenant, stage and cause')
    .option('--closed', 'those that are over, too')
    .action(({ closed }: { closed?: boolean }, command: Command) =>
      cli.run(command, async (session) => {
        const { tenant, limit = DEFAULT_LIMIT, after } = session.options;
        const connection = await session.connect();
        const now = connection.now();
        await refuseUnknownNames(connection.database('reader'), { tenant });
        await sayPauses(session, connection.database('reader'), now);
        const { rows, next } = await readPages(limit, ROWS_PER_PAGE, after, (most, from) =>
          listIncidents(connection.database('reader'), { tenant, closed }, most, from),
        );
        printList(session, {
          name: 'incidents',
          rows,
          next,
          columns: columns(rows, now),
          fields: FIELDS,
          empty: closed ? 'There was no incident.' : 'No incident is open.',
        });
        return undefined;
      }),
    );
}

function columns(rows: readonly ListedIncident[], now: Date): Column<ListedIncident>[] {
  return [
    { title: 'LEVEL', cell: levelCell },
    // It names tenant and stage.
    { title: 'KEY', cell: ({ key }) => shellWord(key) },
    { title: 'STUCK', cell: ({ count, awaited }) => count - awaited, align: 'right' },
    ...(rows.some(({ awaited }) => awaited > 0)
      ? [{ title: 'AWAITED', cell: ({ awaited }: ListedIncident) => awaited, align: 'right' as const }]
      : []),
    { title: 'BEGAN', cell: ({ openedAt }) => ageText(openedAt, now), align: 'right' },
    { title: 'NOTIFIED', cell: notifiedText },
    { title: 'CAUSE', cell: (incident) => causeText(incident), least: 40 },
  ];

  function notifiedText({ lastKind, lastSentAt, snoozedUntil, closedAt }: ListedIncident): string | null {
    if (closedAt === null && snoozedUntil !== null && isSnoozed({ snoozedUntil }, now))
      return `snoozed for ${durationText(snoozedUntil.getTime() - now.getTime())}`;
    if (lastKind === null) return null;
    return `${lastKind} ${lastSentAt === null ? '(not sent yet)' : ageText(lastSentAt, now)}`;
  }
}

function levelCell({ level, closedAt }: Pick<ListedIncident, 'level' | 'closedAt'>): Cell {
  if (closedAt !== null) return markCell(closedIncidentMark);
  return markCell(incidentLevelMarks[level]);
}

export function incidentShow(cli: Cli): Command {
  return newVerb('show', [])
    .description('show an incident: how it stands, what to do, what was notified and done')
    .argument('<key>', 'as `pagw incident list` prints it; of several, the open one or the latest')
    .action((key: string, _options: object, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const database = connection.database('reader');
        const incident = await findIncident(database, { key: key.trim() });
        if (incident === undefined) throw notFound(key);
        const notifications = await listNotifications(database, incident.id, NOTIFICATIONS_SHOWN);
        const outage = await listOutage(database, incident.id, OUTAGE_SHOWN);
        const { rows: acts } = await listActs(database, { incidentKey: incident.key }, NOTIFICATIONS_SHOWN);
        if (session.options.output !== 'table') {
          session.printJson({ incident, outage, notifications, acts });
          return undefined;
        }
        const now = connection.now();
        const pauses = await listRetryPauses(database);
        const pause = coveringPause(pauses, incident);
        const step = nextStepOfGroup(incident, pause !== undefined);
        const at = (moment: Date) => momentText(moment, session.options.time);
        const { closedAt } = incident;
        const hasStep = closedAt === null && !(isAwaited(incident) && pause === undefined);
        const commands = hasStep ? groupCommands(step, incident) : [];
        const facts: FactLine[] = [
          ['State', closedAt === null ? levelCell(incident) : `over ${at(closedAt)}`],
          ['Cause', causeSentence(incident)],
          [
            'Stuck',
            closedAt === null ? `${incident.count - incident.awaited}, ${incident.awaited} awaited` : null,
          ],
          ['At most', String(incident.peakCount)],
          ['Opened', `${at(incident.openedAt)} · ${ageText(incident.openedAt, now)}`],
          ['Notified with', incident.leadKey === null ? null : shellWord(incident.leadKey)],
          [`Same cause`, outage.length === 0 ? null : outageText(outage)],
          ['Paused', closedAt === null && pause !== undefined ? pauseText(pause, now) : null],
          ['What to do', closedAt === null ? step.say : null],
          ...commands.map(
            (command, place): FactLine => [
              place === 0 ? 'Command' : 'Then',
              session.command(command),
              'whole',
            ],
          ),
          ...notifications.map(
            ({ sentAt, writtenAt, body }): FactLine => [
              sentAt === null ? 'Not sent' : 'Notified',
              `${at(writtenAt)} ${body.split('\n')[0]}`,
            ],
          ),
          ...acts.map(
            ({ actedAt, actedBy, action, reason }): FactLine => [
              'By hand',
              `${at(actedAt)} ${action} by ${actedBy}: ${reason}`,
            ],
          ),
        ];
        session.print(
          `${session.paint(printable(incident.key), 'bold')}\n${factsText(facts, session.paint, session.width)}`,
        );
        return undefined;
      }),
    );
}

const NOTIFICATIONS_SHOWN = 20;
const OUTAGE_SHOWN = 500;

/** `3 tenants: anthem 41, elevance 30, carelon over`. */
function outageText(outage: readonly OutageMember[]): string {
  const each = outage.map(
    ({ tenant, count, closedAt }) => `${printable(tenant)} ${closedAt === null ? count : 'over'}`,
  );
  return `${plural(outage.length, 'tenant')}: ${each.join(', ')}`;
}

function notFound(key: string): CliError {
  return new CliError({
    code: 'INCIDENT_NOT_FOUND',
    message: `No incident has the key ${printable(key)}.`,
    hint: 'List them with `pagw incident list --closed`.',
    exitCode: ExitCode.notFound,
  });
}

interface Options extends ReasonOption {
  for: number;
}

const DEFAULT_SECONDS = 4 * 3600;

export function incidentSnooze(cli: Cli): Command {
  return addReason(
    newVerb('snooze', [])
      .description('send nothing more of an open incident for a while, unless a decision becomes overdue')
      .argument('<key>', 'as `pagw incident list` prints it')
      .option('--for <duration>', 'how long, such as 4h; 0s ends a silence', parseSilence, DEFAULT_SECONDS)
      .action((key: string, options: Options, command: Command) =>
        cli.run(command, async (session) => {
          const { for: seconds } = options;
          const connection = await session.connect();
          const now = connection.now();
          const until = new Date(now.getTime() + seconds * 1_000);
          const snooze = { key, until, ...(await operatorOf(options, session)) };
          const incident = await findIncident(connection.database('reader'), { key });
          if (incident?.closedAt === null && incident.leadKey !== null)
            throw usageError(
              `${printable(key)} has no notifications of its own: those of the same cause at other tenants cover it.`,
              `Silence that: \`${pagwCommand('incident snooze', [incident.leadKey], { reason: 'WHY' })}\`.`,
            );
          if (!(await snoozeIncident(connection.database('operator'), snooze, now)))
            throw new CliError({
              code: 'INCIDENT_NOT_FOUND',
              message: `No open incident has the key ${printable(key)}.`,
              hint: 'List them with `pagw incident list`.',
              exitCode: ExitCode.notFound,
            });
          const shown = printable(key);
          session.say(
            seconds === 0
              ? `${shown} is notified of again.`
              : `${shown} is silent for ${durationText(seconds * 1_000)}, until ${momentText(until, session.options.time)}.`,
          );
          return undefined;
        }),
      ),
  );
}

function parseSilence(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds > LONGEST_SNOOZE_SECONDS)
    throw new InvalidArgumentError('Give a duration up to 14d, such as 4h.');
  return seconds;
}
