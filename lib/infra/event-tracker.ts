import {
  App,
  type AppProps,
  Aspects,
  Aws,
  DefaultStackSynthesizer,
  type IAspect,
  type IStackSynthesizer,
  Stack,
  Tags,
  Token,
} from 'aws-cdk-lib';
import { CfnRole, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import cdk from '../../cdk.json' with { type: 'json' };
import { EventTrackerDataStack } from './event-tracker-data-stack.ts';
import { EventTrackerStack } from './event-tracker-stack.ts';
import { checkedSettings, stageSettings } from './stage-settings.ts';
import { type StageSettings, stackNameOf } from './stages.ts';

// Tags on dashboards are too new for the linters in use.
const TAGGABLE = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };

export interface EventTrackerProps {
  /** Such as `prod`: part of the stacks' names, and a tag. */
  readonly stage: string;
  /** What `defineStage` answers. */
  readonly settings: StageSettings;
  /**
   * For both stacks, not yet bound to one.
   * @default the app's; beneath a stack one with that stack's bootstrap qualifier
   */
  readonly synthesizer?: IStackSynthesizer;
}

/**
 * An event tracker: two stacks, what holds data and what runs, so that a deployment of the second can fail and be repeated
 * without touching a row. Beneath a stack they stand beside it; tags and permission boundaries of what is above hold for them.
 */
export class EventTracker extends Construct {
  /** What holds data. */
  readonly data: EventTrackerDataStack;
  /** What runs on it. `pagw --stack` takes its name. */
  readonly stack: EventTrackerStack;

  /** @throws Error in one sentence when a setting cannot work */
  constructor(scope: Construct, id: string, props: EventTrackerProps) {
    super(scope, id);
    // The tracker is synthesised as it is tested, whatever flags the app around it has.
    for (const [flag, value] of Object.entries(cdk.context)) this.node.setContext(flag, value);
    const { data, stack } = trackerStacks(this, { ...around(scope), ...props });
    this.data = data;
    this.stack = stack;
  }

  /** Where producers send events. */
  get events(): IQueue {
    return this.stack.events.queue;
  }

  /** Where stage services find retry commands. */
  get retries(): IQueue {
    return this.stack.retries.queue;
  }

  /**
   * Lets a producer send events: the queue and the key that encrypts it.
   * @throws Error in one sentence for one of another account, or a service: `producers` is for those
   */
  grantSendEvents(grantee: IGrantable): void {
    this.stack.events.grantSend(grantee);
  }

  /**
   * Lets a stage service take retry commands: the queue and the key that encrypts it.
   * @throws Error in one sentence for one of another account, or a service: `retryConsumers` is for those
   */
  grantReceiveRetries(grantee: IGrantable): void {
    this.stack.retries.grantReceive(grantee);
  }
}

/**
 * The two stacks of a tracker, named after its stage behind its prefix.
 * @throws Error in one sentence when a setting cannot work
 */
export function trackerStacks(
  scope: Construct,
  { stage, settings, synthesizer, env }: EventTrackerProps & Around,
): { data: EventTrackerDataStack; stack: EventTrackerStack } {
  const environment = checkedSettings(stage, settings).environment ?? env;
  const shared = {
    settings,
    ...(environment === undefined ? {} : { env: environment }),
    ...(synthesizer === undefined ? {} : { synthesizer }),
  };
  const name = stackNameOf(stage, settings);
  // Neither has termination protection: the CDK switches it on before the first deployment, which could then not be repeated.
  // While the second stack imports from it, the first cannot be deleted.
  const data = new EventTrackerDataStack(scope, `${name}-data`, {
    ...shared,
    stackName: `${name}-data`,
    description: 'PAGW event tracker, what holds data: network, keys, database, buckets, secrets',
  });
  refuseTwin(stage, data);
  const stack = new EventTrackerStack(scope, name, {
    ...shared,
    stackName: name,
    description: 'PAGW event tracker: what every service does to every prior-authorization request, in order',
    data,
  });
  for (const part of [data, stack]) {
    Aspects.of(part).add(new OwnAccountOnly());
    Tags.of(part).add('application', 'pagw-event-tracker', TAGGABLE);
    Tags.of(part).add('stage', stage, TAGGABLE);
    if (settings.namePrefix !== undefined) Tags.of(part).add('name-prefix', settings.namePrefix, TAGGABLE);
  }
  return { data, stack };
}

/**
 * CloudFormation knows a stack by its name: of two that have it, the second would be deployed over the first. And queues have the
 * same names in all stages.
 */
function refuseTwin(stage: string, data: EventTrackerDataStack): void {
  const { stackName: name, environment } = data;
  const prefix = namePrefixOf(name);
  const twin = data.node.root.node.findAll().find(
    (other): other is EventTrackerDataStack =>
      other instanceof EventTrackerDataStack &&
      other !== data &&
      other.environment === environment &&
      // Where nobody says which account and region, two stages may be of two.
      (other.stackName === name ||
        (!environment.includes('unknown-') && namePrefixOf(other.stackName) === prefix)),
  );
  if (twin !== undefined)
    throw new Error(
      `Stage '${stage}': ${twin.node.path} is of the same account and region with the same names; give one of them a namePrefix.`,
    );
}

function namePrefixOf(stackName: string): string {
  return stackName.slice(0, stackName.indexOf('PagwEventTracker'));
}

interface Around {
  readonly env?: { account?: string; region?: string };
}

/** What stacks beneath a stack have in common with it, which the CDK hands down to resources only. */
function around(scope: Construct): Around & Pick<EventTrackerProps, 'synthesizer'> {
  const above = scope.node.scopes.findLast((construct): construct is Stack => Stack.isStack(construct));
  if (above === undefined) return {};
  const { account, region, synthesizer } = above;
  const qualifier = synthesizer.bootstrapQualifier;
  return {
    env: {
      ...(Token.isUnresolved(account) ? {} : { account }),
      ...(Token.isUnresolved(region) ? {} : { region }),
    },
    ...(qualifier === undefined ? {} : { synthesizer: new DefaultStackSynthesizer({ qualifier }) }),
  };
}

/**
 * Services that say for whom they take a role ("IAM role for publishing flow logs to CloudWatch Logs", "Setting up and enabling
 * Enhanced Monitoring", "Confused deputy prevention in EventBridge Scheduler", "Creating an IAM role for your state machine in Step
 * Functions").
 */
const SAY_FOR_WHOM: ReadonlySet<string> = new Set([
  'vpc-flow-logs.amazonaws.com',
  'monitoring.rds.amazonaws.com',
  'scheduler.amazonaws.com',
  'states.amazonaws.com',
]);

/** No service takes a role of ours for another account: those that the CDK makes on its way included. */
class OwnAccountOnly implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof CfnRole)) return;
    const { Statement: statements } = Stack.of(node).resolve(node.assumeRolePolicyDocument);
    for (const [place, { Principal }] of statements.entries()) {
      if (SAY_FOR_WHOM.has(Principal.Service))
        node.addPropertyOverride(`AssumeRolePolicyDocument.Statement.${place}.Condition`, {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        });
    }
  }
}

export interface EventTrackerApp {
  app: App;
  /** What holds data. */
  data: EventTrackerDataStack;
  /** What runs on it. */
  stack: EventTrackerStack;
}

/**
 * The app of the stage that the context names (`-c stage=<stage>`).
 * @param check adds what each construct is checked by
 * @throws Error in one sentence when the stage is unknown or its settings cannot work.
 */
export function createEventTrackerApp(
  props?: AppProps,
  stages?: Readonly<Record<string, StageSettings>>,
  check: (app: App) => void = () => undefined,
): EventTrackerApp {
  const app = new App(props);
  check(app);
  const stage: unknown = app.node.tryGetContext('stage') ?? 'dev';
  const settings = stageSettings(stage, stages);
  return { app, ...trackerStacks(app, { stage: String(stage), settings }) };
}
