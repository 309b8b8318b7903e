import {
  countDeadlines,
  type Deadline,
  type Decision,
  type DecisionMetrics,
  decisionMetrics,
  decisionOutcomes,
  type ListedOutcome,
  listDeadlines,
  listDecisions,
} from '../../data-access/decisions.ts';
import { refuseUnknownHolder } from '../../data-access/known-names.ts';
import { type FirstRows, fewerRows, type Page } from '../../data-access/page.ts';
import { listRetryPauses } from '../../data-access/retry-orders.ts';
import {
  countWork,
  listWork,
  type WorkCount,
  type WorkCounts,
  type WorkItem,
} from '../../data-access/work-list.ts';
import { type Board, boards } from '../../domain/request-memory.ts';
import { pausesOf, type RetryPause } from '../../domain/retry-orders.ts';
import { type Priority, priorities } from '../../domain/tracked-event.ts';
import { deadlineRiskMarks, deadlineRisks, durationText, plural } from '../../domain/words.ts';
import { deadlines as deadlinesReport, workTable } from '../../reports/deadlines.ts';
import { DataText } from '../parts/data-text.tsx';
import { Choices, CountLink, NextPage, RequestLink, Total } from '../parts/links.tsx';
import { Caution, Empty, Pauses } from '../parts/notice.tsx';
import { ReportTable } from '../parts/report-table.tsx';
import { Table } from '../parts/table.tsx';
import { Relative } from '../parts/time-text.tsx';
import { badFilter, readText, readWord } from '../read-parameters.ts';
import type { Links, ViewContext, ViewPage, ViewQuestion } from '../view-page.ts';
import { presentQuestion } from './report-time.tsx';

/** What one page of decisions holds at most. */
const MOST_DECISIONS = 50;

export const deadlinesPage: ViewPage = {
  title: 'Deadlines',
  filters: ['risk', 'board', 'held', 'due', 'priority', 'outcome', 'after'],
  show: async (question) => {
    const { database, parameters, context } = question;
    const { now, tenant, limits } = context;
    const year = now.getUTCFullYear();
    const since = new Date(Date.UTC(year, 0, 1));
    const risk = readWord(parameters, 'risk', deadlineRisks);
    const outcome = readWord(parameters, 'outcome', decisionOutcomes);
    const priority = readWord(parameters, 'priority', priorities);
    const board = readWord(parameters, 'board', boards);
    const due = readWord(parameters, 'due', dueWords);
    const held = readText(parameters, 'held');
    const after = readText(parameters, 'after') ?? undefined;
    const chosen = [board, held, due].some((word) => word !== null);
    if (outcome !== null && chosen)
      throw badFilter('The filter “outcome” is of decisions; leave out “board”, “held” and “due”.');
    const [{ rows, next }, counts, decisions, listed, work, pauses] = await Promise.all([
      listDeadlines(database, {
        tenant,
        now,
        risk: risk ?? undefined,
        limit: limits.requests,
        after: outcome === null && !chosen ? after : undefined,
      }),
      countDeadlines(database, { tenant, now }),
      decisionMetrics(database, { tenant, since }),
      outcome === null ? null : readDecisions(question, { since, outcome, priority, after }),
      readWork(question, { board, held, due, after: chosen ? after : undefined }),
      listRetryPauses(database),
    ]);
    const shown = fewerRows(decisions, limits.groups);
    const data = {
      ...{ risk, counts, deadlines: rows, next, decisions: shown, year, listed, work },
      pauses: pausesOf(pauses, tenant),
    };
    return <DeadlineList data={data} context={context} />;
  },
};

/** From now on, in hours. */
const dueHours = { overdue: 0, '24h': 24, '72h': 72, '7d': 168 } as const;
type Due = keyof typeof dueHours;
const dueWords: readonly Due[] = ['overdue', '24h', '72h', '7d'];

/** Counts alone until a board or a time is chosen: then the requests, too. */
async function readWork(
  { database, context: { tenant, now, limits } }: ViewQuestion,
  { board, held, due, after }: Pick<ShownWork, 'board' | 'held' | 'due'> & { after: string | undefined },
): Promise<ShownWork> {
  const before = due === null ? undefined : new Date(now.getTime() + dueHours[due] * 3_600_000);
  const query = { tenant, before, board: board ?? undefined, held: held ?? undefined, now };
  const isChosen = [board, held, due].some((word) => word !== null);
  const [counts, page] = await Promise.all([
    countWork(database, query),
    isChosen ? listWork(database, { ...query, limit: limits.requests, after }) : null,
  ]);
  // Whoever holds something exists.
  if (counts.rows.length === 0 && held !== null) await refuseUnknownHolder(database, held);
  return { board, held, due, counts: fewerRows(counts, limits.groups), page };
}

export interface ShownWork {
  /** Null: on any board, and due at any time. */
  board: Board | null;
  /** A delegate by name, or who else has it; null: whoever. */
  held: string | null;
  due: Due | null;
  counts: WorkCounts;
  /** Null where neither was chosen. */
  page: Page<WorkItem> | null;
}

async function readDecisions(
  { database, context }: ViewQuestion,
  wanted: {
    since: Date;
    outcome: ListedDecisions['outcome'];
    priority: Priority | null;
    after: string | undefined;
  },
): Promise<ListedDecisions> {
  const { tenant } = context;
  const { priority, outcome } = wanted;
  if (tenant === null || priority === null)
    throw badFilter('The filter “outcome” needs “tenant” and “priority” beside it.');
  const { rows, next } = await listDecisions(database, {
    ...wanted,
    tenant,
    priority,
    limit: Math.min(MOST_DECISIONS, context.limits.requests),
  });
  return { tenant, priority, outcome, rows, next };
}

export interface DeadlineListData {
  /** Null: clocks of any risk. */
  risk: Deadline['risk'] | null;
  counts: Readonly<Record<Deadline['risk'], number>>;
  /** Next due first. */
  deadlines: readonly Deadline[];
  next: string | null;
  /** Decisions of this calendar year. */
  decisions: FirstRows<DecisionMetrics>;
  year: number;
  /** The requests behind one of the decisions' numbers; null where none was chosen. */
  listed: ListedDecisions | null;
  /** What is left to do, and with whom. */
  work: ShownWork;
  pauses: readonly RetryPause[];
}

export interface ListedDecisions {
  tenant: string;
  priority: DecisionMetrics['priority'];
  outcome: ListedOutcome;
  rows: readonly Decision[];
  next: string | null;
}

/** The regulator's clock: requests that have used up three quarters of their time, and how decisions went this year. */
export function DeadlineList({ data, context }: { data: DeadlineListData; context: ViewContext }) {
  const { deadlines, decisions, year, counts, risk, next } = data;
  const { links, tenant } = context;
  const all = deadlineRisks.reduce((sum, name) => sum + counts[name], 0);
  return (
    <section>
      <h1>Deadlines</h1>
      <p class="lead">
        <Total count={risk === null ? all : counts[risk]} one="undecided request" /> with less than a quarter
        of the time left, the next due first: 72 hours when expedited, seven days otherwise, unless the
        tenant’s policy says something else.
      </p>
      <Pauses pauses={data.pauses} now={context.now} />
      <Choices
        name="Risk"
        view="deadlines"
        parameters={{ tenant }}
        parameter="risk"
        chosen={risk}
        words={[
          { value: null, label: `all ${all.toLocaleString('en')}` },
          ...deadlineRisks.map((name) => ({
            value: name,
            label: `${deadlineRiskMarks[name].word} ${counts[name].toLocaleString('en')}`,
          })),
        ]}
        links={links}
      />
      {deadlines.length === 0 ? (
        <Empty>
          No decision is at risk. Three quarters of its time must be gone before a request is listed.
        </Empty>
      ) : (
        <ReportTable
          report={deadlinesReport}
          rows={deadlines}
          caption="Decisions at risk"
          question={presentQuestion(context)}
          context={context}
        />
      )}
      <NextPage next={next} place={{ view: 'deadlines', parameters: { tenant, risk } }} links={links}>
        Later ones
      </NextPage>
      <Work work={data.work} context={context} />
      <h2>Decisions in {year}</h2>
      {decisions.rows.length === 0 ? (
        <Empty>No decision was made in {year} so far.</Empty>
      ) : (
        <DecisionTable decisions={decisions.rows} links={links} />
      )}
      {decisions.left === 0 ? null : (
        <Caution>
          The tenants with the most decisions; {plural(decisions.left, 'more line')}{' '}
          {decisions.left === 1 ? 'is' : 'are'} not shown. Choose a tenant to see its own.
        </Caution>
      )}
      <Listed data={data} context={context} />
    </section>
  );
}

const boardTexts: Readonly<Record<Board, string>> = {
  pipe: 'in the pipe',
  desk: 'at a desk',
  delivery: 'to be delivered',
};

/** All that is undecided or undelivered, by board, time and who holds it. */
function Work({ work, context }: { work: ShownWork; context: ViewContext }) {
  const { board, held, due, counts, page } = work;
  const { links, tenant } = context;
  const count = (row: WorkCount, requests: number, within: Due | null) => {
    const parameters = { tenant, board: row.board, held: row.delegate ?? row.heldBy, due: within };
    return <CountLink count={requests} place={{ view: 'deadlines', parameters }} links={links} />;
  };
  return (
    <>
      <h2>Work list</h2>
      <p>
        <Total count={counts.requests} one="request" /> undecided, or decided and not delivered.
      </p>
      <Choices
        name="Board"
        view="deadlines"
        parameters={{ tenant, held, due }}
        parameter="board"
        chosen={board}
        words={[
          { value: null, label: 'every board' },
          ...boards.map((value) => ({ value, label: boardTexts[value] })),
        ]}
        links={links}
      />
      <Choices
        name="Due"
        view="deadlines"
        parameters={{ tenant, board, held }}
        parameter="due"
        chosen={due}
        words={[
          { value: null, label: 'due at any time' },
          ...dueWords.map((value) => ({ value, label: value === 'overdue' ? value : `within ${value}` })),
        ]}
        links={links}
      />
      {counts.rows.length === 0 ? (
        <Empty>Nothing of the kind is left to do.</Empty>
      ) : (
        <Table
          caption="By who holds it"
          rows={counts.rows}
          links={links}
          columns={[
            { name: 'Board', cell: (row) => boardTexts[row.board] },
            {
              name: 'Held by',
              heads: true,
              cell: ({ heldBy, delegate }) => <DataText value={delegate ?? heldBy} most={40} />,
            },
            { name: 'Requests', numeric: true, cell: (row) => count(row, row.requests, due) },
            { name: 'Overdue', numeric: true, cell: (row) => count(row, row.overdue, 'overdue') },
          ]}
        />
      )}
      {counts.left === 0 ? null : (
        <Caution>{plural(counts.left, 'more delegate')} not shown. Choose a tenant to see its own.</Caution>
      )}
      {page === null || page.rows.length === 0 ? null : (
        <ReportTable
          report={workTable}
          rows={page.rows}
          caption="Work list, the next due first"
          question={presentQuestion(context)}
          context={context}
        />
      )}
      <NextPage
        next={page?.next}
        place={{ view: 'deadlines', parameters: { tenant, board, held, due } }}
        links={links}
      >
        Later ones
      </NextPage>
    </>
  );
}

interface DecisionTableProps {
  decisions: readonly DecisionMetrics[];
  links: Links;
}

function DecisionTable({ decisions, links }: DecisionTableProps) {
  const count = ({ tenant, priority }: DecisionMetrics, outcome: ListedOutcome, requests: number) => (
    <CountLink
      count={requests}
      place={{ view: 'deadlines', parameters: { tenant, priority, outcome } }}
      links={links}
    />
  );
  const share = (part: number, { decided }: DecisionMetrics) =>
    part === 0 ? null : <div class="detail">{`${((part / decided) * 100).toFixed(1)} %`}</div>;
  return (
    <Table
      caption="Decisions of the year"
      rows={decisions}
      links={links}
      columns={[
        { name: 'Tenant', heads: true, cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
        { name: 'Priority', cell: ({ priority }) => priority },
        { name: 'Decided', numeric: true, cell: (row) => count(row, 'decided', row.decided) },
        {
          name: 'Approved',
          numeric: true,
          cell: (row) => (
            <>
              {count(row, 'approved', row.approved)}
              {share(row.approved, row)}
            </>
          ),
        },
        {
          name: 'In part',
          numeric: true,
          cell: (row) => (
            <>
              {count(row, 'partial', row.partial)}
              {share(row.partial, row)}
            </>
          ),
        },
        {
          name: 'Denied',
          numeric: true,
          cell: (row) => (
            <>
              {count(row, 'denied', row.denied)}
              {share(row.denied, row)}
            </>
          ),
        },
        {
          name: 'Late',
          numeric: true,
          cell: (row) =>
            row.onTime === null ? (
              <span class="muted">no limit</span>
            ) : (
              <>
                {count(row, 'late', row.decided - row.onTime)}
                {share(row.decided - row.onTime, row)}
              </>
            ),
        },
        { name: 'Mean time', numeric: true, cell: ({ meanSeconds }) => durationText(meanSeconds * 1_000) },
        {
          name: 'Median time',
          numeric: true,
          cell: ({ medianSeconds }) => durationText(medianSeconds * 1_000),
        },
      ]}
    />
  );
}

const outcomeTexts: Readonly<Record<ListedOutcome, string>> = {
  decided: 'decided',
  approved: 'approved',
  partial: 'approved in part',
  denied: 'denied',
  late: 'decided late',
};

function Listed({ data, context }: { data: DeadlineListData; context: ViewContext }) {
  const { listed, decisions } = data;
  if (listed === null) return <></>;
  const { now, links } = context;
  const { tenant, priority, outcome, rows, next } = listed;
  const row = decisions.rows.find((metrics) => metrics.tenant === tenant && metrics.priority === priority);
  const late = row === undefined || row.onTime === null ? 0 : row.decided - row.onTime;
  return (
    <>
      <h2>
        <Total count={outcome === 'late' ? late : (row?.[outcome] ?? 0)} one="request" />{' '}
        {outcomeTexts[outcome]}, {priority.toLowerCase()}, <DataText value={tenant} most={40} />
      </h2>
      {rows.length === 0 ? (
        <Empty>No such decision was made in {data.year}.</Empty>
      ) : (
        <Table
          caption="Requests decided"
          rows={rows}
          links={links}
          columns={[
            {
              name: 'Request',
              heads: true,
              cell: ({ pagwId }) => <RequestLink pagwId={pagwId} links={links} />,
            },
            { name: 'Status', cell: ({ status }) => status.replaceAll('_', ' ') },
            {
              name: 'Decided',
              numeric: true,
              cell: ({ decidedAt }) => <Relative at={decidedAt} now={now} />,
            },
            { name: 'After', numeric: true, cell: ({ seconds }) => durationText(seconds * 1_000) },
          ]}
        />
      )}
      <NextPage
        next={next}
        place={{ view: 'deadlines', parameters: { tenant, priority, outcome } }}
        links={links}
      >
        Older ones
      </NextPage>
    </>
  );
}
