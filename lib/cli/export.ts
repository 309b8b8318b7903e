import { setFlagsFromString } from 'node:v8';
import { type Command, Option } from 'commander';
import type { LoggedEvent, LoggedRequest } from '../data-access/event-log.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { countRequests, listTenants } from '../data-access/requests.ts';
import { plural } from '../domain/words.ts';
import {
  eventElement,
  type LogBatch,
  readEventLog,
  TRACE_END,
  traceBegin,
  XES_BEGIN,
  XES_END,
} from '../flows/export/event-log.ts';
import { type Cli, newVerb } from './cli.ts';
import { usageError } from './cli-error.ts';
import { openProgress } from './output/open-output.ts';
import { BYTE_ORDER_MARK, csvLine } from './output/print-list.ts';
import type { Session } from './session.ts';

const formats = ['csv', 'xes'] as const;
type Format = (typeof formats)[number];

/** Beyond that, progress says how many were written and not of how many. */
const MOST_COUNTED = 1_000_000;

export function exportEvents(cli: Cli): Command {
  return newVerb('export', ['tenant', 'since', 'until'])
    .description(
      'every event of every request as an event log for process-mining tools: pagw export --format xes > log.xes',
    )
    .addOption(new Option('--format <name>', 'CSV, or XES (IEEE 1849-2016)').choices(formats).default('csv'))
    .addHelpText(
      'after',
      '\n--since and --until choose requests by when they were first heard of; their histories are whole, archived events' +
        '\namong them. Error texts and metadata are left out.',
    )
    .action(({ format }: { format: Format }, command: Command) =>
      cli.run(command, async (session) => {
        const { output } = session.options;
        if (output !== 'table' && output !== format)
          throw usageError('`pagw export` writes CSV or XES.', 'Choose with --format csv or --format xes.');
        await exportLog(session, format);
        return undefined;
      }),
    );
}

async function exportLog(session: Session, format: Format): Promise<void> {
  // Rows live for a moment, yet V8 would give the young ones up to 100 MiB: the most that an export takes falls by a third.
  setFlagsFromString('--semi-space-growth-factor=1');
  const connection = await session.connect();
  const database = connection.database('reader');
  const { tenant: only } = session.options;
  await refuseUnknownNames(database, { tenant: only });
  const span = session.window(connection.now());
  const total = await countRequests(database, { tenant: only, ...span }, MOST_COUNTED);
  const progress = openProgress(session.io.stderr);
  const log = openLog(session, format);
  const written = { requests: 0, events: 0 };
  let current: string | undefined;
  for (const tenant of only === undefined ? await listTenants(database) : [only])
    for await (const batch of readEventLog(database, connection.s3, { tenant, ...span })) {
      if (batch.request.pagwId !== current) written.requests += 1;
      log.write(batch, batch.request.pagwId !== current);
      current = batch.request.pagwId;
      written.events += batch.events.length;
      progress.count(written.requests, total < MOST_COUNTED ? total : null, 'requests');
    }
  log.end();
  progress.clear();
  session.say(`${plural(written.events, 'event')} of ${plural(written.requests, 'request')} written.`);
}

interface Log {
  write(batch: LogBatch, isNew: boolean): void;
  end(): void;
}

function openLog(session: Session, format: Format): Log {
  return format === 'xes' ? openXes(session) : openCsv(session);
}

function openXes(session: Session): Log {
  let open = false;
  session.print(XES_BEGIN);
  return {
    write: ({ request, events }, isNew) => {
      const begin = isNew ? `${open ? TRACE_END : ''}${traceBegin(request)}` : '';
      open = true;
      session.print(begin + events.map(eventElement).join(''));
    },
    end: () => session.print((open ? TRACE_END : '') + XES_END),
  };
}

const COLUMNS = [
  ...(['pagwId', 'tenant', 'requestType', 'priority'] as const),
  ...(['sequenceNo', 'stage', 'eventType', 'status', 'attempt', 'occurredAt', 'createdAt'] as const),
  ...(['durationMs', 'errorCode', 'serviceName', 'workerId', 'eventId'] as const),
] as const satisfies readonly (keyof LoggedRequest | keyof LoggedEvent)[];

function openCsv(session: Session): Log {
  session.print((session.options.bom === true ? BYTE_ORDER_MARK : '') + csvLine(COLUMNS));
  return {
    write: ({ request, events }) => {
      const { pagwId, tenant, requestType, priority } = request;
      const lines = events.map((event) => {
        const row = { pagwId, tenant, requestType, priority, ...event };
        return csvLine(COLUMNS.map((column) => row[column]));
      });
      session.print(lines.join(''));
    },
    end: () => undefined,
  };
}
