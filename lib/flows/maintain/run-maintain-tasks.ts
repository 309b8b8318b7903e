import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MaintainOptions, MaintainTask } from '../../data-access/maintain.ts';
import { MaintainMetric } from '../../runtime/metric-names.ts';

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

/** Adds what the tasks counted; a count without a metric of its own is for the log only. */
export function addMaintainMetrics(metrics: Metrics, counts: Readonly<Record<string, number>>): void {
  for (const [key, name] of Object.entries(MaintainMetric)) {
    const count = counts[key];
    if (count !== undefined)
      metrics.addMetric(name, /bytes$/i.test(key) ? MetricUnit.Bytes : MetricUnit.Count, count);
  }
}
