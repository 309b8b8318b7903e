import { beforeAll, describe, expect, test } from 'vitest';
import { STAGES, type StageSettings } from '../../lib/infra/stages.ts';
import { VARIANTS } from './stage-variants.ts';
import { type SynthesisedStage, synthesiseStage, type Template } from './synthesise-stage.ts';

const RESTORED = {
  clusterIdentifier: 'pagw-event-tracker-restored',
  dataApiEnabled: true,
  masterSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:restored-AbCdEf',
};
/** What is a name, where CloudFormation refuses to make a second resource of that name. */
const NAME = /^(?:.*Name|DBClusterIdentifier|DBInstanceIdentifier)$/;
/** Names that are taken within one cluster or one role only. */
const NOT_TAKEN_ELSEWHERE = new Set(['DatabaseName', 'MasterUsername', 'PolicyName']);

describe.each(Object.keys(STAGES))('a deployment of %s that fails', (stage) => {
  let synthesised: SynthesisedStage;
  beforeAll(() => {
    synthesised = synthesiseStage(stage, { unchecked: true });
  });

  test('can be repeated: the CDK deletes a stack whose creation failed, and nothing forbids it', () => {
    expect(synthesised.protectedStacks).toEqual([]);
    for (const [logicalId, { Properties }] of synthesised.ofType('AWS::RDS::DBCluster'))
      expect(Properties.DeletionProtection ?? false, logicalId).toBe(false);
  });

  test('leaves nothing behind that the next try would find in its way', () => {
    const { Resources } = synthesised.template;
    const kept = Object.entries(Resources).filter(([, { DeletionPolicy }]) =>
      DeletionPolicy?.startsWith('Retain'),
    );
    expect(kept.length).toBeGreaterThan(2);
    for (const [logicalId, { DeletionPolicy, Properties }] of kept) {
      expect(DeletionPolicy, logicalId).toBe('RetainExceptOnCreate');
      for (const [property, value] of Object.entries(Properties ?? {}))
        if (NAME.test(property) && !NOT_TAKEN_ELSEWHERE.has(property))
          expect(JSON.stringify(value), `${logicalId}.${property}`).toContain('"Ref"');
    }
  });

  test('keeps what is replaced as it keeps what is deleted', () => {
    const alike: Record<string, string> = {
      RetainExceptOnCreate: 'Retain',
      Snapshot: 'Snapshot',
      Delete: 'Delete',
    };
    for (const [logicalId, { DeletionPolicy, UpdateReplacePolicy }] of Object.entries(
      synthesised.template.Resources,
    ))
      expect(UpdateReplacePolicy, logicalId).toBe(alike[DeletionPolicy ?? '']);
  });

  test('keeps each bucket', () => {
    for (const [logicalId, { DeletionPolicy }] of synthesised.ofType('AWS::S3::Bucket'))
      expect(DeletionPolicy, logicalId).toBe('RetainExceptOnCreate');
  });

  test('in the stack that runs leaves the one that holds data alone', () => {
    const { data, run } = synthesised.stacks;
    expect(JSON.stringify(data)).not.toContain('Fn::ImportValue');
    for (const type of [
      'AWS::RDS::DBCluster',
      'AWS::S3::Bucket',
      'AWS::KMS::Key',
      'AWS::SecretsManager::Secret',
    ]) {
      const typesIn = (resources: typeof run.Resources) => Object.values(resources).map(({ Type }) => Type);
      expect(typesIn(data.Resources), type).toContain(type);
      expect(typesIn(run.Resources), type).not.toContain(type);
    }
  });
});

test('an account that allows 10 executions at a time is enough: none is reserved unless the stage asks', () => {
  const reserved = (settings: Partial<StageSettings>) =>
    Object.fromEntries(
      synthesiseStage('prod', { unchecked: true, settings })
        .ofType('AWS::Lambda::Function')
        .filter(([, { Properties }]) => Properties.ReservedConcurrentExecutions !== undefined)
        .map(([, { Properties }]) => [
          Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME,
          Properties.ReservedConcurrentExecutions,
        ]),
    );
  expect(reserved({})).toEqual({});
  expect(reserved({ reservedConcurrency: { ingest: 20, scheduled: 2 } })).toEqual({
    'pagw-ingest': 20,
    'pagw-retry': 2,
    'pagw-stuck-alarm': 2,
    'pagw-maintain': 1,
  });
});

test('a prod stage that is deleted keeps what its database needs to be used again', () => {
  const { stacks } = synthesiseStage('prod', { unchecked: true });
  const goes = Object.entries(stacks.data.Resources).filter(
    ([, { DeletionPolicy }]) => DeletionPolicy !== 'RetainExceptOnCreate',
  );
  expect(goes.map(([, { Type }]) => Type).sort()).toEqual(['AWS::IAM::Role', 'AWS::Lambda::Function']);
});

describe.each(Object.entries(VARIANTS))('%s: what stays when its stack is deleted', (_, settings) => {
  let resources: Template['Resources'];
  beforeAll(() => {
    resources = synthesiseStage('prod', { unchecked: true, settings }).stacks.data.Resources;
  });
  const stays = (logicalId: string) => resources[logicalId]?.DeletionPolicy === 'RetainExceptOnCreate';
  /** Policies say in their own properties what they are of. */
  const isGuard = (type: string) =>
    /^AWS::(IAM|S3::Bucket|SecretsManager::Resource|KMS::).*Policy$/.test(type);

  test('keeps what it goes by, but for the keys of a stage that does not retain', () => {
    const without = Object.entries(resources).flatMap(([logicalId, { Type, Properties = {} }]) => {
      const named = Object.keys(resources).filter((other) =>
        JSON.stringify(Properties).includes(`"${other}"`),
      );
      if (stays(logicalId))
        return named.filter((other) => !stays(other)).map((other) => [Type, resources[other]?.Type]);
      return isGuard(Type) && named.some(stays) ? [[named.join(), `without its ${Type}`]] : [];
    });
    const left = without.filter(([, gone]) => settings.retainOnDelete !== false || gone !== 'AWS::KMS::Key');
    // It closes the default group once, when the network is made.
    expect(left.filter(([type]) => type !== 'Custom::VpcRestrictDefaultSG')).toEqual([]);
  });
});

test('the stack that holds data goes on exporting what the other may still import', () => {
  const exportsOf = (settings: Partial<StageSettings>) =>
    Object.values(synthesiseStage('prod', { unchecked: true, settings }).stacks.data.Outputs)
      .flatMap(({ Export }) => Export?.Name ?? [])
      .sort();
  expect(exportsOf({ existingCluster: { ...RESTORED, ownCluster: 'kept' } })).toEqual(exportsOf({}));
});
