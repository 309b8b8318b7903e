import type { FailedRequests } from '../../data-access/query/list-failed-requests.ts';
import { NONE_STATED } from '../../data-access/query/none-stated.ts';
import { CountLink } from '../parts/count-link.tsx';
import { DataText } from '../parts/data-text.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import { RequestLink } from '../parts/request-link.tsx';
import { Table } from '../parts/table.tsx';
import { Relative } from '../parts/time-text.tsx';
import { Total } from '../parts/total.tsx';
import type { ViewContext } from '../view-context.ts';
import type { FailureFilter } from './failure-filter.ts';
import { timeText } from './report-time.ts';
import { RequestState } from './request-list.tsx';
import { TimeChoices } from './time-choices.tsx';

export interface FailureListData {
  filter: FailureFilter;
  found: FailedRequests;
  /** Failures that are looked at, the latest of the span. */
  most: number;
}

/** The requests behind a number of failures, the one that failed last first. */
export function FailureList({ data, context }: { data: FailureListData; context: ViewContext }) {
  const { filter, found, most } = data;
  const { now, links, tenant } = context;
  const { stage, error, target, time } = filter;
  const parameters = { stage, error, target, open: filter.openOnly ? 'yes' : null };
  return (
    <section>
      <h1>Failures</h1>
      <p class="lead">
        <Total count={found.failures} one="failure" /> of <Total count={found.total} one="request" />
        {filter.openOnly ? ' still in flight' : null}
        {stage === null ? null : (
          <>
            {' '}
            in <DataText value={stage} most={40} />
          </>
        )}
        {error === null ? null : <Named what="error code" value={error} by="for" />}
        {target === null ? null : <Named what="downstream" value={target} by="at" />}
        {filter.openOnly || found.open === 0 ? null : (
          <>
            ,{' '}
            {links.link(
              { view: 'failures', parameters: { ...parameters, tenant, time, open: 'yes' } },
              `${found.open.toLocaleString('en')} still in flight`,
            )}
          </>
        )}
        .
      </p>
      <TimeChoices view="failures" parameters={parameters} time={time} context={context} />
      {found.requests.length === 0 ? (
        <Empty>Nothing of the kind failed in {timeText(time)}.</Empty>
      ) : (
        <Table
          caption="Requests that failed"
          rows={found.requests}
          columns={[
            {
              name: 'Request',
              heads: true,
              cell: ({ pagwId }) => <RequestLink pagwId={pagwId} links={links} />,
            },
            { name: 'Tenant', cell: (request) => <DataText value={request.tenant} most={40} /> },
            {
              name: 'Failures',
              numeric: true,
              cell: ({ pagwId, failures }) => (
                <CountLink
                  count={failures}
                  place={{ view: 'request', parameters: { id: pagwId } }}
                  links={links}
                />
              ),
            },
            {
              name: 'Last failed',
              numeric: true,
              cell: ({ failedAt }) => <Relative at={failedAt} now={now} />,
            },
            { name: 'State', cell: (request) => <RequestState request={request} /> },
            { name: 'Status', cell: ({ status }) => status.replaceAll('_', ' ') },
            { name: 'Stands at', cell: (request) => <DataText value={request.stage} most={40} /> },
            {
              name: 'Last event',
              numeric: true,
              cell: ({ lastEventAt }) => <Relative at={lastEventAt} now={now} />,
            },
          ]}
        />
      )}
      {found.total > found.requests.length ? (
        <Caution>
          {found.requests.length.toLocaleString('en')} of {found.total.toLocaleString('en')} requests. Choose
          a tenant or a shorter time to see others.
        </Caution>
      ) : null}
      {found.failures > most ? (
        <Caution>Only the latest {most.toLocaleString('en')} failures of this time were looked at.</Caution>
      ) : null}
    </section>
  );
}

function Named({ what, value, by }: { what: string; value: string; by: string }) {
  return value === NONE_STATED ? (
    <> without {what}</>
  ) : (
    <>
      {' '}
      {by} <DataText value={value} most={64} mono />
    </>
  );
}
