import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { Command } from 'commander';
import { beforeEach, describe, expect, it } from 'vitest';
import { Cli } from '../../lib/cli/cli.ts';
import { toCliError } from '../../lib/cli/cli-error.ts';
import { addGlobalOptions } from '../../lib/cli/global-options.ts';
import { retryVerbs } from '../../lib/cli/program.ts';
import type { CliIo } from '../../lib/cli/run-pagw.ts';
import { openRetryBench } from '../flows/retry/retry-bench.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';

const bench = openRetryBench();
let answer: string | undefined;
let asked: string[];

beforeEach(() => {
  answer = undefined;
  asked = [];
});

/** Runs `pagw retry …` on this test's database. */
async function pagw(...args: string[]) {
  const output = { stdout: '', stderr: '' };
  const collect = (stream: 'stdout' | 'stderr', text: string) => {
    output[stream] += text;
  };
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { write: (text) => collect('stdout', text) },
    stderr: { write: (text) => collect('stderr', text) },
    env: { USER: 'ann' },
    ...(answer === undefined
      ? {}
      : {
          ask: async (question: string) => {
            asked.push(question);
            return answer ?? '';
          },
        }),
    openConsole: () => Promise.reject(new Error('No console was to be opened.')),
    stageNeeds: () => Promise.reject(new Error('No stage was to be read.')),
    openConnection: async () => ({
      kind: 'local',
      name: 'test',
      options: '',
      database: () => bench.database,
      sqs: {} as SQSClient,
      eventsQueueUrl: '',
      deadLetterQueueUrl: undefined,
      s3: {} as S3Client,
      retryPolicy: '{"maxAttempts":7}',
      phiGuard: undefined,
      decisionPolicy: undefined,
      stuckLimits: undefined,
      now: () => bench.now,
      close: () => undefined,
    }),
    signal: new AbortController().signal,
  };
  const cli = new Cli(io);
  const program = addGlobals(new Command('pagw'));
  const group = new Command('retry');
  for (const verb of retryVerbs) group.addCommand(verb(cli));
  program.addCommand(group);
  for (const command of [group, ...group.commands])
    command.exitOverride().configureOutput({ outputError: () => undefined });
  try {
    await program.parseAsync(['retry', ...args], { from: 'user' });
    return { ...output, exitCode: cli.exitCode as number, message: '' };
  } catch (error) {
    const { exitCode, message, code, hint } = toCliError(error);
    return { ...output, exitCode: exitCode as number, message, code, hint };
  }
}

function addGlobals(program: Command): Command {
  addGlobalOptions(program);
  return program.exitOverride();
}

const fail = (fields: Parameters<typeof failedEvent>[0] = {}) => {
  const event = failedEvent({ pagwId: bench.newRequest(), ...fields });
  return bench.record(event).then(() => event);
};

async function actions() {
  const { rows } = await bench.database.execute(
    'SELECT action, acted_by, reason, affected FROM operator_action ORDER BY id',
  );
  return rows;
}

describe('pagw retry list', () => {
  it('shows what waits with its attempt of how many, and pages', async () => {
    for (let n = 0; n < 3; n++) await fail({ metadata: { targetSystem: 'carelon' } });
    bench.pass(61);
    const { stdout } = await pagw('list');
    expect(stdout.split('\n')).toHaveLength(5);
    expect(stdout).toMatch(/anthem +PARSING +1m ago +1 of 7 +PARSE_EXCEPTION +carelon +↻ due +1s ago/);
    const first = await pagw('list', '--limit', '2', '-o', 'json');
    const page = JSON.parse(first.stdout);
    expect(page.retries).toHaveLength(2);
    const rest = await pagw('list', '--limit', '2', '-o', 'json', '--after', page.next);
    expect(JSON.parse(rest.stdout)).toMatchObject({ retries: [{ attempt: 1, maxAttempts: 7 }], next: null });
  });

  it.each([
    [['--stage', 'parser'], 1],
    [['--error-code', 'API_TIMEOUT'], 1],
    [['--downstream', 'carelon'], 1],
    [['--tenant', 'ELEVANCE'], 1],
    [['--state', 'exhausted'], 1],
    [['--older-than', '1h'], 0],
    [[], 4],
  ])('narrows by %j', async (options, count) => {
    await fail({ tenant: 'elevance', stage: 'CONVERSION' });
    await fail({ errorCode: 'API_TIMEOUT', stage: 'API_CONNECTOR', metadata: { targetSystem: 'carelon' } });
    await fail();
    await fail({ attempt: 5, stage: 'ENRICHMENT' });
    const { stdout } = await pagw('list', '-o', 'json', ...options);
    expect(JSON.parse(stdout).retries).toHaveLength(count);
  });

  it('says so when there is nothing', async () => {
    expect(await pagw('list')).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('No failure'),
      exitCode: 0,
    });
  });
});

describe('pagw retry run', () => {
  it('makes a request’s failures due and writes down who and why', async () => {
    const { pagwId } = await fail({ attempt: 5 });
    const { stdout } = await pagw('run', pagwId, '--reason', 'payer is back', '-o', 'json');
    expect(JSON.parse(stdout).retries).toEqual([
      { stage: 'PARSING', sequenceNo: 1, attempt: 5, wasExhausted: true },
    ]);
    expect(await actions()).toEqual([
      { action: 'retry.run', actedBy: 'ann', reason: 'payer is back', affected: 1 },
    ]);
    await bench.run();
    expect(bench.queue.commands).toHaveLength(1);
  });

  it('wants a reason, and says why there is nothing to retry', async () => {
    const { pagwId } = await fail();
    expect(await pagw('run', pagwId)).toMatchObject({
      exitCode: 64,
      message: expect.stringContaining('--reason'),
    });
    expect(await pagw('run', pagwId, '--reason', ' ')).toMatchObject({ exitCode: 64 });
    await bench.record(trackedEvent({ pagwId, stated: { status: 'CANCELLED' } }));
    expect(await pagw('run', pagwId, '--reason', 'x')).toMatchObject({
      exitCode: 1,
      message: 'The request has ended.',
    });
    expect(await pagw('run', 'PAGW-NONE', '--reason', 'x')).toMatchObject({ exitCode: 5 });
    expect(await actions()).toEqual([]);
  });
});

describe('pagw retry batch', () => {
  it('shows count and sample, asks, and is carried out by retry', async () => {
    for (let n = 0; n < 8; n++) await fail({ attempt: 5 });
    answer = 'y';
    const { stdout, stderr } = await pagw(
      'batch',
      '--stage',
      'PARSING',
      '--reason',
      'fixed',
      '--rate',
      '1000',
    );
    expect(asked).toEqual(['Retry 8 failures, 1,000 a minute? [y/N] ']);
    expect(stderr).toContain('8 failures match: PARSING.');
    expect(stderr.match(/PAGW-RETRY/g)).toHaveLength(5);
    expect(stderr).toContain('… and 3 more.');
    expect(await actions()).toEqual([
      { action: 'retry.batch', actedBy: 'ann', reason: 'fixed', affected: 8 },
    ]);
    const batches = JSON.parse((await pagw('batches', '-o', 'json')).stdout).batches;
    expect(batches).toMatchObject([{ id: Number(stdout), matched: 8, done: 0, state: 'RUNNING' }]);
  });

  it('does nothing when the answer is no, when nobody is there to answer, or on a dry run', async () => {
    await fail({ attempt: 5 });
    const args = ['batch', '--stage', 'PARSING', '--reason', 'x'];
    expect(await pagw(...args)).toMatchObject({ exitCode: 64 });
    answer = 'n';
    expect(await pagw(...args)).toMatchObject({ exitCode: 2 });
    expect(await pagw('batch', '--stage', 'PARSING', '--dry-run')).toMatchObject({ exitCode: 0 });
    expect(await pagw('batch', '--stage', 'PARSING', '-y')).toMatchObject({ exitCode: 64 });
    expect(await pagw(...args, '--dry-run')).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await actions()).toEqual([]);
  });

  it('refuses to retry everything without being told so, and rates that make no sense', async () => {
    await fail();
    expect(await pagw('batch', '--reason', 'x', '-y')).toMatchObject({ exitCode: 64 });
    expect(await pagw('batch', '--all', '--reason', 'x', '-y', '--rate', '0')).toMatchObject({
      exitCode: 64,
    });
    expect(await pagw('batch', '--all', '--reason', 'x', '-y')).toMatchObject({ exitCode: 0 });
  });

  it('can be cancelled, once', async () => {
    await fail({ attempt: 5 });
    const { stdout } = await pagw('batch', '--all', '--reason', 'x', '-y');
    expect(await pagw('cancel', stdout.trim(), '--reason', 'mistake')).toMatchObject({ exitCode: 0 });
    expect(await pagw('cancel', stdout.trim(), '--reason', 'mistake')).toMatchObject({ exitCode: 5 });
  });
});

describe('pagw retry pause and resume', () => {
  it('hold back and let go', async () => {
    await fail({ stage: 'API_CONNECTOR' });
    bench.pass(61);
    const scope = ['--stage', 'api-connector', '--tenant', 'anthem'];
    expect(await pagw('pause', ...scope, '--reason', 'maintenance window')).toMatchObject({ exitCode: 64 });
    expect((await pagw('pauses')).stdout).toBe('');
    await pagw('pause', ...scope, '--reason', 'maintenance window', '-y');
    expect((await pagw('pauses')).stdout).toMatch(
      /anthem +API_CONNECTOR +all +just now +ann +maintenance window/,
    );
    expect(JSON.parse((await pagw('list', '-o', 'json')).stdout).retries).toMatchObject([
      { state: 'paused' },
    ]);
    await bench.run();
    expect(bench.queue.commands).toEqual([]);
    expect(await pagw('resume', '--stage', 'API_CONNECTOR', '--reason', 'x')).toMatchObject({ exitCode: 5 });
    await pagw('resume', ...scope, '--reason', 'over');
    await bench.run();
    expect(bench.queue.commands).toHaveLength(1);
  });

  it('want to know what is meant', async () => {
    expect(await pagw('pause', '--reason', 'x')).toMatchObject({ exitCode: 64 });
    expect(await pagw('resume', '--reason', 'x')).toMatchObject({ exitCode: 64 });
  });
});

describe('names that exist nowhere', () => {
  const errorCode = 'API_TIMEOUT';
  beforeEach(() => fail({ errorCode, stage: 'API_CONNECTOR', metadata: { targetSystem: 'carelon' } }));

  it.each([
    ['list --error-code API_TIMEOUTS', 'ERROR_CODE_UNKNOWN', 'API_TIMEOUT'],
    ['list --downstream carelom', 'DOWNSTREAM_UNKNOWN', 'carelon'],
    ['batch --error-code TIMEOUT --dry-run', 'ERROR_CODE_UNKNOWN', 'API_TIMEOUT'],
    ['pause --downstream carlon --reason x -y', 'DOWNSTREAM_UNKNOWN', 'carelon'],
    ['resume --downstream carlon --reason x', 'DOWNSTREAM_UNKNOWN', 'carelon'],
    ['resume --stage API_CONECTOR --reason x', 'STAGE_UNKNOWN', 'API_CONNECTOR'],
    ['run PAGW-NONE --stage API_CONECTOR --reason x', 'STAGE_UNKNOWN', 'API_CONNECTOR'],
  ])('are refused with the nearest that do: %s', async (words, code, nearest) => {
    expect(await pagw(...words.split(' '))).toMatchObject({
      ...{ code, exitCode: 5 },
      hint: `Did you mean ${nearest}?`,
    });
  });

  it('let a pause be lifted that names what is heard of no longer', async () => {
    await pagw('pause', '--downstream', 'carelon', '--reason', 'x', '-y');
    await bench.database.execute('UPDATE event_tracker SET metadata = NULL WHERE metadata IS NOT NULL');
    expect((await pagw('resume', '--downstream', 'carelon', '--reason', 'x')).stderr).toContain('Resumed');
  });
});
