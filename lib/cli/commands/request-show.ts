import { Command } from 'commander';
import { readHistory } from '../../data-access/archive/read-history.ts';
import { findRequest } from '../../data-access/query/find-request.ts';
import type { TimelineEvent } from '../../data-access/query/request-timeline.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { requestHeadText } from '../output/request-head.ts';
import { plural } from '../output/time-text.ts';
import { timelineText } from '../output/timeline-table.ts';
import type { Session } from '../session.ts';

const FIELDS: (keyof TimelineEvent & string)[] = [
  'sequenceNo',
  'occurredAt',
  'stage',
  'eventType',
  'status',
  'attempt',
  'durationMs',
  'errorCode',
  'errorMessage',
  'retryable',
  'nextRetryAt',
  'retryExhaustedAt',
  'externalReference',
  'workerId',
  'serviceName',
  'startedAt',
  'completedAt',
  'createdAt',
  'eventId',
  'metadata',
];

interface Options {
  metadata?: boolean;
}

export function requestShow(cli: Cli): Command {
  return new Command('show')
    .description('show a request and its events in order')
    .argument('<pagwId>', 'such as PAGW-20251226-00005-A7CEB2B3')
    .option('--metadata', "print each event's metadata below it (JSON always holds it)")
    .action((pagwId: string, { metadata = false }: Options, command: Command) =>
      cli.run(command, ['tenant', 'limit'], (session) => showRequest(session, pagwId.trim(), metadata)),
    );
}

async function showRequest(session: Session, pagwId: string, metadata: boolean): Promise<undefined> {
  const connection = await session.connect();
  const database = connection.database('reader');
  const { tenant, limit = Number.POSITIVE_INFINITY, output, time } = session.options;
  const request = await findRequest(database, pagwId, tenant);
  if (request === undefined) throw notFound(pagwId, tenant);
  const events: TimelineEvent[] = [];
  for await (const page of readHistory(database, connection.s3, request)) {
    events.push(...page.slice(0, limit - events.length));
    if (events.length >= limit) break;
  }
  switch (output) {
    case 'json':
      session.printJson({ request, events });
      break;
    case 'jsonl':
      session.printJsonLines(events.map((event) => ({ pagwId: request.pagwId, ...event })));
      break;
    case 'csv':
      session.printCsv([
        ['pagwId', ...FIELDS],
        ...events.map((event) => [request.pagwId, ...FIELDS.map((field) => event[field])]),
      ]);
      break;
    case 'table': {
      const view = {
        paint: session.paint,
        width: session.width,
        zone: time,
        now: connection.now(),
        metadata,
      };
      session.print(`${requestHeadText(request, view)}\n${timelineText(events, view)}`);
    }
  }
  if (events.length < request.lastSequenceNo && events.length === limit)
    session.say(`${events.length} of ${plural(request.lastSequenceNo, 'event')}; leave --limit out for all.`);
  return undefined;
}

function notFound(pagwId: string, tenant: string | undefined): CliError {
  return new CliError({
    code: 'REQUEST_NOT_FOUND',
    message: `There is no request ${pagwId}${tenant === undefined ? '' : ` of ${tenant}`}.`,
    hint: 'Ids are case-sensitive. See `pagw request list` and, if its events were refused, `pagw rejected list`.',
    exitCode: ExitCode.notFound,
  });
}
