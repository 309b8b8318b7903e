/**
 * Prints what a stage costs a month at three loads, from its synthesised templates:
 * `npx cdk synth -q -c stage=prod && npx tsx tools/cost.ts cdk.out/PagwEventTracker-prod*.template.json`.
 * What stands in a template is counted there; what does not (load, sizes, capacity under load) is assumed below, and measured by
 * nobody on a deployed stage.
 */
import { readFileSync } from 'node:fs';

interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}

/** Public list prices of us-east-1, in US dollars, as known on 2026-11-23; none was checked since against AWS's price list. */
export const PRICES = {
  acuHour: 0.12,
  insightsAcuHour: 0.003125,
  storageGb: 0.1,
  ioMillion: 0.2,
  fifoMillion: 0.5,
  lambdaMillion: 0.2,
  lambdaGbSecond: 0.0000133334,
  scheduleMillion: 1,
  dataApiMillion: 0.35,
  metric: 0.3,
  alarmMetric: 0.1,
  compositeAlarm: 0.5,
  dashboard: 3,
  logGb: 0.5,
  traceMillion: 5,
  key: 1,
  keyCallMillion: 3,
  secret: 0.4,
  archiveGb: 0.023,
} as const;

const DAYS = 30.4;
const HOURS = 730;

/** What nobody has measured on a deployed stage. */
export const LOADS = [
  { name: '10 k a day', events: 10_000, perBatch: 2, acu: 1, keyCalls: 0.1 },
  { name: '1 M a day', events: 1_000_000, perBatch: 5, acu: 2, keyCalls: 0.4 },
  { name: '10 M a day', events: 10_000_000, perBatch: 10, acu: 8, keyCalls: 1.7 },
] as const;
type Load = (typeof LOADS)[number];

/** Metrics that the flows emit at most, with four tenants and eleven stages; docs/cost.md says how they are counted. */
const EMITTED_METRICS = 167;
const ROW_KB = 1.5;
const IO_PER_EVENT = 4;
const HOT_DAYS = 90;
const SCHEDULE_SECONDS: Readonly<Record<Load['name'], number>> = {
  '10 k a day': 1,
  '1 M a day': 2,
  '10 M a day': 3,
};
const MAINTAIN_SECONDS: Readonly<Record<Load['name'], number>> = {
  '10 k a day': 10,
  '1 M a day': 60,
  '10 M a day': 120,
};

/** What a template says of what is charged. */
export interface Charged {
  instances: number;
  leastAcu: number;
  hasAdvancedInsights: boolean;
  alarmMetrics: number;
  compositeAlarms: number;
  dashboards: number;
  keys: number;
  secrets: number;
  /** Runs a month of all schedules. */
  runs: number;
  isTraced: boolean;
  /** Long polls of the event source: each waits 20 s. */
  pollers: number;
}

export function chargedIn(resources: readonly Resource[]): Charged {
  const of = (type: string) =>
    resources.filter((resource) => resource.Type === type).map(({ Properties = {} }) => Properties);
  const [cluster] = of('AWS::RDS::DBCluster');
  if (cluster === undefined) throw new Error('No template has a cluster: synthesise a stage first.');
  const { MinCapacity = 0 } = (cluster.ServerlessV2ScalingConfiguration ?? {}) as { MinCapacity?: number };
  return {
    instances: of('AWS::RDS::DBInstance').length,
    leastAcu: MinCapacity,
    hasAdvancedInsights: cluster.DatabaseInsightsMode === 'advanced',
    alarmMetrics: of('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    compositeAlarms: of('AWS::CloudWatch::CompositeAlarm').length,
    dashboards: of('AWS::CloudWatch::Dashboard').length,
    keys: of('AWS::KMS::Key').length,
    secrets: of('AWS::SecretsManager::Secret').length + (cluster.ManageMasterUserPassword === true ? 1 : 0),
    runs: of('AWS::Scheduler::Schedule').reduce(
      (sum, { ScheduleExpression }) => sum + runsOf(String(ScheduleExpression)),
      0,
    ),
    isTraced: of('AWS::Lambda::Function').some(
      ({ TracingConfig }) => (TracingConfig as { Mode?: string } | undefined)?.Mode === 'Active',
    ),
    pollers: 5,
  };
}

/** An alarm is charged by the metrics that its expression reads. */
function metricsOf({ Metrics }: Record<string, unknown>): number {
  if (!Array.isArray(Metrics)) return 1;
  return Metrics.filter((metric: { MetricStat?: unknown }) => metric.MetricStat !== undefined).length;
}

function runsOf(expression: string): number {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const minutes = { minute: 1, hour: 60, day: 1_440 }[unit];
  if (minutes !== undefined) return (HOURS * 60) / (Number(count) * minutes);
  // A cron expression of ours names a minute of each hour, or an hour and a minute of each day.
  const [, hour = '*'] = /^cron\(\S+ (\S+) /.exec(expression) ?? [];
  return hour === '*' ? HOURS : DAYS;
}

/** Dollars a month, by what they are for. */
export function monthlyCost(charged: Charged, load: Load): Record<string, number> {
  const { events, perBatch, name } = load;
  const acu = Math.max(load.acu, charged.leastAcu);
  const million = (events * DAYS) / 1_000_000;
  const batches = million / perBatch;
  const runs = charged.runs / 1_000_000;
  const idlePolls = (charged.pollers * 3 * 60 * HOURS) / 1_000_000;
  const maintainRuns = HOURS;
  const minuteRuns = Math.max(0, charged.runs - maintainRuns);
  const logGb = million * 0.33 + batches * 1.6 + runs * 6;
  const traces = charged.isTraced ? Math.min(batches, 2.6) + 0.05 * Math.max(0, batches - 2.6) + runs : 0;
  return {
    'Aurora capacity': charged.instances * acu * HOURS * PRICES.acuHour,
    'Aurora storage': ((HOT_DAYS * events * ROW_KB) / 1_000_000) * PRICES.storageGb,
    'Aurora I/O': million * IO_PER_EVENT * PRICES.ioMillion,
    'Database Insights': charged.hasAdvancedInsights
      ? charged.instances * acu * HOURS * PRICES.insightsAcuHour
      : 0,
    'SQS FIFO': (million + 2 * batches + idlePolls) * PRICES.fifoMillion,
    'Lambda ingest': batches * (PRICES.lambdaMillion + 0.06 * 0.5 * PRICES.lambdaGbSecond * 1_000_000),
    'Lambda schedules':
      minuteRuns * SCHEDULE_SECONDS[name] * 0.5 * PRICES.lambdaGbSecond +
      maintainRuns * MAINTAIN_SECONDS[name] * PRICES.lambdaGbSecond +
      runs * (PRICES.lambdaMillion + PRICES.scheduleMillion),
    'RDS Data API': (batches + 0.5) * PRICES.dataApiMillion,
    'CloudWatch metrics and alarms':
      EMITTED_METRICS * PRICES.metric +
      charged.alarmMetrics * PRICES.alarmMetric +
      charged.compositeAlarms * PRICES.compositeAlarm +
      charged.dashboards * PRICES.dashboard,
    'CloudWatch Logs': logGb * PRICES.logGb,
    'X-Ray': traces * PRICES.traceMillion,
    KMS: charged.keys * PRICES.key + load.keyCalls * PRICES.keyCallMillion,
    'Secrets Manager': charged.secrets * PRICES.secret,
    'S3 archive': ((events * DAYS * 0.15) / 1_000_000) * PRICES.archiveGb,
  };
}

/** The table of docs/cost.md. */
export function costTable(charged: Charged): string {
  const columns = LOADS.map((load) => monthlyCost(charged, load));
  const row = (name: string, values: readonly number[]) =>
    `| ${name} | ${values.map((dollars) => (dollars < 10 ? dollars.toFixed(1) : dollars.toFixed(0))).join(' | ')} |`;
  const names = Object.keys(columns[0] ?? {});
  const total = columns.map((column) => Object.values(column).reduce((sum, dollars) => sum + dollars, 0));
  return [
    `| | ${LOADS.map(({ name }) => name).join(' | ')} |`,
    `|---|${LOADS.map(() => '---:').join('|')}|`,
    ...names.map((name) =>
      row(
        name,
        columns.map((column) => column[name] ?? 0),
      ),
    ),
    row('**Total**', total),
  ].join('\n');
}

if (import.meta.main) {
  const resources = process.argv
    .slice(2)
    .flatMap((file) => Object.values<Resource>(JSON.parse(readFileSync(file, 'utf8')).Resources));
  console.log(costTable(chargedIn(resources)));
}
