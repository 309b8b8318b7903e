import { execFile } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderForFile } from '../support/for-file.ts';
import { PATIENTLY } from '../support/waiting.ts';
import { findFreePorts } from './free-ports.ts';
import { type RunningStack, startStack } from './running-stack.ts';

const STACK = 'PagwEventTracker-dev';
const CALLER = 'arn:aws:sts::111122223333:assumed-role/pagw-operate/ann';
const folder = folderForFile();
let stack: RunningStack;
let account: Server;
let environment: Record<string, string>;

/** CloudFormation and STS of an account whose deployed tracker is the local one. */
function answer(action: string): string {
  if (action.includes('GetCallerIdentity'))
    return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${CALLER}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;
  const outputs = {
    ...{ ClusterArn: environment.CLUSTER_ARN, DatabaseName: environment.DATABASE_NAME },
    ...{ ReaderSecretArn: environment.SECRET_ARN, WriterSecretArn: environment.SECRET_ARN },
    ...{ OperatorSecretArn: environment.SECRET_ARN, OwnerSecretArn: environment.SECRET_ARN },
    ...{ EventsQueueUrl: environment.EVENTS_QUEUE_URL, EventsDeadLetterQueueUrl: environment.EVENTS_DLQ_URL },
  };
  const members = Object.entries(outputs).map(
    ([name, value]) => `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>${STACK}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

beforeAll(async () => {
  stack = await startStack(await findFreePorts(4), join(folder, 'data'));
  environment = (await (await fetch(`${stack.url}/environment`)).json()) as Record<string, string>;
  account = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => response.setHeader('content-type', 'text/xml').end(answer(body)));
  });
  await new Promise<void>((settle) => account.listen(0, '127.0.0.1', settle));
});

afterAll(async () => {
  account?.close();
  await stack?.kill('SIGTERM');
});

interface Ran {
  line: string;
  code: number;
  stdout: string;
  stderr: string;
}

/** As somebody pastes it into a shell beside the running tracker, wherever that listens. */
function paste(line: string, env: Record<string, string> = {}): Promise<Ran> {
  const script = line.replaceAll('http://localhost:4780', stack.url);
  const endpoint = `http://127.0.0.1:${(account.address() as AddressInfo).port}`;
  const inherited = {
    ...{ PATH: process.env.PATH, HOME: folder, REVIEWER: 'ben', AWS_EC2_METADATA_DISABLED: 'true' },
    ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' },
    ...{ AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint, AWS_ENDPOINT_URL_STS: endpoint },
    AWS_ENDPOINT_URL_RDS_DATA: environment.AWS_ENDPOINT_URL_RDS_DATA,
    AWS_ENDPOINT_URL_SQS: environment.AWS_ENDPOINT_URL_SQS,
    AWS_ENDPOINT_URL_S3: environment.AWS_ENDPOINT_URL_S3,
  };
  return new Promise((settle) => {
    const shell = execFile('sh', ['-c', script], { env: { ...inherited, ...env } }, (error, stdout, stderr) =>
      settle({ line, code: Number(error?.code ?? 0), stdout, stderr }),
    );
    shell.stdin?.end();
  });
}

const local = (line: string) => paste(line, { PAGW_URL: stack.url });

/** What a page says to type: the lines of its shell blocks, and commands of pagw in its sentences. */
function linesOf(page: string): string[] {
  const text = readFileSync(page, 'utf8');
  const blocks = [...text.matchAll(/^ *```sh\n([\s\S]*?)```/gm)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.replaceAll(/(-d ')\n|\n(?='$)/gm, '$1').split('\n'));
  const spans = [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`(npm run (?:-s )?pagw -- [^`]+)`/g)];
  return [...lines, ...spans.map(([, command = '']) => command)]
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Each line, once, with what is known of how it ends. What makes, deploys or tests has its own test, by name. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^npm (ci|start|test)|^npm ci && npm start/, 'test/installation.test.ts'],
  [/^npm run (test:\w+|check|bench|rehearse:upgrade)/, 'package.json'],
  [/^npx cdk (synth|bootstrap|deploy|diff|destroy)/, 'test/infra/deploy-command.test.ts'],
  [
    /aws |^(for|do|done)\b|^ *--|^'\{Name|^rds|^(old|new|key|logs_key|stack)=/,
    'test/infra/aws-commands.test.ts',
  ],
  [/pagw -- doctor --preflight/, 'test/cli/preflight.test.ts'],
  [/pagw -- doctor/, 'test/cli/runbook-commands.test.ts'],
  [/pagw -- console --stack/, 'test/local/console/stack-console.test.ts'],
];

test('every line of README, deploy and producers pages is run here, or in a test that is named here', () => {
  const lines = ['README.md', 'docs/deploy.md', 'docs/producers.md'].flatMap(linesOf);
  const ran = Object.keys(PRINTED);
  const left = lines.filter(
    (line) => !ran.includes(line) && !ELSEWHERE.some(([pattern]) => pattern.test(line)),
  );
  expect(left).toEqual([]);
  expect(ran.filter((line) => !lines.includes(line))).toEqual([]);
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const named = lines.flatMap((line) =>
    [...line.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name]) => name),
  );
  expect(named.filter((name) => !(name !== undefined && name in scripts))).toEqual([]);
  for (const [, files] of ELSEWHERE)
    for (const file of files.split(', ')) expect(globSync(file)).toHaveLength(1);
});

interface Printed {
  /** Beside the local tracker, or with PAGW_STACK as its page sets it. */
  where: 'local' | 'stack';
  shows: RegExp;
  code?: number;
}

const POST = `curl --data '{"tenant":"anthem","pagwId":"PAGW-TEST-12345","eventType":"PARSE_OK"}' http://localhost:4780/events`;
const POST_AND_SHOW = `curl -i -H 'content-type: application/json' http://localhost:4780/events -d '{"tenant":"anthem","pagwId":"PAGW-TEST-12345","eventType":"PARSE_OK","durationMs":3471,"metadata":{"diagnosisCount":3}}'`;
const SEND = `echo '{"tenant":"test","pagwId":"PAGW-TEST-67890","eventType":"PARSE_OK"}' | npm run -s pagw -- event send -f -`;
const CLOSE = `npm run -s pagw -- request close PAGW-TEST-67890 --as void --second "$REVIEWER" --reason 'deployment test'`;

/** In groups whose lines need nothing of each other; what each shows is what its page says. */
const GROUPS: readonly Readonly<Record<string, Printed>>[] = [
  {
    [POST]: { where: 'local', shows: /^\{"accepted":1,"rejected":\[\]\}$/m },
    [POST_AND_SHOW]: { where: 'local', shows: / 202 [\s\S]*\{"accepted":1,"rejected":\[\]\}$/m },
    'export PAGW_STACK=PagwEventTracker-dev': { where: 'stack', shows: /^$/ },
    [SEND]: { where: 'stack', shows: /1 event of 1 request sent/ },
  },
  {
    'npm run -s pagw -- stuck': { where: 'local', shows: /^COUNT +OLDEST +TENANT[\s\S]*hand-off-lost/ },
    'npm run -s pagw -- request list': { where: 'local', shows: /^REQUEST +TENANT[\s\S]*PAGW-/ },
    'npm run -s pagw -- request show PAGW-…': { where: 'local', shows: /^PAGW-TEST-12345 · anthem/ },
    'npm run pagw -- request show PAGW-TEST-12345': { where: 'local', shows: /anthem[\s\S]*PARSE_OK/ },
    'npm run pagw -- report doubtful-names': { where: 'local', shows: /DID YOU MEAN[\s\S]*PARSE_OK/ },
    'npm run pagw -- event validate -f FILE': {
      where: 'local',
      shows: /2 +FIELD_MISSING +\/pagwId/,
      code: 1,
    },
    'npm run pagw -- rejected list --tenant anthem': { where: 'local', shows: /TENANT_MISMATCH/ },
    'npm run -s pagw -- request show PAGW-TEST-67890': { where: 'stack', shows: /test[\s\S]*PARSE_OK/ },
  },
  {
    [CLOSE]: { where: 'stack', shows: /Closed PAGW-TEST-67890 as void/ },
  },
];
const PRINTED = Object.assign({}, ...GROUPS);

/** What somebody puts in who types it, and answers. */
function typed(line: string): string {
  return line
    .replace('PAGW-…', 'PAGW-TEST-12345')
    .replace('FILE', join(folder, 'events.ndjson'))
    .replace('request close', 'request close -y');
}

test('npm start brings a demo of 120 requests of two tenants, six stuck and nine retries due', async () => {
  const { banner, url } = stack;
  expect(banner).toContain('2 tenants, 120 requests, 6 stuck, 9 retries due');
  const health = await fetch(`${url}/healthz`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({
    status: 'ok',
    parts: { demo: { ok: true }, ingest: { ok: true } },
  });
  expect(environment).toMatchObject({
    AWS_ENDPOINT_URL_RDS_DATA: `http://127.0.0.1:${Number(new URL(url).port) + 1}`,
  });
  expect(await (await fetch(url)).text()).toContain('PAGW event tracker');
});

describe('README, deploy and producers pages', () => {
  test('print commands that do what they say, typed beside a local tracker or a deployed one', async () => {
    const ofOther = 'SELECT pagw_id AS id FROM request_tracker WHERE tenant = :tenant LIMIT 1';
    const { rows } = await stack.database.execute<{ id: string }>(ofOther, { tenant: 'elevance' });
    const event = { tenant: 'anthem', pagwId: 'PAGW-TEST-2', eventType: 'PARSE_KO', status: 'FAILED' };
    const lines = [event, { ...event, pagwId: rows[0]?.id }].map((each) => JSON.stringify(each));
    await fetch(`${stack.url}/events`, { method: 'POST', body: lines.join('\n') });
    writeFileSync(join(folder, 'events.ndjson'), `${lines[0]}\n{"tenant":"anthem"}\n`);
    for (const group of GROUPS) {
      const ran = await Promise.all(
        Object.entries(group).map(async ([line, { where }]) =>
          where === 'local' ? local(typed(line)) : paste(typed(line), { PAGW_STACK: STACK }),
        ),
      );
      for (const [place, { where: _, shows, code = 0 }] of Object.values(group).entries()) {
        const { line, stdout, stderr, code: ended } = ran[place] as Ran;
        expect([line, ended, stdout + stderr]).toEqual([line, code, expect.stringMatching(shows)]);
      }
      await expect.poll(awaited, PATIENTLY).toBe(0);
    }
    const acts = 'SELECT acted_by AS name FROM operator_action';
    const { rows: acted } = await stack.database.execute<{ name: string }>(acts, {});
    expect(acted).toEqual([{ name: CALLER }]);
  });
});

/** Events sent that are neither recorded nor refused yet. */
async function awaited(): Promise<number> {
  const sql = `SELECT 5
      - (SELECT count(*)::int FROM event_tracker WHERE pagw_id LIKE 'PAGW-TEST-%' AND event_type LIKE 'PARSE%')
      - (SELECT count(*)::int FROM rejected_message) AS events`;
  const { rows } = await stack.database.execute<{ events: number }>(sql, {});
  return rows[0]?.events ?? 5;
}
