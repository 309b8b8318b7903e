import { Aws, type IAspect, Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * Services that say for whom they take a role ("IAM role for publishing flow logs to CloudWatch Logs", "Setting up and enabling
 * Enhanced Monitoring", "Confused deputy prevention in EventBridge Scheduler", "Creating an IAM role for your state machine in Step
 * Functions").
 */
const SAY_FOR_WHOM: ReadonlySet<string> = new Set([
  'vpc-flow-logs.amazonaws.com',
  'monitoring.rds.amazonaws.com',
  'scheduler.amazonaws.com',
  'states.amazonaws.com',
]);

/** No service takes a role of ours for another account: those that the CDK makes on its way included. */
export class OwnAccountOnly implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof CfnRole)) return;
    const { Statement: statements } = Stack.of(node).resolve(node.assumeRolePolicyDocument);
    for (const [place, { Principal }] of statements.entries()) {
      if (SAY_FOR_WHOM.has(Principal.Service))
        node.addPropertyOverride(`AssumeRolePolicyDocument.Statement.${place}.Condition`, {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        });
    }
  }
}
