/**
 * Every call to AWS that each function makes, as `RecordedCalls` writes it. The bundles' runs hold what they record to
 * this table, and the rights test holds the policies to it.
 */
export const EXPECTED_CALLS: Readonly<Record<string, readonly string[]>> = {
  'admit.handler': [
    'rds-data:BeginTransaction CLUSTER_ARN SECRET_ARN',
    'rds-data:CommitTransaction CLUSTER_ARN SECRET_ARN',
    'rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN',
    'secretsmanager:DescribeSecret event.SecretId',
    'secretsmanager:GetSecretValue OWNER_SECRET_ARN',
    'secretsmanager:GetSecretValue event.SecretId',
    'secretsmanager:PutSecretValue event.SecretId',
    'secretsmanager:UpdateSecretVersionStage event.SecretId',
  ],
  'ingest.handler': [
    'rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN',
    's3:PutObject QUARANTINE_BUCKET',
    'sqs:ChangeMessageVisibilityBatch EVENTS_QUEUE_URL',
  ],
  'maintain.handler': [
    'rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN',
    's3:GetObject ARCHIVE_BUCKET',
    's3:HeadObject ARCHIVE_BUCKET',
    's3:HeadObject ARCHIVE_BUCKET not found',
    's3:PutObject ARCHIVE_BUCKET',
  ],
  'migrate.isComplete': [
    'rds-data:BeginTransaction CLUSTER_ARN SECRET_ARN',
    'rds-data:CommitTransaction CLUSTER_ARN SECRET_ARN',
    'rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN',
    'secretsmanager:GetSecretValue ROTATOR_SECRET_ARN',
  ],
  'retry.handler': [
    'rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN',
    'sqs:SendMessageBatch RETRY_QUEUES',
    'sqs:SendMessageBatch RETRY_QUEUE_URL',
  ],
  'rotate.handler': [
    'rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN',
    'secretsmanager:DescribeSecret event.SecretId',
    'secretsmanager:GetSecretValue event.SecretId',
    'secretsmanager:PutSecretValue event.SecretId',
    'secretsmanager:UpdateSecretVersionStage event.SecretId',
  ],
  'stuck-alarm.handler': [
    'events:PutEvents EVENT_BUS',
    'rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN',
    'sns:Publish TOPIC_ARN',
    'sqs:GetQueueAttributes EVENTS_QUEUE_URL',
  ],
  'widget.handler': ['rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN'],
};
