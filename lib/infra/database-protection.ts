import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import { allowKey } from './encryption-keys.ts';
import type { TrackerDatabase } from './tracker-database.ts';

export interface DatabaseProtectionProps {
  readonly database: TrackerDatabase;
  /** Encrypts the dead-letter queue. */
  readonly messagesKey: Key;
}

/**
 * Keeps the deletion protection of the stage's own cluster on. It is no property of the cluster, because a first deployment
 * that fails must be able to take the cluster away again; this stack is there only once that one stands.
 */
export class DatabaseProtection extends Construct {
  readonly alarms: AlarmDefinition[];

  constructor(scope: Construct, id: string, { database, messagesKey }: DatabaseProtectionProps) {
    super(scope, id);
    const failures = new Queue(this, 'Failures', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: messagesKey,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
      description: 'Switches on the deletion protection of the PAGW event database',
    });
    allowKey(role, messagesKey, ['kms:GenerateDataKey', 'kms:Decrypt']);
    new Schedule(this, 'Schedule', {
      description: 'Keeps the deletion protection of the PAGW event database on',
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      target: new Universal({
        service: 'rds',
        action: 'modifyDBCluster',
        role,
        policyStatements: [
          new PolicyStatement({ actions: ['rds:ModifyDBCluster'], resources: [database.clusterArn] }),
        ],
        input: ScheduleTargetInput.fromObject({
          DbClusterIdentifier: database.cluster.clusterIdentifier,
          DeletionProtection: true,
        }),
        retryAttempts: 2,
        maxEventAge: Duration.minutes(5),
        deadLetterQueue: failures,
      }),
    });
    this.alarms = [
      {
        name: 'database-unprotected',
        severity: 'ticket',
        says: 'The deletion protection of the database could not be switched on.',
        metric: failures.metricApproximateNumberOfMessagesVisible({
          statistic: 'Maximum',
          period: Duration.hours(1),
        }),
        threshold: 1,
        silence: { watchedBy: 'maintain-heartbeat' },
      },
    ];
    acknowledge(failures, {
      'cdk-validator-cfnguard::sqs_dlq_check':
        'This is the dead-letter queue of a schedule, and denies every queue to redrive into it.',
      'Solutions-SQS3': 'This is the dead-letter queue of a schedule; an alarm watches it.',
      'Serverless-SQSRedrivePolicy': 'This is the dead-letter queue of a schedule; an alarm watches it.',
    });
    acknowledge(role, {
      'HIPAA+NIST-IAMNoInlinePolicy':
        'The role serves one schedule, so its rights are read and changed with it.',
    });
  }
}
