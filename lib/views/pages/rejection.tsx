import { type FollowedRejection, findRejected } from '../../data-access/rejected-messages.ts';
import { nextStepOfRejection, rejectionCommand } from '../../domain/next-step.ts';
import { rejectionFate } from '../../domain/rejection.ts';
import { rejectionFateMarks } from '../../domain/words.ts';
import { DataText } from '../parts/data-text.tsx';
import { Fact } from '../parts/fact.tsx';
import { RequestLink } from '../parts/links.tsx';
import { MarkText } from '../parts/status-mark.tsx';
import { Instant } from '../parts/time-text.tsx';
import { WhatToDo } from '../parts/what-to-do.tsx';
import { badFilter, readText } from '../read-parameters.ts';
import { type Links, type ViewContext, ViewError, type ViewPage } from '../view-page.ts';

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
export function RejectionSince({ rejected, links }: { rejected: FollowedRejection; links: Links }) {
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
