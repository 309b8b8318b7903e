import { describe, expect, test } from 'vitest';
import { STAGES } from '../../lib/infra/stages.ts';
import { type Resource, synthesiseStage, type Template } from './synthesise-stage.ts';

const TRACES = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

describe.each(Object.keys(STAGES))('the %s stage', (stage) => {
  const { template } = synthesiseStage(stage, { unchecked: true });
  const traced = Object.entries(template.Resources).filter(
    ([, { Properties }]) =>
      Properties?.TracingConfig?.Mode === 'Active' || Properties?.TracingConfiguration?.Enabled === true,
  );

  test('traces its own functions, and the provider framework’s with its waiter', () => {
    const names = traced.map(([logicalId]) => logicalId.replace(/[0-9A-F]{8}$/, '')).join(' ');
    for (const part of ['Ingest', 'MigrateProviderframeworkonEvent', 'MigrateProviderwaiterstatemachine'])
      expect(names).toContain(part);
  });

  test('gives what traces actively the right to, before it is created', () => {
    expect(traced.flatMap(([logicalId, resource]) => missingRights(template, logicalId, resource))).toEqual(
      [],
    );
  });

  test('would find a right that is missing', () => {
    const [[logicalId, resource] = []] = traced;
    if (logicalId === undefined || resource === undefined) throw new Error('nothing is traced');
    expect(missingRights(template, logicalId, { ...resource, DependsOn: [] })).toHaveLength(2);
  });
});

/** Lambda looks at the role when it creates the function, so the policy must be attached by then. */
function missingRights(template: Template, logicalId: string, { Properties, DependsOn }: Resource): string[] {
  const role: string = (Properties.Role ?? Properties.RoleArn)['Fn::GetAtt'][0];
  const granted = [DependsOn ?? []].flat().flatMap((dependency) => {
    const policy = template.Resources[dependency];
    if (policy?.Type !== 'AWS::IAM::Policy') return [];
    if (!policy.Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role)) return [];
    const statements: { Effect: string; Action: string | string[]; Resource: unknown }[] =
      policy.Properties.PolicyDocument.Statement;
    return statements.flatMap(({ Effect, Action, Resource: on }) =>
      Effect === 'Allow' && on === '*' ? [Action].flat() : [],
    );
  });
  return TRACES.filter((right) => !granted.includes(right)).map((right) => `${logicalId}: ${right}`);
}
