import { beforeAll, describe, expect, test } from 'vitest';
import { VARIANTS } from './stage-variants.ts';
import { type Resource, type SynthesisedStage, synthesiseStage } from './synthesise-stage.ts';

interface Reference {
  'Fn::GetAtt'?: [string, string];
  Ref?: string;
}
interface Statement {
  Effect: string;
  Action: string | string[];
  Principal: { Service?: string | object | (string | object)[] };
}

/** What a service does with a key on its own behalf, with nobody's role in between. */
const WRITES = 'kms:GenerateDataKey';

describe.each([
  ['dev', {}],
  ['prod', VARIANTS['every setting, its own network'] ?? {}],
])('in %s', (stage, settings) => {
  let synthesised: SynthesisedStage;
  beforeAll(() => {
    synthesised = synthesiseStage(stage, { unchecked: true, settings });
  });

  /** Queues, topics and buckets that let a service in, with the key they have. */
  const open = () =>
    Object.values(synthesised.template.Resources)
      .filter(({ Type }) => /^AWS::(SQS::Queue|SNS::Topic|S3::Bucket)Policy$/.test(Type))
      .flatMap(({ Properties: { Queues, Topics, Bucket, PolicyDocument } }) =>
        [Queues ?? Topics ?? Bucket].flat().map((target: Reference) => ({
          id: idIn(target),
          services: servicesIn(PolicyDocument.Statement),
          key: keyOf(synthesised.template.Resources[idIn(target)]),
        })),
      )
      .filter(({ services }) => services.length > 0);
  const statementsOf = (key: string | undefined): Statement[] =>
    synthesised.template.Resources[key ?? '']?.Properties.KeyPolicy.Statement ?? [];

  test('a service that a queue, a topic or a bucket lets in may use its key', () => {
    const encrypted = open().filter(({ key }) => key !== undefined);
    expect(encrypted.length).toBeGreaterThan(1);
    for (const { id, services, key } of encrypted)
      expect(servicesIn(statementsOf(key), WRITES), id).toEqual(expect.arrayContaining(services));
  });

  test('what services write to without a key is the bucket of access logs alone', () => {
    const bare = open().filter(({ key }) => key === undefined);
    expect(bare.map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual(['BucketsAccessLogs']);
  });

  test('CloudWatch Logs may use the key of each log group', () => {
    const groups = synthesised.ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(8);
    for (const [id, group] of groups)
      expect(servicesIn(statementsOf(keyOf(group)), WRITES).join(), id).toContain('"logs."');
  });
});

/** Services that are let in, of those that may do `action` where it is asked for. */
function servicesIn(statements: readonly Statement[], action?: string): string[] {
  return statements
    .filter(
      ({ Effect, Action }) =>
        Effect === 'Allow' &&
        (action === undefined || [Action].flat().some((one) => one === action || one === `${action}*`)),
    )
    .flatMap(({ Principal }) => [Principal.Service ?? []].flat())
    .map((service) => (typeof service === 'string' ? service : JSON.stringify(service)));
}

function keyOf(resource: Resource | undefined): string | undefined {
  const { KmsMasterKeyId, KmsKeyId, BucketEncryption } = resource?.Properties ?? {};
  const [rule] = BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  const key: Reference | undefined =
    KmsMasterKeyId ?? KmsKeyId ?? rule?.ServerSideEncryptionByDefault.KMSMasterKeyID;
  return key === undefined ? undefined : idIn(key);
}

function idIn(reference: Reference): string {
  return reference['Fn::GetAtt']?.[0] ?? reference.Ref ?? '';
}
