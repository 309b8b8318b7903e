import { randomUUID } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { readLastCanary } from '../data-access/canary.ts';
import type { Database } from '../data-access/database.ts';
import { canaryMessage, canaryRequest } from '../domain/canary.ts';
import { durationText } from '../domain/words.ts';
import type { LocalClock } from './local-clock.ts';
import type { LocalFlow } from './scheduler.ts';

const EVERY_MS = 5 * 60_000;
/** Of this machine's time, which no moved clock shortens. */
const PATIENCE_MS = 60_000;

export interface LocalCanary {
  flow: LocalFlow;
  /** How the last one fared. @throws Error when it has not arrived for a minute. */
  fate(): Promise<string>;
}

/** Sends a canary every five minutes of the local clock, as the scheduler of a stage does. */
export function localCanary(options: {
  sqs: SQSClient;
  eventsQueueUrl: string;
  database: Database;
  clock: LocalClock;
}): LocalCanary {
  const { sqs, eventsQueueUrl, database, clock } = options;
  let sent: { id: string; at: number; dueAgain: number } | undefined;
  return {
    flow: {
      name: 'canary',
      handler: async () => {
        const now = clock.now().getTime();
        if (sent !== undefined && now < sent.dueAgain) return;
        const id = randomUUID();
        await sqs.send(
          new SendMessageCommand({
            QueueUrl: eventsQueueUrl,
            MessageBody: JSON.stringify(canaryMessage(id)),
            MessageGroupId: canaryRequest(id),
            MessageDeduplicationId: id,
          }),
        );
        sent = { id, at: performance.now(), dueAgain: now + EVERY_MS };
      },
    },
    fate: async () => {
      if (sent === undefined) return 'none sent yet';
      const last = await readLastCanary(database);
      if (last?.pagwId === canaryRequest(sent.id))
        return `arrived ${durationText(Math.max(0, clock.now().getTime() - last.arrivedAt.getTime()))} ago`;
      if (performance.now() - sent.at > PATIENCE_MS)
        throw new Error('The canary has not arrived for a minute.');
      return 'on its way';
    },
  };
}
