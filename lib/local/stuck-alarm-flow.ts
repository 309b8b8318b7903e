import { setTimeout as delay } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Database } from '../data-access/database.ts';
import { listSentNotifications } from '../data-access/stuck-alarm/list-sent-notifications.ts';
import { awaitDrainedQueue } from './await-drained-queue.ts';
import type { DemoPipeline } from './demo/demo-pipeline.ts';
import type { ScheduledFlow } from './scheduler.ts';

export interface LocalStuckAlarmOptions {
  handler: ScheduledFlow['handler'];
  sqs: SQSClient;
  eventsQueueUrl: string;
  demo: DemoPipeline | undefined;
  database: Database;
  /** What on-call is told: a text of a few lines. */
  onNotice: (text: string) => void;
}

/** Longer than the demo pipeline takes to notice that the clock was moved. */
const NOTICE_MS = 1_000;
const PATIENCE_MS = 10_000;
const NOTICES_A_ROUND = 100;

/**
 * The stuck-alarm flow, run once what the clock skipped has been recorded: right after it was moved, every request in
 * flight would look stuck, as its workers have yet to tell what they did meanwhile.
 */
export function localStuckAlarm(options: LocalStuckAlarmOptions): ScheduledFlow {
  const { handler, sqs, eventsQueueUrl, demo, database, onNotice } = options;
  let lastShown = 0;
  return {
    name: 'stuck-alarm',
    handler: async (event, context) => {
      if (demo !== undefined) await delay(NOTICE_MS);
      await demo?.settled();
      await awaitDrainedQueue(sqs, eventsQueueUrl, PATIENCE_MS);
      const answer = await handler(event, context);
      for (const { id, body } of await listSentNotifications(database, lastShown, NOTICES_A_ROUND)) {
        onNotice(body);
        lastShown = id;
      }
      return answer;
    },
  };
}
