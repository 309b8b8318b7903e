import { unknownRequest } from '../../data-access/known-names.ts';
import { listActs, type RecordedAct } from '../../data-access/operate.ts';
import { searchRequests } from '../../data-access/requests.ts';
import { listRetryPauses } from '../../data-access/retry-orders.ts';
import { type LastHeard, lastHeardOf } from '../../data-access/stuck-requests.ts';
import { findTimeline, type RequestRow, type TimelineEvent } from '../../data-access/timeline.ts';
import { isGoingOut, type NextStep, nextStepOfRequest, requestCommand } from '../../domain/next-step.ts';
import { pagwCommand } from '../../domain/printable-text.ts';
import { coveringPause, type RetryPause } from '../../domain/retry-orders.ts';
import { retryTiming } from '../../domain/retry-policy.ts';
import { requestNamed } from '../../domain/typed-text.ts';
import { durationText, reasonText, standingMarks } from '../../domain/words.ts';
import { ActsTable } from '../parts/acts-table.tsx';
import { cutText, DataText, Fact, MarkText } from '../parts/data-text.tsx';
import { Choices } from '../parts/links.tsx';
import { Caution, Empty, PausedBy } from '../parts/notice.tsx';
import { Age, Instant, Relative } from '../parts/time-text.tsx';
import { WhatToDo } from '../parts/what-to-do.tsx';
import { readText, readWord } from '../read-parameters.ts';
import { type Links, type ViewContext, ViewError, type ViewPage } from '../view-page.ts';
import { EventTable, eventFlags, foldPairs } from './event-table.tsx';
import { Gantt } from './gantt.tsx';
import { expectedStages, stageRows } from './stage-attempts.ts';

export const timelinePage: ViewPage = {
  title: 'Request',
  filters: ['id', 'show'],
  show: async ({ database, parameters, context, rules }) => {
    const id = readText(parameters, 'id');
    if (id === null) {
      throw new ViewError(
        400,
        'ID_MISSING',
        'No request was named.',
        'Search for it by id, reference or metadata.',
      );
    }
    const tenant = context.tenant ?? undefined;
    const [found, pauses, { rows: acts }] = await Promise.all([
      findTimeline(database, id, { tenant, afterNo: -context.limits.events }),
      listRetryPauses(database),
      listActs(database, { pagwId: id }, ACTS_SHOWN),
    ]);
    if (found === undefined) throw await unknownRequest(database, id, tenant);
    const { request, pages } = found;
    const events: TimelineEvent[] = [];
    for await (const page of pages) events.push(...page);
    const place = { tenant: request.tenant, stage: request.mainStage, targetSystem: request.targetSystem };
    const pause = coveringPause(pauses, place) ?? null;
    const step = nextStepOfRequest(request, pause !== null, isGoingOut(acts, context.now));
    const owner = step && (await lastHeardOf(database, { tenant: request.tenant, stage: step.ownerStage }));
    const maxAttempts = (event: { stage: string; errorCode: string | null }) =>
      retryTiming(event, rules.retryPolicy, 0).maxAttempts;
    const show = readWord(parameters, 'show', ['all', 'failures']);
    const data = { request, events, show, maxAttempts, pause, step, owner, acts };
    return <Timeline data={data} context={context} />;
  },
  leadsTo: async ({ database, parameters, context }) => {
    const { id = '', ...others } = parameters;
    const word = requestNamed(id);
    // As the pipeline makes ids: there is nothing else to look for.
    if (id === word && id === id.toUpperCase()) return null;
    const tenant = context.tenant ?? undefined;
    const [first] = await searchRequests(database, word, { tenant, limit: 1 });
    if (first?.pagwId === id || first?.pagwId.toUpperCase() !== word.toUpperCase()) return null;
    return { view: 'request', parameters: { ...others, id: first.pagwId } };
  },
};

export interface TimelineData {
  request: RequestRow;
  /** In the order of their numbers; the latest of them when there are too many. */
  events: readonly TimelineEvent[];
  /** Which of them the table has: each by itself, those that failed, or (null) a start and its success as one. */
  show: 'all' | 'failures' | null;
  maxAttempts(event: TimelineEvent): number;
  /** What holds its retry back. */
  pause: RetryPause | null;
  /** What there is to do; null: nothing. */
  step: NextStep | null;
  /** Who works on the stage that has to act, as last heard of. */
  owner: LastHeard | null;
  /** What was done to it by hand, latest first. */
  acts: readonly RecordedAct[];
}

const ACTS_SHOWN = 50;

function NoEvents({ request, links }: { request: RequestRow; links: Links }) {
  if (request.retiredAt === null) return <Empty>No events are kept of this request.</Empty>;
  return (
    <Empty>
      The events of this request are archived. {links.command(pagwCommand('request show', [request.pagwId]))}{' '}
      reads them there, {links.command(pagwCommand('archive restore', [request.pagwId], { reason: 'WHY' }))}{' '}
      puts them back for a time.
    </Empty>
  );
}

/** One request: where it stands, what happened when, and every event. */
export function Timeline({ data, context }: { data: TimelineData; context: ViewContext }) {
  const { request, maxAttempts } = data;
  const events = data.events.slice(-context.limits.events);
  const isOpen = request.completedAt === null;
  const rows = stageRows(events, isOpen ? expectedStages(request.nextStage, request.mainStage) : []);
  const isCut = request.lastSequenceNo > context.limits.events && events.length < request.lastSequenceNo;
  const isArchivedBefore = request.retiredAt !== null && !isCut && (events[0]?.sequenceNo ?? 1) > 1;
  const flags = eventFlags(events);
  const failures = events.filter(({ status }) => status === 'FAILED');
  const shown =
    data.show === 'failures'
      ? failures
      : data.show === 'all'
        ? events
        : foldPairs(events, ({ sequenceNo }) => flags.has(sequenceNo));
  const timed = events.filter(({ disbelieved }) => !disbelieved);
  const first = timed[0]?.occurredAt ?? request.receivedAt;
  const last = timed.at(-1)?.occurredAt ?? first;
  const length = durationText((isOpen ? context.now : last).getTime() - first.getTime());
  return (
    <section>
      <h1 class="request-id">
        <DataText value={request.pagwId} most={64} mono />
      </h1>
      <RequestSummary data={data} context={context} />
      <RequestToDo data={data} context={context} />
      {isCut ? (
        <Caution>
          The last {events.length.toLocaleString('en')} of {request.lastSequenceNo.toLocaleString('en')}{' '}
          events. All of them: {context.links.command(pagwCommand('request show', [request.pagwId]))}.
        </Caution>
      ) : null}
      {isArchivedBefore ? (
        <Caution>
          Earlier events of this request are archived. All of them:{' '}
          {context.links.command(pagwCommand('request show', [request.pagwId]))}.
        </Caution>
      ) : null}
      {events.length === 0 ? (
        <NoEvents request={request} links={context.links} />
      ) : (
        <>
          <h2>Timeline</h2>
          <Gantt
            rows={rows}
            now={isOpen ? context.now : null}
            label={`${rows.length} stages over ${length}, ${events.length} events; the table below has each of them`}
          />
          <p class="legend">
            <span class="key wait-key" aria-hidden="true" /> waits{' '}
            <span class="key ghost-key" aria-hidden="true" /> still to come{' '}
            <span class="key short-key" aria-hidden="true" /> quiet stretch, drawn shorter. Times are the
            services’ own, in {context.zone}.
          </p>
          <ByHand acts={data.acts} context={context} />
          <h2>Events</h2>
          <Choices
            name="Events shown"
            view="request"
            parameters={{ id: request.pagwId, tenant: context.tenant }}
            parameter="show"
            chosen={data.show}
            words={[
              { value: null, label: 'starts with their success' },
              { value: 'all', label: `each of ${events.length.toLocaleString('en')}` },
              { value: 'failures', label: `failures only, ${failures.length.toLocaleString('en')}` },
            ]}
            links={context.links}
          />
          {shown.length === 0 ? (
            <Empty>No event of this request failed.</Empty>
          ) : (
            <EventTable events={shown} flags={flags} context={context} maxAttempts={maxAttempts} />
          )}
        </>
      )}
    </section>
  );
}

function ByHand({ acts, context }: { acts: readonly RecordedAct[]; context: ViewContext }) {
  const { now, links } = context;
  if (acts.length === 0) return <></>;
  return (
    <>
      <h2>Done by hand</h2>
      <ActsTable caption="Done by hand" acts={acts} now={now} links={links} aims={false} />
    </>
  );
}

interface RequestSummaryProps {
  data: TimelineData;
  context: ViewContext;
}

function RequestToDo({ data, context }: RequestSummaryProps) {
  const { request, pause, step, owner } = data;
  if (step === null) return <></>;
  const { pagwId, tenant, mainStage, targetSystem } = request;
  const id = { id: pagwId };
  const aims = {
    ...{ retry: id, resend: id, close: id },
    pause: { tenant, stage: mainStage, downstream: targetSystem },
    ...(pause === null
      ? {}
      : { resume: { tenant: pause.tenant, stage: pause.stage, downstream: pause.downstream } }),
  };
  return (
    <WhatToDo
      step={step}
      aims={aims}
      owner={owner}
      commands={[requestCommand(step, pagwId)]}
      context={context}
    />
  );
}

/** Where the request stands, in one line, and the facts beneath. */
function RequestSummary({ data, context }: RequestSummaryProps) {
  const { request, pause } = data;
  const { now, zone, links } = context;
  const { correlationId, externalReferenceId, decisionDueAt, determination, decidedAt, unclearAnswerAt } =
    request;
  const found = (value: string | null) =>
    value === null
      ? null
      : links.link(
          { view: 'search', parameters: { q: value, tenant: request.tenant } },
          <DataText value={value} mono />,
        );
  return (
    <div class="summary">
      <p class="standing">
        <Standing request={request} now={now} />
        {pause === null || !request.retryWaits || request.completedAt !== null ? null : (
          <>
            {' '}
            Its retry is <PausedBy pause={pause} now={now} />.
          </>
        )}
      </p>
      <dl class="facts">
        <Fact name="Tenant">
          <DataText value={request.tenant} />
        </Fact>
        <Fact name="Status">{request.status.replaceAll('_', ' ')}</Fact>
        <Fact name="Priority">{request.priority ?? 'not stated'}</Fact>
        <Fact name="Received">
          <Instant at={request.receivedAt} now={now} zone={zone} />
        </Fact>
        <Fact name="Last event">
          <Relative at={request.lastEventAt} now={now} />
        </Fact>
        {request.completedAt === null ? null : (
          <Fact name={isEnded(request) ? 'Ended after' : 'Answered after'}>
            {durationText(request.completedAt.getTime() - request.receivedAt.getTime())}
          </Fact>
        )}
        {decidedAt !== null ? (
          <>
            <Fact name="Decided">
              {determination?.replaceAll('_', ' ') ?? 'yes'}, <Instant at={decidedAt} now={now} zone={zone} />
            </Fact>
            <Fact name="Decided after">
              {durationText(decidedAt.getTime() - request.receivedAt.getTime())}
            </Fact>
          </>
        ) : decisionDueAt === null || request.clockStoppedAt !== null ? null : (
          <Fact name="Decision due">
            <Relative at={decisionDueAt} now={now} />
          </Fact>
        )}
        {decidedAt !== null || unclearAnswerAt === null ? null : (
          <Fact name="Answer">
            not understood at <Instant at={unclearAnswerAt} now={now} zone={zone} />, the decision clock runs
            on
          </Fact>
        )}
        {correlationId === null ? null : <Fact name="Correlation id">{found(correlationId)}</Fact>}
        {externalReferenceId === null ? null : (
          <Fact name="External reference">{found(externalReferenceId)}</Fact>
        )}
        {request.requestType === null ? null : (
          <Fact name="Type">
            <DataText value={request.requestType} />
          </Fact>
        )}
      </dl>
    </div>
  );
}

function Standing({ request, now }: { request: RequestRow; now: Date }) {
  const { stuckReason, stuckSince, lastErrorCode, mainStage, lastStage, completedAt, decidedAt, nextStage } =
    request;
  if (stuckReason !== null && stuckSince !== null) {
    return (
      <>
        <MarkText {...standingMarks.stuck} /> for <Age since={stuckSince} now={now} />:{' '}
        {mainStage === null ? 'the request' : <DataText value={mainStage} />}{' '}
        {cutText(reasonText(stuckReason), 80)}
        {lastErrorCode === null || !reasonIsFailure(stuckReason) ? null : (
          <>
            {' '}
            (<DataText value={lastErrorCode} most={64} mono />)
          </>
        )}
        .
      </>
    );
  }
  if (completedAt !== null) {
    if (isEnded(request))
      return (
        <>
          <MarkText {...standingMarks.closed} />: {request.status.toLowerCase()}, no decision is awaited.
        </>
      );
    return decidedAt === null ? (
      <>
        <MarkText {...standingMarks.answered} />, not decided yet.
      </>
    ) : (
      <>
        <MarkText {...standingMarks.closed} />: {request.status.toLowerCase()}.
      </>
    );
  }
  return (
    <>
      <MarkText {...standingMarks.inFlight} />
      {mainStage === null ? ', heard of outside the main lane alone, in ' : ' in '}
      <DataText value={mainStage ?? lastStage ?? 'no stage'} />
      {nextStage === null ? null : (
        <>
          , <DataText value={nextStage} /> is next
        </>
      )}
      .
    </>
  );
}

/** Withdrawn, void and the like: its clock stopped without a decision. */
function isEnded({ completedAt, decidedAt, clockStoppedAt }: RequestRow): boolean {
  return completedAt !== null && decidedAt === null && clockStoppedAt !== null;
}

function reasonIsFailure(reason: string): boolean {
  return reason === 'failed' || reason === 'retries-exhausted' || reason === 'retry-overdue';
}
