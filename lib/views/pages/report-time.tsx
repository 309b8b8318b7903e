import type { ReportQuestion, ViewName } from '../../reports/report.ts';
import { Choices } from '../parts/links.tsx';
import { readWord } from '../read-parameters.ts';
import type { ViewContext, ViewParameters } from '../view-page.ts';

/** The spans a report is made for, and how they are said. */
export const reportTimes = ['24h', '7d', '30d'] as const;
export type ReportTime = (typeof reportTimes)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const lengths: Readonly<Record<ReportTime, number>> = {
  '24h': 24 * HOUR_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
};
const names: Readonly<Record<ReportTime, string>> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' };

/** `the last 7 days`, as a part of a sentence. */
export function timeText(time: ReportTime): string {
  return `the last ${names[time]}`;
}

export const timeChoices = reportTimes.map((value) => ({ value, label: names[value] }));

/** @throws ViewError */
export function readTime(parameters: ViewParameters, otherwise: ReportTime): ReportTime {
  return readWord(parameters, 'time', reportTimes) ?? otherwise;
}

/**
 * From the full hour before, or the full day (UTC) where the span is some days: the summary has all of it, and a number
 * and the rows it leads to agree.
 */
export function sinceOf(time: ReportTime, now: Date): Date {
  const unit = time === '24h' ? HOUR_MS : DAY_MS;
  return new Date(Math.floor((now.getTime() - lengths[time]) / unit) * unit);
}

/** What a page asks a report: its tenant, over the span chosen. */
export function pageQuestion(time: ReportTime, context: ViewContext): ReportQuestion {
  return { ...presentQuestion(context), since: sinceOf(time, context.now), time };
}

/** What a page asks a report of the present. */
export function presentQuestion({ tenant, now, limits }: ViewContext): ReportQuestion {
  return { tenant, now, since: new Date(0), filters: {}, words: [], limit: limits.groups };
}

interface TimeChoicesProps {
  view: ViewName;
  /** Its parameters beside tenant and time. */
  parameters?: Readonly<Record<string, string | null>>;
  time: ReportTime;
  context: ViewContext;
}

/** The span of time that a view is about, and the others. */
export function TimeChoices({ view, parameters = {}, time, context }: TimeChoicesProps) {
  const { tenant, links } = context;
  return (
    <Choices
      name="Time"
      view={view}
      parameters={{ tenant, ...parameters }}
      parameter="time"
      chosen={time}
      words={timeChoices}
      links={links}
    />
  );
}
