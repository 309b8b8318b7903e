import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

const client = new RDSDataClient({ region: process.env.AWS_REGION ?? '' });

/** What no handler of two calls can do without: reading the bodies, asking by their ids, handing their events over. */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const events = Records.flatMap(({ body }) => JSON.parse(body) as { eventId: string });
  await call('SELECT length(:text)', events.map(({ eventId }) => eventId).join());
  await call('SELECT length(:text)', JSON.stringify(events));
  return { batchItemFailures: [] };
}

async function call(sql: string, text: string): Promise<void> {
  await client.send(
    new ExecuteStatementCommand({
      resourceArn: process.env.CLUSTER_ARN,
      secretArn: process.env.SECRET_ARN,
      database: process.env.DATABASE_NAME,
      sql,
      parameters: [{ name: 'text', value: { stringValue: text } }],
      includeResultMetadata: true,
    }),
  );
}
