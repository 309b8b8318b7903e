/** `pagw-event-tracker`: the construct, and the settings it takes. Needs `aws-cdk-lib` and `constructs`. */
export { EventTracker, type EventTrackerProps } from '../infra/event-tracker.ts';
export type { StageRules } from '../infra/stage-rules.ts';
export { defineStage, type StageDefinition } from '../infra/stage-settings.ts';
export { type ExistingCluster, type ExistingNetwork, STAGES, type StageSettings } from '../infra/stages.ts';
