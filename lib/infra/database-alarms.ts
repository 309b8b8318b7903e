import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmDefinition } from './alarm-definition.ts';
import type { StageSettings } from './stages.ts';
import type { TrackerDatabase } from './tracker-database.ts';

const BYTES_PER_GIB = 1_073_741_824;

/** A metric of the cluster, whether it is ours or was there before. */
export function clusterMetric(database: TrackerDatabase, metricName: string, statistic = 'Maximum'): Metric {
  return new Metric({
    namespace: 'AWS/RDS',
    metricName,
    dimensionsMap: { DBClusterIdentifier: database.cluster.clusterIdentifier },
    statistic,
    period: Duration.minutes(5),
  });
}

/** What says that the database nears its limits. A paused cluster reports nothing, which is no fault. */
export function databaseAlarms(database: TrackerDatabase, { thresholds }: StageSettings): AlarmDefinition[] {
  const silence = { watchedBy: 'ingest-heartbeat' };
  return [
    {
      name: 'database-capacity',
      severity: 'ticket',
      says: `The database has run above ${thresholds.capacityPercent} % of its largest capacity for 15 minutes.`,
      metric: clusterMetric(database, 'ACUUtilization', 'Average'),
      threshold: thresholds.capacityPercent,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      periods: [3, 3],
      silence,
    },
    {
      name: 'database-storage',
      severity: 'ticket',
      says: `The database holds more than ${thresholds.storageGiB} GiB: retention may have stopped.`,
      metric: clusterMetric(database, 'VolumeBytesUsed'),
      threshold: thresholds.storageGiB * BYTES_PER_GIB,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      periods: [3, 3],
      silence,
    },
  ];
}
