import { Arn, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { OidcProviderNative, PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

const ISSUER = 'token.actions.githubusercontent.com';

export interface PipelineRoleProps extends StackProps {
  /** Whose workflow deploys: `owner/name`. */
  repository: string;
  /** The GitHub environment that the deploying job names; its reviewers and branches are what protects the stage. */
  environment: string;
  /** Of the account's `cdk bootstrap`. Default: the CDK's own. */
  qualifier?: string;
  /** An account has one provider for GitHub: set it where there is one already. */
  providerExists?: boolean;
}

/**
 * The role that a GitHub workflow deploys a stage with. No key is kept anywhere: GitHub vouches for the job, and AWS
 * lends it this role for an hour. The role may do nothing itself but take the roles of `cdk bootstrap`.
 */
export class PipelineRoleStack extends Stack {
  constructor(scope: Construct, id: string, props: PipelineRoleProps) {
    super(scope, id, props);
    const { repository, environment, qualifier = 'hnb659fds', providerExists = false } = props;
    if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
      throw new Error(`repository must be owner/name, without wildcards: '${repository}' is not.`);
    if (!/^[\w-]+$/.test(environment))
      throw new Error(`environment must be a name of letters, digits, - and _: '${environment}' is not.`);

    const provider = providerExists
      ? Arn.format({ service: 'iam', region: '', resource: 'oidc-provider', resourceName: ISSUER }, this)
      : new OidcProviderNative(this, 'GitHub', { url: `https://${ISSUER}`, clientIds: ['sts.amazonaws.com'] })
          .oidcProviderArn;
    const role = new Role(this, 'Deploy', {
      description: `Deploys the tracker from ${repository}, environment ${environment}`,
      maxSessionDuration: Duration.hours(1),
      assumedBy: new WebIdentityPrincipal(provider, {
        // Equal, not like: another branch, a fork or a pull request has another subject.
        StringEquals: {
          [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          [`${ISSUER}:sub`]: `repo:${repository}:environment:${environment}`,
        },
      }),
    });
    const bootstrapRole = (purpose: string) =>
      `arn:${this.partition}:iam::${this.account}:role/cdk-${qualifier}-${purpose}-role-${this.account}-${this.region}`;
    role.addToPolicy(
      new PolicyStatement({
        actions: ['sts:AssumeRole'],
        resources: ['deploy', 'file-publishing', 'lookup'].map(bootstrapRole),
      }),
    );
    new CfnOutput(this, 'RoleArn', {
      value: role.roleArn,
      description: 'AWS_ROLE_ARN of the GitHub environment',
    });
  }
}
