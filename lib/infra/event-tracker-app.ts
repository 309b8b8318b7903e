import { App, type AppProps } from 'aws-cdk-lib';
import { trackerStacks } from './event-tracker.ts';
import type { EventTrackerDataStack } from './event-tracker-data-stack.ts';
import type { EventTrackerStack } from './event-tracker-stack.ts';
import { stageSettings } from './stage-settings.ts';
import type { StageSettings } from './stages.ts';

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
