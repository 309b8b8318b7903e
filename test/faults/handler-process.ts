import type { SQSEvent } from 'aws-lambda';
import { createHandler } from '../../lambdas/ingest.ts';
import { lambdaContext } from '../support/lambda.ts';

/** Ingest as a process of its own, which may be killed: takes an event, and says when it is done with it. */
process.on('message', async ({ event, now }: { event: SQSEvent; now: number }) => {
  const handler = createHandler(process.env, { now: () => new Date(now) });
  process.send?.(await handler(event, lambdaContext('ingest')));
});
process.send?.('ready');
