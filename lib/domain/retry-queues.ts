import * as z from 'zod/mini';
import { canonicalStage } from './event-stages.ts';

/** The queue a stage's workers read retry commands from; undefined: there is none. */
export type RetryQueues = (stage: string) => string | undefined;

const queueUrl = z.url({
  protocol: /^https?$/,
  error: 'is not a queue URL such as https://sqs…/pagw-x.fifo',
});

/**
 * Reads which stage has a queue of its own from a JSON object, stage → URL; all others share the common queue, if there
 * is one. Throws an Error that names every fault, without repeating the URLs.
 */
export function parseRetryQueues(json: string | undefined, commonQueueUrl: string | undefined): RetryQueues {
  const parsed = z.record(z.string(), queueUrl).safeParse(json?.trim() ? parseJson(json) : {});
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'value'} ${message}`);
    throw new Error(`RETRY_QUEUES is not valid; correct ${faults.join('; ')}.`);
  }
  if (commonQueueUrl !== undefined && !queueUrl.safeParse(commonQueueUrl).success)
    throw new Error('RETRY_QUEUE_URL is not a queue URL; set it to the URL of the common retry queue.');
  const own = new Map(
    Object.entries(parsed.data).map(([name, url]) => [canonicalStage(name) ?? name, url] as const),
  );
  return (stage) => own.get(stage) ?? commonQueueUrl;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Error('RETRY_QUEUES is not JSON; set an object such as {"API_CONNECTOR":"https://sqs…"}.', {
      cause,
    });
  }
}
