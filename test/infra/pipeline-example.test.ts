import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  type PipelineRoleProps,
  PipelineRoleStack,
} from '../../examples/pipeline/lib/pipeline-role-stack.ts';

const workflow = readFileSync('examples/pipeline/deploy.yml', 'utf8');
const pipeline = {
  env: { account: '123456789012', region: 'us-east-1' },
  repository: 'example-org/claims-platform',
  environment: 'prod',
};
const synthesise = (props: Partial<PipelineRoleProps> = {}) =>
  Template.fromStack(new PipelineRoleStack(new App(), 'Pipeline', { ...pipeline, ...props }));
const only = (template: Template, type: string) => {
  const [resource, ...others] = Object.values(template.findResources(type));
  expect(others).toEqual([]);
  return resource?.Properties;
};

describe('the role of a pipeline', () => {
  it('is lent to jobs of one environment of one repository, and to nobody else', () => {
    for (const providerExists of [false, true]) {
      const template = synthesise({ providerExists });
      template.resourceCountIs('AWS::IAM::OIDCProvider', providerExists ? 0 : 1);
      const { Statement: statements } = only(template, 'AWS::IAM::Role').AssumeRolePolicyDocument;
      expect(statements).toEqual([
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRoleWithWebIdentity',
          Principal: { Federated: expect.anything() },
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': 'repo:example-org/claims-platform:environment:prod',
            },
          },
        },
      ]);
    }
  });

  it('may take three roles of the bootstrap, and do nothing else', () => {
    const template = synthesise({ qualifier: 'claims01' });
    const { PolicyDocument: policy } = only(template, 'AWS::IAM::Policy');
    const roles = ['deploy', 'file-publishing', 'lookup'].map((purpose) => ({
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          `:iam::123456789012:role/cdk-claims01-${purpose}-role-123456789012-us-east-1`,
        ],
      ],
    }));
    expect(policy.Statement).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roles }]);
    expect(only(template, 'AWS::IAM::Role').ManagedPolicyArns).toBeUndefined();
  });

  it.each([
    ['repository', 'example-org/*'],
    ['repository', 'claims-platform'],
    ['environment', '*'],
    ['environment', 'prod:ref'],
  ])('does not trust a %s such as %s', (name, value) => {
    expect(() => synthesise({ [name]: value })).toThrow(`${name} must be`);
  });
});

describe('the workflow of a pipeline', () => {
  it('names the environment that the role trusts, and asks for a token in that job alone', () => {
    expect(workflow).toContain(`\n    environment: ${pipeline.environment}\n`);
    expect(workflow.match(/id-token: write/g)).toHaveLength(1);
    expect(workflow.slice(0, workflow.indexOf('\njobs:'))).toContain('\npermissions:\n  contents: read\n');
    expect(workflow).not.toMatch(/secrets\./);
  });

  it('runs actions by their commit only', () => {
    const actions = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });
});
