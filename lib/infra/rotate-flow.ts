import { Aws, Duration } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, DependencyGroup, type IDependable } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import { type SharedByFunctions, TrackerFunction } from './tracker-function.ts';

export interface RotateFlowProps {
  readonly database: TrackerDatabase;
  readonly shared: SharedByFunctions;
  /** Makes the roles whose passwords are set here. */
  readonly schema: IDependable;
  /** Sets the owner's password, which the rotator may not. */
  readonly admit: TrackerFunction;
}

const ROTATE_AFTER = Duration.days(30);

/**
 * Gives the logins their passwords: right after the schema is there, then every 30 days. It works through the Data API, so
 * it needs no place in the VPC and no way into it, as the rotator, who may do nothing else; that one's first password is
 * set by migrate, the owner's by admit, the master's by RDS.
 */
export class RotateFlow extends Construct {
  /** The schedules; setting one up starts its first rotation. */
  readonly passwords: IDependable;
  readonly rotate: TrackerFunction;
  readonly alarms: AlarmDefinition[];

  constructor(scope: Construct, id: string, { database, shared, schema, admit }: RotateFlowProps) {
    super(scope, id);
    const rotate = new TrackerFunction(this, 'Rotate', {
      flow: 'rotate',
      description: 'Rotates the logins of the PAGW event database',
      shared,
      timeout: Duration.minutes(2),
    });
    this.rotate = rotate;
    rotate.useDatabase(database, 'rotator');
    acknowledge(rotate, {
      'HIPAA+NIST+Serverless-LambdaDLQ':
        'Secrets Manager repeats a failed step and keeps the login that works.',
    });
    const passwords = new DependencyGroup();
    for (const sets of [rotate, admit]) {
      acknowledge(sets, {
        'cdk-validator-cfnguard::lambda_function_public_access_prohibited_check':
          'The permission names the account it is deployed to, by AWS::AccountId, which the rule does not take for a number.',
      });
      const permission = sets.function.grantInvoke(
        new ServicePrincipal('secretsmanager.amazonaws.com', {
          conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
        }),
      );
      for (const [name, login] of Object.entries(database.logins)) {
        if ((name === 'owner') !== (sets === admit)) continue;
        login.grantRotate(sets, shared.network);
        // The CDK's own schedule would write this function's role into the key's policy, which the other stack holds.
        const schedule = new CfnRotationSchedule(this, login.role, {
          secretId: login.secret.secretArn,
          rotationLambdaArn: sets.function.functionArn,
          rotationRules: { scheduleExpression: `rate(${ROTATE_AFTER.toDays()} days)` },
        });
        schedule.node.addDependency(sets, permission, schema);
        passwords.add(schedule);
      }
    }
    this.passwords = passwords;
    const alarm = (name: string, says: string, sets: TrackerFunction): AlarmDefinition => ({
      name,
      severity: 'ticket',
      says,
      metric: sets.function.metricErrors({ statistic: 'Sum', period: Duration.hours(1) }),
      threshold: 1,
      silence: { watchedBy: 'maintain-heartbeat' },
    });
    this.alarms = [
      alarm(
        'rotation-failed',
        'A login could not be given its new password; the one before goes on working.',
        rotate,
      ),
      alarm('owner-not-admitted', 'The owner of the database could not be given its password.', admit),
    ];
  }
}
