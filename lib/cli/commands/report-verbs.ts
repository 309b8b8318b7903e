import type { Verb } from '../cli.ts';
import { reportCms } from './report-cms.ts';
import { reportDeadlines } from './report-deadlines.ts';
import { reportDistribution } from './report-distribution.ts';
import { reportErrors } from './report-errors.ts';
import { reportLatency } from './report-latency.ts';
import { reportRetries } from './report-retries.ts';
import { reportSearch } from './report-search.ts';
import { reportSlowest } from './report-slowest.ts';
import { reportTimeline } from './report-timeline.ts';

/** The group `pagw report`, in the order of its help. */
export const reportVerbs: readonly Verb[] = [
  ...[reportTimeline, reportDistribution, reportLatency, reportSlowest],
  ...[reportErrors, reportRetries, reportSearch, reportDeadlines, reportCms],
];
