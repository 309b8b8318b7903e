import {
  countRejected,
  type FollowedRejection,
  findRejected,
  listRejected,
  REJECTED_PER_PAGE,
} from '../../data-access/rejected-messages.ts';
import { nextStepOfRejection, rejectionCommand } from '../../domain/next-step.ts';
import { rejectionFate } from '../../domain/rejection.ts';
import { rejectionFateMarks } from '../../domain/words.ts';
import { DataText, Fact, MarkText } from '../parts/data-text.tsx';
import { Choices, NextPage, RequestLink, Total } from '../parts/links.tsx';
import { Empty } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Instant, Relative } from '../parts/time-text.tsx';
import { WhatToDo } from '../parts/what-to-do.tsx';
import { badFilter, readText, readWord } from '../read-parameters.ts';
import { type Links, type ViewContext, ViewError, type ViewPage } from '../view-page.ts';
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

export const rejectionPage: ViewPage = {
  title: 'Rejected message',
  filters: ['id'],
  show: async ({ database, parameters, context }) => {
    const id = readText(parameters, 'id') ?? '';
    if (!/^\d{1,15}$/.test(id)) throw badFilter('The filter “id” is the number of a rejected message.');
    const rejected = await findRejected(database, Number(id));
    if (rejected === undefined || (context.tenant !== null && rejected.tenant !== context.tenant))
      throw new ViewError(
        404,
        'REJECTED_NOT_FOUND',
        'There is no such rejected message.',
        'See the list of them.',
      );
    return <RejectionView rejected={rejected} context={context} />;
  },
};

/** One refused event: why, whose, what became of it since, and what to do. Its body is in the quarantine bucket, never here. */
function RejectionView({ rejected, context }: { rejected: FollowedRejection; context: ViewContext }) {
  const { id, code, path, rule, hint, tenant, pagwId, messageId, position, sentAt, rejectedAt } = rejected;
  const { now, zone, links } = context;
  return (
    <section>
      <h1>
        Rejected message {id}: <DataText value={code} most={64} mono />
      </h1>
      <p class="standing">
        <RejectionSince rejected={rejected} links={links} />
      </p>
      <dl class="facts">
        <Fact name="Field">
          <DataText value={path || 'the whole message'} most={200} mono={path !== ''} />
        </Fact>
        <Fact name="Rule">
          <DataText value={rule} most={128} mono />
        </Fact>
        <Fact name="Hint">
          <DataText value={hint} most={512} />
        </Fact>
        <Fact name="Tenant">
          <DataText value={tenant} most={64} />
        </Fact>
        <Fact name="Request">
          {pagwId === null ? <span class="none">–</span> : <RequestLink pagwId={pagwId} links={links} />}
        </Fact>
        <Fact name="Message">
          <DataText value={messageId} most={128} mono />, event {position + 1}
        </Fact>
        <Fact name="Sent">
          <Instant at={sentAt} now={now} zone={zone} />
        </Fact>
        <Fact name="Rejected">
          <Instant at={rejectedAt} now={now} zone={zone} />
        </Fact>
        {rejected.replayedAt === null ? null : (
          <Fact name="Replayed">
            <Instant at={rejected.replayedAt} now={now} zone={zone} />
          </Fact>
        )}
      </dl>
      <WhatToDo
        step={nextStepOfRejection(rejected)}
        aims={{ replay: { id: String(id) } }}
        owner={null}
        commands={[rejectionCommand(rejected)]}
        context={context}
      />
    </section>
  );
}

/** What became of it, with a link there: to its place in the timeline, or to the new refusal. */
function RejectionSince({ rejected, links }: { rejected: FollowedRejection; links: Links }) {
  const { pagwId, recordedNo, refusedAgainId, refusedAgainCode } = rejected;
  const fate = rejectionFate(rejected);
  return (
    <>
      <MarkText {...rejectionFateMarks[fate]} />
      {fate === 'recorded' ? (
        <>
          {' '}
          as #{recordedNo} of <RequestLink pagwId={pagwId ?? ''} links={links} />
        </>
      ) : null}
      {fate === 'refused-again' ? (
        <>
          {': '}
          {links.link(
            { view: 'rejection', parameters: { id: String(refusedAgainId) } },
            <>
              {refusedAgainId} <DataText value={refusedAgainCode} most={64} mono />
            </>,
          )}
        </>
      ) : null}
    </>
  );
}
