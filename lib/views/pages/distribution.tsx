import {
  countEventsByTenant,
  type EventTypeCount,
  eventDistribution,
  type TenantEvents,
} from '../../data-access/event-reports.ts';
import { type ErrorReport, errorGroups } from '../../data-access/failures.ts';
import { DataText } from '../parts/data-text.tsx';
import { CountLink, RequestLink } from '../parts/links.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import { markOf, StatusMark } from '../parts/status-mark.tsx';
import { Table } from '../parts/table.tsx';
import { millisecondsText, Relative } from '../parts/time-text.tsx';
import type { ViewContext, ViewPage } from '../view-page.ts';
import { failurePlace } from './failures.tsx';
import { type ReportTime, readTime, sinceOf, timeText } from './report-time.ts';
import { TenantTable } from './tenant-table.tsx';
import { TimeChoices } from './time-choices.tsx';

export const distributionPage: ViewPage = {
  title: 'Distribution',
  filters: ['time'],
  show: async ({ database, parameters, context }) => {
    const { tenant, now } = context;
    const time = readTime(parameters, '24h');
    const since = sinceOf(time, now);
    const [events, errors, tenants] = await Promise.all([
      eventDistribution(database, { tenant, since }),
      errorGroups(database, { tenant, since }),
      tenant === null ? countEventsByTenant(database, { since }) : null,
    ]);
    return <DistributionReport data={{ time, events, errors, tenants }} context={context} />;
  },
};

export interface DistributionReportData {
  time: ReportTime;
  /** Most frequent first. */
  events: readonly EventTypeCount[];
  errors: ErrorReport;
  /** Null where the report is of one tenant. */
  tenants: readonly TenantEvents[] | null;
}

/** What was recorded, by event and status, and what failed. */
export function DistributionReport({
  data,
  context,
}: {
  data: DistributionReportData;
  context: ViewContext;
}) {
  const { time, events, errors, tenants } = data;
  const shown = events.slice(0, context.limits.groups);
  return (
    <section>
      <h1>Distribution</h1>
      <p class="lead">Events recorded, by type and status, and what failed for which cause.</p>
      <TimeChoices view="distribution" time={time} context={context} />
      {events.length === 0 ? (
        <Empty>No events were recorded in {timeText(time)}.</Empty>
      ) : (
        <>
          <CountTable rows={shown} time={time} context={context} />
          {events.length > shown.length ? (
            <Caution>
              The {shown.length} most frequent of {events.length.toLocaleString('en')}.
            </Caution>
          ) : null}
          <h2>Failures by cause</h2>
          {errors.groups.length === 0 ? (
            <Empty>Nothing failed in {timeText(time)}.</Empty>
          ) : (
            <ErrorTable errors={errors} time={time} context={context} />
          )}
        </>
      )}
      <TenantTable view="distribution" time={time} tenants={tenants} context={context} />
    </section>
  );
}

interface CountTableProps {
  rows: readonly EventTypeCount[];
  time: ReportTime;
  context: ViewContext;
}

function CountTable({ rows, time, context }: CountTableProps) {
  const { links, tenant } = context;
  const highest = Math.max(...rows.map(({ eventCount }) => eventCount), 1);
  return (
    <Table
      caption="Events by type and status"
      rows={rows}
      columns={[
        {
          name: 'Event',
          heads: true,
          cell: ({ eventType }) => <DataText value={eventType} most={48} mono />,
        },
        { name: 'Status', cell: ({ status }) => <StatusMark status={status} /> },
        {
          name: 'Count',
          numeric: true,
          cell: ({ eventType, status, eventCount }) => (
            <CountLink
              count={eventCount}
              place={{ view: 'search', parameters: { tenant, type: eventType, status, time } }}
              links={links}
            />
          ),
        },
        { name: '', wide: true, cell: (row) => <Bar row={row} highest={highest} /> },
        { name: 'Average', numeric: true, cell: ({ avgDurationMs }) => duration(avgDurationMs) },
        { name: 'Max', numeric: true, cell: ({ maxDurationMs }) => duration(maxDurationMs) },
      ]}
    />
  );
}

/** Says again what the number before it says, to the eye. */
function Bar({ row, highest }: { row: EventTypeCount; highest: number }) {
  const { tone } = markOf(row.status);
  return (
    <svg class={tone} width="100%" height={14} aria-hidden="true">
      <rect
        class="fill"
        x="0"
        y={2}
        width={`${((row.eventCount / highest) * 100).toFixed(2)}%`}
        height={10}
        rx={2}
      />
    </svg>
  );
}

interface ErrorTableProps {
  errors: ErrorReport;
  time: ReportTime;
  context: ViewContext;
}

function ErrorTable({ errors, time, context }: ErrorTableProps) {
  const { links, now, limits, tenant } = context;
  const shown = errors.groups.slice(0, limits.groups);
  const group = ({ stage, errorCode, targetSystem }: ErrorReport['groups'][number], open?: 'yes') =>
    failurePlace({ tenant, stage, errorCode, targetSystem, time, open });
  return (
    <>
      {errors.truncated || shown.length < errors.groups.length ? (
        <Caution>
          The {shown.length} largest groups of the latest {errors.failuresRead.toLocaleString('en')} failures.
          Choose a shorter time to see all.
        </Caution>
      ) : null}
      <Table
        caption="Failures by cause"
        rows={shown}
        columns={[
          {
            name: 'Failures',
            numeric: true,
            cell: (row) => <CountLink count={row.failures} place={group(row)} links={links} />,
          },
          {
            name: 'Stage and cause',
            heads: true,
            cell: ({ stage, errorCode, targetSystem }) => (
              <>
                <DataText value={stage} most={40} />
                <div class="detail">
                  <DataText value={errorCode} most={64} mono />
                  {targetSystem === null ? null : (
                    <>
                      {' '}
                      at <DataText value={targetSystem} most={40} />
                    </>
                  )}
                </div>
              </>
            ),
          },
          {
            name: 'Requests',
            numeric: true,
            cell: (row) => <CountLink count={row.requests} place={group(row)} links={links} />,
          },
          {
            name: 'In flight',
            numeric: true,
            cell: (row) => <CountLink count={row.openRequests} place={group(row, 'yes')} links={links} />,
          },
          { name: 'Last', numeric: true, cell: ({ newestAt }) => <Relative at={newestAt} now={now} /> },
          {
            name: 'Latest requests',
            cell: ({ sampleIds }) => (
              <ul class="samples">
                {sampleIds.map((pagwId) => (
                  <li>
                    <RequestLink pagwId={pagwId} links={links} />
                  </li>
                ))}
              </ul>
            ),
          },
        ]}
      />
    </>
  );
}

function duration(milliseconds: number | null): string {
  return milliseconds === null ? '–' : millisecondsText(milliseconds);
}
