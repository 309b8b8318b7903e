import { expect, test } from 'vitest';
import { synthesiseStage } from './synthesise-stage.ts';

/** What the alarm's expression makes of a minute, with metric math's FILL and IF. */
function evaluate(expression: string, minute: Record<string, number | undefined>): number {
  const names = Object.keys(minute);
  const body = expression.replaceAll('IF(', 'when(').replaceAll('AND', '&&');
  const when = (condition: boolean, yes: number, no: number) => (condition ? yes : no);
  const FILL = (value: number | undefined, filling: number) => value ?? filling;
  return new Function('when', 'FILL', ...names, `return ${body}`)(when, FILL, ...Object.values(minute));
}

test('the ingest heartbeat counts what leaves the queue, not what Lambda calls a good invocation', () => {
  const { ofType } = synthesiseStage('prod', { unchecked: true });
  const [heartbeat] = ofType('AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => Properties)
    .filter(({ AlarmName }) => AlarmName === 'pagw-ingest-heartbeat');
  expect(heartbeat).toMatchObject({ EvaluationPeriods: 15, DatapointsToAlarm: 15 });
  const metrics = new Map<string, string>();
  let math = '';
  for (const { Id, Expression, MetricStat } of heartbeat?.Metrics ?? []) {
    if (Expression !== undefined) math = Expression;
    else metrics.set(Id, `${MetricStat.Metric.Namespace} ${MetricStat.Metric.MetricName} ${MetricStat.Period}`);
  }
  expect(Object.fromEntries(metrics)).toEqual({
    waiting: 'AWS/SQS ApproximateNumberOfMessagesVisible 60',
    taken: 'AWS/SQS ApproximateNumberOfMessagesNotVisible 60',
    done: 'AWS/SQS NumberOfMessagesDeleted 60',
  });
  const minutes: [what: string, minute: Record<string, number | undefined>, alarms: number][] = [
    ['an empty queue', { waiting: 0, taken: undefined, done: 0 }, 0],
    ['events are recorded', { waiting: 900, taken: 50, done: 3_000 }, 0],
    ['an outage, all messages resting', { waiting: 0, taken: 40, done: 0 }, 1],
    ['an outage, all messages waiting', { waiting: 40, taken: undefined, done: undefined }, 1],
  ];
  for (const [what, minute, alarms] of minutes) expect(evaluate(math, minute), what).toBe(alarms);
});
