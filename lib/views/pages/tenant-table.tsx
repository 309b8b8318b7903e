import type { TenantEvents } from '../../data-access/event-reports.ts';
import type { ViewName } from '../../reports/place.ts';
import { DataText } from '../parts/data-text.tsx';
import { CountLink } from '../parts/links.tsx';
import { Table } from '../parts/table.tsx';
import type { ViewContext } from '../view-page.ts';
import type { ReportTime } from './report-time.ts';

interface TenantTableProps {
  /** The report that a tenant's name leads to. */
  view: ViewName;
  time: ReportTime;
  /** Null where the report is of one tenant. */
  tenants: readonly TenantEvents[] | null;
  context: ViewContext;
}

/** Below a report of all tenants: whose events it is made of, and the way to each one's own. */
export function TenantTable({ view, time, tenants, context }: TenantTableProps) {
  const { links } = context;
  if (tenants === null || tenants.length === 0) return <></>;
  return (
    <>
      <h2>By tenant</h2>
      <Table
        caption="By tenant"
        rows={tenants}
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
    </>
  );
}
