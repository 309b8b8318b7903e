import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { FifoQueue } from './fifo-queue.ts';
import type { RulesLayer } from './rules-layer.ts';
import type { TrackerBuckets } from './tracker-buckets.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import { reservedOf, type SharedByFunctions, TrackerFunction } from './tracker-function.ts';

export interface IngestFlowProps {
  readonly events: FifoQueue;
  readonly database: TrackerDatabase;
  readonly buckets: TrackerBuckets;
  readonly shared: SharedByFunctions;
  /** Batches recorded at a time, which bounds the load on the database. */
  readonly concurrency: number;
  /** @default the account's unreserved pool */
  readonly reservedConcurrentExecutions?: number;
  readonly rules: RulesLayer;
}

/** How long one batch may take. A sleeping database needs 15 s to wake, and the Data API answers within 45 s. */
const INGEST_TIMEOUT = Duration.seconds(60);

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
      shared: props.shared,
      timeout: INGEST_TIMEOUT,
      ...reservedOf(props),
      environment: {
        EVENTS_QUEUE_URL: props.events.queue.queueUrl,
        QUARANTINE_BUCKET: props.buckets.quarantine.bucketName,
      },
    });
    props.rules.serve(this.ingest);
    this.ingest.useDatabase(props.database, 'writer');
    props.buckets.grantPut(this.ingest, props.buckets.quarantine);
    props.events.grantReceive(this.ingest);
    this.source = new EventSourceMapping(this, 'Source', {
      target: this.ingest.function,
      eventSourceArn: props.events.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency: props.concurrency,
    });
    acknowledge(this.ingest, {
      'HIPAA+NIST+Serverless-LambdaDLQ':
        'Invoked by its queue only, which has a dead-letter queue of its own.',
    });
    acknowledge(this.source, {
      'Serverless-LambdaEventSourceMappingDestination':
        'For a queue the dead-letter queue of that queue is the destination; it has one.',
    });
  }
}
