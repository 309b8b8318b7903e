import type { StageRules } from '../../lib/infra/stage-rules.ts';
import type { ExistingCluster, StageSettings } from '../../lib/infra/stages.ts';

const KEY = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';

export const EXISTING_CLUSTER: ExistingCluster = {
  ownCluster: 'none',
  clusterIdentifier: 'claims',
  dataApiEnabled: true,
  masterSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:claims-owner-AbCdEf',
  masterSecretKeyArn: KEY,
};

export const EVERY_RULE: Required<StageRules> = {
  retryPolicy: {
    maxAttempts: 3,
    stages: { PARSING: { baseSeconds: 5 } },
    errorCodes: { E42: { retryable: true } },
  },
  retryQueues: {
    API_CONNECTOR: {
      queueArn: 'arn:aws:sqs:us-west-2:123456789012:pagw-api-connector.fifo',
      keyArn: KEY.replace('us-east-1', 'us-west-2'),
    },
  },
  stuckLimits: { default: 20, retryOverdue: 30, stages: { PARSING: 5, CALLBACK_HANDLER: { begin: 2_880 } } },
  decisionPolicy: {
    tenants: { 'anthem-ca': 'off' },
    plans: { H1234: { kind: 'exchange', zone: 'America/New_York' } },
  },
  believedDays: 400,
  eventLog: 'batch',
  metricTenants: ['anthem', 'krankenkasse zürich'],
  senders: { AROAEXAMPLEID: ['anthem', 'carelon'], AIDAEXAMPLEID: ['*'] },
  phiGuard: { level: 'patterns', metadataKeys: ['planTier'] },
};

/** Each setting with a value that no stage has by default; a cluster that was there leaves out what only an own one uses. */
export const EVERY_SETTING: Required<Omit<StageSettings, 'existingCluster'>> = {
  namePrefix: 'claims',
  environment: { account: '123456789012', region: 'us-west-2' },
  zones: 2,
  engineVersion: '17.7',
  capacity: { minUnits: 0, maxUnits: 8, pauseAfterMinutes: 10, readers: 2 },
  storage: 'io-optimized',
  databaseName: 'claims',
  insights: { mode: 'standard', retentionDays: 31 },
  retention: {
    backupDays: 14,
    logDays: 2_192,
    quarantineDays: 7,
    archiveDays: 3_650,
    archiveLockDays: 2_557,
    archiveVersionDays: 180,
  },
  history: { compactAfterDays: 60, archiveAfterDays: 'off' },
  // What is locked needs its key: see the variant that goes.
  retainOnDelete: true,
  concurrency: { ingest: 8 },
  reservedConcurrency: { ingest: 9, scheduled: 3 },
  everyMinutes: { retry: 12, stuckAlarm: 15, canary: 15 },
  thresholds: {
    ingestAgeSeconds: 120,
    canarySeconds: 60,
    retryOverdueSeconds: 900,
    rejectedMessages: 1,
    storageGiB: 900,
    capacityPercent: 70,
  },
  rules: EVERY_RULE,
  widgetTenant: 'anthem',
  readerTenants: ['anthem', 'carelon'],
  producers: {
    roles: ['arn:aws:iam::999988887777:role/parser'],
    accounts: ['555566667777'],
    organizationId: 'o-abcdefghij',
  },
  retryConsumers: { accounts: ['999988887777'] },
  events: { bus: 'arn:aws:events:us-west-2:123456789012:event-bus/pagw' },
  backup: {
    keepDays: 400,
    lockDays: 90,
    copyTo: [
      'arn:aws:backup:us-east-1:123456789012:backup-vault:pagw-copies',
      'arn:aws:backup:us-west-2:999988887777:backup-vault:pagw-copies',
    ],
  },
  archiveReplica: {
    bucketArn: 'arn:aws:s3:::pagw-archive-copies',
    keyArn: 'arn:aws:kms:us-east-1:999988887777:key/11111111-2222-3333-4444-555555555555',
  },
  keyAdministrators: [
    'arn:aws:iam::123456789012:role/key-administrators',
    'arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-us-west-2',
  ],
  // With a network of its own alone.
  privateMode: false,
  runbookUrl: 'https://example.org/runbook',
  notify: ['on-call@example.org', 'lead@example.org'],
  existingNetwork: {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-west-2a', 'us-west-2b'],
    isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  },
};

const { existingNetwork: _, ...OWN_NETWORK } = EVERY_SETTING;

/** What grows with the tenants, as it is with so many. */
export function tenants(count: number): Pick<StageSettings, 'rules' | 'readerTenants'> {
  const names = Array.from({ length: count }, (_, place) => `health-plan-of-state-${place}`);
  return {
    readerTenants: names,
    rules: {
      ...EVERY_RULE,
      decisionPolicy: {
        tenants: Object.fromEntries(names.map((name) => [name, { expeditedHours: 72, standardDays: 7 }])),
      },
    },
  };
}

/** Ways to set up a stage that differ in what is deployed. */
export const VARIANTS: Readonly<Record<string, Partial<StageSettings>>> = {
  'as committed': {},
  'every setting, its own network': OWN_NETWORK,
  'every setting, in private mode': { ...OWN_NETWORK, privateMode: true },
  'every setting, a network that was there': EVERY_SETTING,
  'a cluster that was there': { existingCluster: EXISTING_CLUSTER, notify: ['on-call@example.org'] },
  'a restored cluster beside the damaged one': {
    existingCluster: { ...EXISTING_CLUSTER, ownCluster: 'kept' },
  },
  'a restored cluster instead of the damaged one': {
    existingCluster: { ...EXISTING_CLUSTER, ownCluster: 'removed' },
  },
  'producers of a whole organization': { producers: { organizationId: 'o-abcdefghij' } },
  'data that goes with its stack': {
    retainOnDelete: false,
    backup: { keepDays: 35 },
    archiveReplica: EVERY_SETTING.archiveReplica,
  },
  '60 tenants': tenants(60),
  '1,000 tenants': tenants(1_000),
};
