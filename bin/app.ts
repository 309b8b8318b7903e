import { App, Tags } from 'aws-cdk-lib';
import { addComplianceChecks } from '../lib/infra/compliance.ts';
import { EventTrackerStack } from '../lib/infra/event-tracker-stack.ts';
import { stageSettings } from '../lib/infra/stage-settings.ts';

const app = new App();
addComplianceChecks(app);
const stage: unknown = app.node.tryGetContext('stage') ?? 'dev';
const settings = stageSettings(stage);
new EventTrackerStack(app, `PagwEventTracker-${stage}`, {
  description: 'PAGW event tracker: what every service does to every prior-authorization request, in order',
  settings,
  terminationProtection: true,
});
Tags.of(app).add('application', 'pagw-event-tracker');
Tags.of(app).add('stage', String(stage));
