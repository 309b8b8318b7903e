import { describe, expect, test } from 'vitest';
import { STAGES } from '../../lib/infra/stages.ts';
import { synthesiseStage, type Template } from './synthesise-stage.ts';

describe.each(Object.keys(STAGES))('the %s stage', (stage) => {
  const { run } = synthesiseStage(stage, { unchecked: true }).stacks;
  const [schema = ''] =
    Object.entries(run.Resources).find(([, { Type }]) => Type === 'Custom::PagwSchema') ?? [];
  const ofMigrate = neededBy(run, schema);
  const code = Object.entries(run.Resources).filter(
    ([logicalId, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Function' &&
      Properties.Environment?.Variables?.CLUSTER_ARN !== undefined &&
      !ofMigrate.has(logicalId),
  );

  test('creates and updates each function that uses the database after the schema is current', () => {
    expect(code.length).toBeGreaterThanOrEqual(5);
    const early = code.filter(([logicalId]) => !neededBy(run, logicalId).has(schema));
    expect(early.map(([logicalId]) => logicalId)).toEqual([]);
  });
});

/** What CloudFormation has done before it begins with a resource. */
function neededBy({ Resources }: Template, logicalId: string, found = new Set<string>()): Set<string> {
  const resource = Resources[logicalId];
  if (resource === undefined) return found;
  const named = [...JSON.stringify(resource.Properties ?? {}).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([^"]+)"/g)];
  for (const needed of [resource.DependsOn ?? [], named.map(([, name = '']) => name)].flat()) {
    if (found.has(needed) || Resources[needed] === undefined) continue;
    found.add(needed);
    neededBy({ Resources } as Template, needed, found);
  }
  return found;
}
