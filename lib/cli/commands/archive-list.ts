import { Command } from 'commander';
import { type ArchiveMonth, listArchiveMonths } from '../../data-access/archive/list-archive-months.ts';
import { type ArchiveObjectRow, listArchiveObjects } from '../../data-access/archive/list-archive-objects.ts';
import type { Cli } from '../cli.ts';
import { bytesText } from '../doctor/bytes-text.ts';
import { printList } from '../output/print-list.ts';
import type { Cell, Column } from '../output/table.ts';
import { ageText, countText } from '../output/time-text.ts';
import { readMonth } from '../read-month.ts';
import type { Session } from '../session.ts';

export function archiveList(cli: Cli): Command {
  return new Command('list')
    .description('list months and how far they are archived, or the objects of one month')
    .argument('[month]', 'such as 2026-03: list its objects')
    .action((month: string | undefined, _options: object, command: Command) =>
      cli.run(command, month === undefined ? [] : ['tenant', 'limit'], (session) =>
        month === undefined ? listMonths(session) : listObjects(session, readMonth(month)),
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
    return { text: `↻ RESTORED, kept until ${keepUntil.toISOString().slice(0, 10)}`, style: 'yellow' };
  if (droppedAt !== null) return { text: `✓ ARCHIVED ${ageText(droppedAt, now)}`, style: 'green' };
  if (archivedRequests === 0) return { text: '– in the database' };
  return openRequests > 0
    ? { text: '◐ ARCHIVING, waits for open requests', style: 'yellow' }
    : { text: '◐ ARCHIVING' };
}

type CountKey = 'openRequests' | 'closedRequests' | 'archivedRequests' | 'archivedEvents' | 'objects';

function counts(columns: readonly (readonly [title: string, key: CountKey])[]): Column<ArchiveMonth>[] {
  return columns.map(([title, key]) => ({
    title,
    cell: (month) => (month[key] === 0 ? '' : countText(month[key])),
    align: 'right',
  }));
}
