import { readWord } from '../read-parameters.ts';
import type { ViewParameters } from '../view-context.ts';

/** The spans a report is made for, and how they are said. */
export const reportTimes = ['24h', '7d', '30d'] as const;
export type ReportTime = (typeof reportTimes)[number];

const HOUR_MS = 3_600_000;
const lengths: Readonly<Record<ReportTime, number>> = {
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '30d': 30 * 24 * HOUR_MS,
};
const names: Readonly<Record<ReportTime, string>> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' };

export const timeChoices = reportTimes.map((value) => ({ value, label: names[value] }));

/** @throws ViewError */
export function readTime(parameters: ViewParameters, otherwise: ReportTime): ReportTime {
  return readWord(parameters, 'time', reportTimes) ?? otherwise;
}

export function sinceOf(time: ReportTime, now: Date): Date {
  return new Date(now.getTime() - lengths[time]);
}
