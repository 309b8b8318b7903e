import * as z from 'zod/mini';
import { canonicalStage } from './event-stages.ts';
import { byName, parseSetting } from './parse-setting.ts';

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
  const stated = parseSetting('queues of RETRY_QUEUES', json, byName(queueUrl, canonicalStage));
  if (commonQueueUrl !== undefined && !queueUrl.safeParse(commonQueueUrl).success)
    throw new Error('RETRY_QUEUE_URL is not a queue URL; set it to the URL of the common retry queue.');
  const own = new Map(
    Object.entries(stated).map(([name, url]) => [canonicalStage(name) ?? name, url] as const),
  );
  return (stage) => own.get(stage) ?? commonQueueUrl;
}
