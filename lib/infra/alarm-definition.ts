import type { ComparisonOperator, IMetric } from 'aws-cdk-lib/aws-cloudwatch';

/** `page` wakes somebody; `ticket` can wait for the morning. */
export type Severity = 'page' | 'ticket';

/** One alarm. Its name is also its section in docs/runbook.md. */
export interface AlarmDefinition {
  readonly name: string;
  readonly severity: Severity;
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default GREATER_THAN_OR_EQUAL_TO_THRESHOLD */
  readonly comparison?: ComparisonOperator;
  /** Periods evaluated, and how many of them must breach. @default [1, 1] */
  readonly periods?: readonly [evaluated: number, breaching: number];
  /**
   * What silence means. A heartbeat treats it as breaching; any other alarm names the heartbeat that speaks up
   * when its own metric has stopped.
   */
  readonly silence: 'breaching' | { readonly watchedBy: string };
}

/**
 * Nobody watches a metric that has stopped, unless a heartbeat does.
 * @throws Error naming the alarm whose heartbeat is missing, or a name used twice.
 */
export function checkHeartbeats(alarms: readonly AlarmDefinition[]): void {
  const names = new Set<string>();
  for (const { name } of alarms) {
    if (names.has(name)) throw new Error(`Two alarms are called '${name}': give each a name of its own.`);
    names.add(name);
  }
  const heartbeats = new Set(alarms.filter((alarm) => alarm.silence === 'breaching').map(({ name }) => name));
  for (const { name, silence } of alarms) {
    if (silence === 'breaching' || heartbeats.has(silence.watchedBy)) continue;
    throw new Error(
      `Alarm '${name}' stays quiet when its metric stops and '${silence.watchedBy}' is no heartbeat of this stack: define that heartbeat or name another.`,
    );
  }
}
