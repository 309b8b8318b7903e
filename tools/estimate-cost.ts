import '../lib/runtime/require-node.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stages } from '../lib/domain/event-catalogue.ts';
import { createEventTrackerApp } from '../lib/infra/event-tracker.ts';
import { STAGES, type StageSettings } from '../lib/infra/stages.ts';
import {
  IngestMetric,
  MaintainMetric,
  NAMED_METRICS,
  RetryMetric,
  StuckMetric,
} from '../lib/runtime/metric-names.ts';

// Estimates what a stage like `prod` costs a month: counts what its template has, and multiplies by assumed loads and
// list prices. `--write` puts the table into docs/cost.md.

/** Public list prices of us-east-1 in US dollars, as known on 2026-11-23. */
const PRICES = {
  acuHour: { standard: 0.12, 'io-optimized': 0.156 },
  insightsAcuHour: 0.003_125,
  auroraGb: { standard: 0.1, 'io-optimized': 0.225 },
  millionIo: { standard: 0.2, 'io-optimized': 0 },
  millionSqs: 0.5,
  millionLambda: 0.2,
  gbSecondArm: 0.000_013_333_4,
  millionScheduler: 1,
  millionDataApi: 0.35,
  metric: 0.3,
  alarmMetric: 0.1,
  compositeAlarm: 0.5,
  dashboard: 3,
  logGb: 0.5,
  millionTraces: 5,
  key: 1,
  millionKeyCalls: 3,
  secret: 0.4,
  archiveGb: 0.023,
  endpointHour: 0.01,
} as const;

const HOURS = 730;
const DAYS = 30.4;
const SECONDS = HOURS * 3_600;
const TENANTS = 4;
/** Retry and stuck-alarm say whether they could measure. */
const UNMEASURED_FLOWS = 2;

/** What is assumed of a load; nobody has measured it on a deployed stage. */
interface Load {
  name: string;
  eventsPerDay: number;
  eventsPerSend: number;
  eventsPerBatch: number;
  /** What recording an event writes, in units of 4 KB: npm run bench -- io. */
  recordingIo: number;
  /** Calls of the Data API a batch, in units of 32 KB: the same. */
  callsPerBatch: number;
  /** On average over a month. */
  acu: number;
  /** A run of a minute flow, and of maintain. */
  scheduledSeconds: number;
  maintainSeconds: number;
  millionKeyCalls: number;
}

const LOADS: readonly Load[] = [
  {
    name: '10 k a day',
    eventsPerDay: 10_000,
    eventsPerSend: 1,
    eventsPerBatch: 2,
    recordingIo: 1.23,
    callsPerBatch: 2,
    acu: 1,
    scheduledSeconds: 1,
    maintainSeconds: 10,
    millionKeyCalls: 0.1,
  },
  {
    name: '1 M a day',
    eventsPerDay: 1e6,
    eventsPerSend: 1,
    eventsPerBatch: 5,
    recordingIo: 0.84,
    callsPerBatch: 2,
    acu: 1.25,
    scheduledSeconds: 2,
    maintainSeconds: 60,
    millionKeyCalls: 0.4,
  },
  {
    name: '10 M a day',
    eventsPerDay: 1e7,
    eventsPerSend: 1,
    eventsPerBatch: 10,
    recordingIo: 0.69,
    callsPerBatch: 2,
    acu: 4,
    scheduledSeconds: 3,
    maintainSeconds: 120,
    millionKeyCalls: 1.7,
  },
  {
    name: '10 M, sent ten at a time',
    eventsPerDay: 1e7,
    eventsPerSend: 10,
    eventsPerBatch: 50,
    recordingIo: 0.56,
    callsPerBatch: 5,
    acu: 4,
    scheduledSeconds: 3,
    maintainSeconds: 120,
    millionKeyCalls: 1.7,
  },
];

/** Bytes an event with its indexes while it is recent, and once compacted: docs/retention.md. */
const BYTES_RECENT = 616;
const BYTES_COMPACTED = 389;
const BYTES_ARCHIVED = 33;
const RECENT_DAYS = 30;
const KEPT_DAYS = 90;

const EMPTY_RECEIVES_MILLIONS = (5 * SECONDS) / 20 / 1e6;
const BATCH_SECONDS = 0.06;
const INGEST_GB = 0.5;
/** test/lambdas/ingest.test.ts counts them. */
const EVENT_LOG_KB = { every: 0.31, batch: 0.16, refused: 0 };
const BATCH_LOG_KB = 1.6;
const SCHEDULED_LOG_GB = 0.5;
/**
 * What an event writes after its recording, in units of 4 KB: a look of stuck-alarm, its share of a retry a request, vacuum, both roll-ups,
 * compaction, archive, drop (npm run bench -- io).
 */
const LATER_IO = 0.51;
/** Pages of 8 KiB that are no longer in memory by then: read by compaction and by the vacuum after it, and by the archive. */
const READ_IO = (2 * BYTES_RECENT + BYTES_COMPACTED) / 8_192;

/** The parts of a template that cost by their number. */
interface Resource {
  Type: string;
  Properties?: {
    Metrics?: { MetricStat?: object }[];
    ScheduleExpression?: string;
    DatabaseInsightsMode?: string;
    StorageType?: string;
    VpcEndpointType?: string;
    SubnetIds?: unknown[];
  };
}

/** What a month of the stage costs whatever its load. */
export interface FixedParts {
  keys: number;
  secrets: number;
  dashboards: number;
  /** Metrics in the expressions of alarms, each charged as an alarm. */
  alarmMetrics: number;
  compositeAlarms: number;
  customMetrics: number;
  instances: number;
  /** Interface endpoints, each as often as it has zones. */
  endpointZones: number;
  /** Runs of a schedule in a month, in all. */
  scheduledRuns: number;
  advancedInsights: boolean;
  storage: NonNullable<StageSettings['storage']>;
}

/** Counts what the templates of a stage have. */
export function fixedParts(templates: readonly { Resources: Record<string, Resource> }[]): FixedParts {
  const resources = templates.flatMap(({ Resources }) => Object.values(Resources));
  const clusterHas = (name: 'DatabaseInsightsMode' | 'StorageType', value: string) =>
    ofType('AWS::RDS::DBCluster').some(({ Properties }) => Properties?.[name] === value);
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  const metricsOf = ({ Properties }: Resource) =>
    Properties?.Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
  const runs = ({ Properties }: Resource) => {
    const [, count = '1', unit = 'hour'] =
      /rate\((\d+) (minute|hour)s?\)/.exec(Properties?.ScheduleExpression ?? '') ?? [];
    return (HOURS * (unit === 'minute' ? 60 : 1)) / Number(count);
  };
  return {
    keys: ofType('AWS::KMS::Key').length,
    // RDS makes the owner's itself.
    secrets: ofType('AWS::SecretsManager::Secret').length + 1,
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    alarmMetrics: ofType('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    compositeAlarms: ofType('AWS::CloudWatch::CompositeAlarm').length,
    customMetrics: customMetrics(TENANTS),
    instances: ofType('AWS::RDS::DBInstance').length,
    endpointZones: ofType('AWS::EC2::VPCEndpoint')
      .filter(({ Properties }) => Properties?.VpcEndpointType === 'Interface')
      .reduce((sum, { Properties }) => sum + (Properties?.SubnetIds?.length ?? 0), 0),
    scheduledRuns: ofType('AWS::Scheduler::Schedule').reduce((sum, schedule) => sum + runs(schedule), 0),
    advancedInsights: clusterHas('DatabaseInsightsMode', 'advanced'),
    storage: clusterHas('StorageType', 'aurora-iopt1') ? 'io-optimized' : 'standard',
  };
}

/** Names of metrics in all, by each tenant and by each stage of the catalogue. */
function customMetrics(tenants: number): number {
  const names = [IngestMetric, RetryMetric, StuckMetric, MaintainMetric].flatMap((flow) =>
    Object.values(flow),
  );
  const onlyByName: readonly string[] = [StuckMetric.oldestAge, StuckMetric.open];
  const inAll = names.filter((name) => !onlyByName.includes(name)).length + UNMEASURED_FLOWS;
  return inAll + stages.length * NAMED_METRICS.stage.length + tenants * NAMED_METRICS.tenant.length;
}

/** Dollars a month, by what they are paid for. */
export function monthlyCost(
  load: Load,
  fixed: FixedParts,
  eventLog: keyof typeof EVENT_LOG_KB = 'every',
): Record<string, number> {
  const events = (load.eventsPerDay * DAYS) / 1e6;
  const batches = events / load.eventsPerBatch;
  const scheduled = fixed.scheduledRuns / 1e6;
  const acuHours = load.acu * fixed.instances * HOURS;
  const storedGb =
    (load.eventsPerDay * (RECENT_DAYS * BYTES_RECENT + (KEPT_DAYS - RECENT_DAYS) * BYTES_COMPACTED)) / 1e9;
  const traced = Math.min(batches, SECONDS / 1e6) + 0.05 * Math.max(0, batches - SECONDS / 1e6);
  return {
    'Aurora capacity': acuHours * PRICES.acuHour[fixed.storage],
    'Database Insights': fixed.advancedInsights ? acuHours * PRICES.insightsAcuHour : 0,
    'Aurora storage': storedGb * PRICES.auroraGb[fixed.storage],
    'Aurora I/O': events * (load.recordingIo + LATER_IO + READ_IO) * PRICES.millionIo[fixed.storage],
    'SQS FIFO': (events / load.eventsPerSend + 2 * batches + EMPTY_RECEIVES_MILLIONS) * PRICES.millionSqs,
    'Lambda, ingest':
      batches * PRICES.millionLambda + batches * 1e6 * BATCH_SECONDS * INGEST_GB * PRICES.gbSecondArm,
    'Lambda and Scheduler, schedules':
      scheduled * (PRICES.millionLambda + PRICES.millionScheduler) +
      (2 * HOURS * 60 * load.scheduledSeconds * 0.5 + HOURS * load.maintainSeconds) * PRICES.gbSecondArm,
    'RDS Data API': (batches * load.callsPerBatch + 0.5) * PRICES.millionDataApi,
    'CloudWatch metrics': fixed.customMetrics * PRICES.metric,
    'CloudWatch alarms and dashboard':
      fixed.alarmMetrics * PRICES.alarmMetric +
      fixed.compositeAlarms * PRICES.compositeAlarm +
      fixed.dashboards * PRICES.dashboard,
    'CloudWatch Logs':
      (events * EVENT_LOG_KB[eventLog] + batches * BATCH_LOG_KB + SCHEDULED_LOG_GB) * PRICES.logGb,
    'X-Ray': (traced + scheduled) * PRICES.millionTraces,
    KMS: fixed.keys * PRICES.key + load.millionKeyCalls * PRICES.millionKeyCalls,
    'Secrets Manager': fixed.secrets * PRICES.secret,
    'Interface endpoints': fixed.endpointZones * HOURS * PRICES.endpointHour,
    'S3 archive, each month kept': ((events * 1e6 * BYTES_ARCHIVED) / 1e9) * PRICES.archiveGb,
  };
}

/** The table of docs/cost.md. */
export function costTable(fixed: FixedParts): string {
  const columns = LOADS.map((load) => monthlyCost(load, fixed));
  const cell = (dollars: number) => (dollars < 10 ? dollars.toFixed(1) : dollars.toFixed(0));
  const parts = Object.keys(columns[0] ?? {}).filter((part) => columns.some((column) => column[part] !== 0));
  const total = (column: Record<string, number>) =>
    Object.values(column).reduce((sum, dollars) => sum + dollars, 0);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['', ...LOADS.map(({ name }) => name)]),
    `|---|${LOADS.map(() => '---:|').join('')}`,
    ...parts.map((part) => row([part, ...columns.map((column) => cell(column[part] ?? 0))])),
    row(['**Total**', ...columns.map((column) => `**≈ ${total(column).toFixed(0)}**`)]),
  ].join('\n');
}

/** What somebody may ask for besides, and what it adds to `prod`. */
const OPTIONS: Readonly<Record<string, Partial<StageSettings>>> = {
  privateMode: { privateMode: true },
  "storage: 'io-optimized'": { storage: 'io-optimized' },
  "rules.eventLog: 'batch'": { rules: { eventLog: 'batch' } },
  "rules.eventLog: 'refused'": { rules: { eventLog: 'refused' } },
};

/** The second table of docs/cost.md: dollars a month that an option adds, by load. */
export function optionTable(): string {
  const total = (load: Load, fixed: FixedParts, rules?: StageSettings['rules']) =>
    Object.values(monthlyCost(load, fixed, rules?.eventLog)).reduce((sum, dollars) => sum + dollars, 0);
  const without = fixedParts(prodTemplates());
  const rows = Object.entries(OPTIONS).map(([name, settings]) => {
    const fixed = fixedParts(prodTemplates(settings));
    const cells = LOADS.map((load) =>
      String(Math.round(total(load, fixed, settings.rules) - total(load, without))),
    );
    return `| \`${name}\` | ${cells.join(' | ')} |`;
  });
  return [
    `| option | ${LOADS.map(({ name }) => name).join(' | ')} |`,
    `|---|${LOADS.map(() => '---:|').join('')}`,
    ...rows,
  ].join('\n');
}

/** The templates of `prod`, without bundling its functions. */
export function prodTemplates(
  settings: Partial<StageSettings> = {},
): { Resources: Record<string, Resource> }[] {
  const { context } = JSON.parse(readFileSync(inRoot('cdk.json'), 'utf8'));
  const { app, data, stack } = createEventTrackerApp(
    {
      context: { ...context, 'aws:cdk:bundling-stacks': [], stage: 'prod' },
    },
    { prod: { ...STAGES.prod, ...settings } },
  );
  const assembly = app.synth();
  return [data, stack].map(({ stackName }) => assembly.getStackByName(stackName).template);
}

/** What stands between these in docs/cost.md is written by this program. */
export const WRITTEN = {
  begins: '<!-- npm run cost -- --write -->\n',
  options: '<!-- npm run cost -- --write: options -->\n',
  ends: '\n<!-- end -->',
} as const;

/** docs/cost.md with its tables rebuilt. */
export function written(page: string): string {
  const put = (text: string, begins: string, table: string) => {
    const [before = '', rest = ''] = text.split(begins);
    return `${before}${begins}${table}${rest.slice(rest.indexOf(WRITTEN.ends))}`;
  };
  const table = costTable(fixedParts(prodTemplates()));
  return put(put(page, WRITTEN.begins, table), WRITTEN.options, optionTable());
}

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

if (import.meta.filename === process.argv[1]) {
  const page = inRoot('docs/cost.md');
  if (process.argv.includes('--write')) writeFileSync(page, written(readFileSync(page, 'utf8')));
  else process.stdout.write(`${costTable(fixedParts(prodTemplates()))}\n\n${optionTable()}\n`);
}
