import { Command } from 'commander';
import { type ListedIncident, listIncidents } from '../../data-access/stuck-alarm/list-incidents.ts';
import { durationText } from '../../domain/duration-text.ts';
import { causeText } from '../../domain/incident-text.ts';
import { shellWord } from '../../domain/shell-word.ts';
import type { Cli } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import type { Cell, Column } from '../output/table.ts';
import { ageText } from '../output/time-text.ts';
import { readPages } from '../read-pages.ts';

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
  ...(['openedAt', 'closedAt', 'oldestSince', 'snoozedUntil', 'lastKind', 'lastSentAt'] as const),
];

export function incidentList(cli: Cli): Command {
  return new Command('list')
    .description('list incidents: stuck requests of one tenant, stage and cause')
    .option('--closed', 'those that are over, too')
    .action(({ closed }: { closed?: boolean }, command: Command) =>
      cli.run(command, ['tenant', 'limit', 'after'], async (session) => {
        const { tenant, limit = DEFAULT_LIMIT, after } = session.options;
        const connection = await session.connect();
        const now = connection.now();
        const { rows, next } = await readPages(limit, ROWS_PER_PAGE, after, (most, from) =>
          listIncidents(connection.database('reader'), { tenant, closed }, most, from),
        );
        printList(session, {
          name: 'incidents',
          rows,
          next,
          columns: columns(now),
          fields: FIELDS,
          empty: closed ? 'There was no incident.' : 'No incident is open.',
        });
        return undefined;
      }),
    );
}

function columns(now: Date): Column<ListedIncident>[] {
  return [
    { title: 'LEVEL', cell: levelCell },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'STAGE', cell: ({ stage }) => stage, least: 8 },
    { title: 'CAUSE', cell: (incident) => causeText(incident), least: 16 },
    { title: 'COUNT', cell: ({ count }) => count, align: 'right' },
    { title: 'BEGAN', cell: ({ openedAt }) => ageText(openedAt, now), align: 'right' },
    { title: 'TOLD', cell: toldText },
    { title: 'KEY', cell: ({ key }) => ({ text: shellWord(key), style: 'dim' }) },
  ];

  function toldText({ lastKind, lastSentAt, snoozedUntil, closedAt }: ListedIncident): string | null {
    if (closedAt === null && snoozedUntil !== null && snoozedUntil > now)
      return `snoozed for ${durationText(snoozedUntil.getTime() - now.getTime())}`;
    if (lastKind === null) return null;
    return `${lastKind} ${lastSentAt === null ? '(not sent yet)' : ageText(lastSentAt, now)}`;
  }
}

function levelCell({ level, closedAt }: ListedIncident): Cell {
  if (closedAt !== null) return { text: '✓ over', style: 'dim' };
  return level === 'warn' ? { text: '! warn', style: 'yellow' } : { text: `‼ ${level}`, style: 'red' };
}
