import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { databaseSettings } from '../support/lambda-environment.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/pagw.ts', import.meta.url));
const START = fileURLToPath(new URL('../../bin/start-pagw.mjs', import.meta.url));
const db = await databaseOfFile();
let console: Server;
let url: string;

/** A console that knows nothing but where the test's database is. */
beforeAll(async () => {
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_RDS_DATA: inject('dataApiUrl'),
    AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
    ...databaseSettings(db),
    EVENTS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/pagw-events.fifo',
  };
  console = createServer((_, response) => response.end(JSON.stringify(environment)));
  await new Promise<void>((settle) => console.listen(0, '127.0.0.1', settle));
  url = `http://127.0.0.1:${(console.address() as AddressInfo).port}`;
  const events = Array.from({ length: 600 }, (_, number) =>
    trackedEvent({ pagwId: 'PAGW-1', metadata: { number, filling: 'x'.repeat(1_000) } }),
  );
  await recordEvents(db.database, events, new Date());
});

afterAll(async () => {
  console.close();
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(
  args: string[],
  env: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  const ended = new Promise<Ended>((settle) => child.once('close', (code) => settle({ code, ...output })));
  return { child, ended };
}

/** Runs a program of ours in a shell that sets limits first; `$0` and `$@` are Node, and what it is to run. */
async function shell(script: string, program: string[]): Promise<Pick<Ended, 'code' | 'stderr'>> {
  const env = { PATH: process.env.PATH };
  const child = spawn('sh', ['-c', script, process.execPath, '--import', 'tsx', ...program], { env });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

describe('the pagw program', () => {
  it('prints a long timeline whole to a slow reader', async () => {
    const { ended } = start(['request', 'show', 'PAGW-1', '-o', 'jsonl', '--url', url]);
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).sequenceNo),
    ).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
  });

  it('starts from one piece as npm runs it, and says the same as from its sources', async () => {
    const [asNpm, fromSources] = await Promise.all(
      [[START], ['--import', 'tsx', PROGRAM]].map(async (program) => {
        const args = [...program, 'request', 'show', 'PAGW-1', '-o', 'jsonl', '--url', url];
        const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 10_000_000 });
        return stdout;
      }),
    );
    expect(asNpm).toBe(fromSources);
    const { scripts } = JSON.parse(readFileSync(join(START, '../../package.json'), 'utf8'));
    expect(scripts.pagw).toBe('node bin/start-pagw.mjs');
    const { stderr, code } = await promisify(execFile)(process.execPath, [START, 'nonsense']).catch(
      (error) => error,
    );
    expect({ stderr, code }).toMatchObject({ code: 64, stderr: expect.stringContaining('nonsense') });
  });

  it('ends with 1 and a sentence when its reader has closed the pipe', async () => {
    const { child, ended } = start(['request', 'show', 'PAGW-1', '-o', 'jsonl'], { PAGW_URL: url });
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('its reader has closed the pipe.'),
    });
  });

  it.skipIf(process.platform === 'win32')(
    'ends with 1 when the rest of a long export is not taken',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pagw-cut-'));
      const args = ['request', 'show', 'PAGW-1', '-o', 'json', '--url', url];
      const { code, stderr } = await shell(`ulimit -f 64; "$0" "$@" > ${join(folder, 'cut.json')}`, [
        PROGRAM,
        ...args,
      ]);
      rmSync(folder, { recursive: true });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining('cannot be written: the file may not grow any further.'),
      });
    },
  );

  it.skipIf(process.platform === 'win32')('ends with 1 when its version is not taken', async () => {
    const installed = fileURLToPath(new URL('../../bin/pagw-installed.ts', import.meta.url));
    const folder = mkdtempSync(join(tmpdir(), 'pagw-cut-'));
    const script = `ulimit -f 0; "$0" "$@" > ${join(folder, 'version')}`;
    expect(await shell(script, [installed, '--version'])).toEqual({
      code: 1,
      stderr: 'pagw: The output cannot be written: EFBIG.\n',
    });
    rmSync(folder, { recursive: true });
  });

  it.skipIf(process.platform === 'win32')(
    'leaves the contract as it is when it cannot be written',
    async () => {
      const schema = fileURLToPath(new URL('../../bin/schema.ts', import.meta.url));
      const { code, stderr } = await shell('ulimit -f 0; "$0" "$@"', [schema]);
      expect(code).toBe(1);
      expect(stderr).toContain('docs/contract/asyncapi.yaml cannot be written: EFBIG. It is as it was.');
    },
  );

  it('says in a sentence that nothing answers, and what to do', async () => {
    const { ended } = start(['request', 'list', '--url', 'http://127.0.0.1:1']);
    expect(await ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `pagw: No event tracker answers at http://127.0.0.1:1.\nStart one with \`npm start\`, give its address with --url, or name a deployed one with --stack.\n`,
    });
  });

  it.skipIf(process.platform === 'win32').each([
    ['SIGINT', 130],
    ['SIGHUP', 129],
    ['SIGTERM', 143],
  ] as const)('ends by %s with %i and a sentence', async (signal, code) => {
    const { child, ended } = start(['event', 'send', '-f', '-', '--url', url]);
    // It asks where the tracker is, then waits for stdin, which stays open.
    await once(console, 'request');
    child.kill(signal);
    expect(await ended).toEqual({
      code,
      stdout: '',
      stderr: expect.stringContaining('pagw: Interrupted.\n'),
    });
  });
});
