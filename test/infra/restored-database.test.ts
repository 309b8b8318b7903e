import { beforeAll, describe, expect, test } from 'vitest';
import { EXISTING_CLUSTER } from './stage-variants.ts';
import { type SynthesisedStage, synthesiseStage, type Template } from './synthesise-stage.ts';

/** The three deployments of docs/deploy.md, "Restore from a backup", as templates. */
describe('a database that is restored from a backup', () => {
  let before: SynthesisedStage;
  let during: SynthesisedStage;
  let after: SynthesisedStage;
  const backup = { keepDays: 35 };
  beforeAll(() => {
    const deploy = (ownCluster?: 'kept' | 'removed') =>
      synthesiseStage('prod', {
        unchecked: true,
        settings: {
          backup,
          ...(ownCluster === undefined ? {} : { existingCluster: { ...EXISTING_CLUSTER, ownCluster } }),
        },
      });
    before = deploy();
    during = deploy('kept');
    after = deploy('removed');
  });

  test('is put to use without a change to what holds data: the damaged one keeps its log, roles and subnets', () => {
    expect(during.stacks.data).toEqual(before.stacks.data);
  });

  test('is what everything that runs then uses, and nothing is lost that waits in a queue', () => {
    const { removed, added } = difference(before.stacks.run, during.stacks.run);
    expect(added).toEqual([]);
    // The schedule that keeps the own cluster protected, which it already is.
    expect(removed.filter((logicalId) => !/^Protection|^Alarmsdatabaseunprotected/.test(logicalId))).toEqual(
      [],
    );
    const cluster = ({ stacks }: SynthesisedStage) =>
      JSON.stringify(stacks.run).match(/DatabaseOwnCluster/g) ?? [];
    expect(cluster(before).length).toBeGreaterThan(5);
    expect(cluster(during)).toEqual([]);
    for (const [logicalId, { Properties }] of during.ofType('AWS::Lambda::Function')) {
      const { CLUSTER_ARN: arn } = Properties.Environment?.Variables ?? {};
      if (arn !== undefined)
        expect(JSON.stringify(arn), logicalId).toContain(`:cluster:${EXISTING_CLUSTER.clusterIdentifier}`);
    }
  });

  test('is migrated before anything reads it: the backup may be older than the last migration', () => {
    const schema = ({ ofType }: SynthesisedStage) =>
      ofType('Custom::PagwSchema').map(([, { Properties }]) => Properties);
    expect(schema(during)).not.toEqual(schema(before));
  });

  test('keeps the network, the parameters and the log when the damaged one goes, which stays outside of the stack', () => {
    const { removed, added } = difference(during.stacks.data, after.stacks.data);
    expect(added).toEqual([]);
    const types = removed.map((logicalId) => {
      const { Type, DeletionPolicy } = during.stacks.data.Resources[logicalId] ?? {};
      return `${Type} ${DeletionPolicy}`;
    });
    expect([...new Set(types)].sort()).toEqual([
      'AWS::RDS::DBCluster RetainExceptOnCreate',
      'AWS::RDS::DBInstance RetainExceptOnCreate',
    ]);
    expect(after.stacks.run).toEqual(during.stacks.run);
  });

  test('goes on being backed up when the damaged one has gone, into the same vault', () => {
    const saved = ({ ofType }: SynthesisedStage) =>
      ofType('AWS::Backup::BackupSelection').map(([, { Properties }]) =>
        JSON.stringify(Properties.BackupSelection.Resources),
      );
    expect(saved(during)).toEqual([expect.stringContaining('DatabaseOwnCluster')]);
    expect(saved(after)).toEqual([expect.stringContaining(`:cluster:${EXISTING_CLUSTER.clusterIdentifier}`)]);
    for (const type of ['AWS::Backup::BackupVault', 'AWS::Backup::BackupPlan'])
      expect(after.ofType(type), type).toEqual(before.ofType(type));
  });
});

function difference(one: Template, other: Template): { removed: string[]; added: string[] } {
  const [before, after] = [one, other].map(({ Resources }) => Object.keys(Resources)) as [string[], string[]];
  return {
    removed: before.filter((logicalId) => !after.includes(logicalId)),
    added: after.filter((logicalId) => !before.includes(logicalId)),
  };
}
