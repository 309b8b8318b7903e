import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { STAGES, type StageSettings } from '../../lib/infra/stages.ts';
import { ACCOUNT, MadeUpAccount, REGION } from '../support/iam/made-up-account.ts';
import { readPolicy } from '../support/iam/policy-statement.ts';
import { arnOf, readAccountPolicies } from '../support/iam/read-account-policies.ts';
import { RightsBook } from '../support/iam/rights-book.ts';
import { ACKNOWLEDGED_RIGHTS } from './acknowledged-rights.ts';
import { byRole, type Need, neededRights } from './needed-rights.ts';
import { keysOf, requestsOfCall } from './requests-of-call.ts';
import { synthesiseStage } from './synthesise-stage.ts';

interface Variant {
  stage: string;
  settings?: Partial<StageSettings>;
  /** Keys of resources that were there before, by the resource. */
  keysThere?: Readonly<Record<string, string>>;
}

const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:claims-owner-AbCdEf';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:pagw-api-connector.fifo';
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const CLUSTER = {
  ownCluster: 'none' as const,
  clusterIdentifier: 'claims',
  dataApiEnabled: true,
  masterSecretArn: SECRET,
};

const VARIANTS: Readonly<Record<string, Variant>> = {
  dev: { stage: 'dev' },
  prod: { stage: 'prod' },
  'an existing cluster': { stage: 'prod', settings: { existingCluster: CLUSTER } },
  'an existing cluster whose secret has a key': {
    stage: 'prod',
    settings: { existingCluster: { ...CLUSTER, masterSecretKeyArn: KEY } },
    keysThere: { [SECRET]: KEY },
  },
  'a restored cluster beside its own': {
    stage: 'prod',
    settings: { existingCluster: { ...CLUSTER, ownCluster: 'kept' } },
  },
  'an existing network': {
    stage: 'prod',
    settings: {
      existingNetwork: {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
        isolatedSubnetIds: [0, 1, 2].map((place) => `subnet-0123456789abcdef${place}`),
      },
    },
  },
  'private mode': { stage: 'prod', settings: { privateMode: true, widgetTenant: '*' } },
  'snapshots in a vault, copied elsewhere': {
    stage: 'prod',
    settings: {
      backup: {
        keepDays: 35,
        lockDays: 7,
        copyTo: [`arn:aws:backup:us-west-2:${ACCOUNT}:backup-vault:copies`],
      },
    },
  },
  'a copy of the archive, locked, with every other setting of safety': {
    stage: 'prod',
    settings: {
      namePrefix: 'claims',
      archiveReplica: { bucketArn: 'arn:aws:s3:::pagw-archive-copies', keyArn: KEY },
      retention: { ...(STAGES.prod as StageSettings).retention, archiveLockDays: 2_557 },
      keyAdministrators: [`arn:aws:iam::${ACCOUNT}:role/key-administrators`],
      backup: { keepDays: 35, lockDays: 7 },
      privateMode: true,
    },
    keysThere: { 'arn:aws:s3:::pagw-archive-copies': KEY },
  },
  'a restored cluster in private mode, with every way out': {
    stage: 'prod',
    settings: {
      namePrefix: 'claims',
      privateMode: true,
      existingCluster: { ...CLUSTER, ownCluster: 'kept', masterSecretKeyArn: KEY },
      events: { bus: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/pagw` },
      rules: { retryQueues: { API_CONNECTOR: { queueArn: QUEUE, keyArn: KEY } } },
      readerTenants: ['anthem', 'carelon'],
      widgetTenant: 'carelon',
    },
    keysThere: { [SECRET]: KEY, [QUEUE]: KEY },
  },
  'administrators of the keys': {
    stage: 'prod',
    settings: { keyAdministrators: [`arn:aws:iam::${ACCOUNT}:role/key-administrators`] },
  },
  'tenants of the reader': { stage: 'prod', settings: { readerTenants: ['anthem'] } },
  'somebody to notify': { stage: 'prod', settings: { notify: ['on-call@example.org'] } },
  'a queue of a stage’s own': {
    stage: 'prod',
    settings: { rules: { retryQueues: { API_CONNECTOR: { queueArn: QUEUE, keyArn: KEY } } } },
    keysThere: { [QUEUE]: KEY },
  },
};

/** Acknowledgements that no variant has needed yet. */
const needless = new Set(ACKNOWLEDGED_RIGHTS);

const PRODUCER = `arn:aws:iam::${ACCOUNT}:role/Producer`;

function deploy({ stage, settings = {}, keysThere = {} }: Variant) {
  const { template } = synthesiseStage(stage, { unchecked: true, settings });
  const account = new MadeUpAccount({ tracker: template });
  const keyOf = keysOf(account, keysThere);
  const policies = readAccountPolicies(account, Object.values(keysThere));
  const output = (name: string) => account.text('tracker', template.Outputs[name]?.Value);
  const send = requestsOfCall('sqs:SendMessage', [arnOf(output('EventsQueueUrl'))], false, keyOf);
  return {
    policies: {
      ...policies,
      roles: new Map([
        ...policies.roles,
        [PRODUCER, producerPolicy(arnOf(output('EventsQueueUrl')), output('MessagesKeyArn'))],
      ]),
    },
    needs: [
      ...neededRights(account, keyOf),
      { what: 'Producer: send', requests: send.map((request) => byRole(PRODUCER, request)) },
    ],
  };
}

/** Each request that is denied, in words. */
function deniedOf(book: RightsBook, needs: readonly Need[]): string[] {
  return needs.flatMap(({ what, requests }) =>
    requests.flatMap((request) => {
      const { allowed, reason } = book.ask(request);
      return allowed ? [] : [`${what}: ${request.action} on ${request.resource} is ${reason}`];
    }),
  );
}

/** The policy that docs/deploy.md gives to producers, whose queue has the stage's prefix. */
function producerPolicy(queueArn: string, messagesKey: string) {
  const document = readFileSync('docs/contract/producer-policy.json', 'utf8')
    .replaceAll('arn:aws:sqs:REGION:ACCOUNT:pagw-events.fifo', queueArn)
    .replaceAll('REGION', REGION)
    .replaceAll('ACCOUNT', ACCOUNT)
    .replaceAll('MESSAGES_KEY_ID', messagesKey.replace(/^.*key\//, ''));
  return readPolicy(JSON.parse(document));
}

describe.each(Object.entries(VARIANTS))('with %s', (_, variant) => {
  const { policies, needs } = deploy(variant);
  const book = new RightsBook(policies);

  test('every call is allowed', () => {
    expect(deniedOf(book, needs)).toEqual([]);
  });

  test('every right is used, or acknowledged', () => {
    const unused = book.unused().filter((right) => {
      const reasons = ACKNOWLEDGED_RIGHTS.filter(
        ({ holder, action }) => holder.test(right.holder) && action.test(right.action),
      );
      for (const reason of reasons) needless.delete(reason);
      return reasons.length === 0;
    });
    expect(unused).toEqual([]);
  });
});

test('no acknowledgement is left whose right is used, or gone', () => {
  expect([...needless]).toEqual([]);
});

test('no role has an action that could be taken from it without a call being denied', () => {
  const { policies, needs } = deploy({ stage: 'prod' });
  const needless: string[] = [];
  for (const [role, statements] of policies.roles) {
    const its = needs.filter(({ requests }) =>
      requests.some(({ principal }) => 'role' in principal && principal.role === role),
    );
    for (const action of new Set(statements.flatMap(({ actions }) => actions))) {
      const name = role.replace(/^.*:role\//, '');
      if (ACKNOWLEDGED_RIGHTS.some((one) => one.holder.test(name) && one.action.test(action))) continue;
      const left = statements.map((statement) => ({
        ...statement,
        actions: statement.actions.filter((other) => other !== action),
      }));
      const without = new RightsBook({ ...policies, roles: new Map([...policies.roles, [role, left]]) });
      if (deniedOf(without, its).length === 0) needless.push(`${name}: ${action}`);
    }
  }
  expect(needless).toEqual([]);
});

test('in private mode a login that is used from anywhere else opens nothing', () => {
  const { policies, needs } = deploy({ stage: 'prod', settings: { privateMode: true } });
  const book = new RightsBook(policies);
  const elsewhere = needs.flatMap(({ requests }) =>
    requests
      .filter(({ context }) => context['aws:SourceVpce'] !== undefined)
      .filter(({ action }) => /^(rds-data|secretsmanager):/.test(action))
      .map((request) => ({
        ...request,
        context: { ...request.context, 'aws:SourceVpce': 'vpce-elsewhere' },
      })),
  );
  expect(elsewhere.length).toBeGreaterThan(10);
  expect(elsewhere.filter((request) => book.ask(request).allowed)).toEqual([]);
});
