import { beforeAll, describe, expect, test } from 'vitest';
import { VARIANTS } from './stage-variants.ts';
import { type SynthesisedStage, synthesiseStage } from './synthesise-stage.ts';

/** They do not say for whom; a role is only ever handed to them by `iam:PassRole`, which crosses no account. */
const SILENT = ['lambda.amazonaws.com', 's3.amazonaws.com', 'backup.amazonaws.com'];

describe.each(Object.entries(VARIANTS))('%s', (_, settings) => {
  let roles: ReturnType<SynthesisedStage['ofType']>;
  beforeAll(() => {
    roles = synthesiseStage('prod', { unchecked: true, settings }).ofType('AWS::IAM::Role');
  });

  test('a role trusts one service, for this account alone where the service says for whom it asks', () => {
    expect(roles.length).toBeGreaterThan(8);
    for (const [id, { Properties }] of roles) {
      const [{ Principal, Condition, Action, Effect }, ...others] =
        Properties.AssumeRolePolicyDocument.Statement;
      expect({ Action, Effect, others }, id).toEqual({
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        others: [],
      });
      expect(Object.keys(Principal), id).toEqual(['Service']);
      expect([id, Principal.Service, Condition]).toEqual([
        id,
        expect.any(String),
        SILENT.includes(Principal.Service)
          ? undefined
          : { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      ]);
    }
  });
});
