import { pathToFileURL } from 'node:url';

/** A chunk of invocations of the handler that the process was started with; answers its memory after them, in MiB. */
export interface Chunk {
  events: readonly unknown[];
  invocations: number;
}

export interface Memory {
  rss: number;
  /** What is still in use once the heap is collected. */
  kept: number;
  /** Invocations that ended in an error. */
  failed: number;
}

const MIB = 2 ** 20;
const [file = '', flow = ''] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(file).href);

const context = {
  functionName: flow,
  functionVersion: '$LATEST',
  invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${flow}`,
  memoryLimitInMB: '512',
  awsRequestId: 'bench',
  getRemainingTimeInMillis: () => 300_000,
};

process.on('message', async ({ events, invocations }: Chunk) => {
  let failed = 0;
  for (let call = 0; call < invocations; call++)
    await handler(events[call % events.length], context).catch((error: unknown) => {
      if (failed++ === 0) console.error(error);
    });
  const { rss } = process.memoryUsage();
  global.gc?.();
  const { heapUsed } = process.memoryUsage();
  process.send?.({ answer: { rss: rss / MIB, kept: heapUsed / MIB, failed } });
});
process.on('disconnect', () => process.exit());
