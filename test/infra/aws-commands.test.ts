import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

/** A command of the AWS CLI (1.45.11): the options that it needs, and others that pages give it. */
const CALLS: Readonly<Record<string, { needs: readonly string[]; takes?: readonly string[] }>> = {
  'cloudformation continue-update-rollback': { needs: ['stack-name'] },
  'cloudformation delete-stack': { needs: ['stack-name'] },
  'cloudformation list-stack-resources': { needs: ['stack-name'] },
  'cloudformation describe-stacks': { needs: [], takes: ['stack-name'] },
  'configure sso': { needs: [] },
  'iam get-role': { needs: ['role-name'] },
  'lambda update-event-source-mapping': { needs: ['uuid'], takes: ['no-enabled', 'enabled'] },
  'logs create-log-group': { needs: ['log-group-name'], takes: ['kms-key-id'] },
  'logs describe-log-groups': { needs: [], takes: ['log-group-name-prefix'] },
  'logs put-retention-policy': { needs: ['log-group-name', 'retention-in-days'] },
  'rds create-db-cluster-snapshot': { needs: ['db-cluster-snapshot-identifier', 'db-cluster-identifier'] },
  'rds create-db-instance': {
    needs: ['db-instance-identifier', 'db-instance-class', 'engine'],
    takes: ['db-cluster-identifier'],
  },
  'rds describe-db-clusters': { needs: [], takes: ['db-cluster-identifier'] },
  'rds enable-http-endpoint': { needs: ['resource-arn'] },
  'rds modify-db-cluster': {
    needs: ['db-cluster-identifier'],
    takes: [
      ...['apply-immediately', 'deletion-protection', 'no-deletion-protection', 'engine-version'],
      ...['allow-major-version-upgrade', 'db-cluster-parameter-group-name'],
      ...['manage-master-user-password', 'master-user-secret-kms-key-id'],
    ],
  },
  'rds restore-db-cluster-to-point-in-time': {
    needs: ['db-cluster-identifier'],
    takes: [
      ...['source-db-cluster-identifier', 'restore-to-time', 'kms-key-id', 'deletion-protection'],
      ...['copy-tags-to-snapshot', 'enable-cloudwatch-logs-exports', 'enable-iam-database-authentication'],
      ...['db-subnet-group-name', 'db-cluster-parameter-group-name', 'vpc-security-group-ids'],
      ...['storage-type', 'serverless-v2-scaling-configuration'],
    ],
  },
  'rds wait db-instance-available': { needs: [], takes: ['db-instance-identifier'] },
  'scheduler get-schedule': { needs: ['name'] },
  'scheduler update-schedule': { needs: ['cli-input-json'] },
  'secretsmanager describe-secret': { needs: ['secret-id'] },
  'secretsmanager rotate-secret': { needs: ['secret-id'] },
  // Of version 2.
  'sso login': { needs: [] },
  'sts get-caller-identity': { needs: [] },
};
const EVERYWHERE = ['query', 'output', 'profile', 'region'];

/** What is wrong with the words behind `aws`; a service alone is named, not called. */
function faultsOf(words: readonly string[]): string[] {
  const line = words.join(' ');
  const verb = Object.keys(CALLS).find((name) => line === name || line.startsWith(`${name} `));
  if (verb === undefined) return [`${line}: no such command in the table`];
  const { needs, takes = [] } = CALLS[verb] ?? { needs: [] };
  const given = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
  return [
    ...needs.filter((name) => !given.includes(name)).map((name) => `${line}: lacks --${name}`),
    ...given
      .filter((name) => ![...needs, ...takes, ...EVERYWHERE].includes(name))
      .map((name) => `${line}: no option --${name}`),
  ];
}

const pages = ['README.md', 'SECURITY.md', ...globSync('docs/*.md'), ...globSync('examples/**/README.md')];

/** In code spans, over a line's end too, and in the sentences of the program. */
function commandsIn(text: string): string[][] {
  return [...text.matchAll(/`aws ([^`]+?)\\?`/g)].map(([, command = '']) =>
    command
      .replaceAll(/'[^']*'|"[^"]*"|\$\{[^}]*\}/g, 'word')
      .trim()
      .split(/\s+/),
  );
}

describe('a command of the AWS CLI', () => {
  test('that a page or a hint names is there, with the options that it needs and no others', () => {
    const sources = [...pages, ...globSync('lib/**/*.ts')].map((file) => readFileSync(file, 'utf8'));
    const commands = sources.flatMap(commandsIn);
    expect(commands.length).toBeGreaterThan(15);
    expect(commands.flatMap(faultsOf)).toEqual([]);
  });

  test('that lacks an option, or has one that is none, would be found', () => {
    expect(faultsOf(['rds', 'make-coffee'])).toEqual(['rds make-coffee: no such command in the table']);
    expect(faultsOf(['secretsmanager', 'rotate-secret', '--secret', 'x'])).toEqual([
      'secretsmanager rotate-secret --secret x: lacks --secret-id',
      'secretsmanager rotate-secret --secret x: no option --secret',
    ]);
  });
});

describe('the steps of a restore', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pagw-aws-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const stub = join(folder, 'aws');
  // Answers each question with a word of its own; lists have two.
  writeFileSync(
    stub,
    `#!/bin/sh
printf '%s\\037' "$@" >> "${folder}/calls"
echo >> "${folder}/calls"
case "$*" in
  *get-schedule*) echo '{"Name":"a","State":"DISABLED"}' ;;
  *DBCluster\\'*) echo its-cluster ;;
  *list-*) printf 'first\\tsecond\\n' ;;
  *) echo answer-of-"$2" ;;
esac
`,
  );
  chmodSync(stub, 0o755);

  test('run in a shell as printed, with every value that one hands to another', () => {
    const text = readFileSync('docs/deploy.md', 'utf8');
    const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
    const script = blocks.filter((block) => block.includes('aws ')).join('\n');
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
    execFileSync('sh', ['-eu', '-c', script], { cwd: folder, env });
    const calls = readFileSync(join(folder, 'calls'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\u001f').slice(0, -1));
    expect(calls.length).toBeGreaterThan(20);
    expect(calls.flatMap(faultsOf)).toEqual([]);
    expect(calls.filter((words) => words.includes(''))).toEqual([]);
    // Each of several, not all as one word.
    for (const verb of ['update-event-source-mapping', 'get-schedule', 'update-schedule', 'rotate-secret'])
      expect(calls.filter(([, called]) => called === verb)).toHaveLength(2);
    expect(calls.flat().filter((word) => /^(first|second)$/.test(word))).toHaveLength(6);
  });
});
