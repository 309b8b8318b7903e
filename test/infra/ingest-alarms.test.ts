import { Duration, Stack } from 'aws-cdk-lib';
import type { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Key } from 'aws-cdk-lib/aws-kms';
import { expect, test } from 'vitest';
import { FifoQueue } from '../../lib/infra/fifo-queue.ts';
import { heartbeatPeriods, ingestAlarms } from '../../lib/infra/ingest-alarms.ts';
import { STAGES, type StageSettings } from '../../lib/infra/stages.ts';

/** What the alarm's expression makes of a minute, with metric math's FILL and IF. */
function evaluate(expression: string, minute: Record<string, number | undefined>): number {
  const names = Object.keys(minute);
  const body = expression.replaceAll('IF(', 'when(').replaceAll('AND', '&&');
  const when = (condition: boolean, yes: number, no: number) => (condition ? yes : no);
  const FILL = (value: number | undefined, filling: number) => value ?? filling;
  return new Function('when', 'FILL', ...names, `return ${body}`)(when, FILL, ...Object.values(minute));
}

test('the ingest heartbeat counts what leaves the queue, not what Lambda calls a good invocation', () => {
  const stack = new Stack();
  const key = new Key(stack, 'Key');
  const visibilityTimeout = Duration.minutes(20);
  const events = new FifoQueue(stack, 'Events', { name: 'events', key, visibilityTimeout });
  const retries = new FifoQueue(stack, 'Retries', { name: 'retries', key, visibilityTimeout });
  const heartbeat = ingestAlarms(events, retries, STAGES.prod as StageSettings).find(
    ({ name }) => name === 'ingest-heartbeat',
  );
  expect(heartbeat).toMatchObject({ periods: [19, 15], threshold: 1, silence: 'breaching' });
  const { expression, usingMetrics } = (heartbeat?.metric ?? {}) as MathExpression;
  expect(usingMetrics).toMatchObject({
    waiting: { namespace: 'AWS/SQS', metricName: 'ApproximateNumberOfMessagesVisible' },
    taken: { namespace: 'AWS/SQS', metricName: 'ApproximateNumberOfMessagesNotVisible' },
    done: { namespace: 'AWS/SQS', metricName: 'NumberOfMessagesDeleted' },
  });
  const minutes: [what: string, minute: Record<string, number | undefined>, alarms: number][] = [
    ['an empty queue', { waiting: 0, taken: undefined, done: 0 }, 0],
    ['events are recorded', { waiting: 900, taken: 50, done: 3_000 }, 0],
    ['an outage, all messages resting', { waiting: 0, taken: 40, done: 0 }, 1],
    ['an outage, all messages waiting', { waiting: 40, taken: undefined, done: undefined }, 1],
  ];
  for (const [what, minute, alarms] of minutes) expect(evaluate(expression, minute), what).toBe(alarms);
});

test.each([2, 3, 5, 7, 15, 60])(
  'the ingest heartbeat stops although a canary is done with each %i minutes',
  (every) => {
    const [looked, breaching] = heartbeatPeriods(every);
    for (let first = 0; first < every; first++) {
      const silent = Array.from(
        { length: looked },
        (_, minute) => (minute - first) % every !== 0 || minute < first,
      );
      expect(silent.filter(Boolean).length).toBeGreaterThanOrEqual(breaching);
    }
  },
);
