import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventTypes } from '../../lib/domain/event-catalogue.ts';
import type { PackagedFunctions } from '../../lib/infra/function-code.ts';
import { synthesiseBundles } from '../infra/deployed-bundles.ts';
import type { Resource, Template } from '../infra/synthesise-stage.ts';
import { findFreePorts } from '../local/free-ports.ts';
import { startStack } from '../local/running-stack.ts';
import { freePort } from '../support/free-port.ts';
import { PATIENTLY } from '../support/waiting.ts';
import { installPackage, type PackedPackage, type Project, packPackage } from './installed-package.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const STRICT = [
  '--noEmit',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2024',
  '--skipLibCheck',
  'false',
];
const LOCAL = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const MOST_BYTES = 2_000_000;

interface Artifact {
  type: string;
  properties: { templateFile: string; stackName?: string; tags?: Record<string, string> };
}

let packed: PackedPackage;
/** A project that has installed nothing else. */
let empty: Project;
beforeAll(async () => {
  packed = await packPackage();
  empty = await installPackage(packed, []);
});
afterAll(async () => {
  await empty.remove();
  await packed.remove();
});

describe('the package', () => {
  test('is below 2 MB and holds what runs, not what it was made of', () => {
    expect(packed.size).toBeLessThan(MOST_BYTES);
    expect(packed.files).toEqual(
      expect.arrayContaining([
        'dist/lib/client.js',
        'dist/lib/client.js.map',
        'dist/THIRD-PARTY-NOTICES.txt',
        'NOTICE',
      ]),
    );
    expect(packed.files.filter((path) => /\.(ts|tsx)$/.test(path) && !path.endsWith('.d.ts'))).toEqual([]);
  });

  test('installs nothing besides itself', async () => {
    expect(await readdir(join(empty.folder, 'node_modules'))).toEqual(
      expect.arrayContaining(['.bin', 'pagw-event-tracker']),
    );
    const installed = await readdir(join(empty.folder, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['pagw-event-tracker']);
    expect((await readdir(join(empty.folder, 'node_modules/.bin'))).sort()).toEqual(['pagw', 'pagw-cdk']);
  });

  test('brings the functions that a deployment from the source tree bundles', async () => {
    const archive = join(empty.folder, 'node_modules/pagw-event-tracker/dist/lib/functions.json.br');
    const functions: PackagedFunctions = JSON.parse(brotliDecompressSync(await readFile(archive)).toString());
    const { bundles } = await synthesiseBundles();
    expect(bundles.size).toBeGreaterThan(6);
    for (const [name, { directory }] of bundles) {
      const [flow = ''] = name.split('.');
      expect(
        functions[flow]?.['index.mjs'] === readFileSync(join(directory, 'index.mjs'), 'utf8'),
        name,
      ).toBe(true);
    }
  });
});

describe('the client of the package', () => {
  let project: Project;
  beforeAll(async () => {
    project = await installPackage(packed, ['@aws-sdk/client-sqs', '@types/node'], 'producer-typescript');
  });
  afterAll(() => project.remove());

  test('is typed without any other package', async () => {
    await project.node([TSC, ...STRICT, '--types', 'node', 'src/parse-requests.ts']);
  });

  test('sends to a tracker, which records it', async () => {
    const port = await findFreePorts(4);
    const stack = await startStack(port, join(project.folder, '.local'), '--empty', '--no-demo');
    try {
      const queueUrl = `http://127.0.0.1:${port + 2}/000000000000/pagw-events.fifo`;
      const { stdout } = await project.node(['src/parse-requests.ts'], {
        ...LOCAL,
        AWS_ENDPOINT_URL_SQS: new URL(queueUrl).origin,
        EVENTS_QUEUE_URL: queueUrl,
      });
      expect(JSON.parse(stdout)).toMatchObject({ called: 4, delivered: 4, buffered: 0 });
      const history = async () => {
        const sql = `SELECT pagw_id || ' ' || event_type AS told FROM event_tracker ORDER BY pagw_id, sequence_no`;
        const { rows } = await stack.database.execute<{ told: string }>(sql);
        return rows.map(({ told }) => told);
      };
      await expect
        .poll(history, PATIENTLY)
        .toEqual([
          'PAGW-EXAMPLE-1 PARSE_START',
          'PAGW-EXAMPLE-1 PARSE_OK',
          'PAGW-EXAMPLE-2 PARSE_START',
          'PAGW-EXAMPLE-2 PARSE_FAIL',
        ]);
      const { stdout: shown } = await project.node([
        'node_modules/.bin/pagw',
        ...['request', 'show', 'PAGW-EXAMPLE-1', '-o', 'json', '--url', stack.url],
      ]);
      expect(JSON.parse(shown).events).toHaveLength(2);
    } finally {
      await stack.kill('SIGTERM');
    }
  });

  test('says how many it dropped when there is no queue', async () => {
    const queueUrl = `http://127.0.0.1:${await freePort()}/000000000000/pagw-events.fifo`;
    const { stdout } = await project.node(['src/parse-requests.ts'], {
      ...LOCAL,
      AWS_ENDPOINT_URL_SQS: new URL(queueUrl).origin,
      EVENTS_QUEUE_URL: queueUrl,
    });
    expect(JSON.parse(stdout)).toMatchObject({ called: 4, delivered: 0, dropped: { closed: 4 } });
  });
});

describe('the construct of the package, in an app of somebody else', () => {
  let project: Project;
  const templates: Record<string, Template> = {};
  /** Which CloudFormation gives to whatever takes tags. */
  const stackTags: unknown[] = [];
  beforeAll(async () => {
    const peers = ['aws-cdk-lib', 'constructs', '@types/node', 'aws-cdk'];
    project = await installPackage(packed, peers, 'cdk-app');
    const outdir = join(project.folder, 'cdk.out');
    // As its page has it, by somebody without an account: what is looked up there ends it.
    await project.node(['node_modules/aws-cdk/bin/cdk', 'synth', '-q'], {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    const { artifacts } = JSON.parse(await readFile(join(outdir, 'manifest.json'), 'utf8'));
    for (const [id, { type, properties }] of Object.entries<Artifact>(artifacts)) {
      if (type !== 'aws:cloudformation:stack') continue;
      const template = await readFile(join(outdir, properties.templateFile), 'utf8');
      templates[properties.stackName ?? id] = JSON.parse(template);
      stackTags.push(properties.tags);
    }
  });
  afterAll(() => project.remove());

  const resources = (type: string): ({ stack: string } & Resource['Properties'])[] =>
    Object.entries(templates).flatMap(([stack, { Resources }]) =>
      Object.values(Resources).flatMap(({ Type, Properties }) =>
        Type === type ? [{ stack, ...Properties }] : [],
      ),
    );

  test('is typed', async () => {
    // Of CDK's own declarations some do not hold without skipLibCheck.
    await project.node([
      TSC,
      ...STRICT,
      '--skipLibCheck',
      'true',
      '--types',
      'node',
      '--allowImportingTsExtensions',
      'bin/app.ts',
    ]);
  });

  test('makes two stacks beside the one it stands in, each with its own network', () => {
    expect(Object.keys(templates).sort()).toEqual([
      'Claims',
      'PagwEventTracker-prod',
      'PagwEventTracker-prod-data',
    ]);
    expect(resources('AWS::EC2::VPC')).toHaveLength(2);
    expect(resources('AWS::Lambda::Function').length).toBeGreaterThan(8);
  });

  test('has tags, permission boundary and bootstrap qualifier of the app', async () => {
    const roles = resources('AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(10);
    for (const { stack, PermissionsBoundary } of roles)
      expect(JSON.stringify(PermissionsBoundary), stack).toContain(':policy/platform-boundary');
    for (const { Tags = [] } of resources('AWS::SQS::Queue'))
      expect(Tags).toContainEqual({ Key: 'cost-center', Value: 'claims' });
    expect(stackTags).toEqual(Array(3).fill({ 'cost-center': 'claims' }));
    for (const { Code } of resources('AWS::Lambda::Function').filter(
      ({ Code }) => Code.S3Bucket !== undefined,
    ))
      expect(JSON.stringify(Code.S3Bucket)).toContain('cdk-claims01-assets-');
  });

  test('lets a producer send, and take retries, by the queue and its key alone', () => {
    const [policy] = resources('AWS::IAM::Policy').filter(({ stack }) => stack === 'Claims');
    const actions = policy?.PolicyDocument.Statement.map(({ Action }: { Action: unknown }) => Action);
    expect([...new Set(actions.flat())].sort()).toEqual([
      ...['kms:Decrypt', 'kms:GenerateDataKey', 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage'],
      ...['sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
    ]);
  });
});

describe('the contract of the package', () => {
  test('has the types, the stages and the schema, and needs no other package', async () => {
    const program = `
      import schema from 'pagw-event-tracker/contract/event-message.schema.json' with { type: 'json' };
      import { eventMessageSchema, eventTypes, stages } from 'pagw-event-tracker/contract';
      console.log(JSON.stringify([eventTypes.length, stages.length, eventMessageSchema.title, schema.title]));`;
    await writeFile(join(empty.folder, 'contract.mjs'), program);
    const { stdout } = await empty.node(['contract.mjs']);
    const title = 'PAGW event message, version 1';
    expect(JSON.parse(stdout)).toEqual([eventTypes.size, 11, title, title]);
  });
});

describe('pagw of the package', () => {
  test('says its version within a quarter of a second of CPU beyond a bare node', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const cpuMs = async (...args: string[]) => {
      const { stdout, stderr } = await empty.node(['--import', TELL_CPU, ...args]);
      return { stdout, ms: Number(stderr) };
    };
    const bare = await cpuMs('--eval', '');
    const pagw = await cpuMs('node_modules/.bin/pagw', '--version');
    console.info(`pagw --version: ${pagw.ms} ms of CPU; a bare node: ${bare.ms} ms`);
    expect(pagw.stdout).toBe(`${version}\n`);
    expect(pagw.ms - bare.ms).toBeLessThan(250);
  });
});

const TELL_CPU = `data:text/javascript,${encodeURIComponent(`process.once('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(String(Math.round((user + system) / 1_000)));
});`)}`;
