import type { FoundEvent } from '../../data-access/query/search-metadata.ts';
import { DataText } from '../parts/data-text.tsx';
import { Fields } from '../parts/fields.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import { RequestLink } from '../parts/request-link.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import { Table } from '../parts/table.tsx';
import { TenantsLeft } from '../parts/tenants-left.tsx';
import { millisecondsText, Relative } from '../parts/time-text.tsx';
import type { ViewContext } from '../view-context.ts';
import { type RequestInList, RequestList } from './request-list.tsx';

export interface SearchResultsData {
  query: string;
  type: string | null;
  status: string | null;
  found:
    | {
        kind: 'latest';
        requests: readonly RequestInList[];
        /** Only requests of this status, or still in flight. */
        requestStatus: string | null;
        openOnly: boolean;
        next: string | null;
      }
    | { kind: 'requests'; requests: readonly RequestInList[]; more: boolean }
    | { kind: 'events'; events: readonly FoundEvent[]; more: boolean; tenantsLeft: number; days: number };
}

/** What a search found: requests by a name of theirs, or events by what their metadata says. */
export function SearchResults({ data, context }: { data: SearchResultsData; context: ViewContext }) {
  const { found } = data;
  const { links, tenant } = context;
  return (
    <section>
      <h1>Search</h1>
      <p class="lead">
        An id or how it begins, an external reference, a correlation id; or metadata:{' '}
        {links.link(
          { view: 'search', parameters: { q: 'targetSystem=carelon', tenant } },
          <code>targetSystem=carelon</code>,
        )}
        ,{' '}
        {links.link(
          { view: 'search', parameters: { q: 'diagnosisCount>3', tenant } },
          <code>diagnosisCount&gt;3</code>,
        )}
        . Several conditions must all hold.
      </p>
      {found.kind === 'events' ? (
        <Events data={data} found={found} context={context} />
      ) : (
        <Requests data={data} found={found} context={context} />
      )}
    </section>
  );
}

type Found<Kind> = Extract<SearchResultsData['found'], { kind: Kind }>;

interface RequestsProps {
  data: SearchResultsData;
  found: Found<'latest' | 'requests'>;
  context: ViewContext;
}

function Requests({ data, found, context }: RequestsProps) {
  const { links, tenant } = context;
  if (found.requests.length === 0) {
    return (
      <Empty>
        {found.kind === 'latest' ? (
          'No such request.'
        ) : (
          <>
            Nothing is called <DataText value={data.query} mono />
            {tenant === null ? '' : ' within this tenant'}. Ids are case-sensitive; from four characters on,
            their beginning is enough.
          </>
        )}
      </Empty>
    );
  }
  return (
    <>
      <h2>{titleOf(found)}</h2>
      <RequestList requests={found.requests} context={context} />
      {found.kind === 'requests' && found.more ? (
        <Caution>The latest {found.requests.length}; there are more.</Caution>
      ) : null}
      {found.kind === 'latest' && found.next !== null ? (
        <p class="pager">
          {links.link(
            {
              view: 'search',
              parameters: {
                tenant,
                request: found.requestStatus,
                open: found.openOnly ? 'yes' : null,
                after: found.next,
              },
            },
            'Older ones',
          )}
        </p>
      ) : null}
    </>
  );
}

function Events({
  data,
  found,
  context,
}: {
  data: SearchResultsData;
  found: Found<'events'>;
  context: ViewContext;
}) {
  const { events, more, tenantsLeft, days } = found;
  const { now, links } = context;
  return (
    <>
      <h2>
        Events of the last {days} days
        {data.type === null ? null : (
          <>
            {' '}
            · <DataText value={data.type} most={48} mono />
          </>
        )}
        {data.status === null ? null : (
          <>
            {' '}
            · <StatusMark status={data.status} />
          </>
        )}
      </h2>
      <TenantsLeft left={tenantsLeft} />
      {events.length === 0 ? (
        <Empty>No event of the last {days} days matches. Field names are case-sensitive.</Empty>
      ) : (
        <Table
          caption="Events found"
          rows={events}
          columns={[
            {
              name: 'Request',
              heads: true,
              cell: ({ pagwId }) => <RequestLink pagwId={pagwId} links={links} />,
            },
            { name: 'Tenant', cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
            { name: 'Event', cell: ({ eventType }) => <DataText value={eventType} most={48} mono /> },
            { name: 'Status', cell: ({ status }) => <StatusMark status={status} /> },
            {
              name: 'Took',
              numeric: true,
              cell: ({ durationMs }) => (durationMs === null ? null : millisecondsText(durationMs)),
            },
            {
              name: 'Recorded',
              numeric: true,
              cell: ({ createdAt }) => <Relative at={createdAt} now={now} />,
            },
            {
              name: 'Metadata',
              cell: ({ metadata }) => <Fields metadata={metadata} />,
            },
          ]}
        />
      )}
      {more ? (
        <Caution>The latest {events.length}; there are more. Add a condition, or choose a tenant.</Caution>
      ) : null}
    </>
  );
}

function titleOf(found: Found<'latest' | 'requests'>): string {
  if (found.kind === 'requests') return 'Requests';
  const which = found.openOnly ? 'Requests in flight' : 'Latest requests';
  return found.requestStatus === null
    ? which
    : `${which}, ${found.requestStatus.toLowerCase().replaceAll('_', ' ')}`;
}
