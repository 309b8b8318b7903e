import { Aws, Duration } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct, DependencyGroup, type IDependable } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { LogSettings } from './encrypted-log-group.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import { TrackerFunction } from './tracker-function.ts';

export interface RotateFlowProps {
  readonly database: TrackerDatabase;
  readonly logs: LogSettings;
  /** Makes the roles whose passwords are set here. */
  readonly schema: IDependable;
}

/**
 * Gives the writer's and the reader's logins their passwords: right after the schema is there, then every 30 days.
 * It works through the Data API as the owner, so it needs no place in the VPC and no way into it. The owner's own
 * password is rotated by RDS.
 */
export class RotateFlow extends Construct {
  /** The schedules; setting one up starts its first rotation. */
  readonly passwords: IDependable;
  readonly rotate: TrackerFunction;

  constructor(scope: Construct, id: string, { database, logs, schema }: RotateFlowProps) {
    super(scope, id);
    const rotate = new TrackerFunction(this, 'Rotate', {
      flow: 'rotate',
      description: 'Rotates the logins of the PAGW event database',
      logs,
      timeout: Duration.minutes(2),
    });
    this.rotate = rotate;
    rotate.useDatabase(database, 'owner');
    acknowledge(rotate, {
      'Solutions-IAM5[Resource::*]':
        'X-Ray takes traces, and Secrets Manager makes random passwords, for no particular resource.',
      'cdk-validator-cfnguard::lambda_function_public_access_prohibited_check':
        'The permission names the account it is deployed to, by AWS::AccountId, which the rule does not take for a number.',
      'HIPAA+NIST-LambdaConcurrency': 'Secrets Manager invokes it, once a month for each of two secrets.',
      'HIPAA+NIST+Serverless-LambdaDLQ':
        'Secrets Manager repeats a failed step and keeps the login that works.',
    });
    const schedules = [database.writer, database.reader].map((login) => login.rotateWith(rotate.function));
    for (const schedule of schedules) schedule.node.addDependency(schema);
    for (const child of rotate.function.node.children) {
      // The CDK lets Secrets Manager invoke it without saying for whom.
      if (child instanceof CfnPermission) child.sourceAccount = Aws.ACCOUNT_ID;
    }
    const passwords = new DependencyGroup();
    passwords.add(...schedules);
    this.passwords = passwords;
  }
}
