import type { ErrorReport } from '../../data-access/query/error-groups.ts';
import type { EventTypeCount } from '../../data-access/query/event-distribution.ts';
import { Choices } from '../parts/choices.tsx';
import { cutText, DataText } from '../parts/data-text.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import { RequestLink } from '../parts/request-link.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import { Table } from '../parts/table.tsx';
import { TenantsLeft } from '../parts/tenants-left.tsx';
import { millisecondsText, Relative } from '../parts/time-text.tsx';
import type { ViewContext } from '../view-context.ts';
import { CountChart } from './count-chart.tsx';
import { type ReportTime, timeChoices } from './report-time.ts';

export interface DistributionReportData {
  time: ReportTime;
  tenants: readonly TenantDistribution[];
  tenantsLeft: number;
}

export interface TenantDistribution {
  tenant: string;
  /** Most frequent first. */
  events: readonly EventTypeCount[];
  errors: ErrorReport;
}

/** More types than bars that fit on a screen; the table has them all. */
const BARS = 16;

/** What was recorded, by event and status, and what failed. */
export function DistributionReport({
  data,
  context,
}: {
  data: DistributionReportData;
  context: ViewContext;
}) {
  const { time, tenants, tenantsLeft } = data;
  const { links, tenant } = context;
  return (
    <section>
      <h1>Distribution</h1>
      <p class="lead">Events recorded, by type and status, and what failed for which cause.</p>
      <Choices
        name="Time"
        view="distribution"
        parameters={{ tenant }}
        parameter="time"
        chosen={time}
        words={timeChoices}
        links={links}
      />
      <TenantsLeft left={tenantsLeft} />
      {tenants.length === 0 ? <Empty>No tenant has a request yet.</Empty> : null}
      {tenants.map((one) => (
        <TenantSection report={one} context={context} />
      ))}
    </section>
  );
}

function TenantSection({ report, context }: { report: TenantDistribution; context: ViewContext }) {
  const { tenant, events, errors } = report;
  const shown = events.slice(0, context.limits.groups);
  return (
    <>
      <h2>
        <DataText value={tenant} most={40} />
      </h2>
      {events.length === 0 ? (
        <Empty>No events were recorded in this time.</Empty>
      ) : (
        <>
          <CountChart rows={events.slice(0, BARS)} more={events.length - BARS} tenant={tenant} />
          <details class="behind">
            <summary>All {events.length} as a table</summary>
            <CountTable rows={shown} tenant={tenant} context={context} />
            {events.length > shown.length ? <Caution>The {shown.length} most frequent.</Caution> : null}
          </details>
          <h3>Failures by cause</h3>
          {errors.groups.length === 0 ? (
            <Empty>Nothing failed in this time.</Empty>
          ) : (
            <ErrorTable errors={errors} tenant={tenant} context={context} />
          )}
        </>
      )}
    </>
  );
}

interface CountTableProps {
  rows: readonly EventTypeCount[];
  tenant: string;
  context: ViewContext;
}

function CountTable({ rows, tenant, context }: CountTableProps) {
  return (
    <Table
      caption={`Events by type and status, ${cutText(tenant, 40)}`}
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
          cell: ({ eventType, status, eventCount }) =>
            context.links.link(
              { view: 'search', parameters: { tenant, type: eventType, status } },
              eventCount.toLocaleString('en'),
            ),
        },
        { name: 'Average', numeric: true, cell: ({ avgDurationMs }) => duration(avgDurationMs) },
        { name: 'Max', numeric: true, cell: ({ maxDurationMs }) => duration(maxDurationMs) },
      ]}
    />
  );
}

interface ErrorTableProps {
  errors: ErrorReport;
  tenant: string;
  context: ViewContext;
}

function ErrorTable({ errors, tenant, context }: ErrorTableProps) {
  const { links, now, limits } = context;
  const shown = errors.groups.slice(0, limits.groups);
  return (
    <>
      {errors.truncated || shown.length < errors.groups.length ? (
        <Caution>
          The {shown.length} largest groups of the latest {errors.failuresRead.toLocaleString('en')} failures.
          Choose a shorter time to see all.
        </Caution>
      ) : null}
      <Table
        caption={`Failures by cause, ${cutText(tenant, 40)}`}
        rows={shown}
        columns={[
          {
            name: 'Failures',
            numeric: true,
            cell: ({ failures }) =>
              links.link(
                { view: 'search', parameters: { tenant, status: 'FAILED' } },
                failures.toLocaleString('en'),
              ),
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
          { name: 'Requests', numeric: true, cell: ({ requests }) => requests.toLocaleString('en') },
          {
            name: 'Still open',
            numeric: true,
            cell: ({ openRequests, stage }) =>
              openRequests === 0
                ? 0
                : links.link(
                    { view: 'stuck', parameters: { tenant, stage } },
                    openRequests.toLocaleString('en'),
                  ),
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
