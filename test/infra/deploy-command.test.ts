import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { createEventTrackerApp } from '../../lib/infra/event-tracker.ts';
import { folderForFile } from '../support/for-file.ts';

// Each command is the CDK's own process, which takes seconds on a busy machine.
const run = promisify(execFile);
const folder = folderForFile();
const assembly = join(folder, 'cdk.out');

beforeAll(() => {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const unbundled = { ...context, 'aws:cdk:bundling-stacks': [], stage: 'dev' };
  createEventTrackerApp({ outdir: assembly, context: unbundled }, undefined).app.synth();
});

/** What the CDK says of a synthesised dev, without an account: it chooses the stacks before it asks for one. */
async function cdk(words: string[], env: Record<string, string> = {}): Promise<string> {
  const options = ['--app', assembly, '--no-notices'];
  const alone = {
    ...{ PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' },
    ...{ CDK_DISABLE_CLI_TELEMETRY: 'true', ...env },
  };
  const command = run(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...words, ...options], {
    env: alone,
  });
  const { stdout, stderr } = await command.catch((failure) => failure);
  return `${stdout}${stderr}`;
}

const CHOSEN = /Unable to resolve AWS account/;

function commandsIn(page: string): string[] {
  const commands = readFileSync(page, 'utf8').matchAll(/^npx cdk (deploy .*?)\s*(?:#.*)?$/gm);
  return [...commands].map(([, words = '']) => words);
}

test('the deployment is one command on every page, which the CDK takes for both stacks', async () => {
  const [command = '', ...others] = new Set(['README.md', 'docs/deploy.md'].flatMap(commandsIn));
  expect(others).toEqual([]);
  const [asDocumented, bare, byEnvironment] = await Promise.all([
    cdk(command.split(' ')),
    cdk(['deploy', '-c', 'stage=dev']),
    cdk(['deploy', '-c', 'stage=dev'], { CDK_ALL: 'true' }),
  ]);
  expect(asDocumented).toMatch(CHOSEN);
  // When it takes the bare command, documents and docs/decisions.md are out of date.
  expect(bare).toContain('specify which stacks to use');
  expect(byEnvironment).toMatch(CHOSEN);
});

test('the name of what runs includes what holds data', async () => {
  const said = await cdk(['deploy', 'PagwEventTracker-dev', '-c', 'stage=dev']);
  expect(said).toContain('Including dependency stacks: PagwEventTracker-dev-data');
});

test('what commands of the pages name is in the templates', () => {
  const resourcesOf = (stack: string) => {
    const file = join(assembly, `PagwEventTracker-dev${stack}.template.json`);
    return JSON.parse(readFileSync(file, 'utf8'));
  };
  const [run, data] = [resourcesOf(''), resourcesOf('-data')];
  const ofType = ({ Resources }: typeof run, type: string) =>
    Object.values<{ Type: string; Properties: Record<string, never> }>(Resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => Properties);
  const text = ['README.md', ...globSync('docs/*.md')].map((page) => readFileSync(page, 'utf8')).join('\n');
  const outputs = [
    ...[...text.matchAll(/OutputKey=='(\w+)'/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/outputs? ((?:`\w+`(?: and |, )?)+)/g)].flatMap(([, names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    ),
  ];
  expect(outputs.length).toBeGreaterThan(4);
  // A stage has these two with `producers` and `retryConsumers`: test/infra/other-accounts.test.ts.
  const there = [...Object.keys(run.Outputs), 'ProducerPolicy', 'RetryConsumerPolicy'];
  expect(there).toEqual(expect.arrayContaining(outputs));
  const stacks = new Set([...text.matchAll(/\bPagwEventTracker-(?:dev|prod)[\w-]*/g)].map(([name]) => name));
  expect([...stacks].map((name) => name.replace(/-(dev|prod)(-data)?-?$/, ''))).toEqual(
    Array.from(stacks, () => 'PagwEventTracker'),
  );
  // `made_by` asks a stack for what it has of a type.
  const asked = [...text.matchAll(/\$\(made_by \$stack(-data)? (AWS::[\w:]+)\)/g)];
  expect(asked.length).toBeGreaterThan(3);
  for (const [, stack, type = ''] of asked)
    expect(ofType(stack === undefined ? run : data, type).length, type).toBeGreaterThan(0);
});
