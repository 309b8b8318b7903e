import { Fn, RemovalPolicies, Stack, type StackProps, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DatabaseBackups, letCopy } from './database-backups.ts';
import type { LogSettings } from './encrypted-log-group.ts';
import { EncryptionKeys } from './encryption-keys.ts';
import { letOthersUseKey, SIDES } from './other-accounts.ts';
import type { StageSettings } from './stages.ts';
import { TrackerBuckets } from './tracker-buckets.ts';
import { TrackerDatabase } from './tracker-database.ts';

export interface EventTrackerDataStackProps extends StackProps {
  readonly settings: StageSettings;
}

/**
 * What holds data: keys, buckets, the database with its network and secrets. It knows nothing of what runs on it, so
 * that a deployment of what runs can fail, be rolled back and be repeated without touching a row.
 */
export class EventTrackerDataStack extends Stack {
  readonly keys: EncryptionKeys;
  readonly logs: LogSettings;
  readonly buckets: TrackerBuckets;
  readonly database: TrackerDatabase;
  readonly #zones: number;

  constructor(scope: Construct, id: string, props: EventTrackerDataStackProps) {
    super(scope, id, props);
    const { settings } = props;
    const { retention, retainOnDelete } = settings;
    this.#zones = settings.zones;
    this.keys = new EncryptionKeys(this, 'Keys', {
      retain: retainOnDelete,
      ...(settings.keyAdministrators === undefined ? {} : { administrators: settings.keyAdministrators }),
    });
    for (const side of SIDES) {
      const others = settings[side];
      if (others !== undefined) letOthersUseKey(this.keys.messages, side, others);
    }
    this.logs = { key: this.keys.logs, days: retention.logDays, retain: retainOnDelete };
    this.buckets = new TrackerBuckets(this, 'Buckets', {
      key: this.keys.data,
      ...retention,
      accessLogDays: retention.logDays,
      ...(settings.archiveReplica === undefined ? {} : { archiveReplica: settings.archiveReplica }),
    });
    this.database = new TrackerDatabase(this, 'Database', { settings, key: this.keys.data, logs: this.logs });
    if (settings.backup !== undefined) {
      letCopy(this.keys.data, settings);
      new DatabaseBackups(this, 'Backups', {
        settings: { ...settings, ...settings.backup },
        // One restored from it takes its place once it has left.
        clusterArn: this.database.ownCluster?.clusterArn ?? this.database.clusterArn,
        key: this.keys.data,
      });
    }
    // The network and the roles with it: a cluster that stays needs what it stands in.
    if (retainOnDelete) RemovalPolicies.of(this.database).retainOnUpdateOrDelete();
    this.exportWhatRunsMayUse();
  }

  /** By number instead of by name: known without looking into an account. */
  override get availabilityZones(): string[] {
    return Array.from({ length: this.#zones }, (_, position) => Fn.select(position, Fn.getAzs()));
  }

  /**
   * Always all of it, whatever the other stack uses today: CloudFormation refuses to drop an export that a deployed stack
   * still imports, and this stack is the first to be updated.
   */
  private exportWhatRunsMayUse(): void {
    const { keys, buckets, database } = this;
    for (const { keyArn } of [keys.data, keys.messages, keys.logs]) this.exportValue(keyArn);
    for (const { bucketArn, bucketName } of [buckets.archive, buckets.quarantine]) {
      this.exportValue(bucketArn);
      this.exportValue(bucketName);
    }
    for (const { secret } of Object.values(database.logins)) this.exportValue(secret.secretArn);
    const { ownCluster, network } = database;
    for (const { subnetId, routeTable } of network?.subnets ?? []) {
      if (!Token.isUnresolved(subnetId)) continue;
      this.exportValue(subnetId);
      this.exportValue(routeTable.routeTableId);
    }
    if (Token.isUnresolved(network?.vpc.vpcId)) this.exportValue(network?.vpc.vpcId);
    if (ownCluster === undefined) return;
    this.exportValue(ownCluster.clusterIdentifier);
    if (ownCluster.secret !== undefined) this.exportValue(ownCluster.secret.secretArn);
  }
}
