// Written by npm run reports -- --write.
import { backlog } from './backlog.ts';
import { cms } from './cms.ts';
import { deadlines } from './deadlines.ts';
import { delegates } from './delegates.ts';
import { distribution } from './distribution.ts';
import { doubtfulNames } from './doubtful-names.ts';
import { errors } from './errors.ts';
import { flow } from './flow.ts';
import { latency } from './latency.ts';
import { pends } from './pends.ts';
import type { Report } from './report.ts';
import { retries } from './retries.ts';
import { search } from './search.ts';
import { slowest } from './slowest.ts';
import { timeline } from './timeline.ts';

/** Every report, by its name. */
export const reports: readonly Report<object>[] = [
  backlog,
  cms,
  deadlines,
  delegates,
  distribution,
  doubtfulNames,
  errors,
  flow,
  latency,
  pends,
  retries,
  search,
  slowest,
  timeline,
];
