import { CloudControlClient } from '@aws-sdk/client-cloudcontrol';
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetQueueUrlCommand, QueueDoesNotExist, SQSClient } from '@aws-sdk/client-sqs';
import {
  ACCOUNT_QUOTAS,
  type AccountQuota,
  type QuotaClients,
  readQuota,
  readZones,
  readZonesOffering,
  type StageNeeds,
} from './account-limits.ts';
import { type CheckOutcome, fail, notApplicable, pass } from './doctor-check.ts';

/** The account and region that a stage is about to be deployed to. */
export interface Account extends QuotaClients {
  /** The stack that runs. */
  stack: string;
  /** As in `-c stage=<stage>`. */
  stage: string;
  /** What the stage's settings ask for. @throws Error in one sentence when a setting cannot work. */
  needs(): Promise<StageNeeds>;
  cloudFormation: CloudFormationClient;
  lambda: LambdaClient;
  sqs: SQSClient;
  tagging: ResourceGroupsTaggingAPIClient;
}

export function openAccount(
  { profile, region }: { profile?: string | undefined; region?: string | undefined },
  stack: string,
  stage: string,
  needs: Account['needs'],
): Account & { close(): void } {
  const where = {
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
  };
  const clients = {
    cloudFormation: new CloudFormationClient(where),
    lambda: new LambdaClient(where),
    sqs: new SQSClient(where),
    tagging: new ResourceGroupsTaggingAPIClient(where),
    quotas: new ServiceQuotasClient(where),
    cloudControl: new CloudControlClient(where),
  };
  return {
    stack,
    stage,
    needs,
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** The stage's stacks in the order they are deployed. */
function stackNames({ stack }: Account): { data: string; run: string } {
  return { data: `${stack}-data`, run: stack };
}

/** What goes before each name of the tracker: `claims-`, or nothing. */
function prefixOf({ stack }: Account): string {
  return stack.slice(0, stack.indexOf('PagwEventTracker'));
}

/** Undefined when there is none. */
async function describeStack({ cloudFormation }: Account, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks?.[0];
  } catch (error) {
    // CloudFormation answers a stack that is not there with a plain ValidationError.
    if (error instanceof Error && error.name === 'ValidationError') return undefined;
    throw error;
  }
}

/** What to do before the next deployment of a stack in `status`; undefined when the deployment itself can go on from there. */
function judgeStack(stage: string, name: string, status: string): string | undefined {
  // The CDK goes on with a stack that was only prepared; one whose creation was rolled back it deletes, and creates again.
  if (status === 'ROLLBACK_COMPLETE' || status === 'REVIEW_IN_PROGRESS') return undefined;
  if (status.endsWith('_IN_PROGRESS')) return 'Wait until it has ended, then look again.';
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return `Fix what its events name, then \`aws cloudformation continue-update-rollback --stack-name ${name}\`.`;
  // Only a deployment without rollback leaves it so; the CDK asks before it rolls back, and ends where nobody can answer.
  if (status === 'UPDATE_FAILED')
    return `Run \`npx cdk rollback ${name} -c stage=${stage}\`, which brings back what was there before.`;
  if (/^(CREATE|ROLLBACK|DELETE)_FAILED$/.test(status))
    return `Fix what its events name, then \`aws cloudformation delete-stack --stack-name ${name}\`: nothing in it has been in use yet, or all of it was to go.`;
  return undefined;
}

/** One question about the account, asked before anything is created. A check that throws has failed. */
export interface PreflightCheck {
  id: string;
  title: string;
  run(account: Account): Promise<CheckOutcome>;
}

/** What the templates ask of the bootstrap stack (their rule CheckBootstrapVersion). */
const LEAST_BOOTSTRAP_VERSION = 6;
/** What Lambda keeps for functions that reserve nothing ("Configuring reserved concurrency"). */
const UNRESERVED = 100;
/** Names that others call, so they are the same in every deployment but for its prefix. */
const QUEUES = ['pagw-events.fifo', 'pagw-events-dlq.fifo', 'pagw-retries.fifo', 'pagw-retries-dlq.fifo'];
const MOST_NAMED = 10;

const settings: PreflightCheck = {
  id: 'settings',
  title: 'The settings of the stage can work',
  async run({ stack, stage, needs, cloudFormation }) {
    try {
      const { stack: named, region, reservedExecutions: reserved } = await needs();
      if (named !== stack)
        return fail(
          `stage '${stage}' is deployed as ${named}, not as ${stack}`,
          `Name it as in --stack ${named}.`,
        );
      const asked = await cloudFormation.config.region();
      if (region !== undefined && region !== asked)
        return fail(
          `stage '${stage}' is deployed to ${region}, and ${asked} was asked`,
          `Say \`--region ${region}\`.`,
        );
      return pass(`stage '${stage}' reserves ${reserved === 0 ? 'no' : reserved} executions`);
    } catch (error) {
      return fail(
        error instanceof Error ? error.message : 'the settings cannot be read',
        'Correct pagw.config.ts, or `pagw:stages` in the context.',
      );
    }
  },
};

const bootstrap: PreflightCheck = {
  id: 'bootstrap',
  title: 'The account and region are bootstrapped for the CDK',
  async run(account) {
    const toolkit = await describeStack(account, 'CDKToolkit');
    const version = toolkit?.Outputs?.find(({ OutputKey }) => OutputKey === 'BootstrapVersion')?.OutputValue;
    if (toolkit === undefined)
      return fail(
        'there is no stack CDKToolkit',
        'Run `npx cdk bootstrap`, unless yours has another name (`--toolkit-stack-name`), which is not looked at.',
      );
    if (Number(version ?? 0) >= LEAST_BOOTSTRAP_VERSION) return pass(`bootstrap version ${version}`);
    return fail(
      `bootstrap version ${version ?? 'unknown'}, and ${LEAST_BOOTSTRAP_VERSION} is the least`,
      'Run `npx cdk bootstrap` again.',
    );
  },
};

const concurrency: PreflightCheck = {
  id: 'concurrency',
  title: 'Lambda runs as many functions at a time as the stage reserves',
  async run(account) {
    const { AccountLimit } = await account.lambda.send(new GetAccountSettingsCommand({}));
    const limit = AccountLimit?.ConcurrentExecutions ?? 0;
    const free = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    const { reservedExecutions: reserved } = await account.needs();
    const seen = `${limit} executions at a time, ${free} of them unreserved`;
    if (reserved === 0) return pass(limit < 100 ? `${seen}: enough to deploy, too few for load` : seen);
    if ((await describeStack(account, stackNames(account).run)) !== undefined)
      return pass(`${seen}, with what the stage has reserved already`);
    if (free - reserved >= UNRESERVED) return pass(`${seen}; the stage reserves ${reserved}`);
    return fail(
      `${seen}; the stage reserves ${reserved}, and ${UNRESERVED} must stay unreserved`,
      `Ask Service Quotas for ${limit - free + reserved + UNRESERVED} "Concurrent executions" of Lambda (L-B99A9384), or leave reservedConcurrency out.`,
    );
  },
};

const stacks: PreflightCheck = {
  id: 'stacks',
  title: 'No earlier deployment stands in the way',
  async run(account) {
    const { data, run } = stackNames(account);
    const seen: string[] = [];
    for (const name of [data, run]) {
      const status = (await describeStack(account, name))?.StackStatus;
      const next = status === undefined ? undefined : judgeStack(account.stage, name, status);
      if (next !== undefined) return fail(`${name} is in ${status}`, next);
      seen.push(`${name} ${status === undefined ? 'is not there' : `is in ${status}`}`);
    }
    return pass(seen.join(', '));
  },
};

const names: PreflightCheck = {
  id: 'names',
  title: 'The names of the queues are free',
  async run(account) {
    const { run } = stackNames(account);
    if ((await describeStack(account, run)) !== undefined)
      return notApplicable(`the queues are those of ${run}`);
    const taken: string[] = [];
    const queues = QUEUES.map((queue) => `${prefixOf(account)}${queue}`);
    for (const QueueName of queues) {
      try {
        await account.sqs.send(new GetQueueUrlCommand({ QueueName }));
        taken.push(QueueName);
      } catch (error) {
        if (!(error instanceof QueueDoesNotExist)) throw error;
      }
    }
    if (taken.length === 0) return pass(queues.join(', '));
    return fail(
      `${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} there, of no stack of this stage`,
      'Delete what is not needed and wait a minute, or give the stage a namePrefix, or an account or region of its own.',
    );
  },
};

const leftovers: PreflightCheck = {
  id: 'leftovers',
  title: 'What an earlier deployment left is known',
  async run(account) {
    const { data } = stackNames(account);
    if ((await describeStack(account, data)) !== undefined)
      return notApplicable(`${data} is there, and what it holds is in use`);
    const TagFilters = [
      { Key: 'application', Values: ['pagw-event-tracker'] },
      { Key: 'stage', Values: [account.stage] },
    ];
    const arns: string[] = [];
    for await (const page of paginateGetResources({ client: account.tagging }, { TagFilters }))
      for (const { ResourceARN = '', Tags = [] } of page.ResourceTagMappingList ?? []) {
        const prefix = Tags.find(({ Key }) => Key === 'name-prefix')?.Value;
        if (prefixOf(account) === (prefix === undefined ? '' : `${prefix}-`)) arns.push(ResourceARN);
      }
    if (arns.length === 0) return pass('nothing');
    const more = arns.length > MOST_NAMED ? ` and ${arns.length - MOST_NAMED} more` : '';
    return pass(
      `${arns.slice(0, MOST_NAMED).join(', ')}${more}: in nobody's way, as the next deployment names its own again; keep what holds data you need, delete the rest`,
    );
  },
};

const zones: PreflightCheck = {
  id: 'zones',
  title: 'The region has as many availability zones for the account as the stage asks for',
  async run({ cloudFormation, needs }) {
    const { zones: needed } = await needs();
    if (needed === 0) return notApplicable('the stage makes no network');
    const found = await readZones(cloudFormation);
    const seen = `${found.length === 0 ? 'none' : found.join(', ')}; the stage asks for ${needed}`;
    if (found.length >= needed) return pass(seen);
    return fail(
      seen,
      found.length === 2
        ? 'Set `zones: 2`.'
        : 'Deploy to another region, or name a network that is there as existingNetwork.',
    );
  },
};

const endpoints: PreflightCheck = {
  id: 'endpoints',
  title: 'The availability zones offer the endpoints that private mode needs',
  async run({ cloudFormation, needs }) {
    const { zones: count, endpoints: services } = await needs();
    if (services.length === 0) return notApplicable('the functions run outside of any network');
    const chosen = (await readZones(cloudFormation)).slice(0, count);
    const missing: string[] = [];
    for (const service of services) {
      const offering = await readZonesOffering(cloudFormation, service);
      const without = chosen.filter((zone) => !offering.includes(zone));
      if (without.length > 0) missing.push(`${service} in ${without.join(', ')}`);
    }
    if (missing.length === 0) return pass(`${services.join(', ')} in ${chosen.join(', ')}`);
    return fail(
      `no endpoint to ${missing.join('; to ')}`,
      count === 3 && missing.every((one) => one.endsWith(` in ${chosen[2]}`))
        ? 'Set `zones: 2`, leave privateMode out, or deploy to another region.'
        : 'Leave privateMode out, or deploy to another region.',
    );
  },
};

/** Whether the data stack, which is made at once, finds room beneath a quota. */
function roomBeneath(quota: AccountQuota): PreflightCheck {
  const { id, name, service, code, need } = quota;
  return {
    id,
    title: `The quota "${name}" has room for the stage`,
    async run(account) {
      const { [need]: needed } = await account.needs();
      if (needed === 0) return notApplicable('the stage makes none');
      const { data } = stackNames(account);
      const status = (await describeStack(account, data))?.StackStatus;
      if (status !== undefined && !/^(REVIEW_IN_PROGRESS|ROLLBACK_COMPLETE)$/.test(status))
        return notApplicable(`those of ${data} are there already`);
      const { most, used } = await readQuota(account, quota);
      const seen = `${used} of ${most} in use, the stage makes ${needed}`;
      if (used + needed <= most) return pass(seen);
      const instead = id === 'vpcs' ? ', or name a network that is there as existingNetwork' : '';
      return fail(
        seen,
        `Delete what is not needed, ask Service Quotas for ${used + needed} "${name}" of ${service} (${code})${instead}.`,
      );
    },
  };
}

/** In the order in which a deployment would meet them. */
export const preflightChecks: readonly PreflightCheck[] = [
  settings,
  bootstrap,
  stacks,
  zones,
  endpoints,
  ...ACCOUNT_QUOTAS.map(roomBeneath),
  names,
  concurrency,
  leftovers,
];
