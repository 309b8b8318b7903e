import type { TenantEvents } from '../../data-access/event-reports.ts';
import type { FirstRows } from '../../data-access/page.ts';
import { plural } from '../../domain/words.ts';
import type { ViewName } from '../../reports/report.ts';
import { DataText } from '../parts/data-text.tsx';
import { CountLink } from '../parts/links.tsx';
import { Caution } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import type { ViewContext } from '../view-page.ts';
import type { ReportTime } from './report-time.tsx';

interface TenantTableProps {
  /** The report that a tenant's name leads to. */
  view: ViewName;
  time: ReportTime;
  /** Null where the report is of one tenant. */
  tenants: FirstRows<TenantEvents> | null;
  context: ViewContext;
}

/** Below a report of all tenants: whose events it is made of, and the way to each one's own. */
export function TenantTable({ view, time, tenants, context }: TenantTableProps) {
  const { links } = context;
  if (tenants === null || tenants.rows.length === 0) return <></>;
  const { rows, left } = tenants;
  return (
    <>
      <h2>By tenant</h2>
      <Table
        caption="By tenant"
        rows={rows}
        links={links}
        columns={[
          {
            name: 'Tenant',
            heads: true,
            cell: ({ tenant }) =>
              links.link({ view, parameters: { tenant, time } }, <DataText value={tenant} most={40} />),
          },
          {
            name: 'Events',
            numeric: true,
            cell: ({ tenant, events }) => (
              <CountLink
                count={events}
                place={{ view: 'search', parameters: { tenant, time } }}
                links={links}
              />
            ),
          },
          {
            name: 'Failed',
            numeric: true,
            cell: ({ tenant, failures }) => (
              <CountLink
                count={failures}
                place={{ view: 'search', parameters: { tenant, status: 'FAILED', time } }}
                links={links}
              />
            ),
          },
        ]}
      />
      {left === 0 ? null : (
        <Caution>
          The {rows.length} tenants with the most events; {plural(left, 'more tenant')}{' '}
          {left === 1 ? 'is' : 'are'} not shown.
        </Caution>
      )}
    </>
  );
}
