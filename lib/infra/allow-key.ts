import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';

/** Lets a principal use a key for exactly these operations; the CDK's own grants end in wildcards. */
export function allowKey(grantee: IGrantable, key: Key, actions: string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [key.keyArn] }));
}
