import type { ListedRequest } from '../../data-access/requests.ts';
import { standingMarks } from '../../domain/words.ts';
import { DataText, MarkText } from '../parts/data-text.tsx';
import { RequestLink } from '../parts/links.tsx';
import { Table } from '../parts/table.tsx';
import { Relative } from '../parts/time-text.tsx';
import type { ViewContext } from '../view-page.ts';

/** What a list of requests shows of each. */
export type RequestInList = Pick<
  ListedRequest,
  'pagwId' | 'tenant' | 'status' | 'stage' | 'lastEventAt' | 'completedAt' | 'stuckReason'
>;

export function RequestList({
  requests,
  context,
}: {
  requests: readonly RequestInList[];
  context: ViewContext;
}) {
  return (
    <Table
      caption="Requests"
      rows={requests}
      links={context.links}
      columns={[
        {
          name: 'Request',
          heads: true,
          cell: ({ pagwId }) => <RequestLink pagwId={pagwId} links={context.links} />,
        },
        { name: 'Tenant', cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
        { name: 'State', cell: (request) => <RequestState request={request} /> },
        { name: 'Status', cell: ({ status }) => status.replaceAll('_', ' ') },
        { name: 'Stage', cell: ({ stage }) => <DataText value={stage} most={40} /> },
        {
          name: 'Last event',
          numeric: true,
          cell: ({ lastEventAt }) => <Relative at={lastEventAt} now={context.now} />,
        },
      ]}
    />
  );
}

/** Where a request stands, in a word. */
export function RequestState({
  request,
}: {
  request: Pick<RequestInList, 'status' | 'completedAt' | 'stuckReason'>;
}) {
  if (request.stuckReason !== null) return <MarkText {...standingMarks.stuck} />;
  if (request.completedAt === null) return <MarkText {...standingMarks.inFlight} />;
  if (request.status === 'PENDING') return <MarkText {...standingMarks.answered} />;
  return <MarkText {...standingMarks.closed} />;
}
