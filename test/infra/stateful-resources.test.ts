import { expect, test } from 'vitest';
import { synthesiseStage } from './synthesise-stage.ts';

/** Resources that hold data, and the properties CloudFormation replaces them for. */
const REPLACED_FOR: Record<string, string[]> = {
  'AWS::RDS::DBCluster': [
    'AvailabilityZones',
    'DBClusterIdentifier',
    'DBSubnetGroupName',
    'DatabaseName',
    'Engine',
    'KmsKeyId',
    'MasterUsername',
    'StorageEncrypted',
  ],
  'AWS::RDS::DBSubnetGroup': ['DBSubnetGroupName'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::EC2::VPC': ['CidrBlock', 'InstanceTenancy'],
  // Nothing of theirs is lost, but their names are taken while the old one is there.
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 'Description', 'Path'],
  'AWS::CloudWatch::Dashboard': ['DashboardName'],
};

/**
 * A deployment would delete and create again whatever differs here. Where that is meant, plan the move of its data
 * (docs/deploy.md, "Upgrade") and write the new state with `vitest run test/infra/stateful-resources.test.ts -u`.
 */
test('no resource that holds data would be replaced by a deployment (one more is written by -u)', async () => {
  const { template } = synthesiseStage('prod', { unchecked: true });
  const stateful = Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties }]) => {
    const names = REPLACED_FOR[Type];
    if (names === undefined) return [];
    const fixed = Object.fromEntries(
      names.flatMap((name) => (Properties[name] === undefined ? [] : [[name, Properties[name]]])),
    );
    // As text, so that formatting the file does not change it.
    return [[logicalId, `${Type} ${JSON.stringify(fixed)}`] as const];
  });
  const now = Object.fromEntries(stateful.sort(([a], [b]) => (a < b ? -1 : 1)));
  expect(stateful.length).toBeGreaterThan(10);
  await expect(`${JSON.stringify(now, null, 2)}\n`).toMatchFileSnapshot('stateful-resources.json');
});
