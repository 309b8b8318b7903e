import type { MaintainOptions, MaintainTask } from './maintain-task.ts';

export interface MaintainRun {
  /** What the tasks did or found; their keys are distinct. */
  counts: Record<string, number>;
  /** Errors by task; the tasks after a failed one are run all the same. */
  failures: Map<string, unknown>;
  /** Tasks that the time did not suffice for; the next run begins with the same order. */
  skipped: string[];
}

/** Runs the tasks in the order given. */
export async function runMaintainTasks(
  tasks: Readonly<Record<string, MaintainTask>>,
  options: MaintainOptions,
): Promise<MaintainRun> {
  const run: MaintainRun = { counts: {}, failures: new Map(), skipped: [] };
  for (const [name, task] of Object.entries(tasks)) {
    if (!options.mayGoOn()) {
      run.skipped.push(name);
      continue;
    }
    try {
      Object.assign(run.counts, await task(options));
    } catch (error) {
      run.failures.set(name, error);
    }
  }
  return run;
}
