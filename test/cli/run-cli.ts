import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Connection } from '../../lib/cli/connection.ts';
import type { OpenConsole } from '../../lib/cli/console.ts';
import type { StageNeeds } from '../../lib/cli/doctor/account-limits.ts';
import { type CliOutput, runPagw } from '../../lib/cli/run-pagw.ts';
import type { TestDatabase } from '../support/database.ts';

export interface CliRun {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliRunOptions {
  connection?: Connection;
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
  /** Of the terminal; undefined: a pipe. */
  columns?: number;
  /** What somebody types when asked; undefined: nobody is there. */
  answer?: string;
  signal?: AbortSignal;
  openConsole?: OpenConsole;
  stageNeeds?: (stage: string) => Promise<StageNeeds>;
  /** Instead of what is captured. */
  stdout?: CliOutput;
}

/** Runs a command line in this process; its streams are what it wrote. */
export async function runCli(args: readonly string[], options: CliRunOptions = {}): Promise<CliRun> {
  const { connection, stdin = '', env = {}, columns, answer, signal, stdout } = options;
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    ...(columns === undefined ? {} : { isTTY: true, columns }),
    write: (text: string) => {
      written[name] += text;
    },
  });
  const code = await runPagw(args, {
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: stdout ?? output('stdout'),
    stderr: output('stderr'),
    env,
    ask: answer === undefined ? undefined : async () => answer,
    openConnection: async () => {
      if (connection === undefined) throw new Error('This command was not to open a connection.');
      return connection;
    },
    openConsole: options.openConsole ?? (() => Promise.reject(new Error('No console was to be opened.'))),
    stageNeeds: options.stageNeeds ?? (() => Promise.reject(new Error('No stage was to be read.'))),
    signal: signal ?? new AbortController().signal,
  });
  return { code, ...written };
}

/** A tracker made of a test's database and whatever clients it brings. */
export function connectionTo(db: TestDatabase, now: Date, given: Partial<Connection> = {}): Connection {
  return {
    kind: 'local',
    name: 'the test tracker',
    options: '',
    database: () => db.database,
    sqs: {} as SQSClient,
    eventsQueueUrl: 'http://queue.test/000000000000/pagw-events.fifo',
    deadLetterQueueUrl: undefined,
    s3: {} as S3Client,
    retryPolicy: undefined,
    phiGuard: undefined,
    decisionPolicy: undefined,
    stuckLimits: undefined,
    now: () => now,
    close: () => undefined,
    ...given,
  };
}
