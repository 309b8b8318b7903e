import { randomUUID } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { readLastCanary } from '../data-access/canary.ts';
import type { Database } from '../data-access/database.ts';
import { canaryMessage, canaryRequest } from '../domain/canary.ts';
import { durationText, plural } from '../domain/words.ts';
import type { HealthCheck } from './console/api-routes.ts';
import type { DemoPipeline } from './demo/demo-pipeline.ts';
import type { LocalClock } from './local-clock.ts';
import type { LocalAddresses } from './local-environment.ts';
import { type QueuePump, queueDepth } from './queues/queue-pump.ts';
import type { QueueServer } from './queues/queue-server.ts';
import type { LocalFlow, Scheduler } from './scheduler.ts';

export interface StackParts {
  database: Database;
  queues: QueueServer;
  addresses: LocalAddresses;
  pump: QueuePump;
  scheduler: Scheduler;
  /** Undefined: not asked for. */
  demo: DemoPipeline | undefined;
  canary: LocalCanary;
}

/** How each part of a local stack is asked whether it is well. */
export function healthChecks({
  database,
  queues,
  addresses,
  pump,
  scheduler,
  demo,
  canary,
}: StackParts): Record<string, HealthCheck> {
  return {
    database: async () => {
      const { rows } = await database.execute<{ applied: number }>(
        'SELECT count(*) AS applied FROM schema_migration',
      );
      return `${rows[0]?.applied} migrations applied`;
    },
    queue: async () => {
      const events = await queueDepth(queues.sqs, addresses.eventsQueueUrl);
      const dead = await queueDepth(queues.sqs, addresses.deadLetterQueueUrl);
      return `${events.waiting} waiting, ${events.inHand} in hand, ${dead.waiting} dead letters`;
    },
    ingest: async () => {
      if (pump.trouble !== undefined) throw new Error(pump.trouble);
      return `${plural(pump.delivered, 'message')} since the start`;
    },
    schedule: async () => {
      if (scheduler.trouble !== undefined) throw new Error(scheduler.trouble);
      return `${scheduler.rounds} rounds since the start`;
    },
    canary: () => canary.fate(),
    demo: async () => {
      if (demo?.trouble !== undefined) throw new Error(demo.trouble);
      return demo === undefined ? 'off' : 'running';
    },
  };
}

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
