import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  type IDatabaseCluster,
  type ServerlessV2ClusterInstanceProps,
} from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { DatabaseLogin } from './database-login.ts';
import { DATABASE_PARAMETERS } from './database-parameters.ts';
import { EncryptedLogGroup, type LogSettings } from './encrypted-log-group.ts';
import type { ExistingCluster, StageSettings } from './stages.ts';
import { TrackerNetwork } from './tracker-network.ts';

/** `owner` migrates and rotates, `writer` serves the flows, `reader` serves widgets and operators. */
export type DatabaseRole = 'owner' | 'writer' | 'reader';

export interface TrackerDatabaseProps {
  readonly settings: StageSettings;
  /** Encrypts storage, insights and secrets. */
  readonly key: Key;
  readonly logs: LogSettings;
}

/** Fixed, so that the log group with its key and retention is there before the cluster first writes to it. */
const CLUSTER_IDENTIFIER = 'pagw-event-tracker';
const OWNER = 'pagw_owner';

const TRANSACTION_ACTIONS = [
  'rds-data:BeginTransaction',
  'rds-data:CommitTransaction',
  'rds-data:RollbackTransaction',
];

/** Aurora PostgreSQL 17 behind the RDS Data API, and a login for each of its three roles. */
export class TrackerDatabase extends Construct {
  readonly cluster: IDatabaseCluster;
  readonly clusterArn: string;
  readonly databaseName: string;
  readonly writer: DatabaseLogin;
  readonly reader: DatabaseLogin;
  readonly #ownerSecret: ISecret;

  constructor(scope: Construct, id: string, props: TrackerDatabaseProps) {
    super(scope, id);
    const { existingCluster, databaseName } = props.settings;
    this.databaseName = databaseName;
    if (existingCluster === undefined) {
      const cluster = this.newCluster(props);
      if (cluster.secret === undefined) throw new Error('The new cluster has no owner secret.');
      this.cluster = cluster;
      this.#ownerSecret = cluster.secret;
    } else {
      const { clusterIdentifier } = existingCluster;
      this.cluster = DatabaseCluster.fromDatabaseClusterAttributes(this, 'Cluster', { clusterIdentifier });
      this.#ownerSecret = this.existingOwnerSecret(existingCluster);
    }
    this.clusterArn = Stack.of(this).formatArn({
      service: 'rds',
      resource: 'cluster',
      resourceName: this.cluster.clusterIdentifier,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.writer = new DatabaseLogin(this, 'Writer', { role: 'pagw_writer', key: props.key });
    this.reader = new DatabaseLogin(this, 'Reader', { role: 'pagw_reader', key: props.key });
  }

  /** The secret a role logs in with. */
  secret(role: DatabaseRole): ISecret {
    return role === 'owner' ? this.#ownerSecret : (this[role].secret as ISecret);
  }

  /**
   * Lets a function run statements as `role`, and transactions where it says so: this cluster, this secret and the secret's
   * key, nothing else.
   */
  grantDataApi(grantee: IGrantable, role: DatabaseRole, transactions: 'transactions' | 'none'): void {
    const { secretArn, encryptionKey } = this.secret(role);
    const allow = (actions: string[], resource: string) =>
      grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));
    allow(
      ['rds-data:ExecuteStatement', ...(transactions === 'none' ? [] : TRANSACTION_ACTIONS)],
      this.clusterArn,
    );
    allow(['secretsmanager:GetSecretValue'], secretArn);
    if (encryptionKey !== undefined) allow(['kms:Decrypt'], encryptionKey.keyArn);
  }

  private existingOwnerSecret({ ownerSecretArn, ownerSecretKeyArn }: ExistingCluster): ISecret {
    if (ownerSecretKeyArn === undefined) return Secret.fromSecretCompleteArn(this, 'Owner', ownerSecretArn);
    const encryptionKey = Key.fromKeyArn(this, 'OwnerKey', ownerSecretKeyArn);
    return Secret.fromSecretAttributes(this, 'Owner', { secretCompleteArn: ownerSecretArn, encryptionKey });
  }

  private newCluster({ settings, key, logs }: TrackerDatabaseProps): DatabaseCluster {
    const { capacity, insights, retention, existingNetwork } = settings;
    const network = new TrackerNetwork(this, 'Network', {
      logs,
      ...(existingNetwork === undefined ? {} : { existing: existingNetwork }),
    });
    const { logGroup } = new EncryptedLogGroup(this, 'ServerLogs', {
      ...logs,
      name: `/aws/rds/cluster/${CLUSTER_IDENTIFIER}/postgresql`,
    });
    const instance: ServerlessV2ClusterInstanceProps = {
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      enablePerformanceInsights: true,
      performanceInsightEncryptionKey: key,
      performanceInsightRetention: insights.retention,
    };
    const cluster = new DatabaseCluster(this, 'Cluster', {
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_7 }),
      clusterIdentifier: CLUSTER_IDENTIFIER,
      defaultDatabaseName: settings.databaseName,
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnets },
      securityGroups: [network.closed],
      enableDataApi: true,
      iamAuthentication: true,
      manageMasterUserPassword: true,
      credentials: Credentials.fromUsername(OWNER, { encryptionKey: key }),
      storageEncrypted: true,
      storageEncryptionKey: key,
      serverlessV2MinCapacity: capacity.minUnits,
      serverlessV2MaxCapacity: capacity.maxUnits,
      ...(capacity.pauseAfter === undefined ? {} : { serverlessV2AutoPauseDuration: capacity.pauseAfter }),
      writer: ClusterInstance.serverlessV2('Writer', instance),
      readers: Array.from({ length: capacity.readers }, (_, position) =>
        ClusterInstance.serverlessV2(`Reader${position + 1}`, { ...instance, scaleWithWriter: true }),
      ),
      parameters: DATABASE_PARAMETERS,
      backup: { retention: Duration.days(retention.backupDays), preferredWindow: '07:00-07:30' },
      preferredMaintenanceWindow: 'sun:08:00-sun:08:30',
      copyTagsToSnapshot: true,
      deletionProtection: true,
      removalPolicy: settings.retainOnDelete ? RemovalPolicy.RETAIN : RemovalPolicy.SNAPSHOT,
      cloudwatchLogsExports: ['postgresql'],
      monitoringInterval: Duration.minutes(1),
      enablePerformanceInsights: true,
      performanceInsightEncryptionKey: key,
      performanceInsightRetention: insights.retention,
      databaseInsightsMode: insights.mode,
      autoMinorVersionUpgrade: true,
    });
    cluster.node.addDependency(logGroup);
    acknowledgeFindings(cluster);
    return cluster;
  }
}

function acknowledgeFindings(cluster: DatabaseCluster): void {
  acknowledge(cluster, {
    'Solutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]':
      'The policy AWS keeps for enhanced monitoring, which may write to RDSOSMetrics only.',
    'HIPAA+NIST-RDSInBackupPlan':
      'Aurora backs the cluster up continuously for the days its stage sets, with restore to any second; docs/deploy.md has the steps.',
  });
}
