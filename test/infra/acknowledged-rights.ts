/** Rights that no recorded call and nothing of AWS's own uses, and why they are there all the same. */
export const ACKNOWLEDGED_RIGHTS: readonly { holder: RegExp; action: RegExp; reason: string }[] = [
  {
    holder: /^Migrate(Admit)?Role$/,
    action: /^rds-data:RollbackTransaction$/,
    reason:
      'Whoever begins a transaction must be able to end it: a lock that is held makes it roll back, and one that is left open holds its own locks for three minutes.',
  },
  {
    holder: /^Scheduled\w+SchedulerRole$|^MigrateProvider/,
    action: /^lambda:InvokeFunction$/,
    reason:
      'The CDK’s constructs grant any version of a function with the function, and both handlers to each part.',
  },
  {
    holder: /^MigrateProviderframework/,
    action: /^lambda:GetFunction$/,
    reason: 'The CDK’s framework waits for a handler that is not ready yet.',
  },
  {
    holder: /^MigrateProviderframework|^CustomVpcRestrictDefaultSG/,
    action: /^logs:CreateLogGroup$/,
    reason: 'AWSLambdaBasicExecutionRole, which the CDK gives its own functions.',
  },
  {
    holder: /^CustomVpcRestrictDefaultSG/,
    action: /^ec2:(Authorize|Revoke)SecurityGroup(Ingress|Egress)$/,
    reason: 'The CDK’s function empties the default security group, which is nothing that runs here.',
  },
  {
    holder: /^DatabaseOwnMonitoring/,
    action: /^logs:(CreateLogGroup|PutRetentionPolicy|DescribeLogStreams|GetLogEvents)$/,
    reason: 'AmazonRDSEnhancedMonitoringRole, which AWS keeps.',
  },
  {
    holder: /^BucketsArchiveReplicationRole$/,
    action: /^s3:(ObjectOwnerOverrideToBucketOwner|ReplicateDelete)$|^kms:(GenerateDataKey|ReEncrypt)\*$/,
    reason: 'The CDK grants a replication’s rights with each other; deletions are not replicated.',
  },
  {
    holder: /:role\/key-administrators$/,
    action: /^kms:/,
    reason: 'People administer keys; nothing that is deployed does.',
  },
];
