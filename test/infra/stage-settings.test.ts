import { Fn, Token } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { RESERVED_WORDS } from '../../lib/infra/setting-rules.ts';
import { BOUNDS_BY_PATH, numberFault } from '../../lib/infra/setting-shapes.ts';
import { checkedSettings, stageSettings } from '../../lib/infra/stage-settings.ts';
import { STAGES, type StageSettings } from '../../lib/infra/stages.ts';
import { openEmptyDatabase } from '../support/database.ts';

function base(): StageSettings {
  const { prod } = STAGES;
  if (prod === undefined) throw new Error('there is no prod stage');
  return prod;
}

describe('settings of a stage', () => {
  test.each(Object.keys(STAGES))('are sound as committed: %s', (stage) => {
    expect(stageSettings(stage)).toBe(STAGES[stage]);
  });

  test.each([
    ['staging', /^Stage 'staging' is unknown: use one of dev, prod/],
    ['constructor', /^Stage 'constructor' is unknown/],
    ['', /^No stage is named: pass -c stage=/],
    [undefined, /^No stage is named/],
    [7, /^No stage is named/],
  ])('refuse the stage %j', (stage, message) => {
    expect(() => stageSettings(stage)).toThrow(message);
  });

  test.each(['a_b', 'prod-', '-prod', 'eu--prod', 'x-data', 'späte', 'a b', 's'.repeat(41)])(
    'refuse a stage that is called %j',
    (stage) => {
      expect(() => stageSettings(stage, { [stage]: base() })).toThrow(
        /^Stage '.+': the name of a stage must be [^\n]+\.$/,
      );
    },
  );

  test.each(['eu-prod-2', 'Prod', '1', 's'.repeat(40)])('take a stage that is called %j', (stage) => {
    expect(stageSettings(stage, { [stage]: base() })).toBeDefined();
  });

  const cluster = {
    ownCluster: 'none' as const,
    clusterIdentifier: 'claims',
    dataApiEnabled: true,
    masterSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:owner-AbCdEf',
  };
  const network = {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  };
  const { retention, capacity } = base();
  const environment = { account: '123456789012', region: 'us-east-1' };
  const queueOf = (stage: string, queue: unknown) => ({ retryQueues: { [stage]: queue as never } });
  const fifo = (region = 'us-east-1', account = '123456789012') => `arn:aws:sqs:${region}:${account}:a.fifo`;
  const bus = (region: string, account = '123456789012') => `arn:aws:events:${region}:${account}:event-bus/a`;
  const own = (queue: string, prefix = '') =>
    `arn:aws:sqs:us-east-1:123456789012:${prefix}pagw-${queue}.fifo`;
  const roles = (count: number, name = 'parser') =>
    Array.from({ length: count }, (_, place) => `arn:aws:iam::123456789012:role/${name}-${place}`);
  const addresses = (count: number) => Array.from({ length: count }, (_, place) => `a${place}@example.org`);
  const vault = 'arn:aws:backup:us-west-2:123456789012:backup-vault:pagw';

  test.each<[string, Partial<StageSettings>, RegExp]>([
    ['a log retention CloudWatch lacks', { retention: { ...retention, logDays: 366 } }, /retention\.logDays/],
    ['logs kept less than a year', { retention: { ...retention, logDays: 30 } }, /at least a year/],
    ['backups for too long', { retention: { ...retention, backupDays: 36 } }, /from 1 to 35/],
    ['half a day of backups', { retention: { ...retention, backupDays: 0.5 } }, /backupDays/],
    [
      'events archived after four weeks',
      { history: { compactAfterDays: 'off', archiveAfterDays: 28 } },
      /from 29/,
    ],
    ['half a day', { history: { compactAfterDays: 30.5, archiveAfterDays: 'off' } }, /whole number/],
    ['no quarantine', { retention: { ...retention, quarantineDays: 0 } }, /quarantineDays/],
    ['a capacity that falls', { capacity: { ...capacity, minUnits: 8, maxUnits: 4 } }, /capacity must rise/],
    [
      'a pause that cannot happen',
      { capacity: { ...capacity, minUnits: 1, pauseAfterMinutes: 5 } },
      /needs capacity\.minUnits of 0/,
    ],
    [
      'a VPC by its ARN',
      { existingNetwork: { ...network, vpcId: 'arn:aws:ec2:::vpc/vpc-1' } },
      /id of a VPC/,
    ],
    [
      'a VPC without id',
      { existingNetwork: { ...network, vpcId: undefined as unknown as string } },
      /existingNetwork\.vpcId/,
    ],
    [
      'subnets by their names',
      { existingNetwork: { ...network, isolatedSubnetIds: ['isolated-a', 'isolated-b'] } },
      /ids of subnets/,
    ],
    [
      'zones without a region',
      { existingNetwork: { ...network, availabilityZones: ['a', 'b'] } },
      /us-east-1a/,
    ],
    [
      'zones of another region than its own',
      { existingNetwork: network, environment: { account: '123456789012', region: 'us-west-2' } },
      /zones of the stage's region/,
    ],
    ['a network that is nothing', { existingNetwork: {} as never }, /existingNetwork/],
    ['a pager among the addresses', { notify: ['https://pager.example/1'] }, /notify must be mail addresses/],
    ['two addresses as one', { notify: ['a@example.org,b@example.org'] }, /notify must be mail addresses/],
    ['an address without a domain', { notify: ['on-call@example'] }, /notify must be mail addresses/],
    ['an address twice', { notify: ['a@example.org', 'A@example.org'] }, /each address once/],
    ['one address instead of a list', { notify: 'a@example.org' as never }, /notify must be a list of texts/],
    ['a runbook on a disk', { runbookUrl: 'docs/runbook.md' }, /runbookUrl must be a web address/],
    ['a runbook with an anchor', { runbookUrl: 'https://example.org/#runbook' }, /without #/],
    ['insights of no mode', { insights: { mode: 'basic' as never, retentionDays: 7 } }, /'standard' or/],
    [
      'a cluster by its ARN',
      { existingCluster: { ...cluster, clusterIdentifier: 'arn:aws:rds:::cluster:claims' } },
      /identifier of a cluster/,
    ],
    ['a retry policy of no attempts', { rules: { retryPolicy: { maxAttempts: 0 } } }, /rules\.retryPolicy: /],
    [
      'a limit that is no number',
      { rules: { stuckLimits: { default: Number.NaN } } },
      /rules\.stuckLimits\.default must be what JSON can say/,
    ],
    [
      'a tenant that a file writes as __proto__',
      { rules: { decisionPolicy: { tenants: { __proto__: { standardDays: 5 } } } } },
      /rules\.decisionPolicy\.tenants must be an object without a prototype.*__proto__/,
    ],
    [
      'a tenant that a context writes as __proto__',
      { rules: { decisionPolicy: JSON.parse('{"tenants":{"__proto__":{"standardDays":5}}}') } },
      /rules\.decisionPolicy\.tenants must be an object without a prototype.*__proto__/,
    ],
    [
      'a queue of a stage that a context writes as __proto__',
      {
        rules: {
          retryQueues: JSON.parse('{"__proto__":{"queueArn":"arn:aws:sqs:us-east-1:123456789012:q.fifo"}}'),
        },
      },
      /rules\.retryQueues must be an object without a prototype/,
    ],
    [
      'a group that is one of another',
      { capacity: Object.create(capacity) },
      /capacity must be an object without a prototype/,
    ],
    [
      'a level of the PHI guard that is none',
      { rules: { phiGuard: { level: 'lax' as never } } },
      /rules\.phiGuard: /,
    ],
    ['senders without tenants', { rules: { senders: { AROAEXAMPLEID: [] } } }, /rules\.senders: /],
    ['producers who are nobody', { producers: {} }, /^Stage 'prod': producers and retryConsumers must name/],
    [
      'any role of an account',
      { producers: { roles: ['arn:aws:iam::123456789012:role/*'] } },
      /without wildcards/,
    ],
    ['half an account', { retryConsumers: { accounts: ['1234'] } }, /12 digits/],
    ['a pause too short', { capacity: { ...capacity, minUnits: 0, pauseAfterMinutes: 4 } }, /from 5 to 1440/],
    [
      'insights nobody offers',
      { insights: { mode: 'standard', retentionDays: 30 } },
      /insights\.retentionDays/,
    ],
    ['advanced insights kept a week', { insights: { mode: 'advanced', retentionDays: 7 } }, /465/],
    [
      'a cluster without Data API',
      { existingCluster: { ...cluster, dataApiEnabled: false } },
      /Data API off.*enable its HTTP endpoint/,
    ],
    [
      'a cluster without owner',
      { existingCluster: { ...cluster, masterSecretArn: 'owner' } },
      /masterSecretArn must be the whole ARN/,
    ],
    [
      'too few subnets',
      { existingNetwork: { ...network, isolatedSubnetIds: ['subnet-0123456789abcdef0'] } },
      /must name two subnets/,
    ],
    [
      'one zone',
      { existingNetwork: { ...network, availabilityZones: ['us-east-1a', 'us-east-1a'] } },
      /two different ones/,
    ],
    [
      'a stage’s queue without order',
      { rules: { retryQueues: { PARSING: { queueArn: 'arn:aws:sqs:us-east-1:123456789012:parsing' } } } },
      /ARN of a FIFO queue/,
    ],
    ['a dashboard of no tenant', { widgetTenant: ' ' }, /widgetTenant must name/],
    ['a reader of nobody', { readerTenants: [] }, /readerTenants must name a tenant/],
    ['a reader of a blank tenant', { readerTenants: ['anthem', ' '] }, /readerTenants must name a tenant/],
    [
      'a widget of a tenant that its login does not see',
      { readerTenants: ['Anthem'], widgetTenant: 'carelon' },
      /widgetTenant must be one of readerTenants/,
    ],
    ['four zones', { zones: 4 }, /zones must be a whole number from 2 to 3/],
    ['a PostgreSQL that is too old', { engineVersion: '16.4' }, /engineVersion must be/],
    [
      'an account that is none',
      { environment: { account: '1234', region: 'us-east-1' } },
      /account of 12 digits/,
    ],
    [
      'less reserved than ingest may run',
      { reservedConcurrency: { ingest: 3, scheduled: 1 } },
      /reservedConcurrency must reserve/,
    ],
    [
      'a lock that outlives the archive',
      { retention: { ...retention, archiveLockDays: retention.archiveDays + 1 } },
      /archiveLockDays/,
    ],
    ['no earlier versions', { retention: { ...retention, archiveVersionDays: 0 } }, /archiveVersionDays/],
    [
      'a network beside a cluster that has its own',
      { existingCluster: cluster, existingNetwork: network },
      /existingNetwork has nothing to hold/,
    ],
    [
      'more queues than an environment holds',
      {
        rules: {
          retryQueues: Object.fromEntries(
            Array.from({ length: 60 }, (_, place) => [
              `STAGE_${place}`,
              { queueArn: `arn:aws:sqs:us-east-1:123456789012:pagw-stage-${place}.fifo` },
            ]),
          ),
        },
      },
      /at most 3,000 bytes/,
    ],
    [
      'more tenants of the reader than an event holds',
      { readerTenants: Array.from({ length: 10_000 }, (_, place) => `plan-${place}`) },
      /readerTenants must be at most/,
    ],
    [
      'a canary each half minute',
      { everyMinutes: { retry: 1, stuckAlarm: 1, canary: 0.5 } },
      /everyMinutes\.canary must be 'off' or/,
    ],
    [
      'a canary that may not take any time',
      { thresholds: { ...base().thresholds, canarySeconds: 0 } },
      /thresholds\.canarySeconds/,
    ],
    [
      'private mode in a network that was there',
      { privateMode: true, existingNetwork: network },
      /privateMode needs the network/,
    ],
    ['private mode that is no answer', { privateMode: 'yes' as never }, /privateMode must be true or false/],
    ['a backup without an end', { backup: {} as never }, /backup\.keepDays must be/],
    [
      'a lock that outlives the snapshot',
      { backup: { keepDays: 7, lockDays: 8 } },
      /backup\.keepDays must be/,
    ],
    [
      'a copy to a vault by its name',
      { backup: { keepDays: 7, copyTo: ['pagw'] } },
      /backup\.copyTo must be ARNs/,
    ],
    [
      'a copy to where the stage is, or to another account and region at once',
      {
        environment: { account: '123456789012', region: 'us-east-1' },
        backup: { keepDays: 7, copyTo: ['arn:aws:backup:us-west-2:999988887777:backup-vault:pagw'] },
      },
      /not of both/,
    ],
    [
      'backups of a cluster that is another’s',
      { existingCluster: cluster, backup: { keepDays: 7 } },
      /backup is of the cluster that the stage makes/,
    ],
    [
      'the storage of a cluster that is another’s',
      { existingCluster: cluster, storage: 'standard' },
      /storage is of the cluster that the stage makes/,
    ],
    ['a storage that Aurora has not', { storage: 'aurora-iopt1' as never }, /storage must be 'standard' or/],
    [
      'a storage that is not for each version',
      { storage: 'io-optimized', engineVersion: '17.3' },
      /needs engineVersion '17', or '17\.4' or later/,
    ],
    [
      'a replica without a key',
      { archiveReplica: { bucketArn: 'arn:aws:s3:::copies' } as never },
      /archiveReplica must name/,
    ],
    ['a bus by its name', { events: { bus: 'pagw' } }, /events\.bus must be the ARN/],
    ['keys that nobody administers', { keyAdministrators: [] }, /keyAdministrators must be/],
    [
      'keys that anybody administers',
      { keyAdministrators: ['arn:aws:iam::123456789012:role/*'] },
      /without wildcards/,
    ],
    ['a prefix in capitals', { namePrefix: 'Claims' }, /namePrefix must begin with a letter/],
    ['a prefix that begins with a digit', { namePrefix: '1st' }, /namePrefix/],
    ['a prefix with two hyphens in a row', { namePrefix: 'claims--west' }, /namePrefix/],
    ['a prefix that ends in a hyphen', { namePrefix: 'claims-' }, /namePrefix/],
    ['a prefix longer than a name has room for', { namePrefix: 'c'.repeat(21) }, /at most 20/],
    ['an empty prefix', { namePrefix: '' }, /leave it out for none/],
    ['a name that needs quotes', { databaseName: 'Pagw' }, /databaseName/],
    [
      'a database that is the server’s own',
      { databaseName: 'template1' },
      /must not be one of the server's own/,
    ],
    ['a version that is a number', { engineVersion: 17 as never }, /engineVersion must be a text/],
    ['an answer that is none', { retainOnDelete: 'yes' as never }, /retainOnDelete must be true or false/],
    ['rules that are nothing', { rules: null as never }, /rules must be an object/],
    ['a stage without rules', { rules: undefined as never }, /rules must be stated/],
    ['a rule nobody knows', { rules: { retrypolicy: {} } as never }, /'rules\.retryPolicy' is one/],
    ['a log of events that is none', { rules: { eventLog: 'all' as never } }, /eventLog must be 'every'/],
    ['a queue that is nothing', { rules: queueOf('PARSING', null) }, /at most that of its key as keyArn/],
    [
      'a queue of half an account',
      { rules: queueOf('PARSING', { queueArn: fifo('us-east-1', '12') }) },
      /FIFO/,
    ],
    [
      'a topic for a queue',
      { rules: queueOf('PARSING', { queueArn: 'arn:aws:sns:us-east-1:123456789012:a.fifo' }) },
      /FIFO/,
    ],
    [
      'the alias of a queue’s key',
      { rules: queueOf('PARSING', { queueArn: fifo(), keyArn: 'alias/a' }) },
      /keyArn/,
    ],
    [
      'a queue by two names',
      { rules: queueOf('PARSING', { queueArn: fifo(), url: 'https://a' }) },
      /at most that/,
    ],
    [
      'a stage’s queue of another region',
      { environment, rules: queueOf('PARSING', { queueArn: fifo('eu-west-1') }) },
      /of the stage's region/,
    ],
    [
      'a queue whose key is elsewhere',
      { rules: queueOf('PARSING', { queueArn: fifo(), keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/a' }) },
      /key of its own region/,
    ],
    ['a queue of a misspelt stage', { rules: queueOf('PARSNG', { queueArn: fifo() }) }, /near one there is/],
    [
      'one tenant of metrics as a text',
      { rules: { metricTenants: 'anthem' as never } },
      /metricTenants must be a list/,
    ],
    ['a tenant of metrics twice', { rules: { metricTenants: ['anthem', 'ANTHEM'] } }, /each once/],
    ['a reader’s tenant twice', { readerTenants: ['anthem', 'Anthem'] }, /each once/],
    ['a tenant that no column holds', { readerTenants: ['a'.repeat(65)] }, /at most 64/],
    ['a widget of a tenant like that', { widgetTenant: 'a'.repeat(65) }, /at most 64/],
    [
      'a plan in two cases',
      { rules: { decisionPolicy: { plans: { H1: 'off', h1: {} } } } },
      /plans\.h1: is there already/,
    ],
    [
      'two periods from a day',
      {
        rules: { decisionPolicy: { default: { periods: [{ from: '2027-01-01' }, { from: '2027-01-01' }] } } },
      },
      /two periods from the same day/,
    ],
    [
      'producers by a word of the singular',
      { producers: { role: [] } as never },
      /'producers\.roles' is one/,
    ],
    ['one role as a text', { producers: { roles: 'a' as never } }, /producers\.roles must be a list/],
    [
      'an account as a number',
      { retryConsumers: { accounts: [123456789012] as never } },
      /accounts must be a list/,
    ],
    [
      'a bus of another region',
      { environment, events: { bus: bus('eu-west-1') } },
      /of the stage's account and region/,
    ],
    [
      'a bus of another account',
      { environment, events: { bus: bus('us-east-1', '999988887777') } },
      /account and region/,
    ],
    ['a vault twice', { backup: { keepDays: 7, copyTo: [vault, vault] } }, /each vault once/],
    ['one vault as a text', { backup: { keepDays: 7, copyTo: vault as never } }, /copyTo must be a list/],
    [
      'a backup with one setting more',
      { backup: { keepDays: 7, keep: 7 } as never },
      /'backup\.keepDays' is one/,
    ],
    [
      'administrators of another account alone',
      { environment, keyAdministrators: ['arn:aws:iam::999988887777:role/a'] },
      /role of the stage's account/,
    ],
    ['a runbook without a host', { runbookUrl: 'https:///runbook' }, /web address/],
    ['an address with its scheme', { notify: ['mailto:a@example.org'] }, /mail addresses/],
    ['an address with two dots', { notify: ['a@example..org'] }, /mail addresses/],
    ['an address longer than any', { notify: [`a@${'b.'.repeat(130)}org`] }, /mail addresses/],
    [
      'a range of addresses in a network',
      { existingNetwork: { ...network, cidr: '10.0.0.0/16' } as never },
      /existingNetwork\.cidr/,
    ],
    [
      'a subnet twice beside another',
      {
        existingNetwork: {
          ...network,
          availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1a'],
          isolatedSubnetIds: [
            'subnet-0123456789abcdef0',
            'subnet-0123456789abcdef1',
            'subnet-0123456789abcdef0',
          ],
        },
      },
      /each once/,
    ],
    ['a cluster that is nothing', { existingCluster: {} as never }, /existingCluster/],
    [
      'a Data API that is a word',
      { existingCluster: { ...cluster, dataApiEnabled: 'yes' as never } },
      /true or false/,
    ],
    [
      'an owner in a parameter',
      { existingCluster: { ...cluster, masterSecretArn: 'arn:aws:ssm:us-east-1:123456789012:parameter/o' } },
      /ARN of the secret/,
    ],
    [
      'an owner’s key by its alias',
      { existingCluster: { ...cluster, masterSecretKeyArn: 'alias/o' } },
      /not its alias/,
    ],
    [
      'an owner of another region',
      { environment: { ...environment, region: 'us-west-2' }, existingCluster: cluster },
      /of the stage's region/,
    ],
    [
      'an account as a number',
      { environment: { ...environment, account: 123456789012 as never } },
      /environment\.account must be a text/,
    ],
    [
      'a reservation nobody knows',
      { reservedConcurrency: { ingest: 30, scheduled: 1, retry: 2 } as never },
      /reservedConcurrency\.retry/,
    ],
    [
      'history merged after it has left',
      { history: { compactAfterDays: 120, archiveAfterDays: 90 } },
      /must be less than/,
    ],
    [
      'a database that each cluster has',
      { databaseName: 'postgres' },
      /neither 'postgres'.* nor a reserved word/,
    ],
    [
      'a database called by a word of SQL',
      { databaseName: 'user' },
      /neither 'postgres'.* nor a reserved word/,
    ],
    [
      'a pause with flows that run each minute',
      { capacity: { ...capacity, minUnits: 0 } },
      /the cluster never pauses/,
    ],
    [
      'a pause that is longer than maintain waits',
      { ...STAGES.dev, capacity: { ...STAGES.dev.capacity, pauseAfterMinutes: 60 } },
      /the cluster never pauses/,
    ],
    [
      'a lock on objects whose key goes',
      { retainOnDelete: false, retention: { ...retention, archiveLockDays: 30 } },
      /need retainOnDelete/,
    ],
    [
      'a lock on snapshots whose key goes',
      { retainOnDelete: false, backup: { keepDays: 30, lockDays: 7 } },
      /need retainOnDelete/,
    ],
    [
      'an alarm on retries that only wait for their run',
      { thresholds: { ...base().thresholds, retryOverdueSeconds: 60 } },
      /more than everyMinutes\.retry/,
    ],
    [
      'a limit on retries that only wait for their run',
      { everyMinutes: { ...base().everyMinutes, retry: 10 } },
      /retryOverdue \(10 when left out\), must be more than everyMinutes\.retry/,
    ],
    ['more addresses than a stack has room for', { notify: addresses(101) }, /at most 100/],
    ['more roles than a queue’s policy holds', { producers: { roles: roles(50) } }, /at most 49 roles/],
    [
      'roles with names too long for a queue’s policy',
      { retryConsumers: { roles: roles(40, 'r'.repeat(150)) } },
      /at most 49 roles.* 6,000 bytes/,
    ],
    ['a role twice', { producers: { roles: [...roles(1), ...roles(1)] } }, /each once/],
    [
      'an empty list that opens a queue to the organization',
      { producers: { roles: [], organizationId: 'o-abcdefghij' } },
      /leave out a list that is empty/,
    ],
    [
      'an administrator twice',
      { keyAdministrators: [...roles(1), ...roles(1)] },
      /keyAdministrators must name each role once/,
    ],
    [
      'more administrators than a key’s policy holds',
      { keyAdministrators: roles(400) },
      /at most 10,000 bytes/,
    ],
    [
      'more policies than a stack has outputs',
      {
        rules: {
          decisionPolicy: { tenants: Object.fromEntries(addresses(6_000).map((name) => [name, 'off'])) },
        },
      },
      /at most 150,000 bytes together/,
    ],
    [
      'its own events as a stage’s queue',
      { rules: queueOf('PARSING', { queueArn: own('events') }) },
      /own queues/,
    ],
    [
      'its own dead letters as a stage’s queue, behind a prefix',
      { namePrefix: 'x', rules: queueOf('PARSING', { queueArn: own('events-dlq', 'x-') }) },
      /own queues/,
    ],
    [
      'a stage’s queue twice, in another case',
      { rules: { retryQueues: { PARSING: { queueArn: fifo() }, parsing: { queueArn: fifo() } } } },
      /rules\.retryQueues must name each stage once/,
    ],
    [
      'queues of two regions',
      {
        rules: {
          retryQueues: { PARSING: { queueArn: fifo() }, ENRICHMENT: { queueArn: fifo('us-west-2') } },
        },
      },
      /queues of the stage's region/,
    ],
    [
      'a stage’s queue of a blank stage',
      { rules: { retryQueues: { ' ': { queueArn: fifo() } } } },
      /rules\.retryQueues must name each stage once, .* none blank/,
    ],
    [
      'a decision policy of a blank tenant',
      { rules: { decisionPolicy: { tenants: { ' ': 'off' } } } },
      /rules\.decisionPolicy: .*tenants\." ": is blank/,
    ],
    [
      'a retry policy of a stage twice',
      { rules: { retryPolicy: { stages: { PARSING: {}, parsing: { maxAttempts: 2 } } } } },
      /rules\.retryPolicy: .*stages\.parsing: is there already, as "PARSING"/,
    ],
    [
      'a retry policy of a code twice',
      { rules: { retryPolicy: { errorCodes: { E42: {}, 'e42 ': {} } } } },
      /errorCodes\.e42 : is there already, as "E42"/,
    ],
    [
      'a retry policy of a stage that is misspelt',
      { rules: { retryPolicy: { stages: { PARSNG: {} } } } },
      /rules\.retryPolicy\.stages must not name a stage that is near/,
    ],
    [
      'a limit of a stage twice',
      { rules: { stuckLimits: { stages: { PARSING: 5, parsing: 6 } } } },
      /rules\.stuckLimits: .*stages\.parsing: is there already, as "PARSING"/,
    ],
    ['a sender by its name', { rules: { senders: { 'parser-role': ['anthem'] } } }, /by their unique ids/],
    ['a dashboard of two lines', { widgetTenant: 'anthem\ncarelon' }, /64 printable/],
    ['a reader of a tenant with NUL', { readerTenants: ['a\0b'] }, /64 printable/],
    ['metrics of all tenants by name', { rules: { metricTenants: ['*'] } }, /rules\.metricTenants must name/],
    [
      'an owner’s secret without its end',
      { existingCluster: { ...cluster, masterSecretArn: cluster.masterSecretArn.slice(0, -7) } },
      /whole ARN of the secret/,
    ],
    [
      'a partition that is none',
      { events: { bus: bus('us-east-1').replace('aws', 'azure') } },
      /events\.bus must/,
    ],
    [
      'a role of another partition than the region',
      {
        environment: { ...environment, region: 'us-gov-west-1' },
        producers: { roles: ['arn:aws:iam::123456789012:role/a'] },
      },
      /of one partition/,
    ],
    [
      'ARNs of two partitions',
      { events: { bus: bus('us-east-1') }, producers: { roles: ['arn:aws-cn:iam::123456789012:role/a'] } },
      /of one partition/,
    ],
    ['a runbook behind a password', { runbookUrl: 'https://user:secret@example.org/r' }, /without # and @/],
    ['a runbook whose host is none', { runbookUrl: 'https://%/r' }, /web address/],
    ['a minor that is none', { engineVersion: '17.0' }, /engineVersion must be/],
    ['a minor with a zero before it', { engineVersion: '17.07' }, /engineVersion must be/],
    [
      'a bucket that is none',
      {
        archiveReplica: {
          bucketArn: 'arn:aws:s3:::a..b',
          keyArn: `arn:aws:kms:us-east-1:123456789012:key/1`,
        },
      },
      /archiveReplica must name/,
    ],
  ])('refuse %s in one sentence', (_, change, message) => {
    expect(() => stageSettings('prod', { prod: { ...base(), ...change } })).toThrow(message);
    expect(() => stageSettings('prod', { prod: { ...base(), ...change } })).toThrow(
      /^Stage 'prod': [^\n]+\.$/,
    );
  });

  test.each([undefined, null, [], 'prod', () => 7])(
    'refuse %o in their place in one sentence',
    (settings) => {
      expect(() => checkedSettings('prod', settings as never)).toThrow(
        /^Stage 'prod': [^\n]+ defineStage [^\n]+\.$/,
      );
    },
  );

  test.each([undefined, null, 7, Symbol('prod'), {}])('refuse a stage that is %o', (stage) => {
    expect(() => checkedSettings(stage as never, base())).toThrow(/the name of a stage must be [^\n]+\.$/);
  });

  test('take what is near to that', () => {
    const key = 'arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1';
    const near: Partial<StageSettings>[] = [
      { existingCluster: cluster, databaseName: 'postgres', capacity: { ...capacity, minUnits: 0 } },
      // As RDS names the secret of a master user that it manages.
      {
        existingCluster: {
          ...cluster,
          masterSecretArn:
            'arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-11111111-2222-3333-4444-555555555555-AbCdEf',
        },
      },
      { environment: { ...environment, region: 'eusc-de-east-1' } },
      {
        environment: { ...environment, region: 'us-gov-west-1' },
        archiveReplica: { bucketArn: 'arn:aws-us-gov:s3:::copies', keyArn: key },
      },
      { ...STAGES.dev, everyMinutes: { retry: 6, stuckAlarm: 6, canary: 'off' } },
      { rules: { retryQueues: { PARSING: { queueArn: own('retries') } } } },
      { producers: { roles: roles(49) }, notify: addresses(100) },
    ];
    for (const change of near)
      expect(stageSettings('prod', { prod: { ...base(), ...change } })).toBeDefined();
  });

  const numbers = [...BOUNDS_BY_PATH].flatMap(([path, bound]) =>
    [Number.NaN, Infinity, -Infinity, -1, bound.least - 0.5, bound.most + 0.25, '7', null]
      .filter((value) => !(value === -0.5 && bound.least === 0 && bound.step === 0.5))
      .concat(bound.step === undefined ? [bound.least + 0.5] : [bound.least + 0.3])
      .concat([bound.least - 1, bound.most + 1])
      .map((value) => [path, value] as const),
  );

  test.each(numbers)('refuse %s of %s in one sentence that names it', (path, value) => {
    const refused = () => stageSettings('prod', { prod: withValue(base(), path, value) });
    expect(refused).toThrow(new RegExp(`^Stage 'prod': ${path.replace('.', '\\.')} must be [^\\n]+\\.$`));
  });

  test('take every number at either end of its bounds', () => {
    for (const [path, { least, most }] of BOUNDS_BY_PATH)
      for (const value of [least, most]) expect(numberFault(withValue(base(), path, value))).toBeUndefined();
  });

  test('take what another stack of the app makes for a network', () => {
    const vpcId = Token.asString({ Ref: 'Vpc' });
    const subnets = [1, 2].map((place) => Token.asString({ Ref: `Subnet${place}` }));
    const zones = [0, 1].map((place) => Fn.select(place, Fn.getAzs()));
    const existingNetwork = { vpcId, isolatedSubnetIds: subnets, availabilityZones: zones };
    expect(stageSettings('prod', { prod: { ...base(), existingNetwork } })).toBeDefined();
  });
});

/** As a file without types may have it. */
function withValue(settings: StageSettings, path: string, value: unknown): StageSettings {
  const [name = '', part] = path.split('.');
  const group = settings[name as keyof StageSettings] as object | undefined;
  return { ...settings, [name]: part === undefined ? value : { ...group, [part]: value } };
}

test('the reserved words are those of the PostgreSQL in use', async () => {
  const { database, close } = await openEmptyDatabase();
  const { rows } = await database.execute<{ word: string }>(
    "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')",
  );
  await close();
  expect(new Set(rows.map(({ word }) => word))).toEqual(RESERVED_WORDS);
});
