import type { DecisionMetrics } from '../../data-access/query/decision-metrics.ts';
import type { Deadline } from '../../data-access/query/list-deadlines.ts';
import { durationText } from '../../domain/duration-text.ts';
import { DataText } from '../parts/data-text.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import { RequestLink } from '../parts/request-link.tsx';
import { Mark, type Tone } from '../parts/status-mark.tsx';
import { Table } from '../parts/table.tsx';
import { TenantsLeft } from '../parts/tenants-left.tsx';
import { Instant, Relative } from '../parts/time-text.tsx';
import type { Links, ViewContext } from '../view-context.ts';

export interface DeadlineListData {
  /** Next due first. */
  deadlines: readonly Deadline[];
  hasMore: boolean;
  /** Decisions of this calendar year. */
  decisions: readonly (DecisionMetrics & { tenant: string })[];
  year: number;
  tenantsLeft: number;
}

const riskMarks: Readonly<Record<Deadline['risk'], { tone: Tone; glyph: string; word: string }>> = {
  'at-risk': { tone: 'warn', glyph: '◷', word: 'AT RISK' },
  urgent: { tone: 'bad', glyph: '△', word: 'URGENT' },
  breached: { tone: 'bad', glyph: '✗', word: 'OVERDUE' },
};

/** The regulator's clock: requests that have used up three quarters of their time, and how decisions went this year. */
export function DeadlineList({ data, context }: { data: DeadlineListData; context: ViewContext }) {
  const { deadlines, hasMore, decisions, year, tenantsLeft } = data;
  return (
    <section>
      <h1>Deadlines</h1>
      <p class="lead">
        Undecided requests with less than a quarter of their time left, the next due first: 72 hours when
        expedited, seven days otherwise, unless the tenant’s policy says something else.
      </p>
      <TenantsLeft left={tenantsLeft} />
      {deadlines.length === 0 ? (
        <Empty>
          No decision is at risk. Three quarters of its time must be gone before a request is listed.
        </Empty>
      ) : (
        <DeadlineTable deadlines={deadlines} context={context} />
      )}
      {hasMore ? <Caution>These are the next {deadlines.length} due; there are more.</Caution> : null}
      <h2>Decisions in {year}</h2>
      {decisions.length === 0 ? (
        <Empty>No decision was made in {year} so far.</Empty>
      ) : (
        <DecisionTable decisions={decisions} links={context.links} />
      )}
    </section>
  );
}

function DeadlineTable({ deadlines, context }: { deadlines: readonly Deadline[]; context: ViewContext }) {
  const { now, links } = context;
  return (
    <Table
      caption="Decisions at risk"
      rows={deadlines}
      columns={[
        { name: 'Request', heads: true, cell: ({ pagwId }) => <RequestLink pagwId={pagwId} links={links} /> },
        { name: 'Tenant', cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
        { name: 'Risk', cell: ({ risk }) => <Mark {...riskMarks[risk]} /> },
        { name: 'Clock', cell: (deadline) => <Clock deadline={deadline} now={now} /> },
        { name: 'Due', numeric: true, cell: ({ dueAt }) => <Relative at={dueAt} now={now} /> },
        { name: 'Due at, UTC', cell: ({ dueAt }) => <Instant at={dueAt} now={now} /> },
        { name: 'Priority', cell: ({ priority }) => priority ?? 'STANDARD' },
        {
          name: 'Stands at',
          cell: ({ stage, pended }) => (
            <>
              <DataText value={stage} most={40} />
              {pended ? <span class="badge">answered, not decided</span> : null}
            </>
          ),
        },
      ]}
    />
  );
}

const CLOCK_WIDTH = 120;

/** How much of the time is gone. */
function Clock({ deadline, now }: { deadline: Deadline; now: Date }) {
  const { receivedAt, dueAt, risk } = deadline;
  const share = (now.getTime() - receivedAt.getTime()) / (dueAt.getTime() - receivedAt.getTime());
  const gone = Math.round(share * 100);
  return (
    <svg role="img" width={CLOCK_WIDTH} height={20} aria-label={`${gone} % of the time is gone`}>
      <title>{`${gone} % of the time is gone`}</title>
      <rect class="rail" x={0} y={7} width={CLOCK_WIDTH} height={6} rx={3} />
      <g class={riskMarks[risk].tone}>
        <rect
          class="fill"
          x={0}
          y={7}
          width={(Math.min(1, Math.max(0, share)) * CLOCK_WIDTH).toFixed(1)}
          height={6}
          rx={3}
        />
      </g>
    </svg>
  );
}

interface DecisionTableProps {
  decisions: DeadlineListData['decisions'];
  links: Links;
}

function DecisionTable({ decisions, links }: DecisionTableProps) {
  const ofStatus = (tenant: string, request: string, text: string) =>
    links.link({ view: 'search', parameters: { tenant, request } }, text);
  const share = (part: number, whole: number) => `${((part / whole) * 100).toFixed(1)} %`;
  return (
    <Table
      caption="Decisions of the year"
      rows={decisions}
      columns={[
        { name: 'Tenant', heads: true, cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
        { name: 'Priority', cell: ({ priority }) => priority },
        { name: 'Decided', numeric: true, cell: ({ decided }) => decided.toLocaleString('en') },
        {
          name: 'Approved',
          numeric: true,
          cell: ({ approved, decided, tenant }) => ofStatus(tenant, 'APPROVED', share(approved, decided)),
        },
        {
          name: 'Denied',
          numeric: true,
          cell: ({ denied, decided, tenant }) => ofStatus(tenant, 'DENIED', share(denied, decided)),
        },
        { name: 'Mean time', numeric: true, cell: ({ meanSeconds }) => durationText(meanSeconds * 1_000) },
        {
          name: 'Median time',
          numeric: true,
          cell: ({ medianSeconds }) => durationText(medianSeconds * 1_000),
        },
        {
          name: 'In time',
          numeric: true,
          cell: ({ onTime, decided }) => (onTime === null ? 'no limit' : share(onTime, decided)),
        },
      ]}
    />
  );
}
