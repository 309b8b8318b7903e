import { parseArgs } from 'node:util';
import { toTracker } from '../domain/printable-text.ts';
import { plural } from '../domain/words.ts';
import type { RequestCounts } from './local-database.ts';
import { LOCAL_CLUSTER_ARN, LOCAL_SECRET_ARN, trackerOptionsAt } from './local-environment.ts';

export interface StartOptions {
  port: number;
  dataDirectory: string;
  empty: boolean;
  demo: boolean;
  help: boolean;
}

export const START_HELP = `Usage: npm start -- [options]

Runs the whole event tracker on this machine: PostgreSQL, the RDS Data API, SQS and S3,
the Lambda handlers, a console, and a demo pipeline that keeps sending events.

  --port N     first of four ports in a row: console, Data API, SQS and S3, PostgreSQL (4780)
  --data DIR   where everything is kept; the next start finds it again (.local)
  --empty      forget what is kept there, and start afresh
  --no-demo    without the demo pipeline
  --help       this text
`;

const LAST_PORT = 65_535 - 3;

/** The arguments make no sense; the message says which and why. */
export class StartUsageError extends Error {
  override readonly name = 'StartUsageError';
}

/** @throws StartUsageError with a sentence for the user when the arguments make no sense. */
export function readStartOptions(args: string[]): StartOptions {
  const values = parse(args);
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port < 1 || port > LAST_PORT) {
    throw new StartUsageError(`--port takes a number from 1 to ${LAST_PORT}, such as --port 4790.`);
  }
  if (values.data.trim() === '')
    throw new StartUsageError('--data takes a directory, such as --data .local.');
  return { port, dataDirectory: values.data, empty: values.empty, demo: values.demo, help: values.help };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '4780' },
        data: { type: 'string', default: '.local' },
        empty: { type: 'boolean', default: false },
        demo: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowNegative: true,
    }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'The arguments cannot be read.';
    throw new StartUsageError(`${reason} See --help.`, { cause });
  }
}

/** What a start prints when all is up; the counts are what the database holds now. */
export function startBanner(options: StartOptions, counts: RequestCounts, postgresVersion: string): string {
  const { port, dataDirectory, demo } = options;
  const address = (offset: number) => `http://localhost:${port + offset}`;
  const { tenants, requests, stuck, retriesDue } = counts;
  const data = `${plural(tenants, 'tenant')}, ${plural(requests, 'request')}, ${stuck} stuck, ${plural(retriesDue, 'retry', 'retries')} due`;
  return `
pagw event tracker · local mode, no AWS account
  Console   ${address(0)}
  Ingest    POST ${address(0)}/events     (the same JSON as the queue takes)
  SQS       ${address(2)}                 queue pagw-events.fifo
  Data API  ${address(1)}                 PostgreSQL ${postgresVersion} on ${port + 3}, kept in ${dataDirectory}/ (--data DIR, --empty)
            ${LOCAL_CLUSTER_ARN}
            ${LOCAL_SECRET_ARN}
  ${demo ? 'Demo' : 'Data'}      ${data}
  Next      npm run pagw -- ${toTracker('stuck', trackerOptionsAt(port))}
`;
}
