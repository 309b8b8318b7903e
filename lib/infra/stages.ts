import { ARCHIVE_AFTER_DAYS, COMPACT_AFTER_DAYS } from '../domain/history-ages.ts';
import type { StageRules } from './stage-rules.ts';

/** A VPC that is there already. The cluster only needs subnets in two zones; nothing is routed to or from them. */
export interface ExistingNetwork {
  /** By its id. */
  vpcId: string;
  /** One zone per subnet, in the same order. */
  availabilityZones: string[];
  /** Without a route to anywhere, in two zones at least. */
  isolatedSubnetIds: string[];
}

/** An Aurora PostgreSQL cluster that the stage did not make, with or without the PAGW tables. */
export interface ExistingCluster {
  /**
   * What becomes of the cluster that the stage makes for itself. `none`: it never made one. `kept`: this one was restored
   * from it, and it stays as it is. `removed`: it leaves the stack, while its network, parameters and log stay for the
   * restored one (docs/deploy.md, "Restore from a backup").
   */
  ownCluster: 'none' | 'kept' | 'removed';
  /** Its name in the account and region. */
  clusterIdentifier: string;
  /** Whether the RDS Data API (HTTP endpoint) is on. The tracker has no other way in. */
  dataApiEnabled: boolean;
  /** The secret of its master user, or of another that may create roles: `{"username", "password"}`. */
  masterSecretArn: string;
  /** The customer-managed key of that secret, if it has one. */
  masterSecretKeyArn?: string;
}

/** Who of other accounts may use a queue and its key. */
export interface OtherAccounts {
  /** ARNs of roles: the least that can be given. */
  roles?: string[];
  /** Accounts, which pass the right on to whom they trust. */
  accounts?: string[];
  /** Narrows whoever is named above; alone it lets in every account of the organization. */
  organizationId?: string;
}

/** Snapshots of the database by AWS Backup, beside Aurora's own backups. */
export interface BackupSettings {
  /** How long a nightly snapshot, and each copy of it, is kept. */
  keepDays: number;
  /**
   * Days in which nobody takes a snapshot out of the vault but who may remove its lock (governance mode). @default no lock
   */
  lockDays?: number;
  /** ARNs of vaults of another region, or of another account, that let this account copy into them. @default no copies */
  copyTo?: string[];
}

/** A bucket that archived history is copied to. It is versioned and lets the replication in (docs/deploy.md). */
export interface ReplicaSettings {
  /** Of another region or account. */
  bucketArn: string;
  /** Encrypts the copies. */
  keyArn: string;
}

/** Event buses of EventBridge, of this account and region (docs/event-bus.md). */
export interface EventBusSettings {
  /** ARN of the bus that decisions, stuck requests, exhausted retries and incidents are put on. @default nobody is notified */
  bus?: string;
}

/** Everything in which one stage differs from another. */
export interface StageSettings {
  /**
   * Goes before every name that an account and region has once, so that several trackers stand side by side: stacks, queues, alarms,
   * dashboard, saved queries, the namespace of the metrics. @default none, and one tracker in an account and region
   */
  namePrefix?: string;
  /** Where the stage is deployed, and nowhere else. @default wherever the credentials lead */
  environment?: { account: string; region: string };
  /** Availability zones of a new network: two or three, and no more than the account has in its region, which `pagw doctor --preflight` counts. */
  zones: number;
  /** PostgreSQL as Aurora names it: `17` follows the minor that AWS has as default, `17.7` stays with it. */
  engineVersion: string;
  /**
   * Aurora capacity units (2 GiB of memory each). A minimum of 0 lets an idle cluster pause. A reader is as large as the writer and
   * answers nothing here (the Data API asks the writer): it takes over within a minute where a failed
   * writer is otherwise replaced in ten ("High availability for Amazon Aurora"); events wait in the queue meanwhile.
   */
  capacity: { minUnits: number; maxUnits: number; pauseAfterMinutes?: number; readers: number };
  /**
   * How Aurora charges its storage: `io-optimized` has no price for I/O, and a higher one for capacity and for what is stored (docs/cost.md
   * says from when on it pays). A cluster can be switched to it every 30 days, and back at any time by stating `standard` ("Storage
   * configurations for Amazon Aurora DB clusters"). @default standard
   */
  storage?: 'standard' | 'io-optimized';
  /** Of the database in the cluster, where the tables are. */
  databaseName: string;
  /**
   * CloudWatch Database Insights; `advanced` keeps 465 days (15 months: "Considerations for Database Insights for Amazon Aurora"),
   * `standard` 7 at no cost, or more at the price of Performance Insights ("Turning Performance Insights on and off for Aurora").
   */
  insights: { mode: 'standard' | 'advanced'; retentionDays: number };
  retention: {
    /** To any second of as many days the cluster can be restored. */
    backupDays: number;
    /** How long logs of functions, server and network are kept. */
    logDays: number;
    /** Bodies of refused messages; they may hold PHI, so no longer than it takes to replay them. */
    quarantineDays: number;
    /** How long archived history is kept in S3. */
    archiveDays: number;
    /** How long an earlier version of an archived object is kept, once it has been overwritten or deleted. */
    archiveVersionDays: number;
    /**
     * How long an archived object cannot be deleted at all, but by whom S3 lets bypass governance ("Locking objects with Object
     * Lock"). Set later, it holds for what is archived from then on; Object Lock itself stays on the bucket for good.
     * @default as long as nobody deletes it
     */
    archiveLockDays?: number;
  };
  /** Days since a request was closed and last heard of, after which its history is merged, and leaves the database. */
  history: { compactAfterDays: number | 'off'; archiveAfterDays: number | 'off' };
  /** Keeps database, network, keys and logs when the stacks are deleted; otherwise a last snapshot and the buckets stay. */
  retainOnDelete: boolean;
  /** Batches recorded at a time; the ceiling on what ingest can ask of the database. */
  concurrency: { ingest: number };
  /**
   * Invocations that nobody else in the account can take away, of ingest and of each minute flow. It comes off the account's
   * limit, of which Lambda keeps 100 for everybody ("Configuring reserved concurrency for a function"); a new account's whole limit
   * may be less, which `pagw doctor --preflight` reads. @default none
   */
  reservedConcurrency?: { ingest: number; scheduled: number };
  /** How often the minute flows run, and a canary is sent. Each run, and each canary, keeps the database awake. */
  everyMinutes: { retry: number; stuckAlarm: number; canary: number | 'off' };
  thresholds: {
    /** The oldest event has waited for longer: alarm `ingest-age`. */
    ingestAgeSeconds: number;
    /** How long a canary may take from the queue to its timeline: alarm `canary-heartbeat`. */
    canarySeconds: number;
    /** A retry has been due for longer: alarm `retry-overdue`. */
    retryOverdueSeconds: number;
    /** More were refused in 15 minutes: alarm `rejected-messages`. */
    rejectedMessages: number;
    /** The database holds more: alarm `database-storage`. */
    storageGiB: number;
    /** Of the largest capacity, for 15 minutes: alarm `database-capacity`. */
    capacityPercent: number;
  };
  /** Retry policy and queues, stuck limits, decision timeframes, PHI guard. */
  rules: StageRules;
  /**
   * The one tenant the dashboard's widget shows, or `*` for all: whoever sees the dashboard sees them.
   * @default there is no widget, and the dashboard shows no tenant
   */
  widgetTenant?: string;
  /** Whose rows the reader's login sees, by row-level security: widgets, and operators who only look. @default all tenants' */
  readerTenants?: string[];
  /** Who of other accounts sends events; the output ProducerPolicy says what they attach. @default nobody */
  producers?: OtherAccounts;
  /** Who of other accounts takes retry commands; the output RetryConsumerPolicy says what they attach. @default nobody */
  retryConsumers?: OtherAccounts;
  /** Whom the tracker tells what it found. @default nobody */
  events?: EventBusSettings;
  /**
   * Functions run in the stage's own network, with endpoints to what they call and no other way out, and call the Data API and Secrets
   * Manager by these alone. @default they run outside of any VPC
   */
  privateMode?: boolean;
  /** Nightly snapshots in a vault, with copies elsewhere. @default Aurora's own backups alone */
  backup?: BackupSettings;
  /** Where archived history is copied to. @default one bucket, with earlier versions */
  archiveReplica?: ReplicaSettings;
  /**
   * ARNs of the roles that administer the three keys; IAM of the account then only lets others use them. The role that CloudFormation
   * deploys with must be one. @default whom IAM of the account lets
   */
  keyAdministrators?: string[];
  /** Where alarms' runbook links point: the page that is `docs/runbook.md`. */
  runbookUrl: string;
  /** Mail addresses notified of alarms and of stuck requests. Pagers subscribe to the topic themselves. */
  notify: string[];
  existingNetwork?: ExistingNetwork;
  existingCluster?: ExistingCluster;
}

const RUNBOOK_URL = 'https://github.com/pagw/pagw-event-tracker/blob/main/docs/runbook.md';

const prod: StageSettings = {
  zones: 3,
  engineVersion: '17',
  capacity: { minUnits: 1, maxUnits: 16, readers: 0 },
  databaseName: 'pagw',
  insights: { mode: 'advanced', retentionDays: 465 },
  retention: { backupDays: 35, logDays: 731, quarantineDays: 90, archiveDays: 2_557, archiveVersionDays: 90 },
  history: { compactAfterDays: COMPACT_AFTER_DAYS, archiveAfterDays: ARCHIVE_AFTER_DAYS },
  retainOnDelete: true,
  concurrency: { ingest: 20 },
  everyMinutes: { retry: 1, stuckAlarm: 1, canary: 5 },
  thresholds: {
    ingestAgeSeconds: 300,
    canarySeconds: 300,
    retryOverdueSeconds: 600,
    rejectedMessages: 5,
    storageGiB: 500,
    capacityPercent: 85,
  },
  rules: { phiGuard: { level: 'strict' } },
  runbookUrl: RUNBOOK_URL,
  notify: [],
};

const dev: StageSettings = {
  ...prod,
  capacity: { minUnits: 0, maxUnits: 4, pauseAfterMinutes: 5, readers: 0 },
  insights: { mode: 'standard', retentionDays: 7 },
  retention: { backupDays: 7, logDays: 365, quarantineDays: 30, archiveDays: 365, archiveVersionDays: 90 },
  retainOnDelete: false,
  concurrency: { ingest: 5 },
  // The pause above only happens between runs that are further apart than it.
  everyMinutes: { retry: 15, stuckAlarm: 15, canary: 'off' },
  // A retry waits for the next run, which is no fault yet.
  thresholds: { ...prod.thresholds, retryOverdueSeconds: 1_800, storageGiB: 50 },
  rules: { phiGuard: { level: 'patterns' }, stuckLimits: { retryOverdue: 30 } },
  widgetTenant: '*',
};

/** The stages there are. Each is deployed to an account of its own, or has a `namePrefix`: queue names are the same everywhere. */
export const STAGES: Readonly<Record<string, StageSettings> & Record<'dev' | 'prod', StageSettings>> = {
  dev,
  prod,
};

export type NamePrefix = Pick<StageSettings, 'namePrefix'>;

/** A name that an account and region has once, as this tracker has it: behind its prefix, where the stage states one. */
export function trackerName({ namePrefix }: NamePrefix, name: string): string {
  return namePrefix === undefined ? name : `${namePrefix}-${name}`;
}

/** Of the stack that runs; the one that holds data has `-data` behind it. `pagw --stack` takes it. */
export function stackNameOf(stage: string, settings: NamePrefix): string {
  return trackerName(settings, `PagwEventTracker-${stage}`);
}
