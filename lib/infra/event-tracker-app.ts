import { App, type AppProps, Tags } from 'aws-cdk-lib';
import { addComplianceChecks } from './compliance.ts';
import { EventTrackerStack } from './event-tracker-stack.ts';
import { stageSettings } from './stage-settings.ts';
import type { StageSettings } from './stages.ts';

// Tags on dashboards are too new for the linters in use.
const TAGGABLE = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };

/**
 * The app of the stage that the context names (`-c stage=<stage>`), with every compliance check registered unless told otherwise.
 * @throws Error in one sentence when the stage is unknown or its settings cannot work.
 */
export function createEventTrackerApp(
  props?: AppProps,
  stages?: Readonly<Record<string, StageSettings>>,
  checked = true,
): { app: App; stack: EventTrackerStack } {
  const app = new App(props);
  if (checked) addComplianceChecks(app);
  const stage: unknown = app.node.tryGetContext('stage') ?? 'dev';
  const settings = stageSettings(stage, stages);
  const stack = new EventTrackerStack(app, `PagwEventTracker-${stage}`, {
    description: 'PAGW event tracker: what every service does to every prior-authorization request, in order',
    settings,
    terminationProtection: true,
  });
  Tags.of(app).add('application', 'pagw-event-tracker', TAGGABLE);
  Tags.of(app).add('stage', String(stage), TAGGABLE);
  return { app, stack };
}
