#!/usr/bin/env node
import '../lib/runtime/require-node.ts';
import { createEventTrackerApp } from '../lib/infra/event-tracker.ts';
import { readStages } from '../lib/infra/read-stages.ts';

// The app of a project that has no CDK code of its own: `"app": "npx pagw-cdk"` in its cdk.json.
try {
  createEventTrackerApp(undefined, await readStages(process.cwd()));
} catch (error) {
  // A setting that cannot work ends with its one sentence, without the way it came.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
