import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { expect, test } from 'vitest';
import { type AlarmDefinition, checkHeartbeats } from '../../lib/infra/alarm-definition.ts';

function alarm(name: string, silence: AlarmDefinition['silence']): AlarmDefinition {
  const metric = new Metric({ namespace: 'N', metricName: 'M' });
  return { name, severity: 'page', says: '', metric, threshold: 1, silence };
}

test('an alarm that stays quiet is accepted when its heartbeat is there', () => {
  expect(() =>
    checkHeartbeats([alarm('pulse', 'breaching'), alarm('stuck', { watchedBy: 'pulse' })]),
  ).not.toThrow();
});

test('an alarm that stays quiet is refused when nothing speaks up for it', () => {
  expect(() => checkHeartbeats([alarm('stuck', { watchedBy: 'pulse' })])).toThrow(/'stuck'.*'pulse'/);
});

test('an alarm that stays quiet itself is nobody’s heartbeat', () => {
  const alarms = [
    alarm('pulse', 'breaching'),
    alarm('late', { watchedBy: 'pulse' }),
    alarm('stuck', { watchedBy: 'late' }),
  ];
  expect(() => checkHeartbeats(alarms)).toThrow(/'stuck'/);
});

test('two alarms of one name are refused', () => {
  expect(() => checkHeartbeats([alarm('pulse', 'breaching'), alarm('pulse', 'breaching')])).toThrow(
    /Two alarms/,
  );
});
