import { readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { stageSettings } from '../../lib/infra/stage-settings.ts';
import { STAGES, type StageSettings } from '../../lib/infra/stages.ts';
import { EVERY_SETTING, VARIANTS } from './stage-variants.ts';
import { type SynthesisedStage, synthesiseStage } from './synthesise-stage.ts';
import { watchAcknowledgements } from './used-acknowledgements.ts';

const { prod } = STAGES;
if (prod === undefined) throw new Error('there is no prod stage');
const base = prod;

test('every setting is tried with a value that prod does not have', () => {
  const tried = Object.values(VARIANTS).flatMap((variant) => leaves(variant));
  const ofProd = new Map(leaves(base));
  const untried = leaves(EVERY_SETTING).filter(
    ([path]) => !tried.some(([tried, value]) => tried === path && value !== ofProd.get(path)),
  );
  expect(untried).toEqual([]);
});

const acknowledgements = watchAcknowledgements();

describe('a stage with', () => {
  test.each(Object.keys(VARIANTS).filter((variant) => !/tenants|committed/.test(variant)))(
    '%s has no finding that is not acknowledged',
    (variant) => {
      const { findings } = synthesiseStage('prod', { checks: 'nag', settings: VARIANTS[variant] ?? {} });
      expect(findings).toEqual([]);
    },
  );

  test('any settings needs each acknowledgement of cdk-nag somewhere', () => {
    for (const stage of Object.keys(STAGES)) synthesiseStage(stage, { checks: 'nag' });
    expect(acknowledgements.found()).toBeGreaterThan(10);
    expect(acknowledgements.needless()).toEqual([]);
  });

  test('every setting passes each on to what goes by it', () => {
    const synthesised = synthesiseStage('prod', { unchecked: true, settings: EVERY_SETTING });
    const { template, settingsFile } = synthesised;
    const all = JSON.stringify(template);
    expect(synthesised.ofType('AWS::RDS::DBCluster')[0]?.[1].Properties.StorageType).toBe('aurora-iopt1');
    for (const text of [
      'claims',
      'example.org/runbook',
      'on-call@example.org',
      'lead@example.org',
      'subnet-0123456789abcdef1',
    ])
      expect(all).toContain(text);
    expect(Object.keys(settingsFile).sort()).toEqual([
      'BELIEVED_DAYS',
      'DECISION_POLICY',
      'EVENT_LOG',
      'METRIC_TENANTS',
      'PHI_GUARD',
      'RETRY_POLICY',
      'SENDERS',
      'STUCK_LIMITS',
    ]);
    expect(one(synthesised, 'AWS::RDS::DBCluster')).toMatchObject({
      EngineVersion: '17.7',
      BackupRetentionPeriod: 14,
      ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 8, SecondsUntilAutoPause: 600 },
      PerformanceInsightsRetentionPeriod: 31,
    });
    expect(synthesised.ofType('AWS::RDS::DBInstance')).toHaveLength(3);
    const [, archive] =
      synthesised.ofType('AWS::S3::Bucket').find(([id]) => id.startsWith('BucketsArchive')) ?? [];
    expect(archive?.Properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 2_557 } } },
    });
    const replica = archive?.Properties.ReplicationConfiguration.Rules;
    expect(replica).toHaveLength(1);
    expect(replica[0]).toMatchObject({
      Status: 'Enabled',
      Destination: {
        Bucket: 'arn:aws:s3:::pagw-archive-copies',
        EncryptionConfiguration: { ReplicaKmsKeyID: EVERY_SETTING.archiveReplica.keyArn },
      },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
      DeleteMarkerReplication: { Status: 'Disabled' },
    });
    for (const [, { Properties }] of synthesised.ofType('AWS::Logs::LogGroup'))
      expect(Properties.RetentionInDays).toBe(2_192);
  });
});

test('events go to a bus only where one is named, and to that one alone', () => {
  const may = (settings: Partial<StageSettings>) => {
    const synthesised = synthesiseStage('prod', { unchecked: true, settings });
    const rights = synthesised
      .ofType('AWS::IAM::Policy')
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .filter((statement: { Action: unknown }) => JSON.stringify(statement.Action).includes('events:'));
    const alarms = synthesised
      .ofType('AWS::CloudWatch::Alarm')
      .filter(([, { Properties }]) => JSON.stringify(Properties).includes('OutgoingOldestSeconds'));
    return [rights, alarms.map(([, { Properties }]) => /#([\w-]+)$/.exec(Properties.AlarmDescription)?.[1])];
  };
  const sections = readFileSync('docs/runbook.md', 'utf8').match(/(?<=^## )[\w-]+$/gm);
  const { events } = EVERY_SETTING;
  expect(may({})).toEqual([[], []]);
  expect(may({ events })).toEqual([
    [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: events.bus }],
    ['events-waiting'],
  ]);
  expect(sections).toContain('events-waiting');
});

test('in private mode a function comes after its way out: endpoints, and what lets it through', () => {
  const { stacks } = synthesiseStage('prod', {
    unchecked: true,
    settings: VARIANTS['every setting, in private mode'] ?? {},
  });
  const all = Object.entries(stacks.run.Resources);
  const way = all.filter(([, { Type }]) => /VPCEndpoint$|SecurityGroup(In|E)gress$/.test(Type));
  expect(way.length).toBeGreaterThan(6);
  const inside = all.filter(([, { Properties }]) => Properties?.VpcConfig !== undefined);
  expect(inside.length).toBeGreaterThan(6);
  for (const [logicalId, { DependsOn }] of inside)
    expect(DependsOn, logicalId).toEqual(expect.arrayContaining(way.map(([id]) => id)));
});

describe('what a security team asks for', () => {
  const { ofType } = synthesiseStage('prod', { unchecked: true, settings: EVERY_SETTING });
  const keys = ofType('AWS::KMS::Key').map(([id, { Properties }]) => {
    const { Statement }: { Statement: KeyStatement[] } = Properties.KeyPolicy;
    return { id, statements: Statement };
  });

  test('keys are administered by the roles named and used by others, never both', () => {
    expect(keys).toHaveLength(3);
    for (const { id, statements } of keys) {
      const granted = statements.filter(({ Effect }) => Effect === 'Allow');
      const administering = granted.filter(({ Action }) =>
        [Action].flat().some((action) => /^kms:(\*|Put|Schedule|Delete|Update|Disable)/.test(action)),
      );
      expect(
        administering.map(({ Principal }) => [Principal.AWS].flat().sort()),
        id,
      ).toEqual([EVERY_SETTING.keyAdministrators.toSorted()]);
      const [administer] = administering;
      for (const action of [administer?.Action ?? []].flat())
        expect(action, id).not.toMatch(/^kms:(\*$|Encrypt|Decrypt|ReEncrypt|GenerateDataKey|CreateGrant)/);
    }
  });

  test('snapshots are kept in a locked vault that nobody deletes from, and copied to each vault named', () => {
    const [[, vault] = []] = ofType('AWS::Backup::BackupVault');
    expect(vault).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        LockConfiguration: { MinRetentionDays: 90 },
        AccessPolicy: {
          Statement: [
            { Effect: 'Deny', Action: ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'] },
          ],
        },
      },
    });
    // A name that no vault has that was left behind.
    expect(JSON.stringify(vault?.Properties.BackupVaultName)).toMatch(
      /claims-pagw-event-tracker.*AWS::StackId/,
    );
    expect(vault?.Properties.EncryptionKeyArn).toBeDefined();
    // Without it the lock is governance: who may remove it can.
    expect(vault?.Properties.LockConfiguration.ChangeableForDays).toBeUndefined();
    const [[, plan] = []] = ofType('AWS::Backup::BackupPlan');
    const [rule, ...others] = plan?.Properties.BackupPlan.BackupPlanRule ?? [];
    expect(others).toEqual([]);
    expect(rule.Lifecycle).toEqual({ DeleteAfterDays: 400 });
    expect(rule.CopyActions).toEqual(
      EVERY_SETTING.backup.copyTo?.map((DestinationBackupVaultArn) => ({
        DestinationBackupVaultArn,
        Lifecycle: { DeleteAfterDays: 400 },
      })),
    );
    expect(ofType('AWS::Backup::BackupSelection')).toHaveLength(1);
    const data = keys.find(({ id }) => id.startsWith('KeysData'))?.statements ?? [];
    expect(data.filter(({ Sid }) => /OtherAccounts$/.test(Sid ?? '')).map(({ Action }) => Action)).toEqual([
      ['kms:Decrypt', 'kms:DescribeKey'],
      'kms:CreateGrant',
    ]);
  });
});

interface KeyStatement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Principal: { AWS?: unknown };
}

function one({ ofType }: SynthesisedStage, type: string) {
  const [[, { Properties } = { Properties: {} }] = []] = ofType(type);
  return Properties;
}

/** Each value that is no object, by its path; a list is one value. */
function leaves(value: unknown, path = ''): [path: string, value: unknown][] {
  if (Array.isArray(value) || typeof value !== 'object' || value === null || !isPlain(value))
    return [
      [
        path,
        value instanceof Duration ? value.toSeconds() : Array.isArray(value) ? JSON.stringify(value) : value,
      ],
    ];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, path === '' ? key : `${path}.${key}`));
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

test('settings that grow with the tenants are sound with 1,000 of them', () => {
  expect(stageSettings('prod', { prod: { ...base, ...VARIANTS['1,000 tenants'] } })).toBeDefined();
});
