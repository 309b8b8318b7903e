import { pathToFileURL } from 'node:url';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { answerRequests } from '../server/child.ts';

/** What the handler's process spent on a run of batches. */
export interface HandlerCost {
  /** Of the process, user and system, in microseconds. */
  cpuMicros: number;
  /** Of each invocation, by the clock. */
  latenciesMs: number[];
}

const [file = ''] = process.argv.slice(2);
const { handler } = (await import(pathToFileURL(file).href)) as {
  handler: (event: SQSEvent, context: object) => Promise<SQSBatchResponse>;
};

const context = {
  functionName: 'ingest',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:ingest',
  memoryLimitInMB: '512',
  awsRequestId: 'bench',
  getRemainingTimeInMillis: () => 300_000,
};

answerRequests<readonly SQSEvent[], HandlerCost>(async (batches) => {
  const latenciesMs: number[] = [];
  const before = process.cpuUsage();
  for (const batch of batches) {
    const began = performance.now();
    const { batchItemFailures } = await handler(batch, context);
    latenciesMs.push(performance.now() - began);
    if (batchItemFailures.length > 0) throw new Error('The handler left messages on the queue.');
  }
  const { user, system } = process.cpuUsage(before);
  return { cpuMicros: user + system, latenciesMs };
});
