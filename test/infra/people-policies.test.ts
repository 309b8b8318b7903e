import { describe, expect, test } from 'vitest';
import { ACCOUNT, MadeUpAccount, REGION } from '../support/iam/made-up-account.ts';
import { arnOf, readAccountPolicies } from '../support/iam/read-account-policies.ts';
import { RightsBook } from '../support/iam/rights-book.ts';
import { byRole } from './needed-rights.ts';
import { keysOf, requestsOfCall } from './requests-of-call.ts';
import { synthesiseStage } from './synthesise-stage.ts';

const { template } = synthesiseStage('prod', { unchecked: true });
const account = new MadeUpAccount({ tracker: template });
const keyOf = keysOf(account, {});
const policies = readAccountPolicies(account);
const output = (name: string) => arnOf(account.text('tracker', template.Outputs[name]?.Value));
const cluster = output('ClusterArn');

/** Somebody whose permission set holds the policy and nothing else. */
const person = (name: 'look' | 'operate') =>
  `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/${name}`;
const policyOf = (name: 'look' | 'operate') => {
  const found = [...policies.managed].find(([logicalId]) => logicalId.toLowerCase().includes(name));
  if (found === undefined) throw new Error(`There is no managed policy …-${name}.`);
  return found[1];
};
const book = new RightsBook({
  ...policies,
  roles: new Map([
    [person('look'), policyOf('look')],
    [person('operate'), policyOf('operate')],
  ]),
});

function may(name: 'look' | 'operate', call: string, ...resources: string[]): boolean {
  const requests = requestsOfCall(call, resources, false, keyOf);
  return requests.every((request) => book.ask(byRole(person(name), request)).allowed);
}

const STACK = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/PagwEventTracker-prod/0a1b`;
const reads = (name: 'look' | 'operate', resource: string) =>
  book.ask(byRole(person(name), { action: 'cloudformation:DescribeStacks', resource, context: {} })).allowed;

const secrets = account.ofType('AWS::SecretsManager::Secret').map((secret) => account.valueOf(secret));
const statement = (name: 'look' | 'operate', secret: string) =>
  may(name, 'rds-data:ExecuteStatement', cluster, secret);

describe('the policy of people who look', () => {
  test('reads the outputs of its stack alone, and the database as the reader', () => {
    expect(reads('look', STACK)).toBe(true);
    expect(reads('look', STACK.replace('prod', 'prod-data'))).toBe(false);
    expect(statement('look', output('ReaderSecretArn'))).toBe(true);
  });

  test('acts in no way: no other login, no queue, no bucket', () => {
    const readable = secrets.filter((secret) => statement('look', secret));
    expect(readable).toEqual([output('ReaderSecretArn')]);
    expect(statement('look', output('OwnerSecretArn'))).toBe(false);
    expect(may('look', 'rds-data:BeginTransaction', cluster, output('ReaderSecretArn'))).toBe(false);
    for (const queue of ['EventsQueueUrl', 'EventsDeadLetterQueueUrl', 'RetriesQueueUrl'])
      for (const call of ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'])
        expect([queue, call, may('look', call, output(queue))]).toEqual([queue, call, false]);
    for (const bucket of ['QuarantineBucketName', 'ArchiveBucketName'])
      expect([bucket, may('look', 's3:GetObject', output(bucket))]).toEqual([bucket, false]);
  });
});

describe('the policy of people who act', () => {
  test('acts as the operator, replays refused messages and redrives dead letters', () => {
    expect(reads('operate', STACK)).toBe(true);
    for (const secret of ['ReaderSecretArn', 'OperatorSecretArn'])
      expect([secret, statement('operate', output(secret))]).toEqual([secret, true]);
    expect(may('operate', 's3:GetObject', output('QuarantineBucketName'))).toBe(true);
    const listed = requestsOfCall('s3:GetObject', [output('QuarantineBucketName')], true, keyOf);
    expect(listed.every((request) => book.ask(byRole(person('operate'), request)).allowed)).toBe(true);
    expect(may('operate', 'sqs:SendMessage', output('EventsQueueUrl'))).toBe(true);
    for (const call of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])
      expect([call, may('operate', call, output('EventsDeadLetterQueueUrl'))]).toEqual([call, true]);
  });

  test('reads no secret of the flows, the owner or the rotator, and sends nothing that only flows send', () => {
    const readable = secrets.filter((secret) => statement('operate', secret)).toSorted();
    expect(readable).toEqual([output('OperatorSecretArn'), output('ReaderSecretArn')].toSorted());
    expect(statement('operate', output('WriterSecretArn'))).toBe(false);
    expect(statement('operate', output('OwnerSecretArn'))).toBe(false);
    expect(may('operate', 'sqs:SendMessage', output('RetriesQueueUrl'))).toBe(false);
    expect(may('operate', 's3:PutObject', output('QuarantineBucketName'))).toBe(false);
    expect(may('operate', 's3:GetObject', output('ArchiveBucketName'))).toBe(false);
    expect(may('operate', 'secretsmanager:PutSecretValue', output('OperatorSecretArn'))).toBe(false);
  });
});

test('the stack says what the policies are called, by a name that another region does not take', () => {
  for (const name of ['look', 'operate']) {
    const resource = account
      .ofType('AWS::IAM::ManagedPolicy')
      .find(({ logicalId }) => logicalId.toLowerCase().includes(name));
    const called = account.text('tracker', resource?.resource.Properties.ManagedPolicyName);
    expect(called).toBe(`PagwEventTracker-prod-${REGION}-${name}`);
  }
});

test('every right of the two is used by something above', () => {
  const tried = new Set(
    book
      .unused()
      .filter(({ holder }) => holder.startsWith('aws-reserved/'))
      .map(({ holder, action, resource }) => `${holder.split('/').at(-1)} ${action} ${resource}`),
  );
  expect([...tried]).toEqual([]);
});
