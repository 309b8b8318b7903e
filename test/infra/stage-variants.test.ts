import { Duration } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { stageSettings } from '../../lib/infra/stage-settings.ts';
import { STAGES } from '../../lib/infra/stages.ts';
import { EVERY_SETTING, VARIANTS } from './stage-variants.ts';
import { type SynthesisedStage, synthesiseStage } from './synthesise-stage.ts';
import { watchAcknowledgements } from './used-acknowledgements.ts';

const { prod } = STAGES;
if (prod === undefined) throw new Error('there is no prod stage');
const base = prod;

test('every setting is tried with a value that prod does not have', () => {
  const same = leaves(EVERY_SETTING).filter(([path, value]) =>
    leaves(base).some(([p, v]) => p === path && v === value),
  );
  expect(same).toEqual([]);
});

const acknowledgements = watchAcknowledgements();

describe('a stage with', () => {
  test.each(Object.keys(VARIANTS).filter((variant) => !/tenants|committed/.test(variant)))(
    '%s has no finding that is not acknowledged',
    { timeout: 120_000 },
    (variant) => {
      const { findings } = synthesiseStage('prod', { checks: 'nag', settings: VARIANTS[variant] ?? {} });
      expect(findings).toEqual([]);
    },
  );

  test('any settings needs each acknowledgement of cdk-nag somewhere', { timeout: 120_000 }, () => {
    for (const stage of Object.keys(STAGES)) synthesiseStage(stage, { checks: 'nag' });
    expect(acknowledgements.found()).toBeGreaterThan(10);
    expect(acknowledgements.needless()).toEqual([]);
  });

  test('every setting passes each on to what goes by it', () => {
    const synthesised = synthesiseStage('prod', { unchecked: true, settings: EVERY_SETTING });
    const { template, settingsFile } = synthesised;
    const all = JSON.stringify(template);
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
    for (const [, { Properties }] of synthesised.ofType('AWS::Logs::LogGroup'))
      expect(Properties.RetentionInDays).toBe(2_192);
  });
});

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
