import { Aws, Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  CustomWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import {
  IngestMetric,
  MaintainMetric,
  RetryMetric,
  StuckMetric,
  UNMEASURED,
} from '../runtime/metric-names.ts';
import type { CanaryFlow } from './canary-flow.ts';
import { clusterMetric } from './database-alarms.ts';
import type { FifoQueue } from './fifo-queue.ts';
import { clockSkewMetric, flowMetric } from './flow-metrics.ts';
import type { IngestFlow } from './ingest-flow.ts';
import { type NamePrefix, trackerName } from './stages.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import type { WidgetFlow } from './widget-flow.ts';

export interface TrackerDashboardProps {
  readonly settings: NamePrefix;
  readonly alarms: readonly IAlarm[];
  readonly ingest: IngestFlow;
  readonly events: FifoQueue;
  readonly database: TrackerDatabase;
  /** Undefined where the dashboard shows no tenant. */
  readonly widget: WidgetFlow | undefined;
  /** Undefined where none is sent. */
  readonly canary: CanaryFlow | undefined;
}

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);

/** One page, read from the top: is anything wrong, do events arrive, do requests move, does the database hold. */
export class TrackerDashboard extends Construct {
  constructor(scope: Construct, id: string, props: TrackerDashboardProps) {
    super(scope, id);
    const { ingest } = props.ingest;
    const stuck = (name: string) => flowMetric(props.settings, 'stuck-alarm', name, 'Maximum', FIVE_MINUTES);
    const ingestSum = (name: string) => flowMetric(props.settings, 'ingest', name, 'Sum', MINUTE);
    const ofCluster = (name: string, statistic?: string) => clusterMetric(props.database, name, statistic);
    const dashboard = new Dashboard(this, 'Dashboard', {
      // Dashboards are an account's, not a region's.
      dashboardName: trackerName(props.settings, `pagw-event-tracker-${Aws.REGION}`),
      defaultInterval: Duration.hours(12),
    });
    dashboard.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', width: 24, height: 4, alarms: [...props.alarms] }),
    );
    dashboard.addWidgets(props.widget === undefined ? noBoard() : board(props.widget));
    dashboard.addWidgets(heading('Ingest'));
    dashboard.addWidgets(
      graph('Events', [
        ingestSum(IngestMetric.recorded),
        ingestSum(IngestMetric.duplicate),
        ingestSum(IngestMetric.rejected),
        ingestSum(IngestMetric.unknownType),
        ingestSum(IngestMetric.unclear),
        ingestSum(IngestMetric.unbelieved),
      ]),
      graph('Age of the oldest event, canaries, clocks apart (s)', [
        props.events.metricAge(),
        ...(props.canary === undefined
          ? []
          : [flowMetric(props.settings, 'ingest', IngestMetric.canary, 'Maximum', MINUTE)]),
        clockSkewMetric(props.settings, MINUTE),
      ]),
      graph('Ingest time (ms)', [
        ingest.function.metricDuration({ statistic: 'p50', period: MINUTE }),
        ingest.function.metricDuration({ statistic: 'p95', period: MINUTE }),
        ingest.function.metricDuration({ statistic: 'Maximum', period: MINUTE }),
      ]),
    );
    dashboard.addWidgets(heading('Requests and retries'));
    dashboard.addWidgets(
      graph('Requests stuck, incidents, notifications not sent', [
        stuck(StuckMetric.stuck),
        stuck(StuckMetric.incidents),
        stuck(StuckMetric.unsent),
        stuck(UNMEASURED),
      ]),
      graph('Deadlines', [
        stuck(StuckMetric.deadlineWarn),
        stuck(StuckMetric.deadlinePage),
        stuck(StuckMetric.deadlineBreached),
      ]),
      graph('Retries', [
        flowMetric(props.settings, 'retry', RetryMetric.dispatched, 'Sum', FIVE_MINUTES),
        flowMetric(props.settings, 'retry', RetryMetric.released, 'Sum', FIVE_MINUTES),
        flowMetric(props.settings, 'retry', RetryMetric.due, 'Maximum', FIVE_MINUTES),
        flowMetric(props.settings, 'retry', RetryMetric.paused, 'Maximum', FIVE_MINUTES),
        flowMetric(props.settings, 'retry', RetryMetric.exhausted, 'Maximum', FIVE_MINUTES),
        flowMetric(props.settings, 'retry', RetryMetric.oldestDueAge, 'Maximum', FIVE_MINUTES),
        flowMetric(props.settings, 'retry', UNMEASURED, 'Maximum', FIVE_MINUTES),
      ]),
    );
    dashboard.addWidgets(heading('Database'));
    dashboard.addWidgets(
      graph('Capacity (ACU)', [ofCluster('ServerlessDatabaseCapacity')], 6),
      graph('CPU and capacity used (%)', [ofCluster('CPUUtilization'), ofCluster('ACUUtilization')], 6),
      graph('Connections', [ofCluster('DatabaseConnections')], 6),
      graph('Storage (bytes)', [ofCluster('VolumeBytesUsed')], 6),
    );
    dashboard.addWidgets(
      graph(
        'Growth (bytes)',
        [flowMetric(props.settings, 'maintain', MaintainMetric.bytes, 'Maximum', Duration.hours(1))],
        8,
      ),
      graph(
        'Largest metadata (bytes)',
        [flowMetric(props.settings, 'maintain', MaintainMetric.metadataBytes, 'Maximum', Duration.hours(1))],
        8,
      ),
      graph(
        'Indexes that nothing reads',
        [flowMetric(props.settings, 'maintain', MaintainMetric.unusedIndexes, 'Maximum', Duration.hours(1))],
        8,
      ),
    );
  }
}

function board({ widget }: WidgetFlow): IWidget {
  return new CustomWidget({
    title: 'Stuck requests',
    functionArn: widget.function.functionArn,
    width: 24,
    height: 10,
    params: { view: 'stuck' },
    updateOnTimeRangeChange: false,
  });
}

function noBoard(): IWidget {
  const markdown =
    'This dashboard shows no tenant: `widgetTenant` of the stage names one. `pagw stuck --stack` and `pagw console --stack` show what their login may see.';
  return new TextWidget({ markdown, width: 24, height: 2 });
}

function heading(text: string): IWidget {
  return new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
}

function graph(title: string, left: IMetric[], width = 8): IWidget {
  return new GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0 } });
}

export interface SavedQueriesProps {
  readonly settings: NamePrefix;
  readonly logGroups: readonly ILogGroup[];
}

/** Logs Insights queries by name. The logs hold ids and counts, so a request is found by its id and nothing else. */
const QUERIES: Readonly<
  Record<string, { fields: string[]; filters: string[]; sort?: string; stats?: string[] }>
> = {
  'request timeline': {
    fields: [
      '@timestamp',
      'service',
      'message',
      'sequenceNo',
      'stage',
      'eventType',
      'status',
      'attempt',
      'outcome',
      'code',
    ],
    filters: ["pagwId = 'PAGW-20251226-00005-A7CEB2B3'"],
    sort: '@timestamp asc',
  },
  'errors by flow': {
    fields: ['service', 'message', 'error', 'kind', 'sqlState', 'task', 'stage'],
    filters: ["level = 'ERROR' or level = 'WARN'"],
    stats: ['count(*) as errors by service, message, error, kind, sqlState, task, stage'],
  },
  'messages left on the queue': {
    fields: ['@timestamp', 'messageId', 'error', 'kind', 'sqlState'],
    filters: ["message = 'left on the queue'"],
    sort: '@timestamp desc',
  },
  'slowest runs': {
    fields: ['@timestamp', '@logStream', '@duration', '@maxMemoryUsed', '@initDuration'],
    filters: ["@type = 'REPORT'"],
    sort: '@duration desc',
  },
  'cold starts': {
    fields: ['@initDuration'],
    filters: ["@type = 'REPORT' and ispresent(@initDuration)"],
    stats: ['count(*) as starts, avg(@initDuration) as meanMs, max(@initDuration) as maxMs by bin(1h)'],
  },
};

/** The queries an operator starts from, in the Logs Insights console under `pagw/`. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, props: SavedQueriesProps) {
    super(scope, id);
    for (const [name, { fields, filters, sort, stats }] of Object.entries(QUERIES)) {
      new QueryDefinition(this, name, {
        queryDefinitionName: trackerName(props.settings, `pagw/${name}`),
        logGroups: [...props.logGroups],
        queryString: new QueryString({
          ...(stats === undefined ? { fields, limit: 1_000 } : { statsStatements: stats }),
          filterStatements: filters,
          ...(sort === undefined ? {} : { sort }),
        }),
      });
    }
  }
}
