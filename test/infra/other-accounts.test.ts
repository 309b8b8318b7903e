import { App, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { EventTracker } from '../../lib/infra/event-tracker.ts';
import { type OtherAccounts, STAGES } from '../../lib/infra/stages.ts';
import type { RequestContext } from '../support/iam/condition-holds.ts';
import { decide } from '../support/iam/decide.ts';
import { MadeUpAccount, type PlacedResource, REGION } from '../support/iam/made-up-account.ts';
import { type PolicyStatement, readPolicy } from '../support/iam/policy-statement.ts';
import { synthesiseStage } from './synthesise-stage.ts';

// Each synthesises a stage, which takes seconds.
const ROLE = 'arn:aws:iam::999988887777:role/parser';
const ITS_ACCOUNT = '999988887777';
const ELSEWHERE = 'arn:aws:iam::555566667777:role/parser';
const ORGANIZATION = 'o-abcdefghij';
const WITHIN = { 'aws:PrincipalOrgID': ORGANIZATION };
const VIA_SQS = { 'kms:ViaService': `sqs.${REGION}.amazonaws.com` };
const TLS = { 'aws:SecureTransport': 'true' };

/** Whether a role of another account may: its own policy has to allow it, and the resource's has to name it or its account. */
interface OtherSide {
  may(role: string, action: string, on: 'events' | 'retries' | 'key', context?: RequestContext): boolean;
}

function deployed(settings: { producers?: OtherAccounts; retryConsumers?: OtherAccounts }): OtherSide {
  const { stacks } = synthesiseStage('prod', { unchecked: true, settings });
  const account = new MadeUpAccount({
    'PagwEventTracker-prod-data': stacks.data,
    'PagwEventTracker-prod': stacks.run,
  });
  const placed = (type: string, described: RegExp) =>
    account
      .ofType(type)
      .find(({ resource }) => described.test(JSON.stringify(resource.Properties))) as PlacedResource;
  const queue = (name: string) => placed('AWS::SQS::Queue', new RegExp(`"QueueName":"${name}"`));
  const queues = { events: queue('pagw-events.fifo'), retries: queue('pagw-retries.fifo') };
  const key = placed('AWS::KMS::Key', /queues and topics/);
  const policyOf = ({ logicalId }: PlacedResource): PolicyStatement[] =>
    account
      .ofType('AWS::SQS::QueuePolicy')
      .filter(({ resource }) => JSON.stringify(resource.Properties.Queues).includes(logicalId))
      .flatMap(({ stack, resource }) =>
        readPolicy(account.resolve(stack, resource.Properties.PolicyDocument)),
      );
  const targets = {
    events: { arn: account.valueOf(queues.events, 'Arn'), resource: policyOf(queues.events) },
    retries: { arn: account.valueOf(queues.retries, 'Arn'), resource: policyOf(queues.retries) },
    key: {
      arn: account.valueOf(key, 'Arn'),
      resource: readPolicy(account.resolve(key.stack, key.resource.Properties.KeyPolicy)),
    },
  };
  const attached = ['ProducerPolicy', 'RetryConsumerPolicy'].flatMap((output) => {
    const { Value } = stacks.run.Outputs[output] ?? {};
    return Value === undefined
      ? []
      : readPolicy(JSON.parse(account.text('PagwEventTracker-prod', Value))).map(anybodys);
  });
  return {
    may: (role, action, on, context = {}) => {
      const { arn, resource } = targets[on];
      const asked = {
        action,
        resource: arn,
        context: { ...TLS, ...(on === 'key' ? VIA_SQS : {}), ...context },
      };
      const root = `arn:aws:iam::${role.split(':')[4]}:root`;
      const itsOwn = decide({ ...asked, principal: { role } }, { identity: [], resource: attached });
      const ours = [role, root].map((name) =>
        decide({ ...asked, principal: { role: name } }, { identity: [], resource }),
      );
      return itsOwn.allowed && ours.some(({ allowed }) => allowed);
    },
  };
}

/** The evaluator lets a key's policy alone decide within an account; what a role attaches in its own is judged by itself here. */
const anybodys = (statement: PolicyStatement): PolicyStatement => ({
  ...statement,
  principals: { AWS: ['*'], Service: [] },
});

const SEND = [
  ['sqs:SendMessage', 'events'],
  ['kms:GenerateDataKey', 'key'],
  ['kms:Decrypt', 'key'],
] as const;

describe('producers of other accounts', () => {
  test('may do nothing unless the stage names them', () => {
    const { may } = deployed({ retryConsumers: { roles: [ROLE] } });
    expect(may(ROLE, 'sqs:SendMessage', 'events')).toBe(false);
    expect(may(ROLE, 'kms:GenerateDataKey', 'key')).toBe(false);
  });

  test.each<[string, OtherAccounts, RequestContext]>([
    ['a role', { roles: [ROLE] }, {}],
    ['an account', { accounts: [ITS_ACCOUNT] }, {}],
    ['an organization', { organizationId: ORGANIZATION }, WITHIN],
    ['a role of an organization', { roles: [ROLE], organizationId: ORGANIZATION }, WITHIN],
  ])('send with what the output says, when the stage names %s', (_, producers, context) => {
    const { may } = deployed({ producers });
    for (const [action, on] of SEND) expect(may(ROLE, action, on, context), action).toBe(true);
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:PurgeQueue'])
      expect(may(ROLE, action, 'events', context), action).toBe(false);
    expect(may(ROLE, 'sqs:SendMessage', 'retries', context)).toBe(false);
    const strangers = context === WITHIN ? { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' } : {};
    const stranger = 'organizationId' in producers ? ROLE : ELSEWHERE;
    for (const [action, on] of SEND) expect(may(stranger, action, on, strangers), action).toBe(false);
  });

  test('use the key through SQS of this region and through nothing else', () => {
    const { may } = deployed({ producers: { roles: [ROLE] } });
    for (const service of ['s3', 'secretsmanager', 'sqs.eu-west-1'])
      expect(may(ROLE, 'kms:Decrypt', 'key', { 'kms:ViaService': `${service}.amazonaws.com` })).toBe(false);
    expect(may(ROLE, 'kms:Decrypt', 'key', { 'kms:ViaService': undefined })).toBe(false);
  });
});

test('services of other accounts take retries and send none', () => {
  const { may } = deployed({ retryConsumers: { accounts: [ITS_ACCOUNT] } });
  for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'])
    expect(may(ROLE, action, 'retries'), action).toBe(true);
  expect(may(ROLE, 'kms:Decrypt', 'key')).toBe(true);
  expect(may(ROLE, 'kms:GenerateDataKey', 'key')).toBe(false);
  expect(may(ROLE, 'sqs:SendMessage', 'retries')).toBe(false);
  expect(may(ELSEWHERE, 'sqs:ReceiveMessage', 'retries')).toBe(false);
});

test('who takes no policy of the app is not let in without a word: the settings are for those', () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Claims', { env: { account: '123456789012', region: REGION } });
  const tracker = new EventTracker(stack, 'Tracker', { stage: 'dev', settings: STAGES.dev });
  const others: IGrantable[] = [
    Role.fromRoleArn(stack, 'Elsewhere', ELSEWHERE),
    new AccountPrincipal(ITS_ACCOUNT),
    new ServicePrincipal('sns.amazonaws.com'),
  ];
  for (const other of others) {
    expect(() => tracker.grantSendEvents(other)).toThrow(/takes no policy of this app.*'producers'/);
    expect(() => tracker.grantReceiveRetries(other)).toThrow(/takes no policy of this app.*'retryConsumers'/);
  }
  tracker.grantSendEvents(Role.fromRoleArn(stack, 'Here', 'arn:aws:iam::123456789012:role/parser'));
});
