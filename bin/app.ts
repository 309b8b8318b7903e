import '../lib/runtime/require-node.ts';
import { addComplianceChecks } from '../lib/infra/compliance.ts';
import { createEventTrackerApp } from '../lib/infra/event-tracker.ts';
import { readStages } from '../lib/infra/read-stages.ts';

try {
  createEventTrackerApp(undefined, await readStages(process.cwd()), (app) => addComplianceChecks(app, 'all'));
} catch (error) {
  // A setting that cannot work ends with its one sentence, without the way it came.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
