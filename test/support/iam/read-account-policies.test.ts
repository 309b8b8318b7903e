import { describe, expect, test } from 'vitest';
import { MadeUpAccount, type StackTemplate } from './made-up-account.ts';
import { PolicyLanguageError } from './policy-statement.ts';
import { readAccountPolicies } from './read-account-policies.ts';
import { RightsBook } from './rights-book.ts';

type Resources = StackTemplate['Resources'];

const allow = (Action: string | string[], Resource: unknown, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource, ...more }],
});
const role = (Properties: object = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'lambda.amazonaws.com' },
      },
    },
    ...Properties,
  },
});
const policy = (document: object) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyDocument: document, Roles: [{ Ref: 'Reader0A1B2C3D' }] },
});
const READER = { role: 'arn:aws:iam::123456789012:role/Reader' };
const BUCKET = 'arn:aws:s3:::archive';

const reading = (Resources: Resources) => () =>
  readAccountPolicies(new MadeUpAccount({ run: { Resources } }));

describe('two stacks in one account', () => {
  const data: StackTemplate = {
    Resources: { Archive89ABCDEF: { Type: 'AWS::S3::Bucket', Properties: {} } },
    Outputs: {
      Exported: {
        Value: { 'Fn::GetAtt': ['Archive89ABCDEF', 'Arn'] },
        Export: { Name: 'data:Archive' },
      },
    },
  };
  const objects = { 'Fn::Join': ['', [{ 'Fn::ImportValue': 'data:Archive' }, '/*']] };
  const run: StackTemplate = {
    Resources: {
      Reader0A1B2C3D: role(),
      Policy: policy(allow(['s3:GetObject', 's3:PutObject'], objects)),
    },
  };
  const book = new RightsBook(readAccountPolicies(new MadeUpAccount({ data, run })));
  const asks = (action: string, resource: string) =>
    book.ask({ principal: READER, action, resource, context: {} });

  test('are bound by what one exports and the other imports', () => {
    expect(asks('s3:GetObject', `${BUCKET}/one/object`)).toMatchObject({ allowed: true });
    expect(asks('s3:GetObject', BUCKET)).toMatchObject({ allowed: false, reason: 'not allowed by its role' });
    expect(asks('s3:DeleteObject', `${BUCKET}/one/object`)).toMatchObject({ allowed: false });
  });

  test('and what nothing asked for is a right that is not used', () => {
    expect(book.unused()).toContainEqual({
      holder: 'Reader',
      action: 's3:PutObject',
      resource: `${BUCKET}/*`,
    });
    expect(book.unused()).not.toContainEqual(expect.objectContaining({ action: 's3:GetObject' }));
  });

  test('a key that is not there, or a role, is no answer', () => {
    expect(() => asks('kms:Decrypt', 'arn:aws:kms:us-east-1:123456789012:key/none')).toThrow(/no key/);
    const stranger = { principal: { role: 'arn:aws:iam::123456789012:role/None' }, context: {} };
    expect(() => book.ask({ ...stranger, action: 's3:GetObject', resource: BUCKET })).toThrow(/no role/);
  });
});

describe('what is not evaluated is refused:', () => {
  test.each<[string, Resources]>([
    ['a managed policy of its own', { Own: { Type: 'AWS::IAM::ManagedPolicy', Properties: {} } }],
    ['a user', { User: { Type: 'AWS::IAM::User', Properties: {} } }],
    ['a policy of another service', { Policy: { Type: 'AWS::Logs::ResourcePolicy', Properties: {} } }],
    [
      'a permission of another kind',
      { Permission: { Type: 'AWS::Lambda::LayerVersionPermission', Properties: {} } },
    ],
    [
      'a permissions boundary',
      { Role: role({ PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }) },
    ],
    [
      'a policy of AWS that nobody has looked up',
      { Role: role({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }) },
    ],
    [
      'a permission for an organisation',
      {
        Permission: {
          Type: 'AWS::Lambda::Permission',
          Properties: { FunctionName: 'f', Action: 'lambda:InvokeFunction', PrincipalOrgID: 'o-1' },
        },
      },
    ],
  ])('%s', (_, resources) => {
    expect(reading(resources)).toThrow(PolicyLanguageError);
  });

  test.each<[string, unknown, RegExp]>([
    ['a function of CloudFormation', { 'Fn::If': ['Condition', 'a', 'b'] }, /^Fn::If in run has no/],
    ['a resource that is not there', { Ref: 'Nothing' }, /^run has no resource/],
    ['an attribute without a value', { 'Fn::GetAtt': ['Reader0A1B2C3D', 'RoleId'] }, /^RoleId of Reader/],
    ['an export that no stack has', { 'Fn::ImportValue': 'data:Nothing' }, /^No stack exports/],
  ])('%s', (_, value, message) => {
    const resources = { Reader0A1B2C3D: role(), Policy: policy(allow('s3:GetObject', value)) };
    expect(reading(resources)).toThrow(message);
  });
});
