import { setTimeout as delay } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import type { Database } from '../data-access/database.ts';
import { listSentNotifications } from '../data-access/notifications.ts';
import type { DemoPipeline } from './demo/demo-pipeline.ts';
import type { LocalClock } from './local-clock.ts';
import { lambdaContext } from './local-environment.ts';
import { awaitDrainedQueue } from './queues/queue-pump.ts';

/** A flow that EventBridge Scheduler starts every minute once it is deployed. */
export interface LocalFlow {
  name: string;
  handler: (event: unknown, context: Context) => Promise<unknown>;
}

export interface SchedulerOptions {
  clock: LocalClock;
  /** Run one after the other, in this order. */
  flows: readonly LocalFlow[];
  /** Called once when a flow starts to fail. */
  onTrouble?: (sentence: string) => void;
}

export interface Scheduler {
  /** Why a flow's last run failed; undefined while all go well. */
  readonly trouble: string | undefined;
  readonly rounds: number;
  /** Settles when the round under way is over. */
  stop(): Promise<void>;
}

const ROUND_MS = 60_000;
const CHECK_MS = 500;
const TIMEOUT_SECONDS = 60;

/**
 * Runs the flows each minute of the local clock, the first time a minute from now. A clock that is moved brings one
 * round at once, not one for every minute it skipped; so does a round that took longer.
 */
export function startScheduler({ clock, flows, onTrouble }: SchedulerOptions): Scheduler {
  const troubles = new Map<string, string>();
  let next = clock.now().getTime() + ROUND_MS;
  let rounds = 0;
  let stopping = false;
  let underWay: Promise<void> | undefined;

  const timer = setInterval(() => {
    if (underWay !== undefined || clock.now().getTime() < next) return;
    next = clock.now().getTime() + ROUND_MS;
    underWay = round().finally(() => {
      underWay = undefined;
    });
  }, CHECK_MS);

  async function round(): Promise<void> {
    for (const { name, handler } of flows) {
      if (stopping) return;
      try {
        await handler({}, contextOf(name));
        troubles.delete(name);
      } catch (error) {
        const trouble = `${name} failed: ${error instanceof Error ? error.name : 'unknown error'}.`;
        if (!troubles.has(name)) onTrouble?.(trouble);
        troubles.set(name, trouble);
      }
    }
    rounds += 1;
  }

  /** Once it is to stop, a flow's time is up. */
  function contextOf(name: string): Context {
    const context = lambdaContext(name, TIMEOUT_SECONDS);
    return {
      ...context,
      getRemainingTimeInMillis: () => (stopping ? 0 : context.getRemainingTimeInMillis()),
    };
  }

  return {
    get trouble() {
      return troubles.values().next().value;
    },
    get rounds() {
      return rounds;
    },
    stop: async () => {
      clearInterval(timer);
      stopping = true;
      await underWay;
    },
  };
}

export interface LocalStuckAlarmOptions {
  handler: LocalFlow['handler'];
  sqs: SQSClient;
  eventsQueueUrl: string;
  demo: DemoPipeline | undefined;
  database: Database;
  /** A notification's text, a few lines. */
  onNotice: (text: string) => void;
}

/** Longer than the demo pipeline takes to notice that the clock was moved. */
const NOTICE_MS = 1_000;
const PATIENCE_MS = 10_000;
const NOTIFICATIONS_A_ROUND = 100;

/**
 * The stuck-alarm flow, run once what the clock skipped has been recorded: right after it was moved, every request in
 * flight would look stuck, as its workers have yet to report what they did meanwhile.
 */
export function localStuckAlarm(options: LocalStuckAlarmOptions): LocalFlow {
  const { handler, sqs, eventsQueueUrl, demo, database, onNotice } = options;
  let lastShown = 0;
  return {
    name: 'stuck-alarm',
    handler: async (event, context) => {
      if (demo !== undefined) await delay(NOTICE_MS);
      await demo?.settled();
      await awaitDrainedQueue(sqs, eventsQueueUrl, PATIENCE_MS);
      const answer = await handler(event, context);
      for (const { id, body } of await listSentNotifications(database, lastShown, NOTIFICATIONS_A_ROUND)) {
        onNotice(body);
        lastShown = id;
      }
      return answer;
    },
  };
}
