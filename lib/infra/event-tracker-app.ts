import { App, type AppProps, Tags } from 'aws-cdk-lib';
import { addComplianceChecks, type Checks } from './compliance.ts';
import { EventTrackerDataStack } from './event-tracker-data-stack.ts';
import { EventTrackerStack } from './event-tracker-stack.ts';
import { stageSettings } from './stage-settings.ts';
import type { StageSettings } from './stages.ts';

// Tags on dashboards are too new for the linters in use.
const TAGGABLE = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };

export interface EventTrackerApp {
  app: App;
  /** What holds data. */
  data: EventTrackerDataStack;
  /** What runs on it. */
  stack: EventTrackerStack;
}

/**
 * The app of the stage that the context names (`-c stage=<stage>`), with every compliance check unless told otherwise.
 * @throws Error in one sentence when the stage is unknown or its settings cannot work.
 */
export function createEventTrackerApp(
  props?: AppProps,
  stages?: Readonly<Record<string, StageSettings>>,
  checks: Checks = 'all',
): EventTrackerApp {
  const app = new App(props);
  addComplianceChecks(app, checks);
  const stage: unknown = app.node.tryGetContext('stage') ?? 'dev';
  const settings = stageSettings(stage, stages);
  const shared = {
    settings,
    ...(settings.environment === undefined ? {} : { env: settings.environment }),
  };
  // Neither has termination protection: the CDK switches it on before the first deployment, which could then not be repeated.
  // While the second stack imports from it, the first cannot be deleted.
  const data = new EventTrackerDataStack(app, `PagwEventTracker-${stage}-data`, {
    ...shared,
    description: 'PAGW event tracker, what holds data: network, keys, database, buckets, secrets',
  });
  const stack = new EventTrackerStack(app, `PagwEventTracker-${stage}`, {
    ...shared,
    description: 'PAGW event tracker: what every service does to every prior-authorization request, in order',
    data,
  });
  Tags.of(app).add('application', 'pagw-event-tracker', TAGGABLE);
  Tags.of(app).add('stage', String(stage), TAGGABLE);
  return { app, data, stack };
}
