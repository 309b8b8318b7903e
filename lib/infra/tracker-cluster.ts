import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  type DatabaseInsightsMode,
  DBClusterStorageType,
  type IClusterEngine,
  ParameterGroup,
  type ServerlessV2ClusterInstanceProps,
  SubnetGroup,
} from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { EncryptedLogGroup, type LogSettings } from './encrypted-log-group.ts';
import { nameOfThisStack } from './name-of-this-stack.ts';
import { type StageSettings, trackerName } from './stages.ts';
import { TrackerNetwork } from './tracker-network.ts';

/**
 * Statement parameters and DETAIL lines ("Failing row contains …") are kept out of the server log:
 * they are what could carry a patient's data there.
 */
const DATABASE_PARAMETERS: Readonly<Record<string, string>> = {
  'rds.force_ssl': '1',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_min_duration_statement: '1000',
  log_lock_waits: '1',
  log_statement: 'ddl',
  idle_in_transaction_session_timeout: '180000',
};

export interface TrackerClusterProps {
  readonly settings: StageSettings;
  /** Encrypts storage, insights and the master's secret. */
  readonly key: Key;
  readonly logs: LogSettings;
}

const MASTER = 'pagw_master';

const STORAGE_TYPES = {
  standard: DBClusterStorageType.AURORA,
  'io-optimized': DBClusterStorageType.AURORA_IOPT1,
} as const;

/**
 * The Aurora cluster that a stage makes for itself, with what it stands in: network, parameters, log, monitoring. That
 * stays when a cluster restored from a backup takes over, because the restored one stands in it too.
 */
export class TrackerCluster extends Construct {
  /** Absent once it has been replaced by a restored one. */
  readonly cluster?: DatabaseCluster;
  readonly network: TrackerNetwork;

  constructor(scope: Construct, id: string, props: TrackerClusterProps) {
    super(scope, id);
    const { settings, logs } = props;
    const { existingNetwork, existingCluster } = settings;
    const network = new TrackerNetwork(this, 'Network', {
      logs,
      zones: settings.zones,
      ...(existingNetwork === undefined ? {} : { existing: existingNetwork }),
    });
    this.network = network;
    // Known before the cluster is, so that its log group has a key and a retention before it is first written to.
    const identifier = nameOfThisStack(trackerName(settings, 'pagw-event-tracker'));
    const { logGroup } = new EncryptedLogGroup(this, 'ServerLogs', {
      ...logs,
      name: `/aws/rds/cluster/${identifier}/postgresql`,
    });
    const engine = engineOf(settings);
    const subnetGroup = new SubnetGroup(this, 'Subnets', {
      description: 'PAGW events database: isolated subnets',
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnets },
    });
    const parameterGroup = new ParameterGroup(this, 'Parameters', {
      engine,
      parameters: { ...DATABASE_PARAMETERS },
    });
    parameterGroup.bindToCluster({});
    const monitoringRole = new Role(this, 'Monitoring', {
      assumedBy: new ServicePrincipal('monitoring.rds.amazonaws.com'),
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonRDSEnhancedMonitoringRole'),
      ],
    });
    acknowledge(monitoringRole, {
      'Solutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]':
        'The policy AWS keeps for enhanced monitoring, which may write to RDSOSMetrics only.',
    });
    if (existingCluster?.ownCluster === 'removed') return;
    this.cluster = this.newCluster(props, {
      identifier,
      engine,
      network,
      subnetGroup,
      parameterGroup,
      monitoringRole,
    });
    this.cluster.node.addDependency(logGroup);
  }

  private newCluster(
    { settings, key }: TrackerClusterProps,
    surroundings: {
      identifier: string;
      engine: IClusterEngine;
      network: TrackerNetwork;
      subnetGroup: SubnetGroup;
      parameterGroup: ParameterGroup;
      monitoringRole: Role;
    },
  ): DatabaseCluster {
    const { capacity, storage, insights, retention } = settings;
    const { pauseAfterMinutes } = capacity;
    const { identifier, network, ...shared } = surroundings;
    const instance: ServerlessV2ClusterInstanceProps = {
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      enablePerformanceInsights: true,
      performanceInsightEncryptionKey: key,
      performanceInsightRetention: insights.retentionDays,
    };
    const cluster = new DatabaseCluster(this, 'Cluster', {
      ...shared,
      clusterIdentifier: identifier,
      defaultDatabaseName: settings.databaseName,
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnets },
      securityGroups: [network.closed],
      enableDataApi: true,
      iamAuthentication: true,
      manageMasterUserPassword: true,
      credentials: Credentials.fromUsername(MASTER, { encryptionKey: key }),
      // Unless stated, as Aurora has it: it does not answer `aurora`, which drift detection would take for a change.
      ...(storage === undefined ? {} : { storageType: STORAGE_TYPES[storage] }),
      storageEncrypted: true,
      storageEncryptionKey: key,
      serverlessV2MinCapacity: capacity.minUnits,
      serverlessV2MaxCapacity: capacity.maxUnits,
      ...(pauseAfterMinutes === undefined
        ? {}
        : { serverlessV2AutoPauseDuration: Duration.minutes(pauseAfterMinutes) }),
      writer: ClusterInstance.serverlessV2('Writer', instance),
      readers: Array.from({ length: capacity.readers }, (_, position) =>
        ClusterInstance.serverlessV2(`Reader${position + 1}`, { ...instance, scaleWithWriter: true }),
      ),
      backup: { retention: Duration.days(retention.backupDays), preferredWindow: '07:00-07:30' },
      preferredMaintenanceWindow: 'sun:08:00-sun:08:30',
      copyTagsToSnapshot: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
      cloudwatchLogsExports: ['postgresql'],
      monitoringInterval: Duration.minutes(1),
      enablePerformanceInsights: true,
      performanceInsightEncryptionKey: key,
      performanceInsightRetention: insights.retentionDays,
      databaseInsightsMode: insights.mode as DatabaseInsightsMode,
      autoMinorVersionUpgrade: true,
    });
    const protectedLater =
      'DatabaseProtection switches it on once both stacks stand: on from the start, a first deployment that fails could neither be rolled back nor repeated.';
    acknowledge(cluster, {
      'HIPAA+NIST-RDSInBackupPlan':
        'Aurora backs the cluster up continuously for the days its stage sets, with restore to any second; docs/deploy.md has the steps.',
      'Solutions-RDS10': protectedLater,
      'HIPAA+NIST-RDSInstanceDeletionProtectionEnabled': protectedLater,
      'cdk-validator-cfnguard::rds_cluster_deletion_protection_enabled_check': protectedLater,
    });
    return cluster;
  }
}

/** A version without its minor follows the minor that AWS has as default: a pinned one cannot be made once AWS has withdrawn it. */
function engineOf({ engineVersion }: StageSettings): IClusterEngine {
  const [major = ''] = engineVersion.split('.');
  return DatabaseClusterEngine.auroraPostgres({
    version: AuroraPostgresEngineVersion.of(engineVersion, major),
  });
}
