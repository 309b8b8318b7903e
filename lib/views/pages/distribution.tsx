import { droppedMonthsText } from '../../data-access/archive.ts';
import {
  countEventsByTenant,
  type EventTypeCount,
  type TenantEvents,
} from '../../data-access/event-reports.ts';
import type { ErrorGroup } from '../../data-access/failures.ts';
import type { FirstRows } from '../../data-access/page.ts';
import { distribution } from '../../reports/distribution.ts';
import { errors } from '../../reports/errors.ts';
import type { ReportAnswer } from '../../reports/report.ts';
import { Total } from '../parts/links.tsx';
import { Caution, DroppedCaution, Empty } from '../parts/notice.tsx';
import { ReportTable } from '../parts/report-table.tsx';
import type { ViewContext, ViewPage } from '../view-page.ts';
import { pageQuestion, type ReportTime, readTime, TimeChoices, timeText } from './report-time.tsx';
import { TenantTable } from './tenant-table.tsx';

export const distributionPage: ViewPage = {
  title: 'Distribution',
  filters: ['time'],
  show: async ({ database, parameters, context }) => {
    const time = readTime(parameters, '24h');
    const question = pageQuestion(time, context);
    const [events, failed, tenants, dropped] = await Promise.all([
      distribution.read(database, question),
      errors.read(database, question),
      context.tenant === null ? countEventsByTenant(database, question) : null,
      droppedMonthsText(database, question),
    ]);
    return <DistributionReport data={{ time, events, failed, tenants, dropped }} context={context} />;
  },
};

export interface DistributionReportData {
  time: ReportTime;
  /** Most frequent first. */
  events: ReportAnswer<EventTypeCount>;
  failed: ReportAnswer<ErrorGroup>;
  /** That failures are missing, in a sentence. */
  dropped?: string | undefined;
  /** Null where the report is of one tenant. */
  tenants: FirstRows<TenantEvents> | null;
}

interface DistributionReportProps {
  data: DistributionReportData;
  context: ViewContext;
}

/** What was recorded, by event and status, and what failed. */
export function DistributionReport({ data, context }: DistributionReportProps) {
  const { time, events, failed, tenants } = data;
  const question = pageQuestion(time, context);
  const shown = events.rows.slice(0, context.limits.groups);
  const allEvents = events.rows.length + (events.left ?? 0);
  const allCauses = failed.rows.length + (failed.left ?? 0);
  const groups = failed.rows.slice(0, context.limits.groups);
  return (
    <section>
      <h1>Distribution</h1>
      <p class="lead">
        {events.left ? 'Events' : <Total count={sumOf(events.rows)} one="event" />} recorded, by type and
        status, and what failed for which cause.
      </p>
      <TimeChoices view="distribution" time={time} context={context} />
      {events.rows.length === 0 ? (
        <Empty>No events were recorded in {timeText(time)}.</Empty>
      ) : (
        <>
          <ReportTable
            report={distribution}
            rows={shown}
            caption="Events by type and status"
            question={question}
            context={context}
          />
          {allEvents > shown.length ? (
            <Caution>
              The {shown.length} most frequent of {allEvents.toLocaleString('en')}.
            </Caution>
          ) : null}
          <h2>Failures by cause</h2>
          {failed.rows.length === 0 ? (
            <Empty>Nothing failed in {timeText(time)}.</Empty>
          ) : (
            <ReportTable
              report={errors}
              rows={groups}
              caption="Failures by cause"
              question={question}
              context={context}
            />
          )}
          {failed.cautions?.map((caution) => (
            <Caution>{caution} Choose a shorter time to see all.</Caution>
          ))}
          <DroppedCaution dropped={data.dropped} />
          {allCauses > groups.length ? (
            <Caution>
              The {groups.length} largest groups of {allCauses.toLocaleString('en')}.
            </Caution>
          ) : null}
        </>
      )}
      <TenantTable view="distribution" time={time} tenants={tenants} context={context} />
    </section>
  );
}

function sumOf(rows: readonly EventTypeCount[]): number {
  return rows.reduce((sum, { eventCount }) => sum + eventCount, 0);
}
