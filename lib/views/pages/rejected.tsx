import {
  countRejected,
  type FollowedRejection,
  listRejected,
  REJECTED_PER_PAGE,
} from '../../data-access/rejected-messages.ts';
import { Choices } from '../parts/choices.tsx';
import { DataText } from '../parts/data-text.tsx';
import { NextPage, RequestLink, Total } from '../parts/links.tsx';
import { Empty } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Relative } from '../parts/time-text.tsx';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewContext, ViewPage } from '../view-page.ts';
import { RejectionSince } from './rejection.tsx';
import { type ReportTime, reportTimes, sinceOf, timeChoices, timeText } from './report-time.tsx';

/** More than this are said as that many and more. */
export const MOST_COUNTED = 1_000;

export const rejectedPage: ViewPage = {
  title: 'Rejected',
  filters: ['code', 'time', 'after'],
  show: async ({ database, parameters, context }) => {
    const code = readText(parameters, 'code');
    const time = readWord(parameters, 'time', reportTimes);
    const filter = {
      tenant: context.tenant ?? undefined,
      code: code ?? undefined,
      since: time === null ? undefined : sinceOf(time, context.now),
    };
    const limit = Math.min(context.limits.requests, REJECTED_PER_PAGE);
    const [{ rows: rejected, next }, total] = await Promise.all([
      listRejected(database, filter, limit, readText(parameters, 'after') ?? undefined),
      countRejected(database, filter, MOST_COUNTED),
    ]);
    const data = {
      code,
      time,
      total,
      more: total === MOST_COUNTED,
      rejected,
      next,
    };
    return <RejectedList data={data} context={context} />;
  },
};

export interface RejectedListData {
  code: string | null;
  /** Null: of any time. */
  time: ReportTime | null;
  /** How many match, counted up to a limit; `more` when it was reached. */
  total: number;
  more: boolean;
  rejected: readonly FollowedRejection[];
  /** Where the next page begins; null on the last. */
  next: string | null;
}

/** Messages set aside by ingest, with the reason and what to do. Their bodies are in the quarantine bucket, never here. */
export function RejectedList({ data, context }: { data: RejectedListData; context: ViewContext }) {
  const { rejected, code, time, total, more, next } = data;
  const { now, links, tenant } = context;
  return (
    <section>
      <h1>Rejected messages</h1>
      <p class="lead">
        <Total count={total} more={more} one="message" />, set aside with a reason, never lost: correct the
        producer, then {links.command('pagw rejected replay')}.
        {code === null ? null : (
          <>
            {' '}
            Only <DataText value={code} most={64} mono />;{' '}
            {links.link({ view: 'rejected', parameters: { tenant, time } }, 'show all')}
          </>
        )}
      </p>
      <Choices
        name="Time"
        view="rejected"
        parameters={{ tenant, code }}
        parameter="time"
        chosen={time}
        words={[{ value: null, label: 'all' }, ...timeChoices]}
        links={links}
      />
      {rejected.length === 0 ? (
        <Empty>
          No message was rejected{time === null ? '' : ` in ${timeText(time)}`}
          {tenant === null ? '' : ' that names this tenant'}.
        </Empty>
      ) : (
        <Table
          caption="Rejected messages"
          rows={rejected}
          links={links}
          columns={[
            {
              name: 'Number',
              numeric: true,
              cell: ({ id }) => links.link({ view: 'rejection', parameters: { id: String(id) } }, `#${id}`),
            },
            {
              name: 'Rejected',
              numeric: true,
              cell: ({ rejectedAt }) => <Relative at={rejectedAt} now={now} />,
            },
            {
              name: 'Reason',
              heads: true,
              cell: (row) => (
                <>
                  {links.link(
                    { view: 'rejected', parameters: { tenant, time, code: row.code } },
                    <DataText value={row.code} most={64} mono />,
                  )}
                  <div class="detail">
                    <DataText value={row.hint} most={200} />
                  </div>
                </>
              ),
            },
            {
              name: 'Field',
              cell: ({ path }) => (
                <DataText value={path || 'the whole message'} most={80} mono={path !== ''} />
              ),
            },
            { name: 'Rule', cell: ({ rule }) => <DataText value={rule} most={64} mono /> },
            { name: 'Tenant', cell: (row) => <DataText value={row.tenant} most={40} /> },
            {
              name: 'Request',
              cell: ({ pagwId }) =>
                pagwId === null ? <span class="none">–</span> : <RequestLink pagwId={pagwId} links={links} />,
            },
            { name: 'Since', cell: (row) => <RejectionSince rejected={row} links={links} /> },
          ]}
        />
      )}
      <NextPage next={next} place={{ view: 'rejected', parameters: { tenant, time, code } }} links={links}>
        Older ones
      </NextPage>
    </section>
  );
}
