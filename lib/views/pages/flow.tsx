import {
  type EndToEnd,
  type Flow,
  type FlowEdge,
  type FlowLanes,
  type FlowRows,
  type FlowVariant,
  flowLanes,
  listFlowRequests,
  pathKey,
  readFlow,
  type Took,
} from '../../data-access/flow.ts';
import { tookText } from '../../domain/words.ts';
import type { Place } from '../../reports/place.ts';
import { Choices } from '../parts/choices.tsx';
import { DataText } from '../parts/data-text.tsx';
import { CountLink, Total } from '../parts/links.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { badFilter, readText, readWord } from '../read-parameters.ts';
import type { ViewContext, ViewPage, ViewParameters } from '../view-page.ts';
import { FlowMap, percent } from './flow-map.tsx';
import { type ReportTime, readTime, sinceOf, timeText } from './report-time.ts';
import { type RequestInList, RequestList } from './request-list.tsx';
import { TimeChoices } from './time-choices.tsx';

const VARIANTS_SHOWN = 12;
const EDGES_SHOWN = 60;
const REQUESTS_SHOWN = 50;

/** What the page is asked for beside its rows. */
export interface FlowFilter {
  time: ReportTime;
  lanes: FlowLanes;
  type: string | null;
  priority: 'STANDARD' | 'EXPEDITED' | null;
}

export const flowPage: ViewPage = {
  title: 'Flow',
  filters: ['time', 'lanes', 'type', 'priority', 'from', 'to', 'path', 'reached'],
  show: async ({ database, parameters, context }) => {
    const { tenant, now } = context;
    const filter = readFilter(parameters);
    const rows = readRows(parameters);
    const query = {
      ...{ tenant, since: sinceOf(filter.time, now), lanes: filter.lanes },
      ...{ requestType: filter.type ?? undefined, priority: filter.priority ?? undefined },
    };
    if (rows === null)
      return <FlowReport data={{ filter, flow: await readFlow(database, query) }} context={context} />;
    const [flow, requests] = await Promise.all([
      readFlow(database, query),
      listFlowRequests(database, query, rows, REQUESTS_SHOWN),
    ]);
    return <FlowRequests data={{ filter, rows, count: countOf(flow, rows), requests }} context={context} />;
  },
};

function readFilter(parameters: ViewParameters): FlowFilter {
  return {
    time: readTime(parameters, '7d'),
    lanes: readWord(parameters, 'lanes', flowLanes) ?? 'main',
    type: readText(parameters, 'type'),
    priority: readWord(parameters, 'priority', ['STANDARD', 'EXPEDITED'] as const),
  };
}

/** Null: the report itself. */
function readRows(parameters: ViewParameters): FlowRows | null {
  const from = readText(parameters, 'from');
  const to = readText(parameters, 'to');
  const path = readText(parameters, 'path') ?? undefined;
  const reached = readWord(parameters, 'reached', ['answer', 'decision'] as const) ?? undefined;
  if ((from === null) !== (to === null)) throw badFilter('The filters “from” and “to” go together.');
  const handOver = from !== null && to !== null ? ([from, to] as const) : undefined;
  return handOver === undefined && path === undefined && reached === undefined
    ? null
    : { handOver, path, reached };
}

function countOf({ edges, variants, endToEnd }: Flow, { handOver, path, reached }: FlowRows): number {
  if (handOver !== undefined)
    return edges.find(({ from, to }) => from === handOver[0] && to === handOver[1])?.count ?? 0;
  if (path !== undefined) return variants.find((variant) => pathKey(variant.path) === path)?.count ?? 0;
  return (reached === 'answer' ? endToEnd.toAnswer : endToEnd.toDecision).count;
}

export interface FlowReportData {
  filter: FlowFilter;
  flow: Flow;
}

interface ReportProps {
  data: FlowReportData;
  context: ViewContext;
}

/** How requests move from stage to stage, and how long it takes. */
function FlowReport({ data, context }: ReportProps) {
  const { filter, flow } = data;
  const { links, tenant } = context;
  const { time, ...others } = filter;
  const clamped = flow.edges.reduce((sum, { clampedCount }) => sum + clampedCount, 0);
  return (
    <section>
      <h1>Flow</h1>
      <p class="lead">
        How requests move from stage to stage, in the order of recording, and how long they wait between.
        Requests last heard of in {timeText(time)}; counts are exact, medians and p95 within 3 %.
      </p>
      <TimeChoices view="flow" parameters={others} time={time} context={context} />
      <Choices
        name="Lanes"
        view="flow"
        parameters={{ tenant, ...filter }}
        parameter="lanes"
        chosen={filter.lanes}
        words={[
          { value: 'main', label: 'main lane' },
          { value: 'all', label: 'all lanes' },
        ]}
        links={links}
      />
      {flow.eventsNotCounted > 0 ? (
        <Caution>
          About {flow.eventsNotCounted.toLocaleString('en')} events recorded lately are not counted yet.
        </Caution>
      ) : null}
      {flow.requestCount === 0 ? (
        <Empty>
          No request was heard of in {timeText(time)}
          {filter.type === null && filter.priority === null ? '' : ' that is of this type and priority'}.
        </Empty>
      ) : (
        <>
          <FlowMap {...flow} />
          <p class="legend">
            Width: how many. Right: forward; left, dashed: back to an earlier stage. Red: a fifth or more
            failed. Labels: count and median wait.
          </p>
          <h2>From receipt</h2>
          <TookTable endToEnd={flow.endToEnd} filter={filter} context={context} />
          <h2>Hand-overs</h2>
          <EdgeTable edges={flow.edges} filter={filter} context={context} />
          {clamped > 0 ? (
            <Caution>
              {`${clamped.toLocaleString('en')} ${clamped === 1 ? 'wait was' : 'waits were'} below zero by the clocks of the services, and count as zero.`}
            </Caution>
          ) : null}
          <h2>Paths</h2>
          <VariantTable data={data} context={context} />
        </>
      )}
    </section>
  );
}

function rowsPlace(
  { time, lanes, type, priority }: FlowFilter,
  { tenant }: ViewContext,
  rows: Record<string, string>,
): Place {
  return { view: 'flow', parameters: { tenant, time, lanes, type, priority, ...rows } };
}

interface EdgeTableProps {
  edges: readonly FlowEdge[];
  filter: FlowFilter;
  context: ViewContext;
}

function EdgeTable({ edges, filter, context }: EdgeTableProps) {
  if (edges.length === 0) return <Empty>No request went from one stage to another.</Empty>;
  const share = (value: number) => (value === 0 ? <span class="none">–</span> : percent(value));
  return (
    <>
      <Table
        caption="Hand-overs"
        rows={edges.slice(0, EDGES_SHOWN)}
        columns={[
          { name: 'From', heads: true, cell: ({ from }) => <DataText value={from} most={64} /> },
          { name: 'To', cell: ({ to }) => <DataText value={to} most={64} /> },
          {
            name: 'Hand-overs',
            numeric: true,
            cell: ({ from, to, count }) => (
              <CountLink
                count={count}
                place={rowsPlace(filter, context, { from, to })}
                links={context.links}
              />
            ),
          },
          { name: 'Median wait', numeric: true, cell: ({ medianWaitMs }) => tookText(medianWaitMs) },
          { name: 'p95', numeric: true, cell: ({ p95WaitMs }) => tookText(p95WaitMs) },
          { name: 'Max', numeric: true, cell: ({ maxWaitMs }) => tookText(maxWaitMs) },
          { name: 'Failed', numeric: true, cell: ({ failedShare }) => share(failedShare) },
          { name: 'Went back', numeric: true, cell: ({ wentBackShare }) => share(wentBackShare) },
        ]}
      />
      {edges.length > EDGES_SHOWN ? (
        <p class="legend">{`The ${EDGES_SHOWN} most frequent of ${edges.length}; pagw report flow has all.`}</p>
      ) : null}
    </>
  );
}

interface TookTableProps {
  endToEnd: EndToEnd;
  filter: FlowFilter;
  context: ViewContext;
}

function TookTable({ endToEnd, filter, context }: TookTableProps) {
  const { toAnswer, toDecision, groups } = endToEnd;
  if (toAnswer.count === 0 && toDecision.count === 0)
    return <Empty>None of these requests was answered or decided.</Empty>;
  const all = { requestType: filter.type, priority: filter.priority, toAnswer, toDecision, isAll: true };
  const rows = [all, ...groups.map((group) => ({ ...group, isAll: false }))];
  const cell = (of: (row: (typeof rows)[number]) => Took, measure: 'p50Ms' | 'p95Ms') => ({
    name: measure === 'p50Ms' ? 'p50' : 'p95',
    numeric: true,
    cell: (row: (typeof rows)[number]) => {
      const ms = of(row)[measure];
      return ms === null ? <span class="none">–</span> : tookText(ms);
    },
  });
  const count = (name: string, reached: 'answer' | 'decision', of: (row: (typeof rows)[number]) => Took) => ({
    name,
    numeric: true,
    cell: (row: (typeof rows)[number]) => {
      const { requestType, priority } = row;
      const isNamed = row.isAll || (requestType !== null && priority !== null);
      const narrowed = {
        ...filter,
        type: requestType,
        priority: priority as FlowFilter['priority'],
      };
      // What no type or priority is known of has no filter that names it: its rows are among all.
      return isNamed ? (
        <CountLink
          count={of(row).count}
          place={rowsPlace(narrowed, context, { reached })}
          links={context.links}
        />
      ) : (
        <span class="muted">{`${of(row).count.toLocaleString('en')} of all`}</span>
      );
    },
  });
  return (
    <Table
      caption="Time from receipt to an answer and to a decision"
      rows={rows}
      columns={[
        {
          name: 'Type',
          heads: true,
          cell: ({ isAll, requestType }) =>
            isAll ? 'All' : requestType === null ? 'not stated' : <DataText value={requestType} most={64} />,
        },
        {
          name: 'Priority',
          cell: ({ isAll, priority }) => (isAll ? 'all' : (priority?.toLowerCase() ?? 'not stated')),
        },
        count('Answered', 'answer', ({ toAnswer }) => toAnswer),
        cell(({ toAnswer }) => toAnswer, 'p50Ms'),
        cell(({ toAnswer }) => toAnswer, 'p95Ms'),
        count('Decided', 'decision', ({ toDecision }) => toDecision),
        cell(({ toDecision }) => toDecision, 'p50Ms'),
        cell(({ toDecision }) => toDecision, 'p95Ms'),
      ]}
    />
  );
}

function VariantTable({ data, context }: ReportProps) {
  const { filter, flow } = data;
  const shown = flow.variants.slice(0, VARIANTS_SHOWN);
  const expected =
    (flow.variants.find(({ openCount, count }) => openCount < count) ?? flow.variants[0])?.path ?? [];
  return (
    <>
      <Table
        caption="Paths that requests took"
        rows={shown}
        columns={[
          {
            name: 'Requests',
            numeric: true,
            cell: ({ path, count }) => (
              <CountLink
                count={count}
                place={rowsPlace(filter, context, { path: pathKey(path) })}
                links={context.links}
              />
            ),
          },
          { name: 'Share', numeric: true, cell: ({ share }) => percent(share) },
          {
            name: 'In flight',
            numeric: true,
            cell: ({ openCount, count }) =>
              openCount === 0 ? <span class="none">–</span> : percent(openCount / count),
          },
          {
            name: 'Leaves the expected path',
            cell: (variant) => <Leaving variant={variant} expected={expected} />,
          },
          {
            name: 'Path',
            wide: true,
            cell: ({ path }) => <Path path={path} expected={expected} />,
          },
        ]}
      />
      <p class="legend">
        {`${shown.length.toLocaleString('en')} of ${flow.variantCount.toLocaleString('en')} paths of ${flow.requestCount.toLocaleString('en')} requests. Expected is the most frequent path of requests that were answered, else of all.`}
      </p>
    </>
  );
}

/** The first stage in which two paths differ. */
function leavesAt(path: readonly string[], expected: readonly string[]): number {
  const place = path.findIndex((stage, at) => stage !== expected[at]);
  return place === -1 ? path.length : place;
}

function Leaving({ variant: { path }, expected }: { variant: FlowVariant; expected: readonly string[] }) {
  const at = leavesAt(path, expected);
  if (at === path.length && at === expected.length) return <span class="muted">is it</span>;
  const before = path[at - 1];
  const after = path[at];
  return (
    <span class="fields">
      {before === undefined ? (
        'begins elsewhere'
      ) : (
        <span>
          {after === undefined ? 'ends' : 'goes on'} after <DataText value={before} most={64} />
        </span>
      )}
      {after === undefined ? null : (
        <span>
          to <DataText value={after} most={64} />
        </span>
      )}
    </span>
  );
}

const PATH_SHOWN = 24;

function Path({ path, expected }: { path: readonly string[]; expected: readonly string[] }) {
  const at = leavesAt(path, expected);
  return (
    <ol class="path">
      {path.slice(0, PATH_SHOWN).map((stage, place) => (
        <li class={place === at ? 'leaves' : undefined}>
          <DataText value={stage} most={64} />
        </li>
      ))}
      {path.length > PATH_SHOWN ? <li>{`${path.length - PATH_SHOWN} more`}</li> : null}
    </ol>
  );
}

export interface FlowRequestsData {
  filter: FlowFilter;
  rows: FlowRows;
  /** As the number that led here says it. */
  count: number;
  requests: readonly RequestInList[];
}

/** The requests behind a number of the flow. */
function FlowRequests({ data, context }: { data: FlowRequestsData; context: ViewContext }) {
  const { filter, rows, count, requests } = data;
  const { time, ...others } = filter;
  const { handOver, path, reached } = rows;
  const shownAll = requests.length < REQUESTS_SHOWN;
  const parameters = {
    ...others,
    ...{ from: handOver?.[0] ?? null, to: handOver?.[1] ?? null },
    ...{ path: path ?? null, reached: reached ?? null },
  };
  return (
    <section>
      <h1>Flow</h1>
      <p class="lead">
        {handOver === undefined ? (
          <Total count={count} one="request" />
        ) : (
          <>
            <Total count={count} one="hand-over" />
            {shownAll ? (
              <>
                {' of '}
                <Total count={requests.length} one="request" />
              </>
            ) : null}
            , from <DataText value={handOver[0]} most={64} /> to <DataText value={handOver[1]} most={64} />
          </>
        )}
        {path === undefined ? '' : ' that took this path'}
        {reached === undefined ? '' : reached === 'answer' ? ' answered' : ' decided'}
        {', last heard of in '}
        {timeText(time)}. {context.links.link(rowsPlace(filter, context, {}), 'All of the flow')}
      </p>
      <TimeChoices view="flow" parameters={parameters} time={time} context={context} />
      {requests.length === 0 ? (
        <Empty>No request of {timeText(time)} moved so.</Empty>
      ) : (
        <>
          <RequestList requests={requests} context={context} />
          {shownAll ? null : <p class="legend">{`The ${REQUESTS_SHOWN} heard of last.`}</p>}
        </>
      )}
    </section>
  );
}
