import { Command } from 'commander';
import {
  countRequests,
  type ListedRequest,
  listRequests,
  REQUESTS_PER_PAGE,
  type RequestFilter,
} from '../../data-access/query/list-requests.ts';
import { canonicalStage } from '../../domain/event-stages.ts';
import { requestStatuses } from '../../domain/tracked-event.ts';
import type { Cli } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { printList } from '../output/print-list.ts';
import { eventStatusCell, requestStatusCell } from '../output/status-cell.ts';
import type { Cell, Column } from '../output/table.ts';
import { ageText } from '../output/time-text.ts';
import { readPages } from '../read-pages.ts';

interface Options {
  status?: string;
  stage?: string;
  open?: boolean;
}

const DEFAULT_LIMIT = 25;
/** Counting up to here reads an index for a few milliseconds. */
const MOST_COUNTED = 10_000;

const FIELDS: (keyof ListedRequest & string)[] = [
  'pagwId',
  'tenant',
  'requestType',
  'priority',
  'status',
  'stage',
  'eventType',
  'eventStatus',
  'attempt',
  'events',
  'failures',
  'errorCode',
  'stuckReason',
  'receivedAt',
  'lastEventAt',
  'completedAt',
  'createdAt',
];

export function requestList(cli: Cli): Command {
  return new Command('list')
    .description('list requests, newest first')
    .option('--status <status>', 'only requests of this status, such as PENDING')
    .option('--stage <stage>', 'only requests whose main lane stands at this stage')
    .option('--open', 'only requests that are in flight')
    .action((options: Options, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until', 'limit', 'after'], async (session) => {
        const { after } = session.options;
        const own = { status: readStatus(options.status), stage: readStage(options.stage) };
        const connection = await session.connect();
        const database = connection.database('reader');
        const now = connection.now();
        const filter: RequestFilter = {
          ...own,
          ...session.window(now),
          tenant: session.options.tenant,
          openOnly: options.open,
        };
        const { rows, next } = await readPages(
          session.options.limit ?? DEFAULT_LIMIT,
          REQUESTS_PER_PAGE,
          after,
          (limit, from) => listRequests(database, filter, limit, from),
        );
        // Only what an index alone can count, and only from the beginning of the list.
        const countable = !own.status && !own.stage && !options.open && !after && next !== null;
        const count =
          countable && session.options.output === 'table'
            ? await countRequests(database, filter, MOST_COUNTED + 1)
            : undefined;
        printList(session, {
          name: 'requests',
          rows,
          columns: columns(now),
          notes: stuckNotes,
          fields: FIELDS,
          empty: 'No request matches.',
          next,
          total:
            count === undefined
              ? undefined
              : { count: Math.min(count, MOST_COUNTED), atLeast: count > MOST_COUNTED },
        });
        return undefined;
      }),
    );
}

function columns(now: Date): Column<ListedRequest>[] {
  return [
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'STATUS', cell: ({ status }) => requestStatusCell(status), least: 8 },
    { title: 'WHERE', cell: whereCell, least: 20 },
    { title: 'EVENTS', cell: ({ events }) => events, align: 'right' },
    {
      title: 'SEEN',
      cell: ({ lastEventAt }) => lastEventAt && { text: ageText(lastEventAt, now), style: 'dim' },
      align: 'right',
    },
  ];
}

function whereCell({ completedAt, stage, eventStatus }: ListedRequest): Cell {
  if (completedAt !== null) return { text: 'closed', style: 'dim' };
  const { text, style = 'plain' } = eventStatusCell(eventStatus);
  return { text: `${text} ${stage ?? ''}`, style };
}

function stuckNotes({ stuckReason }: ListedRequest): Cell[] {
  return stuckReason === null ? [] : [{ text: `stuck: ${stuckReason}`, style: 'yellow' }];
}

function readStatus(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const status = requestStatuses.find((known) => known === text.trim().toUpperCase());
  if (status !== undefined) return status;
  throw usageError(`--status takes one of ${requestStatuses.join(', ')}.`);
}

/** Aliases mean their stage; others are taken as they come, since unknown stages are recorded, too. */
function readStage(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (canonicalStage(text) ?? text.trim().toUpperCase());
}
