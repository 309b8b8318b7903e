import { droppedMonthsText } from '../../data-access/archive.ts';
import {
  type FailedRequests,
  listFailedRequests,
  MAX_FAILURES,
  NONE_STATED,
} from '../../data-access/failures.ts';
import { DataText } from '../parts/data-text.tsx';
import { CountLink, RequestLink, Total } from '../parts/links.tsx';
import { Caution, DroppedCaution, Empty } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Relative } from '../parts/time-text.tsx';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewContext, ViewPage, ViewParameters } from '../view-page.ts';
import { type ReportTime, readTime, sinceOf, TimeChoices, timeText } from './report-time.tsx';
import { RequestState } from './request-list.tsx';

export const failuresPage: ViewPage = {
  title: 'Failures',
  filters: ['stage', 'error', 'target', 'open', 'time'],
  show: async ({ database, parameters, context }) => {
    const { tenant, now, limits } = context;
    const filter = readFailureFilter(parameters);
    const since = sinceOf(filter.time, now);
    const found = await listFailedRequests(database, {
      ...{ tenant, since },
      stage: filter.stage ?? undefined,
      errorCode: filter.error ?? undefined,
      targetSystem: filter.target ?? undefined,
      openOnly: filter.openOnly,
      limit: limits.requests,
    });
    const dropped = await droppedMonthsText(database, { since });
    return <FailureList data={{ filter, found, most: MAX_FAILURES, dropped }} context={context} />;
  },
};

export interface FailureListData {
  filter: FailureFilter;
  found: FailedRequests;
  /** Failures that are looked at, the latest of the span. */
  most: number;
  /** That failures are missing, in a sentence. */
  dropped?: string | undefined;
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
          links={links}
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
      <DroppedCaution dropped={data.dropped} />
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

/** Which failures: of one stage, for one cause, at one downstream. Null does not narrow; NONE_STATED is the lack of one. */
export interface FailureFilter {
  stage: string | null;
  error: string | null;
  target: string | null;
  openOnly: boolean;
  time: ReportTime;
}

/** @throws ViewError */
function readFailureFilter(parameters: ViewParameters): FailureFilter {
  return {
    stage: readText(parameters, 'stage'),
    error: readText(parameters, 'error'),
    target: readText(parameters, 'target'),
    openOnly: readWord(parameters, 'open', ['yes']) !== null,
    time: readTime(parameters, '24h'),
  };
}
