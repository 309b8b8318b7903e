import { Duration } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ScheduledFlow } from './scheduled-flow.ts';
import type { StageSettings } from './stages.ts';
import type { TrackerBuckets } from './tracker-buckets.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import type { SharedByFunctions } from './tracker-function.ts';

export interface MaintainFlowProps {
  readonly database: TrackerDatabase;
  readonly buckets: TrackerBuckets;
  readonly messagesKey: Key;
  readonly shared: SharedByFunctions;
  readonly history: StageSettings['history'];
  /** Whether the stage keeps concurrency for itself. */
  readonly reserved: boolean;
}

/** Partitions, roll-ups, compaction, archive. */
export class MaintainFlow extends Construct {
  readonly flow: ScheduledFlow;

  constructor(scope: Construct, id: string, props: MaintainFlowProps) {
    super(scope, id);
    const { buckets, history } = props;
    this.flow = new ScheduledFlow(this, 'Maintain', {
      ...props,
      flow: 'maintain',
      description: 'Keeps the PAGW event database in shape: partitions, roll-ups, archive',
      every: Duration.hours(1),
      timeout: Duration.minutes(14),
      memorySize: 1_024,
      // Two at once would only wait for each other's locks.
      ...(props.reserved ? { reservedConcurrentExecutions: 1 } : {}),
      environment: {
        ARCHIVE_BUCKET: buckets.archive.bucketName,
        COMPACT_AFTER_DAYS: String(history.compactAfterDays),
        ARCHIVE_AFTER_DAYS: String(history.archiveAfterDays),
      },
    });
    this.flow.run.useDatabase(props.database, 'maintainer');
    buckets.grantPut(this.flow.run, buckets.archive);
    buckets.grantRead(this.flow.run, buckets.archive);
  }
}
