import { Duration, RemovalPolicies } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
  type ReplicationRule,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, objectsOf, wildcardBehind } from './acknowledge.ts';
import { allowKey } from './encryption-keys.ts';
import type { ReplicaSettings } from './stages.ts';
import type { TrackerFunction } from './tracker-function.ts';

export interface TrackerBucketsProps {
  readonly key: Key;
  readonly quarantineDays: number;
  readonly archiveDays: number;
  readonly archiveVersionDays: number;
  /** @default objects are not locked */
  readonly archiveLockDays?: number;
  readonly accessLogDays: number;
  /** @default one bucket */
  readonly archiveReplica?: ReplicaSettings;
}

const SHARED: BucketProps = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  versioned: true,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
};

/** Where refused messages and archived history are kept, and who read them. */
export class TrackerBuckets extends Construct {
  /** Bodies of refused messages, as received. */
  readonly quarantine: Bucket;
  /** Archived event history, as Parquet. */
  readonly archive: Bucket;
  /** Server access logs of the other two. */
  readonly accessLogs: Bucket;
  readonly #key: Key;

  constructor(scope: Construct, id: string, props: TrackerBucketsProps) {
    super(scope, id);
    this.#key = props.key;
    this.accessLogs = new Bucket(this, 'AccessLogs', {
      ...SHARED,
      // S3 delivers access logs to buckets with SSE-S3 only.
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [
        { expiration: Duration.days(props.accessLogDays), noncurrentVersionExpiration: Duration.days(1) },
      ],
    });
    this.quarantine = this.bucket('Quarantine', props.key, {
      lifecycleRules: [
        {
          expiration: Duration.days(props.quarantineDays),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    const { archiveLockDays, archiveReplica } = props;
    this.archive = this.bucket('Archive', props.key, {
      ...(archiveReplica === undefined ? {} : { replicationRules: [this.copyTo(archiveReplica)] }),
      ...(archiveLockDays === undefined
        ? {}
        : { objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(archiveLockDays)) }),
      lifecycleRules: [
        {
          transitions: [
            { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(180) },
          ],
          expiration: Duration.days(props.archiveDays),
          // The only copy once the month is dropped: time to notice that an object was deleted or overwritten.
          noncurrentVersionExpiration: Duration.days(props.archiveVersionDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    if (archiveReplica !== undefined && archiveLockDays !== undefined) this.letReplicationReadLocks();
    if (archiveReplica !== undefined)
      acknowledge(this.archive, {
        [wildcardBehind(this.archive, '/*')]: 'Replication reads any archived object.',
        [`Solutions-IAM5[Resource::${archiveReplica.bucketArn}/*]`]: 'Replication writes a copy of each.',
        'Solutions-IAM5[Action::kms:GenerateDataKey*]':
          'As the CDK grants it, on the key of the copies alone.',
        'Solutions-IAM5[Action::kms:ReEncrypt*]': 'As the CDK grants it, on the key of the copies alone.',
        'HIPAA+NIST-IAMNoInlinePolicy':
          'The role serves one replication, so its rights are read and changed with it.',
      });
    // Never emptied by a deployment, in any stage: see "Teardown" in docs/deploy.md. A bucket that stays goes on refusing what is not
    // encrypted on its way, writing down who reads it, and copying what has come into it.
    RemovalPolicies.of(this).retainOnUpdateOrDelete();
    this.acknowledgeFindings();
  }

  /** Which the CDK does not grant ("Object Lock considerations", Amazon S3, "Using Object Lock with S3 Replication"). */
  private letReplicationReadLocks(): void {
    const role = this.archive.node.findChild('ReplicationRole') as Role;
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:GetObjectRetention', 's3:GetObjectLegalHold'],
        resources: [this.archive.arnForObjects('*')],
      }),
    );
  }

  private copyTo({ bucketArn, keyArn }: ReplicaSettings): ReplicationRule {
    return {
      destination: Bucket.fromBucketArn(this, 'Replica', bucketArn),
      kmsKey: Key.fromKeyArn(this, 'ReplicaKey', keyArn),
      sseKmsEncryptedObjects: true,
      // What is deleted here by mistake stays there.
      deleteMarkerReplication: false,
    };
  }

  private acknowledgeFindings(): void {
    acknowledge(this, {
      'HIPAA+NIST-S3BucketReplicationEnabled':
        'One region is what the tracker promises: the pipeline it observes runs there, and versions guard against loss by mistake.',
      'cdk-validator-cfnguard::s3_event_notifications_enabled_check':
        'Nothing acts on new objects; the database row that points to one is written by the same flow.',
    });
    acknowledge(this, {
      'cdk-validator-cfnguard::s3_bucket_object_lock_enabled_check':
        'Bodies of refused messages must go on their day. No flow may delete an archived object, and one that is deleted or overwritten is kept as an earlier version; a stage may lock them besides.',
    });
    const logsOnly =
      'S3 delivers server access logs to buckets with SSE-S3 only; they hold keys and callers, no bodies.';
    acknowledge(this.accessLogs, {
      'HIPAA+NIST-S3DefaultEncryptionKMS': logsOnly,
      'cdk-validator-cfnguard::s3_bucket_default_encryption_kms_check': logsOnly,
      'cdk-validator-cfnguard::s3_bucket_logging_enabled_check':
        'It is where the access logs go: logging its own accesses would never end.',
    });
  }

  /** Lets a flow write objects into one of the two buckets. */
  grantPut(grantee: TrackerFunction, bucket: Bucket): void {
    this.allowObjects(grantee, bucket, ['s3:PutObject'], ['kms:GenerateDataKey']);
  }

  /** Lets a flow read objects of one of the two buckets, and learn that one is not there. */
  grantRead(grantee: TrackerFunction, bucket: Bucket): void {
    // Whoever may not list a bucket gets 403 of an object that is gone, not 404.
    grantee.allow(['s3:ListBucket'], bucket.bucketArn);
    this.allowObjects(grantee, bucket, ['s3:GetObject'], ['kms:Decrypt']);
  }

  private allowObjects(grantee: TrackerFunction, bucket: Bucket, onObjects: string[], onKey: string[]): void {
    const resources = [bucket.arnForObjects('*')];
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: onObjects, resources }));
    allowKey(grantee, this.#key, onKey);
    acknowledge(grantee, { [objectsOf(bucket)]: 'Any object, in this one bucket.' });
  }

  private bucket(id: string, encryptionKey: Key, props: BucketProps): Bucket {
    return new Bucket(this, id, {
      ...SHARED,
      ...props,
      encryption: BucketEncryption.KMS,
      encryptionKey,
      // One data key for many objects: without it every GetObject is a call to KMS.
      bucketKeyEnabled: true,
      serverAccessLogsBucket: this.accessLogs as IBucket,
      serverAccessLogsPrefix: `${id.toLowerCase()}/`,
    });
  }
}
