import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { keepLoadSample } from '../lib/data-access/load.ts';
import { metricTenants } from '../lib/data-access/named-in-metrics.ts';
import { countWatchedRequests } from '../lib/data-access/stuck-alarm.ts';
import { parseDecisionPolicy } from '../lib/domain/decision-clock.ts';
import { shellWord } from '../lib/domain/printable-text.ts';
import { parseStageLimits } from '../lib/domain/stage-limits.ts';
import { putOnBus } from '../lib/flows/stuck-alarm/put-events.ts';
import {
  addOutgoingMetric,
  addStuckMetrics,
  addWatchedMetrics,
  measureIngestLag,
  runStuckAlarm,
} from '../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { publishToTopic } from '../lib/flows/stuck-alarm/send-notifications.ts';
import { stuckAlarmEnv } from '../lib/runtime/env.ts';
import { deployed, flowHandler } from '../lib/runtime/flow-handler.ts';
import { tryToMeasure } from '../lib/runtime/telemetry.ts';

/** What is left of a run's time for the incidents and their notifications; and, of that, for ending well. */
const RESERVE_MS = 30_000;
const END_RESERVE_MS = 10_000;

class IngestLagError extends Error {
  override readonly name = 'IngestLagError';
}

export interface StuckAlarmAnswer {
  checked: number;
  stuck: number;
  sent: number;
  failed: number;
  heldBack: boolean;
  complete: boolean;
}

/** Makes the stuck-alarm handler: finds requests that make no progress, and notifies each incident once. */
export const createHandler = flowHandler(
  'stuck-alarm',
  stuckAlarmEnv,
  ({ env, database, logger, metrics, agreedClock }) => {
    const sqs = new SQSClient();
    const publish = publishToTopic(new SNSClient(), env.TOPIC_ARN);
    const bus = env.EVENT_BUS;
    const put = bus === undefined ? undefined : putOnBus(new EventBridgeClient(), bus);
    const rules = {
      limits: parseStageLimits(env.STUCK_LIMITS),
      policy: parseDecisionPolicy(env.DECISION_POLICY),
    };

    return async (_event: unknown, context: Context): Promise<StuckAlarmAnswer> => {
      const now = (await agreedClock()).now();
      const run = await runStuckAlarm(database, {
        rules,
        now,
        publish,
        put,
        runbookUrl: env.RUNBOOK_URL,
        tracker: env.STACK_NAME === undefined ? env.TRACKER_OPTIONS : `--stack ${shellWord(env.STACK_NAME)}`,
        measureLag: () => measureIngestLag(sqs, env.EVENTS_QUEUE_URL, database, now),
        hasTime: () => context.getRemainingTimeInMillis() > RESERVE_MS,
        maySend: () => context.getRemainingTimeInMillis() > END_RESERVE_MS,
        onSent: ({ key, kind, level: severity }) => logger.info('notified', { key, kind, severity }),
      });
      const { checked, changed, complete, sent, failed, heldBack, lagSeconds, stuck } = run;
      if (failed > 0) logger.error('notifications not sent; the next run sends them', { failed });
      if (run.events.failed > 0)
        logger.error('events not put on the bus; the next run puts them', { ...run.events });
      if (heldBack) logger.warn('held back while ingest lags', { lagSeconds });
      logger.info('checked', { checked, changed, complete, stuck, sent, heldBack, lagSeconds });
      await tryToMeasure({ logger, metrics }, async () => {
        await keepLoadSample(database, now);
        const tenants = await metricTenants(database, env.METRIC_TENANTS);
        addWatchedMetrics(metrics, await countWatchedRequests(database, tenants), heldBack, now);
        if (lagSeconds === null) throw new IngestLagError('The lag of ingest could not be measured.');
      });
      addStuckMetrics(metrics, run, now);
      if (put !== undefined) addOutgoingMetric(metrics, run.events);
      return { checked, stuck, sent, failed, heldBack, complete };
    };
  },
);

/** The Lambda's entry. */
export const handler = deployed(createHandler);
