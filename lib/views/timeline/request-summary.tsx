import type { RequestRow } from '../../data-access/query/find-request.ts';
import { durationText } from '../../domain/duration-text.ts';
import type { Child } from '../html.ts';
import { DataText } from '../parts/data-text.tsx';
import { reasonText } from '../parts/reason-text.ts';
import { Mark } from '../parts/status-mark.tsx';
import { Age, Instant, Relative } from '../parts/time-text.tsx';
import type { ViewContext } from '../view-context.ts';

interface RequestSummaryProps {
  request: RequestRow;
  context: ViewContext;
}

/** Where the request stands, in one line, and the facts beneath. */
export function RequestSummary({ request, context }: RequestSummaryProps) {
  const { now, links } = context;
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
      </p>
      <dl class="facts">
        <Fact name="Tenant">
          <DataText value={request.tenant} />
        </Fact>
        <Fact name="Status">{request.status.replaceAll('_', ' ')}</Fact>
        <Fact name="Priority">{request.priority ?? 'not stated'}</Fact>
        <Fact name="Received">
          <Instant at={request.receivedAt} now={now} />
        </Fact>
        <Fact name="Last event">
          <Relative at={request.lastEventAt} now={now} />
        </Fact>
        {request.completedAt === null ? null : (
          <Fact name="Answered after">
            {durationText(request.completedAt.getTime() - request.receivedAt.getTime())}
          </Fact>
        )}
        {decidedAt !== null ? (
          <>
            <Fact name="Decided">
              {determination?.replaceAll('_', ' ') ?? 'yes'}, <Instant at={decidedAt} now={now} />
            </Fact>
            <Fact name="Decided after">
              {durationText(decidedAt.getTime() - request.receivedAt.getTime())}
            </Fact>
          </>
        ) : decisionDueAt === null ? null : (
          <Fact name="Decision due">
            <Relative at={decisionDueAt} now={now} />
          </Fact>
        )}
        {decidedAt !== null || unclearAnswerAt === null ? null : (
          <Fact name="Answer">
            not understood at <Instant at={unclearAnswerAt} now={now} />, the decision clock runs on
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

function Fact({ name, children }: { name: string; children: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Standing({ request, now }: { request: RequestRow; now: Date }) {
  const { stuckReason, stuckSince, lastErrorCode, mainStage, completedAt, decidedAt, nextStage } = request;
  if (stuckReason !== null && stuckSince !== null) {
    return (
      <>
        <Mark tone="bad" glyph="✗" word="STUCK" /> for <Age since={stuckSince} now={now} />:{' '}
        {mainStage === null ? 'the request' : <DataText value={mainStage} />} {reasonText(stuckReason)}
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
    return decidedAt === null ? (
      <>
        <Mark tone="warn" glyph="◷" word="ANSWERED" />, not decided yet.
      </>
    ) : (
      <>
        <Mark tone="ok" glyph="✓" word="CLOSED" />: {request.status.toLowerCase()}.
      </>
    );
  }
  return (
    <>
      <Mark tone="busy" glyph="◐" word="IN FLIGHT" /> in <DataText value={mainStage ?? 'no stage yet'} />
      {nextStage === null ? null : (
        <>
          , <DataText value={nextStage} /> is next
        </>
      )}
      .
    </>
  );
}

function reasonIsFailure(reason: string): boolean {
  return reason === 'failed' || reason === 'retries-exhausted' || reason === 'retry-overdue';
}
