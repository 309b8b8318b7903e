import { hostname } from 'node:os';
import { createEventTrackerClient } from 'pagw-event-tracker/client';
import type { RetryCommand } from 'pagw-event-tracker/contract';

const { EVENTS_QUEUE_URL: queueUrl } = process.env;
if (queueUrl === undefined) throw new Error('EVENTS_QUEUE_URL is missing: the stack output EventsQueueUrl.');

// One for the whole process. Region and credentials are the environment's.
const tracker = createEventTrackerClient({
  queueUrl,
  tenant: 'anthem',
  serviceName: 'pas-request-parser',
  workerId: hostname(),
  onDrop: (drop) => console.error('events dropped', drop),
});

/** Parses a request: a START, then an OK or a FAIL, also when it throws. */
async function parse(pagwId: string, bundle: string, attempt?: number): Promise<void> {
  const startedAt = performance.now();
  tracker.logStageStart({ pagwId, eventType: 'PARSE_START', attempt });
  try {
    const { entry = [] } = JSON.parse(bundle) as { entry?: unknown[] };
    const durationMs = performance.now() - startedAt;
    const metadata = { entryCount: entry.length };
    tracker.logStageComplete({ pagwId, eventType: 'PARSE_OK', durationMs, attempt, metadata });
  } catch {
    const durationMs = performance.now() - startedAt;
    // What a library threw may hold what it read; say what you know.
    const error = { errorCode: 'PARSE_EXCEPTION', errorMessage: 'the bundle is no JSON' };
    tracker.logStageError({ pagwId, eventType: 'PARSE_FAIL', durationMs, attempt, ...error });
  }
}

/** A message of the retries queue: the same work again, told as the attempt it is. */
export const parseAgain = (command: RetryCommand, bundle: string) =>
  parse(command.pagwId, bundle, command.attempt);

await parse('PAGW-EXAMPLE-1', '{"entry":[{},{},{}]}');
await parse('PAGW-EXAMPLE-2', '{"entry":');
console.log(JSON.stringify(await tracker.close()));
