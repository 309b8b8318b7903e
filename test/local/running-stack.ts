import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { type Database, openDatabase } from '../../lib/data-access/database.ts';
import {
  LOCAL_CLUSTER_ARN,
  LOCAL_CREDENTIALS,
  LOCAL_DATABASE,
  LOCAL_REGION,
  LOCAL_SECRET_ARN,
} from '../../lib/local/local-environment.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/local.ts', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `npm start` in a process of its own, which a test may kill. */
export interface RunningStack {
  child: ChildProcess;
  url: string;
  database: Database;
  /** What it printed until it was ready. */
  banner: string;
  ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): Promise<Ended>;
}

/** Runs until the process ends by itself. */
export function runToEnd(args: string[]): Promise<Ended> {
  return launch(args).ended;
}

/** Runs until it is ready. */
export async function startStack(
  port: number,
  dataDirectory: string,
  ...args: string[]
): Promise<RunningStack> {
  const { child, ended, output } = launch(['--port', String(port), '--data', dataDirectory, ...args]);
  await new Promise<void>((settle, fail) => {
    child.stdout?.on('data', () => {
      if (output.stdout.includes('ready in')) settle();
    });
    ended.then(({ code, stderr }) => fail(new Error(`The start ended with code ${code}: ${stderr}`)), fail);
  });
  const client = new RDSDataClient({
    endpoint: `http://127.0.0.1:${port + 1}`,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    database: openDatabase(client, {
      resourceArn: LOCAL_CLUSTER_ARN,
      secretArn: LOCAL_SECRET_ARN,
      database: LOCAL_DATABASE,
    }),
    banner: output.stdout,
    ended,
    kill: (signal) => {
      client.destroy();
      child.kill(signal);
      return ended;
    },
  };
}

function launch(args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<Ended>((settle, fail) => {
    child.once('error', fail).once('close', (code) => settle({ code, ...output }));
  });
  return { child, ended, output };
}
