import type { OpenConsole } from '../lib/cli/console.ts';

/** Only this imports the pages: no other command waits for them. */
export const openConsole: OpenConsole = async (connection, port) => {
  const { startStackConsole } = await import('../lib/local/console/stack-console.ts');
  const { name, options, caller, now, retryPolicy, stuckLimits } = connection;
  if (caller === undefined) throw new Error('Who acts is known of a deployed tracker only.');
  const { s3, sqs, eventsQueueUrl, phiGuard } = connection;
  const replaying = { s3, sqs, eventsQueueUrl, phiGuard };
  const [reader, operator] = [connection.database('reader'), connection.database('operator')];
  return startStackConsole(
    { name, options, reader, operator, caller, now, retryPolicy, stuckLimits, replaying },
    port,
  );
};
