import { Command } from 'commander';
import { findRequest, readTimeline, type TimelineEvent } from '../../data-access/timeline.ts';
import type { Verb } from '../cli.ts';
import { CliError, ExitCode } from '../cli-error.ts';
import { eventStatusCell } from '../output/paint.ts';
import { printList } from '../output/print-list.ts';
import { clockText, tookText } from '../output/time-text.ts';
import { spanText } from './report.ts';

export const reportTimeline: Verb = (cli) =>
  new Command('timeline')
    .description('the events of a request in order, each with its place in time')
    .argument('<pagwId>', 'the request')
    .action((pagwId: string, _options, command: Command) =>
      cli.run(command, ['tenant'], async (session) => {
        const connection = await session.connect();
        const database = connection.database('reader');
        const request = await findRequest(database, pagwId, session.options.tenant);
        if (request === undefined)
          throw new CliError({
            code: 'REQUEST_NOT_FOUND',
            message: `There is no request ${pagwId}.`,
            hint: 'Look for it with `pagw request list`.',
            exitCode: ExitCode.notFound,
          });
        const rows: TimelineEvent[] = [];
        for await (const page of readTimeline(database, request)) rows.push(...page);
        const whole = extentOf(rows);
        printList(session, {
          name: 'events',
          rows,
          fields: [
            ...([
              'sequenceNo',
              'stage',
              'eventType',
              'status',
              'attempt',
              'durationMs',
              'errorCode',
            ] as const),
            ...(['occurredAt', 'createdAt', 'metadata'] as const),
          ],
          columns: [
            { title: '#', cell: ({ sequenceNo }) => sequenceNo, align: 'right' },
            { title: 'AT', cell: ({ occurredAt }) => clockText(occurredAt, session.options.time) },
            { title: 'STAGE', cell: ({ stage }) => stage, least: 10 },
            { title: 'EVENT TYPE', cell: ({ eventType }) => eventType, least: 12 },
            { title: 'STATUS', cell: ({ status }) => eventStatusCell(status) },
            {
              title: 'TOOK',
              cell: ({ durationMs: ms }) => (ms === null ? null : tookText(ms)),
              align: 'right',
            },
            {
              title: tookText(whole.to - whole.from),
              cell: (event) => ({ text: placeOf(event, whole), style: 'cyan' }),
            },
            { title: 'ERROR', cell: ({ errorCode }) => errorCode, least: 10 },
          ],
          empty: 'The request has no events.',
        });
        return undefined;
      }),
    );

interface Extent {
  from: number;
  to: number;
}

function extentOf(events: readonly TimelineEvent[]): Extent {
  const whole = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  for (const event of events) {
    const { from, to } = pieceOf(event);
    whole.from = Math.min(whole.from, from);
    whole.to = Math.max(whole.to, to);
  }
  return events.length === 0 ? { from: 0, to: 0 } : whole;
}

/** An event happens at the end of what it measured. */
function pieceOf({ occurredAt, durationMs }: TimelineEvent): Extent {
  const to = occurredAt.getTime();
  return { from: to - Math.max(0, durationMs ?? 0), to };
}

function placeOf(event: TimelineEvent, whole: Extent): string {
  const { from, to } = pieceOf(event);
  const length = Math.max(1, whole.to - whole.from);
  return spanText((from - whole.from) / length, (to - whole.from) / length);
}
