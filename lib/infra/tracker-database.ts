import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { DatabaseCluster, type IDatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { LogSettings } from './encrypted-log-group.ts';
import { allowKey } from './encryption-keys.ts';
import type { ExistingCluster, StageSettings } from './stages.ts';
import { TrackerCluster } from './tracker-cluster.ts';
import type { PrivateNetwork, TrackerNetwork } from './tracker-network.ts';

type Login = 'owner' | 'maintainer' | 'writer' | 'operator' | 'reader' | 'rotator';

/**
 * `master` makes the owner, who migrates; `maintainer` serves maintain, `writer` the other flows, `operator` what people do by hand, `reader` widgets
 * and people who look, `rotator` rotation. What each may do is in migrations/V<number>__create_roles.sql.
 */
export type DatabaseRole = 'master' | Login;

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

type Conditions = Record<string, Record<string, string>>;

/** Aurora PostgreSQL behind the RDS Data API, and a login for each of its roles. */
export class TrackerDatabase extends Construct {
  /** What the flows use. */
  readonly cluster: IDatabaseCluster;
  /** What the stage made for itself, in use or replaced by a restored one. */
  readonly ownCluster?: DatabaseCluster;
  /** In which that stands, or the restored one. */
  readonly network?: TrackerNetwork;
  readonly clusterArn: string;
  readonly databaseName: string;
  /** All but the master's, in whose stead RDS rotates. */
  readonly logins: Readonly<Record<Login, DatabaseLogin>>;
  readonly #masterSecret: ISecret;

  constructor(scope: Construct, id: string, props: TrackerDatabaseProps) {
    super(scope, id);
    const { existingCluster, databaseName } = props.settings;
    this.databaseName = databaseName;
    if (existingCluster?.ownCluster !== 'none') {
      const { cluster, network } = new TrackerCluster(this, 'Own', props);
      this.network = network;
      if (cluster !== undefined) this.ownCluster = cluster;
    }
    if (existingCluster === undefined) {
      if (this.ownCluster?.secret === undefined) throw new Error('The new cluster has no master secret.');
      this.cluster = this.ownCluster;
      this.#masterSecret = this.ownCluster.secret;
    } else {
      const { clusterIdentifier } = existingCluster;
      this.cluster = DatabaseCluster.fromDatabaseClusterAttributes(this, 'Cluster', { clusterIdentifier });
      this.#masterSecret = this.existingMasterSecret(existingCluster);
    }
    this.clusterArn = Stack.of(this).formatArn({
      service: 'rds',
      resource: 'cluster',
      resourceName: this.cluster.clusterIdentifier,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const { key } = props;
    this.logins = {
      owner: new DatabaseLogin(this, 'Owner', { role: 'pagw_owner', key }),
      maintainer: new DatabaseLogin(this, 'Maintainer', { role: 'pagw_maintainer', key }),
      writer: new DatabaseLogin(this, 'Writer', { role: 'pagw_writer', key }),
      operator: new DatabaseLogin(this, 'Operator', { role: 'pagw_operator', key }),
      reader: new DatabaseLogin(this, 'Reader', { role: 'pagw_reader', key }),
      rotator: new DatabaseLogin(this, 'Rotator', { role: 'pagw_rotator', key }),
    };
  }

  /** The secret a role logs in with. */
  secret(role: DatabaseRole): ISecret {
    return role === 'master' ? this.#masterSecret : (this.logins[role].secret as ISecret);
  }

  /**
   * Lets a function run statements as `role`, and transactions where it says so: this cluster, this secret and the secret's
   * key, nothing else. In private mode by the endpoint of the Data API alone.
   */
  grantDataApi(
    grantee: IGrantable,
    role: DatabaseRole,
    transactions: 'transactions' | 'none',
    network?: PrivateNetwork,
  ): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['rds-data:ExecuteStatement', ...(transactions === 'none' ? [] : TRANSACTION_ACTIONS)],
        resources: [this.clusterArn],
        ...(network === undefined ? {} : { conditions: network.from('rds-data') }),
      }),
    );
    // The Data API reads it in the caller's name, from no network of ours.
    this.allowSecret(grantee, role, network && { Bool: { 'aws:ViaAWSService': 'true' } });
  }

  /** Lets a function read the login of `role`, in private mode by the endpoint of Secrets Manager alone. */
  grantReadSecret(grantee: IGrantable, role: DatabaseRole, network?: PrivateNetwork): void {
    this.allowSecret(grantee, role, network?.from('secretsmanager'));
  }

  private allowSecret(grantee: IGrantable, role: DatabaseRole, conditions?: Conditions): void {
    const { secretArn, encryptionKey } = this.secret(role);
    const allow = (actions: string[], resource: string, more = {}) =>
      grantee.grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({ actions, resources: [resource], ...more }),
      );
    allow(['secretsmanager:GetSecretValue'], secretArn, conditions === undefined ? {} : { conditions });
    if (encryptionKey !== undefined) allow(['kms:Decrypt'], encryptionKey.keyArn);
  }

  private existingMasterSecret({ masterSecretArn, masterSecretKeyArn }: ExistingCluster): ISecret {
    if (masterSecretKeyArn === undefined)
      return Secret.fromSecretCompleteArn(this, 'Master', masterSecretArn);
    const encryptionKey = Key.fromKeyArn(this, 'MasterKey', masterSecretKeyArn);
    return Secret.fromSecretAttributes(this, 'Master', { secretCompleteArn: masterSecretArn, encryptionKey });
  }
}

/**
 * `pagw_owner` logs in itself. The others, which the migrations make and grant rights to, do not; their two users, `<role>_a` and
 * `<role>_b`, do.
 */
export type LoginRole =
  | 'pagw_owner'
  | 'pagw_maintainer'
  | 'pagw_writer'
  | 'pagw_operator'
  | 'pagw_reader'
  | 'pagw_rotator';

export interface DatabaseLoginProps {
  readonly role: LoginRole;
  readonly key: Key;
}

const ROTATED_BY_WHAT_RUNS =
  'RotateFlow has its schedule in the other stack, with the function that it invokes: from here neither could be seen.';

/** A secret `{"username", "password"}` whose rotation alternates between the role's two users, where it has two: no login fails meanwhile. */
class DatabaseLogin extends Construct {
  readonly role: LoginRole;
  readonly secret: Secret;
  readonly #key: Key;

  constructor(scope: Construct, id: string, props: DatabaseLoginProps) {
    super(scope, id);
    this.role = props.role;
    this.#key = props.key;
    this.secret = new Secret(this, 'Secret', {
      description: `Login of ${props.role} in the PAGW event database`,
      encryptionKey: props.key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({
          username: props.role === 'pagw_owner' ? props.role : `${props.role}_a`,
        }),
        generateStringKey: 'password',
        passwordLength: 40,
        excludePunctuation: true,
      },
    });
    this.secret.denyAccountRootDelete();
    acknowledge(this.secret, {
      'Solutions-SMG4': ROTATED_BY_WHAT_RUNS,
      'HIPAA+NIST-SecretsManagerRotationEnabled': ROTATED_BY_WHAT_RUNS,
    });
  }

  /** Lets a function give the login a new password. */
  grantRotate(grantee: IGrantable, network?: PrivateNetwork): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        resources: [this.secret.secretArn],
        ...(network === undefined ? {} : { conditions: network.from('secretsmanager') }),
      }),
    );
    allowKey(grantee, this.#key, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }
}
