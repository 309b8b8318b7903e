import { parseDecisionPolicy } from '../domain/decision-clock.ts';
import { LEAST_HISTORY_DAYS } from '../domain/history-ages.ts';
import { type OtherAccounts, STAGES, type StageSettings } from './stages.ts';
import { stackNameOf } from './tracker-name.ts';

/** As many as metrics name. */
const MOST_METRIC_TENANTS = 100;

/** What CloudWatch Logs offers from a year up, which is the least that Control Tower asks for. */
const LOG_RETENTION_DAYS = [365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288, 3_653];
/** What Performance Insights offers: a week, months of 31 days to 23, and two years. */
const INSIGHTS_DAYS = [7, ...Array.from({ length: 23 }, (_, month) => 31 * (month + 1)), 731];
/** Aurora pauses after five minutes at the earliest, and after a day at the latest. */
const PAUSE_MINUTES = [5, 1_440] as const;

interface SettingRule {
  broken(settings: StageSettings): boolean;
  message: string | ((settings: StageSettings) => string);
}

const RULES: readonly SettingRule[] = [
  {
    broken: ({ namePrefix }) =>
      namePrefix !== undefined &&
      !(isName(namePrefix) && /^[a-z]/.test(namePrefix) && namePrefix.length <= 20),
    message:
      "namePrefix must begin with a letter and be at most 20 lower-case letters, digits and single hyphens, as 'claims'; leave it out for none.",
  },
  {
    broken: ({ retention }) => !within(retention.backupDays, 1, 35),
    message: 'retention.backupDays must be a whole number from 1 to 35, which is what Aurora keeps.',
  },
  {
    broken: ({ retention }) => !LOG_RETENTION_DAYS.includes(retention.logDays),
    message:
      'retention.logDays must be a retention CloudWatch Logs offers and at least a year: 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653.',
  },
  {
    broken: ({ insights: { mode, retentionDays } }) =>
      !INSIGHTS_DAYS.includes(retentionDays) || (mode === 'advanced' && retentionDays !== 465),
    message:
      'insights.retentionDays must be 7, a multiple of 31 up to 713, or 731, and 465 when insights.mode is advanced.',
  },
  {
    broken: ({ retention }) => !within(retention.quarantineDays, 1, 365),
    message: 'retention.quarantineDays must be a whole number from 1 to 365.',
  },
  {
    broken: ({ retention }) => !within(retention.archiveDays, 181, 36_500),
    message: 'retention.archiveDays must be a whole number above 180, when archives move to cold storage.',
  },
  {
    broken: ({ retention }) => !within(retention.archiveVersionDays, 1, 3_650),
    message: 'retention.archiveVersionDays must be a whole number from 1 to 3650.',
  },
  {
    broken: ({ retention }) =>
      retention.archiveLockDays !== undefined && !within(retention.archiveLockDays, 1, retention.archiveDays),
    message:
      'retention.archiveLockDays must be a whole number from 1 to retention.archiveDays, when archived objects go.',
  },
  {
    broken: ({ history }) =>
      !isHistoryAge(history.compactAfterDays) || !isHistoryAge(history.archiveAfterDays),
    message: `history.compactAfterDays and history.archiveAfterDays must be 'off' or a whole number from ${LEAST_HISTORY_DAYS}, when the hourly summary is final.`,
  },
  {
    broken: ({ capacity }) =>
      !(capacity.minUnits >= 0 && capacity.maxUnits <= 256 && capacity.maxUnits >= capacity.minUnits) ||
      capacity.maxUnits < 1,
    message: 'capacity must rise from minUnits (0 or more) to maxUnits (1 to 256).',
  },
  {
    broken: ({ capacity }) => capacity.pauseAfterMinutes !== undefined && capacity.minUnits !== 0,
    message: 'capacity.pauseAfterMinutes needs capacity.minUnits of 0; remove it or let the cluster pause.',
  },
  {
    broken: ({ capacity: { pauseAfterMinutes = 5 } }) => !within(pauseAfterMinutes, ...PAUSE_MINUTES),
    message: 'capacity.pauseAfterMinutes must be a whole number from 5 to 1440.',
  },
  {
    broken: ({ concurrency }) => !within(concurrency.ingest, 2, 1_000),
    message: 'concurrency.ingest must be a whole number from 2 to 1000, which is what SQS can be held to.',
  },
  {
    broken: ({ concurrency, reservedConcurrency }) =>
      reservedConcurrency !== undefined &&
      !(
        within(reservedConcurrency.ingest, concurrency.ingest, 1_000) &&
        within(reservedConcurrency.scheduled, 1, 100)
      ),
    message:
      'reservedConcurrency must reserve at least concurrency.ingest for ingest, and from 1 to 100 for each scheduled flow.',
  },
  {
    broken: ({ zones }) => !within(zones, 2, 3),
    message: 'zones must be 2 or 3: Aurora asks for two, and keeps its six copies in three.',
  },
  {
    broken: ({ engineVersion }) => !/^(1[7-9]|[2-9]\d)(\.\d{1,2})?$/.test(engineVersion),
    message:
      "engineVersion must be a PostgreSQL version of 17 or later, as '17', which follows the minor that AWS has as default, or '17.7'.",
  },
  {
    broken: ({ environment }) =>
      environment !== undefined &&
      !(/^\d{12}$/.test(environment.account) && /^[a-z]{2}(-[a-z]+)+-\d$/.test(environment.region)),
    message:
      "environment must name an account of 12 digits and a region, as { account: '123456789012', region: 'us-east-1' }.",
  },
  {
    broken: ({ everyMinutes }) =>
      !within(everyMinutes.retry, 1, 60) || !within(everyMinutes.stuckAlarm, 1, 15),
    message: 'everyMinutes.retry must be from 1 to 60 and everyMinutes.stuckAlarm from 1 to 15.',
  },
  {
    broken: ({ everyMinutes }) => everyMinutes.canary !== 'off' && !within(everyMinutes.canary, 2, 60),
    message: "everyMinutes.canary must be 'off' or a whole number from 2 to 60.",
  },
  {
    broken: ({ thresholds }) => !within(thresholds.canarySeconds, 1, 3_600),
    message: 'thresholds.canarySeconds must be a whole number from 1 to 3600.',
  },
  {
    broken: ({ databaseName }) => !/^[a-z][a-z0-9_]{0,62}$/.test(databaseName),
    message: 'databaseName must be a lower-case PostgreSQL name of at most 63 characters.',
  },
  {
    broken: ({ rules }) =>
      Object.values(rules.retryQueues ?? {}).some(
        ({ queueArn }) => !/^arn:[\w-]+:sqs:.+\.fifo$/.test(queueArn),
      ),
    message: 'rules.retryQueues must give each stage the ARN of a FIFO queue as its queueArn.',
  },
  {
    broken: ({ rules }) =>
      (rules.metricTenants ?? []).length > MOST_METRIC_TENANTS ||
      (rules.metricTenants ?? []).some((tenant) => tenant.trim() === ''),
    message: `rules.metricTenants must name at most ${MOST_METRIC_TENANTS} tenants, none of them blank.`,
  },
  {
    broken: ({ rules }) => bytesOf(rules.retryQueues) > 3_000,
    message:
      'rules.retryQueues must be at most 3,000 bytes as JSON, because a function holds it in its environment of 4 KB; let stages share queues.',
  },
  {
    broken: ({ rules }) => bytesOf(rules.retryPolicy) > 16_384 || bytesOf(rules.phiGuard) > 16_384,
    message:
      'rules.retryPolicy and rules.phiGuard must be at most 16 KiB each as JSON, because the stack tells them to pagw by outputs of 1 KiB; state only what differs from the default.',
  },
  {
    broken: ({ rules }) => decisionPolicyFault(rules.decisionPolicy) !== undefined,
    message: ({ rules }) => `rules.decisionPolicy: ${decisionPolicyFault(rules.decisionPolicy)}`,
  },
  {
    broken: ({ rules }) => rules.believedDays !== undefined && !within(rules.believedDays, 1, 36_500),
    message: 'rules.believedDays must be a whole number from 1 to 36500.',
  },
  {
    broken: ({ rules }) => bytesOf(rules.stuckLimits) + bytesOf(rules.decisionPolicy) > 5_000_000,
    message:
      'rules.stuckLimits and rules.decisionPolicy must be at most 5 MB together as JSON, because each function reads them when it starts; state only what differs from the default.',
  },
  {
    broken: ({ readerTenants }) => bytesOf(readerTenants) > 100_000,
    message:
      'readerTenants must be at most 100,000 bytes as JSON, because CloudFormation hands it to the migration in one event; leave it out for all tenants.',
  },
  {
    broken: ({ widgetTenant }) => widgetTenant?.trim() === '',
    message:
      "widgetTenant must name the tenant the dashboard shows, or be '*' for all of them; leave it out for none.",
  },
  {
    broken: ({ readerTenants }) =>
      readerTenants !== undefined &&
      (readerTenants.length === 0 || readerTenants.some((tenant) => tenant.trim() === '' || tenant === '*')),
    message: 'readerTenants must name a tenant or more; leave it out for all of them.',
  },
  {
    broken: ({ readerTenants, widgetTenant }) =>
      readerTenants !== undefined &&
      widgetTenant !== undefined &&
      widgetTenant !== '*' &&
      !readerTenants.some((tenant) => sameName(tenant, widgetTenant)),
    message: 'widgetTenant must be one of readerTenants, which is all that the widget can see.',
  },
  {
    broken: ({ producers, retryConsumers }) => !namesOthers(producers) || !namesOthers(retryConsumers),
    message:
      "producers and retryConsumers must name roles by ARN without wildcards, accounts of 12 digits, or an organizationId as 'o-abcdefghij'; leave them out for nobody.",
  },
  {
    broken: ({ existingCluster }) => existingCluster?.dataApiEnabled === false,
    message:
      'existingCluster has its Data API off, and the tracker has no other way in; enable its HTTP endpoint and set dataApiEnabled to true.',
  },
  {
    broken: ({ existingCluster }) =>
      existingCluster !== undefined && !existingCluster.ownerSecretArn.startsWith('arn:'),
    message: 'existingCluster.ownerSecretArn must be the ARN of the secret of a user that may create tables.',
  },
  {
    broken: ({ existingCluster }) =>
      existingCluster !== undefined && !['none', 'kept', 'removed'].includes(existingCluster.ownCluster),
    message:
      "existingCluster.ownCluster must say what becomes of the cluster that the stage makes for itself: 'none', 'kept' or 'removed'.",
  },
  {
    broken: ({ existingCluster, existingNetwork }) =>
      existingCluster?.ownCluster === 'none' && existingNetwork !== undefined,
    message:
      "existingNetwork has nothing to hold when existingCluster.ownCluster is 'none'; leave one of them out.",
  },
  {
    broken: ({ existingNetwork }) =>
      existingNetwork !== undefined && new Set(existingNetwork.isolatedSubnetIds).size < 2,
    message:
      'existingNetwork.isolatedSubnetIds must name two subnets or more, each in a zone of its own, because Aurora asks for two zones.',
  },
  {
    broken: ({ existingNetwork }) =>
      existingNetwork !== undefined &&
      (new Set(existingNetwork.availabilityZones).size < 2 ||
        existingNetwork.availabilityZones.length !== existingNetwork.isolatedSubnetIds.length),
    message:
      'existingNetwork.availabilityZones must name the zone of each subnet, two different ones at least.',
  },
];

/**
 * The settings of a stage, checked.
 * @throws Error in one sentence when the stage is unknown or a setting cannot work.
 */
export function stageSettings(
  stage: unknown,
  stages: Readonly<Record<string, StageSettings>> = STAGES,
): StageSettings {
  const known = Object.keys(stages).join(', ');
  if (typeof stage !== 'string' || stage === '') {
    throw new Error(`No stage is named: pass -c stage=<stage>, one of ${known}.`);
  }
  const settings = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  if (settings === undefined) {
    throw new Error(
      `Stage '${stage}' is unknown: use one of ${known}, or describe it in pagw.config.ts, beside cdk.json.`,
    );
  }
  return checkedSettings(stage, settings);
}

/** @throws Error in one sentence when the stage's name or a setting cannot work */
export function checkedSettings(stage: string, settings: StageSettings): StageSettings {
  if (!isName(stage.toLowerCase()) || stage.length > 40 || stage.endsWith('-data'))
    throw new Error(
      `Stage '${stage}': the name of a stage must be at most 40 letters, digits and single hyphens, and not end in -data, as the stack that holds its data does.`,
    );
  const broken = RULES.find((rule) => rule.broken(settings));
  if (broken !== undefined) {
    const { message } = broken;
    throw new Error(`Stage '${stage}': ${typeof message === 'string' ? message : message(settings)}`);
  }
  return settings;
}

/**
 * What a stage needs of its account: the name of its stack, executions at a time that it keeps for itself (ingest, two minute flows, the widget where there
 * is one, and one for maintain), and what its data stack makes of which a region has only so many.
 * @throws Error in one sentence when the stage is unknown or a setting cannot work.
 */
export function stageNeeds(
  stage: string,
  stages: Readonly<Record<string, StageSettings>> = STAGES,
): { stack: string } & Record<
  'reservedExecutions' | 'networks' | 'clusters' | 'groups' | 'instances',
  number
> {
  const settings = stageSettings(stage, stages);
  const {
    reservedConcurrency: reserved,
    widgetTenant,
    existingCluster,
    existingNetwork,
    capacity,
  } = settings;
  const scheduled = widgetTenant === undefined ? 2 : 3;
  const groups = existingCluster?.ownCluster === 'none' ? 0 : 1;
  const clusters = existingCluster?.ownCluster === 'removed' ? 0 : groups;
  return {
    stack: stackNameOf(stage, settings),
    reservedExecutions: reserved === undefined ? 0 : reserved.ingest + scheduled * reserved.scheduled + 1,
    networks: existingNetwork === undefined ? groups : 0,
    clusters,
    groups,
    instances: clusters * (1 + capacity.readers),
  };
}

/** What the functions that read the policy would say at their start. */
function decisionPolicyFault(policy: StageSettings['rules']['decisionPolicy']): string | undefined {
  if (policy === undefined) return undefined;
  try {
    parseDecisionPolicy(JSON.stringify(policy));
    return undefined;
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault);
  }
}

function namesOthers(others: OtherAccounts | undefined): boolean {
  if (others === undefined) return true;
  const { roles = [], accounts = [], organizationId } = others;
  return (
    (roles.length > 0 || accounts.length > 0 || organizationId !== undefined) &&
    roles.every((arn) => /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn)) &&
    accounts.every((account) => /^\d{12}$/.test(account)) &&
    (organizationId === undefined || /^o-[a-z0-9]{10,32}$/.test(organizationId))
  );
}

/** As a part of a stack's, a queue's and a cluster's name. */
function isName(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

function isHistoryAge(days: number | 'off'): boolean {
  return days === 'off' || within(days, LEAST_HISTORY_DAYS, 36_500);
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
