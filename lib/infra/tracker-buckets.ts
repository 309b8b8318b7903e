import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface TrackerBucketsProps {
  readonly key: Key;
  readonly quarantineDays: number;
  readonly archiveDays: number;
  readonly accessLogDays: number;
}

const SHARED: BucketProps = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  versioned: true,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  // Never emptied by a deployment, in any stage: see "Teardown" in docs/deploy.md.
  removalPolicy: RemovalPolicy.RETAIN,
};

/** Where refused messages and archived history are kept, and who read them. */
export class TrackerBuckets extends Construct {
  /** Bodies of refused messages, as received. */
  readonly quarantine: Bucket;
  /** Archived event history, as Parquet. */
  readonly archive: Bucket;
  /** Server access logs of the other two. */
  readonly accessLogs: Bucket;

  constructor(scope: Construct, id: string, props: TrackerBucketsProps) {
    super(scope, id);
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
    this.archive = this.bucket('Archive', props.key, {
      lifecycleRules: [
        {
          transitions: [
            { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(180) },
          ],
          expiration: Duration.days(props.archiveDays),
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
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
