import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { LogSettings } from './encrypted-log-group.ts';
import type { FifoQueue } from './fifo-queue.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import { TrackerFunction } from './tracker-function.ts';

export interface IngestFlowProps {
  readonly events: FifoQueue;
  readonly database: TrackerDatabase;
  readonly quarantine: Bucket;
  readonly logs: LogSettings;
  /** Batches recorded at a time, which bounds the load on the database. */
  readonly concurrency: number;
  /** JSON; see the retry policy in lib/domain. @default the built-in policy */
  readonly retryPolicy?: string;
}

/** How long one batch may take. A sleeping database needs 15 s to wake, and the Data API answers within 45 s. */
export const INGEST_TIMEOUT = Duration.seconds(60);

/** Events queue → database; what is refused → quarantine. */
export class IngestFlow extends Construct {
  readonly ingest: TrackerFunction;
  /** Reads the queue. It must wait for the schema. */
  readonly source: EventSourceMapping;

  constructor(scope: Construct, id: string, props: IngestFlowProps) {
    super(scope, id);
    this.ingest = new TrackerFunction(this, 'Ingest', {
      flow: 'ingest',
      description: 'Records PAGW events from the queue in the database',
      logs: props.logs,
      timeout: INGEST_TIMEOUT,
      reservedConcurrentExecutions: props.concurrency,
      environment: {
        QUARANTINE_BUCKET: props.quarantine.bucketName,
        ...(props.retryPolicy === undefined ? {} : { RETRY_POLICY: props.retryPolicy }),
      },
    });
    this.ingest.useDatabase(props.database, 'writer');
    props.quarantine.grantPut(this.ingest);
    props.events.queue.grantConsumeMessages(this.ingest);
    this.source = new EventSourceMapping(this, 'Source', {
      target: this.ingest.function,
      eventSourceArn: props.events.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency: props.concurrency,
    });
  }
}
