import { canonicalStage, stages } from '../domain/event-catalogue.ts';
import { LONGEST_NAME, nameFault } from '../domain/parse-setting.ts';
import { defaultStageLimits } from '../domain/stage-limits.ts';
import { nearestNames } from '../domain/typed-text.ts';
import { type OtherAccounts, type StageSettings, trackerName } from './stages.ts';

/** As many as metrics name. */
const MOST_METRIC_TENANTS = 100;

/** What CloudWatch Logs offers from a year up, which is the least that Control Tower asks for. */
const LOG_RETENTION_DAYS = [365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288, 3_653];
/** What Performance Insights offers: a week, months of 31 days to 23, and two years. */
const INSIGHTS_DAYS = [7, ...Array.from({ length: 23 }, (_, month) => 31 * (month + 1)), 731];
const ZONE = /^[a-z]{2,4}(-[a-z]+)+-\d.*[a-z]$/;
const KEY_ARN = /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/;
const FIFO_ARN = /^arn:aws[\w-]*:sqs:[\w-]+:\d{12}:[\w-]{1,75}\.fifo$/;
const SECRET_ARN = /^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@!-]+-\w{6}$/;
const BUS_ARN = /^arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/[\w./-]+$/;
const MAIL = /^(?!mailto:)[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}$/i;
const MAIL_MOST = 254;
/** Minutes between two runs of maintain, and until Aurora pauses where the stage does not say. */
const MAINTAIN_EVERY = 60;
const PAUSE_AFTER = 5;
/**
 * Of PostgreSQL 17, those that no table may be called by (`pg_get_keywords()`). Aurora's DatabaseName "can't be a word
 * reserved by the database engine", and the database postgres "is always created" (CreateDBInstance, DBName).
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
  from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
  localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
  returning right select session_user similar some symmetric system_user table tablesample then to trailing true union
  unique user using variadic verbose when where window with`.split(/\s+/),
);

/** What must be true besides of settings that are numbers within their bounds. */
export interface SettingRule {
  /** By their paths. */
  of: readonly string[];
  broken(settings: StageSettings): boolean;
  message: string;
}

export const RULES: readonly SettingRule[] = [
  {
    of: ['backup.keepDays', 'backup.lockDays'],
    broken: ({ backup }) =>
      backup !== undefined &&
      !(Number.isInteger(backup.keepDays) && (backup.lockDays ?? 1) <= backup.keepDays),
    message:
      'backup.keepDays must be stated, and be at least backup.lockDays, before which nothing leaves the vault.',
  },
  {
    of: ['backup.copyTo'],
    broken: ({ backup, environment }) =>
      backup?.copyTo !== undefined &&
      !(Array.isArray(backup.copyTo) && backup.copyTo.every((arn) => isVaultElsewhere(arn, environment))),
    message:
      "backup.copyTo must be ARNs of backup vaults, each of another region or of another account but not of both, which AWS Backup does not copy Aurora to in one step: 'arn:aws:backup:us-west-2:123456789012:backup-vault:pagw'.",
  },
  {
    of: ['backup.copyTo'],
    broken: ({ backup }) => isDoubled(backup?.copyTo),
    message: 'backup.copyTo must name each vault once.',
  },
  {
    of: ['retention.archiveLockDays', 'backup.lockDays', 'retainOnDelete'],
    broken: ({ retention, backup, retainOnDelete }) =>
      !retainOnDelete && (retention.archiveLockDays !== undefined || backup?.lockDays !== undefined),
    message:
      'retention.archiveLockDays and backup.lockDays need retainOnDelete: without it the key goes with the stack, and what is locked could neither be read nor deleted.',
  },
  {
    of: ['backup.keepDays'],
    broken: ({ backup, existingCluster }) => backup !== undefined && existingCluster?.ownCluster === 'none',
    message:
      'backup is of the cluster that the stage makes for itself; plan those of an existing one where that is made.',
  },
  {
    of: ['archiveReplica.bucketArn', 'archiveReplica.keyArn'],
    broken: ({ archiveReplica }) =>
      archiveReplica !== undefined &&
      !(
        isGiven(
          archiveReplica.bucketArn,
          /^arn:aws[\w-]*:s3:::(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        ) && isGiven(archiveReplica.keyArn, KEY_ARN)
      ),
    message: 'archiveReplica must name a bucket and its key by ARN, as bucketArn and keyArn.',
  },
  {
    of: ['events.bus'],
    broken: ({ events }) => events?.bus !== undefined && !isGiven(events.bus, BUS_ARN),
    message:
      "events.bus must be the ARN of an event bus, as 'arn:aws:events:us-east-1:123456789012:event-bus/pagw'; leave it out for none.",
  },
  {
    of: ['events.bus'],
    broken: ({ events, environment }) =>
      isElsewhere(events?.bus, environment?.region) || isOfAnother(events?.bus, environment?.account),
    message:
      "events.bus must be of the stage's account and region; what is meant for others goes on from there by a rule of that bus.",
  },
  {
    of: ['keyAdministrators'],
    broken: ({ keyAdministrators }) =>
      keyAdministrators !== undefined &&
      !(
        Array.isArray(keyAdministrators) &&
        keyAdministrators.length > 0 &&
        keyAdministrators.every((arn) => isGiven(arn, /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/))
      ),
    message:
      'keyAdministrators must be ARNs of roles without wildcards, the one that CloudFormation deploys with among them; leave it out for whom IAM lets.',
  },
  {
    of: ['keyAdministrators'],
    broken: ({ keyAdministrators, environment }) =>
      keyAdministrators?.every((arn) => isOfAnother(arn, environment?.account)) === true,
    message:
      "keyAdministrators must name the role of the stage's account that CloudFormation deploys with, or no deployment can change the keys again.",
  },
  {
    of: ['keyAdministrators'],
    broken: ({ keyAdministrators }) => isDoubled(keyAdministrators) || bytesOf(keyAdministrators) > 10_000,
    message:
      'keyAdministrators must name each role once, and be at most 10,000 bytes as JSON, because the policy of a key holds 32 KiB.',
  },
  {
    of: ['privateMode'],
    broken: ({ privateMode, existingNetwork, existingCluster }) =>
      privateMode === true && (existingNetwork !== undefined || existingCluster?.ownCluster === 'none'),
    message:
      "privateMode needs the network that the stage makes for itself, whose endpoints it can be sure of; leave existingNetwork out, and existingCluster of ownCluster 'none'.",
  },
  {
    of: ['namePrefix'],
    broken: ({ namePrefix }) =>
      namePrefix !== undefined &&
      !(isName(namePrefix) && /^[a-z]/.test(namePrefix) && namePrefix.length <= 20),
    message:
      "namePrefix must begin with a letter and be at most 20 lower-case letters, digits and single hyphens, as 'claims'; leave it out for none.",
  },
  {
    of: ['retention.logDays'],
    broken: ({ retention }) => !LOG_RETENTION_DAYS.includes(retention.logDays),
    message:
      'retention.logDays must be a retention CloudWatch Logs offers and at least a year: 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653.',
  },
  {
    of: ['storage'],
    broken: ({ storage = 'standard' }) => !['standard', 'io-optimized'].includes(storage),
    message: "storage must be 'standard' or 'io-optimized'.",
  },
  {
    of: ['storage', 'engineVersion'],
    broken: ({ storage, engineVersion }) => storage === 'io-optimized' && /^17\.[1-3]$/.test(engineVersion),
    message:
      "storage 'io-optimized' needs engineVersion '17', or '17.4' or later: AWS offers it from there on.",
  },
  {
    of: ['storage'],
    broken: ({ storage, existingCluster }) => storage !== undefined && existingCluster?.ownCluster === 'none',
    message:
      'storage is of the cluster that the stage makes for itself; set that of an existing one where it is made.',
  },
  {
    of: ['insights.mode'],
    broken: ({ insights }) => !['standard', 'advanced'].includes(insights.mode),
    message: "insights.mode must be 'standard' or 'advanced'.",
  },
  {
    of: ['insights.retentionDays', 'insights.mode'],
    broken: ({ insights: { mode, retentionDays } }) =>
      !INSIGHTS_DAYS.includes(retentionDays) || (mode === 'advanced' && retentionDays !== 465),
    message:
      'insights.retentionDays must be 7, a multiple of 31 up to 713, or 731, and 465 when insights.mode is advanced.',
  },
  {
    of: ['retention.archiveLockDays'],
    broken: ({ retention: { archiveLockDays = 1, archiveDays } }) => archiveLockDays > archiveDays,
    message: 'retention.archiveLockDays must be at most retention.archiveDays, when archived objects go.',
  },
  {
    of: ['capacity.minUnits', 'capacity.maxUnits'],
    broken: ({ capacity }) => capacity.maxUnits < capacity.minUnits,
    message: 'capacity must rise from minUnits to maxUnits.',
  },
  {
    of: ['capacity.pauseAfterMinutes'],
    broken: ({ capacity }) => capacity.pauseAfterMinutes !== undefined && capacity.minUnits !== 0,
    message: 'capacity.pauseAfterMinutes needs capacity.minUnits of 0; remove it or let the cluster pause.',
  },
  {
    of: ['capacity.minUnits', 'capacity.pauseAfterMinutes', 'everyMinutes'],
    broken: ({ capacity, everyMinutes: { retry, stuckAlarm, canary }, existingCluster }) =>
      existingCluster === undefined &&
      capacity.minUnits === 0 &&
      (capacity.pauseAfterMinutes ?? PAUSE_AFTER) >=
        Math.min(retry, stuckAlarm, canary === 'off' ? MAINTAIN_EVERY : canary, MAINTAIN_EVERY),
    message: `capacity.minUnits of 0 needs each of everyMinutes, and the ${MAINTAIN_EVERY} minutes between two runs of maintain, to be more than capacity.pauseAfterMinutes (${PAUSE_AFTER} when left out), or the cluster never pauses; a minimum of 0.5 stays awake.`,
  },
  {
    of: ['thresholds.retryOverdueSeconds', 'rules.stuckLimits', 'everyMinutes.retry'],
    broken: ({ thresholds, rules, everyMinutes }) => {
      const limit = rules.stuckLimits?.retryOverdue ?? defaultStageLimits.retryOverdue / 60;
      return Math.min(thresholds.retryOverdueSeconds / 60, limit) <= everyMinutes.retry;
    },
    message: `thresholds.retryOverdueSeconds, and the minutes of rules.stuckLimits.retryOverdue (${defaultStageLimits.retryOverdue / 60} when left out), must be more than everyMinutes.retry, or a retry is overdue that only waits for the next run.`,
  },
  {
    of: ['reservedConcurrency'],
    broken: ({ concurrency, reservedConcurrency }) =>
      reservedConcurrency !== undefined &&
      !(reservedConcurrency.ingest >= concurrency.ingest && reservedConcurrency.scheduled >= 1),
    message:
      'reservedConcurrency must reserve at least concurrency.ingest for ingest, and from 1 to 100 for each scheduled flow.',
  },
  {
    of: ['engineVersion'],
    broken: ({ engineVersion }) => !/^(1[7-9]|[2-9]\d)(\.[1-9]\d?)?$/.test(engineVersion),
    message:
      "engineVersion must be a PostgreSQL version of 17 or later, as '17', which follows the minor that AWS has as default, or '17.7'.",
  },
  {
    of: ['environment'],
    broken: ({ environment }) =>
      environment !== undefined &&
      !(/^\d{12}$/.test(environment.account) && /^[a-z]{2,4}(-[a-z]+)+-\d$/.test(environment.region)),
    message:
      "environment must name an account of 12 digits and a region, as { account: '123456789012', region: 'us-east-1' }.",
  },
  {
    of: ['environment.region'],
    broken: (settings) => partitionsOf(settings).size > 1,
    message:
      "environment.region and every ARN must be of one partition: 'arn:aws-us-gov:' in the regions of GovCloud, 'arn:aws-cn:' in those of China, 'arn:aws:' in most others.",
  },
  {
    of: ['databaseName'],
    broken: ({ databaseName }) => !/^[a-z][a-z0-9_]{0,62}$/.test(databaseName),
    message: 'databaseName must be a lower-case PostgreSQL name of at most 63 characters.',
  },
  {
    of: ['databaseName'],
    broken: ({ databaseName }) => ['template0', 'template1', 'rdsadmin'].includes(databaseName),
    message: "databaseName must not be one of the server's own: template0, template1 and rdsadmin.",
  },
  {
    of: ['databaseName'],
    broken: ({ databaseName, existingCluster }) =>
      existingCluster === undefined && (databaseName === 'postgres' || RESERVED_WORDS.has(databaseName)),
    message:
      "databaseName must be neither 'postgres', which each cluster has already, nor a reserved word of PostgreSQL, such as 'user': Aurora makes no database of that name.",
  },
  {
    of: ['history.compactAfterDays', 'history.archiveAfterDays'],
    broken: ({ history: { compactAfterDays: compact, archiveAfterDays: archive } }) =>
      compact !== 'off' && archive !== 'off' && compact >= archive,
    message:
      "history.compactAfterDays must be less than history.archiveAfterDays, or 'off': what has left the database is not compacted.",
  },
  {
    of: ['rules.retryQueues'],
    broken: ({ rules }) =>
      Object.values(rules.retryQueues ?? {}).some((queue: unknown) => {
        const { queueArn, keyArn, ...others } = (queue ?? {}) as Record<string, unknown>;
        const hasKey = keyArn === undefined || isGiven(keyArn, KEY_ARN);
        return !isGiven(queueArn, FIFO_ARN) || !hasKey || Object.keys(others).length > 0;
      }),
    message:
      "rules.retryQueues must give each stage the ARN of a FIFO queue as its queueArn, and at most that of its key as keyArn: 'arn:aws:sqs:us-east-1:123456789012:parsing.fifo'.",
  },
  {
    of: ['rules.retryQueues'],
    broken: ({ rules, environment }) =>
      Object.values(rules.retryQueues ?? {}).some(
        ({ queueArn, keyArn }) =>
          isElsewhere(queueArn, environment?.region ?? regionOf(firstQueue(rules.retryQueues))) ||
          isElsewhere(keyArn, regionOf(queueArn)),
      ),
    message:
      "rules.retryQueues must name queues of the stage's region, each with a key of its own region: SQS takes no command that was signed for another.",
  },
  {
    of: ['rules.retryQueues'],
    broken: ({ rules, ...settings }) =>
      Object.values(rules.retryQueues ?? {}).some(({ queueArn }) =>
        ['pagw-events', 'pagw-events-dlq', 'pagw-retries-dlq'].some(
          (name) => queueArn.split(':')[5] === `${trackerName(settings, name)}.fifo`,
        ),
      ),
    message:
      "rules.retryQueues must not name the tracker's own queues of events and of what failed, where no worker looks for commands.",
  },
  {
    of: ['rules.retryQueues', 'rules.retryPolicy'],
    broken: ({ rules }) =>
      [rules.retryQueues, rules.retryPolicy?.stages]
        .flatMap((named) => Object.keys(named ?? {}))
        .some((name) => !isStage(name) && nearestNames(name, stages, 1).length > 0),
    message: `rules.retryQueues and rules.retryPolicy.stages must not name a stage that is near one there is and none of them: ${stages.join(', ')}.`,
  },
  {
    of: ['rules.retryQueues'],
    broken: ({ rules }) => {
      const names = Object.keys(rules.retryQueues ?? {});
      return names.some(nameFault) || isDoubled(names.map((name) => canonicalStage(name) ?? name));
    },
    message: `rules.retryQueues must name each stage once, however it is written, none blank, unprintable or longer than ${LONGEST_NAME} characters.`,
  },
  {
    of: ['rules.senders'],
    broken: ({ rules }) => !Object.keys(rules.senders ?? {}).every((sender) => /^[A-Z0-9]+$/.test(sender)),
    message:
      "rules.senders must name roles and users by their unique ids, as 'AROAEXAMPLEID', which are capitals and digits: SQS tells no name and no ARN.",
  },
  {
    of: ['rules.metricTenants'],
    broken: ({ rules }) =>
      (rules.metricTenants ?? []).length > MOST_METRIC_TENANTS ||
      (rules.metricTenants ?? []).some(nameFault) ||
      isDoubled(rules.metricTenants),
    message: `rules.metricTenants must name at most ${MOST_METRIC_TENANTS} tenants, each once, none blank, unprintable or longer than ${LONGEST_NAME} characters.`,
  },
  {
    of: ['rules.retryQueues'],
    broken: ({ rules }) => bytesOf(rules.retryQueues) > 3_000,
    message:
      'rules.retryQueues must be at most 3,000 bytes as JSON, because a function holds it in its environment of 4 KB; let stages share queues.',
  },
  {
    of: ['rules.retryPolicy', 'rules.phiGuard', 'rules.stuckLimits', 'rules.decisionPolicy'],
    broken: ({ rules: { retryPolicy, phiGuard, stuckLimits, decisionPolicy } }) =>
      [retryPolicy, phiGuard, stuckLimits, decisionPolicy].reduce((sum, rule) => sum + bytesOf(rule), 0) >
      150_000,
    message:
      'rules.retryPolicy, rules.phiGuard, rules.stuckLimits and rules.decisionPolicy must be at most 150,000 bytes together as JSON, because pagw reads them from outputs of 1 KiB, of which a stack has 200; state only what differs from the default.',
  },
  {
    of: ['rules.believedDays'],
    broken: ({ rules }) => rules.believedDays !== undefined && !within(rules.believedDays, 1, 36_500),
    message: 'rules.believedDays must be a whole number from 1 to 36500.',
  },
  {
    of: ['rules.eventLog'],
    broken: ({ rules: { eventLog = 'every' } }) => !['every', 'batch', 'refused'].includes(eventLog),
    message: "rules.eventLog must be 'every', 'batch' or 'refused'.",
  },
  {
    of: ['readerTenants'],
    broken: ({ readerTenants }) => bytesOf(readerTenants) > 100_000,
    message:
      'readerTenants must be at most 100,000 bytes as JSON, because CloudFormation hands it to the migration in one event; leave it out for all tenants.',
  },
  {
    of: ['widgetTenant'],
    broken: ({ widgetTenant }) =>
      widgetTenant !== undefined && widgetTenant !== '*' && nameFault(widgetTenant) !== null,
    message:
      "widgetTenant must name the tenant the dashboard shows, in at most 64 printable characters, or be '*' for all of them; leave it out for none.",
  },
  {
    of: ['readerTenants'],
    broken: ({ readerTenants }) =>
      readerTenants !== undefined &&
      (readerTenants.length === 0 || readerTenants.some(nameFault) || isDoubled(readerTenants)),
    message:
      'readerTenants must name a tenant or more, each once and in at most 64 printable characters; leave it out for all of them.',
  },
  {
    of: ['widgetTenant'],
    broken: ({ readerTenants, widgetTenant }) =>
      readerTenants !== undefined &&
      widgetTenant !== undefined &&
      widgetTenant !== '*' &&
      !readerTenants.some((tenant) => sameName(tenant, widgetTenant)),
    message: 'widgetTenant must be one of readerTenants, which is all that the widget can see.',
  },
  {
    of: ['producers', 'retryConsumers'],
    broken: ({ producers, retryConsumers }) => !namesOthers(producers) || !namesOthers(retryConsumers),
    message:
      "producers and retryConsumers must name roles by ARN without wildcards, accounts of 12 digits, each once, or an organizationId as 'o-abcdefghij'; leave out a list that is empty, and all of it for nobody.",
  },
  {
    of: ['producers', 'retryConsumers'],
    broken: ({ producers, retryConsumers }) =>
      [producers, retryConsumers].some(
        (others) =>
          (others?.roles?.length ?? 0) + (others?.accounts?.length ?? 0) > 49 || bytesOf(others) > 6_000,
      ),
    message:
      'producers and retryConsumers must each name at most 49 roles and accounts, in 6,000 bytes as JSON, because the policy of a queue holds 50 principals and 8,192 bytes ("Amazon SQS policy quotas"); an organizationId alone has no such end.',
  },
  {
    of: ['existingCluster.dataApiEnabled'],
    broken: ({ existingCluster }) => existingCluster !== undefined && existingCluster.dataApiEnabled !== true,
    message:
      'existingCluster has its Data API off, and the tracker has no other way in; enable its HTTP endpoint and set dataApiEnabled to true.',
  },
  {
    of: ['existingCluster.masterSecretArn'],
    broken: ({ existingCluster }) =>
      existingCluster !== undefined && !isGiven(existingCluster.masterSecretArn, SECRET_ARN),
    message:
      "existingCluster.masterSecretArn must be the whole ARN of the secret of the cluster's master user, with the six characters at its end.",
  },
  {
    of: ['existingCluster.masterSecretKeyArn'],
    broken: ({ existingCluster }) =>
      existingCluster?.masterSecretKeyArn !== undefined &&
      !isGiven(existingCluster.masterSecretKeyArn, KEY_ARN),
    message:
      'existingCluster.masterSecretKeyArn must be the ARN of the key of that secret, not its alias; leave it out for the key that AWS manages.',
  },
  {
    of: ['existingCluster.masterSecretArn', 'existingCluster.masterSecretKeyArn'],
    broken: ({ existingCluster, environment }) =>
      isElsewhere(existingCluster?.masterSecretArn, environment?.region) ||
      isElsewhere(existingCluster?.masterSecretKeyArn, environment?.region),
    message:
      "existingCluster must name a secret and a key of the stage's region, where its Data API reads them.",
  },
  {
    of: ['existingCluster.ownCluster'],
    broken: ({ existingCluster }) =>
      existingCluster !== undefined && !['none', 'kept', 'removed'].includes(existingCluster.ownCluster),
    message:
      "existingCluster.ownCluster must say what becomes of the cluster that the stage makes for itself: 'none', 'kept' or 'removed'.",
  },
  {
    of: ['existingNetwork.vpcId', 'existingCluster.ownCluster'],
    broken: ({ existingCluster, existingNetwork }) =>
      existingCluster?.ownCluster === 'none' && existingNetwork !== undefined,
    message:
      "existingNetwork has nothing to hold when existingCluster.ownCluster is 'none'; leave one of them out.",
  },
  {
    of: ['existingNetwork.isolatedSubnetIds'],
    broken: ({ existingNetwork }) =>
      existingNetwork !== undefined &&
      (new Set(existingNetwork.isolatedSubnetIds).size < 2 || isDoubled(existingNetwork.isolatedSubnetIds)),
    message:
      'existingNetwork.isolatedSubnetIds must name two subnets or more, each once, because Aurora asks for two zones.',
  },
  {
    of: ['existingNetwork.availabilityZones'],
    broken: ({ existingNetwork }) =>
      existingNetwork !== undefined &&
      (new Set(existingNetwork.availabilityZones).size < 2 ||
        existingNetwork.availabilityZones.length !== existingNetwork.isolatedSubnetIds.length),
    message:
      'existingNetwork.availabilityZones must name the zone of each subnet, two different ones at least.',
  },
  {
    of: ['existingCluster.clusterIdentifier'],
    broken: ({ existingCluster }) =>
      existingCluster !== undefined &&
      !isGiven(existingCluster.clusterIdentifier, /^[a-z]([a-z0-9]|-(?=[a-z0-9])){0,62}$/),
    message:
      "existingCluster.clusterIdentifier must be the identifier of a cluster, as 'claims', and not its ARN or endpoint.",
  },
  {
    of: ['existingNetwork.vpcId'],
    broken: ({ existingNetwork }) =>
      existingNetwork !== undefined && !isGiven(existingNetwork.vpcId, /^vpc-[0-9a-f]{8,17}$/),
    message: "existingNetwork.vpcId must be the id of a VPC, as 'vpc-0123456789abcdef0'.",
  },
  {
    of: ['existingNetwork.isolatedSubnetIds'],
    broken: ({ existingNetwork }) =>
      existingNetwork?.isolatedSubnetIds.some((id) => !isGiven(id, /^subnet-[0-9a-f]{8,17}$/)) === true,
    message: "existingNetwork.isolatedSubnetIds must be ids of subnets, as 'subnet-0123456789abcdef0'.",
  },
  {
    of: ['existingNetwork.availabilityZones'],
    broken: ({ existingNetwork, environment }) =>
      existingNetwork?.availabilityZones.some(
        (zone) =>
          !isGiven(zone, environment === undefined ? ZONE : new RegExp(`^${environment.region}.*[a-z]$`)),
      ) === true,
    message:
      "existingNetwork.availabilityZones must be names of zones of the stage's region, as 'us-east-1a'.",
  },
  {
    of: ['notify'],
    broken: ({ notify }) =>
      !Array.isArray(notify) ||
      !notify.every((address) => isGiven(address, MAIL) && address.length <= MAIL_MOST),
    message:
      "notify must be mail addresses, as ['on-call@example.org']; a pager subscribes to the topic itself.",
  },
  {
    of: ['notify'],
    broken: ({ notify }) => isDoubled(notify) || notify.length > 100,
    message: 'notify must name each address once, and at most 100; a mailing list reaches more.',
  },
  {
    of: ['runbookUrl'],
    broken: ({ runbookUrl }) =>
      !isGiven(runbookUrl, /^https?:\/\/[^\s#/@][^\s#@]{0,489}$/) ||
      !(runbookUrl.startsWith('${') || URL.canParse(runbookUrl)),
    message:
      'runbookUrl must be a web address of at most 500 characters without # and @, because each alarm puts the name of its section behind it, and shows it to whoever is notified.',
  },
];

/** In its form, or a reference that CloudFormation fills in. The CDK is not asked: `pagw` reads settings without it. */
function isGiven(text: unknown, form: RegExp): boolean {
  return typeof text === 'string' && (text.startsWith('${Token[') || form.test(text));
}

/** Those of its ARNs and of its region, where that tells. */
function partitionsOf(settings: StageSettings): Set<string> {
  const region = settings.environment?.region ?? '';
  const [, ofRegion] =
    [
      [/^us-gov-/, 'aws-us-gov'],
      [/^cn-/, 'aws-cn'],
      [/^(us|ca|mx|sa|eu|me|il|af|ap)-(?!iso)/, 'aws'],
    ].find(([form]) => (form as RegExp).test(region)) ?? [];
  const arns = [...JSON.stringify(settings).matchAll(/"arn:([^:"]+):/g)].map(
    ([, partition = '']) => partition,
  );
  return new Set(ofRegion === undefined ? arns : [...arns, String(ofRegion)]);
}

function firstQueue(queues: StageSettings['rules']['retryQueues'] = {}): string | undefined {
  return Object.values(queues)[0]?.queueArn;
}

function regionOf(arn: string | undefined): string | undefined {
  return arn?.startsWith('arn:') ? arn.split(':')[3] : undefined;
}

/** Whether an ARN is of another region; of what CloudFormation fills in, nobody knows. */
function isElsewhere(arn: string | undefined, region: string | undefined): boolean {
  return arn?.startsWith('arn:') === true && region !== undefined && arn.split(':')[3] !== region;
}

function isOfAnother(arn: string | undefined, account: string | undefined): boolean {
  return arn?.startsWith('arn:') === true && account !== undefined && arn.split(':')[4] !== account;
}

function isStage(name: string): boolean {
  return (stages as readonly (string | null)[]).includes(canonicalStage(name));
}

/** Names differ by more than case. */
function isDoubled(names: readonly string[] = []): boolean {
  return new Set(names.map((name) => name.trim().toLowerCase())).size !== names.length;
}

/** Where the stage's own place is not stated, only the form can be judged. */
function isVaultElsewhere(arn: unknown, environment: StageSettings['environment']): boolean {
  if (typeof arn !== 'string') return false;
  const [, region, account] =
    /^arn:aws[\w-]*:backup:([\w-]+):(\d{12}):backup-vault:[\w-]{2,50}$/.exec(arn) ?? [];
  if (region === undefined) return false;
  return environment === undefined || (region === environment.region) !== (account === environment.account);
}

function namesOthers(others: OtherAccounts | undefined): boolean {
  if (others === undefined) return true;
  const { roles, accounts, organizationId } = others;
  // Emptied, a list would let in the whole organization that it was to narrow.
  const lists = [roles, accounts].filter((list) => list !== undefined);
  if (lists.some((list) => list.length === 0 || isDoubled(list))) return false;
  return (
    (lists.length > 0 || organizationId !== undefined) &&
    (roles ?? []).every((arn) => /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn)) &&
    (accounts ?? []).every((account) => /^\d{12}$/.test(account)) &&
    (organizationId === undefined || /^o-[a-z0-9]{10,32}$/.test(organizationId))
  );
}

/** As a part of a stack's, a queue's and a cluster's name. */
export function isName(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function bytesOf(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}

/** Tenants' names differ by more than case. */
function sameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}
