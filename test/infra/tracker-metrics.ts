import type { SynthesisedStage } from './synthesise-stage.ts';

const NAMESPACE = 'PagwEventTracker';

interface EmbeddedMetrics {
  CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
}

interface AlarmMetric {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: string }[];
}

/** The metrics of ours that log lines hold, each as `name {dimension: value}`. */
export function emittedMetrics(logged: readonly Record<string, unknown>[]): Set<string> {
  const emitted = logged.flatMap((line) =>
    ((line._aws as EmbeddedMetrics | undefined)?.CloudWatchMetrics ?? [])
      .filter(({ Namespace }) => Namespace === NAMESPACE)
      .flatMap(({ Dimensions, Metrics }) =>
        Dimensions.flatMap((names) =>
          Metrics.map(({ Name }) =>
            written(
              Name,
              names.map((name) => [name, String(line[name])] as const),
            ),
          ),
        ),
      ),
  );
  return new Set(emitted);
}

/** The metrics of ours that an alarm or the dashboard reads, written the same way. */
export function readMetrics(
  { ofType }: Pick<SynthesisedStage, 'ofType'>,
  namespace = NAMESPACE,
): Set<string> {
  const alarmed = ofType('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]): AlarmMetric[] => [
    Properties as AlarmMetric,
    ...(Properties.Metrics ?? []).flatMap((entry: { MetricStat?: { Metric: AlarmMetric } }) =>
      entry.MetricStat === undefined ? [] : [entry.MetricStat.Metric],
    ),
  ]);
  return new Set([
    ...alarmed
      .filter((metric) => metric.Namespace === namespace)
      .map(({ MetricName, Dimensions = [] }) =>
        written(
          MetricName,
          Dimensions.map(({ Name, Value }) => [Name, Value] as const),
        ),
      ),
    ...ofType('AWS::CloudWatch::Dashboard').flatMap(([, { Properties }]) =>
      graphed(Properties.DashboardBody, namespace),
    ),
  ]);
}

/** A graph's metric is `[namespace, name, dimension, value, …, {options}]`. */
function graphed(body: { 'Fn::Join': [string, unknown[]] }, expected: string): string[] {
  const text = body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'made-up')).join('');
  const { widgets }: { widgets: { properties: { metrics?: unknown[][] } }[] } = JSON.parse(text);
  return widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .filter(([namespace]) => namespace === expected)
    .map(([, name, ...rest]) => {
      const words = rest.filter((word) => typeof word === 'string');
      const pairs = words.flatMap((word, place) =>
        place % 2 === 0 ? [[word, words[place + 1] ?? ''] as const] : [],
      );
      return written(String(name), pairs);
    });
}

function written(name: string, dimensions: readonly (readonly [string, string])[]): string {
  return `${name} ${JSON.stringify(Object.fromEntries(dimensions.toSorted()))}`;
}
