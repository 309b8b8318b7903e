import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { DatabaseCluster, type IDatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { DatabaseLogin } from './database-login.ts';
import type { LogSettings } from './encrypted-log-group.ts';
import type { ExistingCluster, StageSettings } from './stages.ts';
import { TrackerCluster } from './tracker-cluster.ts';

/** `owner` migrates and rotates, `writer` serves the flows, `reader` serves widgets and operators. */
export type DatabaseRole = 'owner' | 'writer' | 'reader';

export interface TrackerDatabaseProps {
  readonly settings: StageSettings;
  /** Encrypts storage, insights and secrets. */
  readonly key: Key;
  readonly logs: LogSettings;
}

const TRANSACTION_ACTIONS = [
  'rds-data:BeginTransaction',
  'rds-data:CommitTransaction',
  'rds-data:RollbackTransaction',
];

/** Aurora PostgreSQL behind the RDS Data API, and a login for each of its three roles. */
export class TrackerDatabase extends Construct {
  /** What the flows use. */
  readonly cluster: IDatabaseCluster;
  /** What the stage made for itself, in use or replaced by a restored one. */
  readonly ownCluster?: DatabaseCluster;
  readonly clusterArn: string;
  readonly databaseName: string;
  readonly writer: DatabaseLogin;
  readonly reader: DatabaseLogin;
  readonly #ownerSecret: ISecret;

  constructor(scope: Construct, id: string, props: TrackerDatabaseProps) {
    super(scope, id);
    const { existingCluster, databaseName } = props.settings;
    this.databaseName = databaseName;
    if (existingCluster?.ownCluster !== 'none') {
      const { cluster } = new TrackerCluster(this, 'Own', props);
      if (cluster !== undefined) this.ownCluster = cluster;
    }
    if (existingCluster === undefined) {
      if (this.ownCluster?.secret === undefined) throw new Error('The new cluster has no owner secret.');
      this.cluster = this.ownCluster;
      this.#ownerSecret = this.ownCluster.secret;
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
}
