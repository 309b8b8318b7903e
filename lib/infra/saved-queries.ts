import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type NamePrefix, trackerName } from './tracker-name.ts';

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
