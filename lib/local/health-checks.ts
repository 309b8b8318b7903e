import type { Database } from '../data-access/database.ts';
import { plural } from '../domain/words.ts';
import type { HealthCheck } from './console/api-routes.ts';
import type { DemoPipeline } from './demo/demo-pipeline.ts';
import type { LocalCanary } from './local-canary.ts';
import type { LocalAddresses } from './local-environment.ts';
import { type QueuePump, queueDepth } from './queues/queue-pump.ts';
import type { QueueServer } from './queues/queue-server.ts';
import type { Scheduler } from './scheduler.ts';

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
