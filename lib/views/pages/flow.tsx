import {
  type Flow,
  type FlowLanes,
  type FlowRows,
  flowLanes,
  listFlowRequests,
  pathKey,
} from '../../data-access/flow.ts';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import { canonicalStage } from '../../domain/event-catalogue.ts';
import { pagwCommand } from '../../domain/printable-text.ts';
import { type Priority, priorities } from '../../domain/tracked-event.ts';
import { plural } from '../../domain/words.ts';
import {
  flowCautions,
  flowPlace,
  flowQuery,
  flow as flowReport,
  fromReceipt,
  fromReceiptRows,
  paths,
  readFlowOf,
} from '../../reports/flow.ts';
import type { ReportQuestion, TabularReport } from '../../reports/report.ts';
import { DataText } from '../parts/data-text.tsx';
import { Choices, Total } from '../parts/links.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import { ReportTable } from '../parts/report-table.tsx';
import { badFilter, readText, readWord } from '../read-parameters.ts';
import type { ViewContext, ViewPage, ViewParameters } from '../view-page.ts';
import { FlowMap } from './flow-map.tsx';
import { pageQuestion, type ReportTime, readTime, TimeChoices, timeText } from './report-time.tsx';
import { type RequestInList, RequestList } from './request-list.tsx';

const PATHS_SHOWN = 12;
const EDGES_SHOWN = 60;
const REQUESTS_SHOWN = 50;

/** What the page is asked for beside its rows. */
export interface FlowFilter {
  time: ReportTime;
  lanes: FlowLanes;
  type: string | null;
  priority: Priority | null;
}

export const flowPage: ViewPage = {
  title: 'Flow',
  filters: ['time', 'lanes', 'type', 'priority', 'from', 'to', 'path', 'reached'],
  show: async ({ database, parameters, context }) => {
    const filter = readFilter(parameters);
    const rows = readRows(parameters);
    const question = questionOf(filter, context);
    if (rows === null)
      return <FlowReport data={{ filter, flow: await readFlowOf(database, question) }} context={context} />;
    for (const stage of rows.handOver ?? []) await refuseUnknownNames(database, { stage });
    const [flow, requests] = await Promise.all([
      readFlowOf(database, question),
      listFlowRequests(database, flowQuery(question), rows, REQUESTS_SHOWN),
    ]);
    return <FlowRequests data={{ filter, rows, count: countOf(flow, rows), requests }} context={context} />;
  },
};

function questionOf({ time, lanes, type, priority }: FlowFilter, context: ViewContext): ReportQuestion {
  const filters = { lanes, type: type ?? undefined, priority: priority ?? undefined };
  return { ...pageQuestion(time, context), filters };
}

function readFilter(parameters: ViewParameters): FlowFilter {
  return {
    time: readTime(parameters, '7d'),
    lanes: readWord(parameters, 'lanes', flowLanes) ?? 'main',
    type: readText(parameters, 'type'),
    priority: readWord(parameters, 'priority', priorities),
  };
}

/** Null: the report itself. */
function readRows(parameters: ViewParameters): FlowRows | null {
  const from = canonicalStage(readText(parameters, 'from'));
  const to = canonicalStage(readText(parameters, 'to'));
  const path = readText(parameters, 'path') ?? undefined;
  if (path !== undefined && !/^[0-9a-f]{32}$/.test(path))
    throw badFilter('The filter “path” is what the list of paths links to.');
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
  const question = questionOf(filter, context);
  return (
    <section>
      <h1>Flow</h1>
      <p class="lead">
        How requests move from stage to stage, in the order of recording, and how long they wait between.
        Requests whose latest event is of {timeText(time)}; counts are exact, medians and p95 within 3 %.
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
      {flowCautions(flow).map((caution) => (
        <Caution>{caution}</Caution>
      ))}
      {flow.requestCount === 0 ? (
        <Empty>
          No request had an event in {timeText(time)}
          {filter.type === null && filter.priority === null ? '' : ' that is of this type and priority'}.
        </Empty>
      ) : (
        <>
          <FlowMap {...flow} />
          <h2>From receipt</h2>
          <FilledTable table={fromReceipt} rows={fromReceiptRows(flow.endToEnd)} {...{ question, context }} />
          <h2>Hand-overs</h2>
          <FilledTable
            table={{ ...flowReport, empty: 'No request went from one stage to another.' }}
            rows={flow.edges.slice(0, EDGES_SHOWN)}
            {...{ question, context }}
          />
          {flow.edges.length > EDGES_SHOWN ? (
            <p class="legend">
              {`The ${EDGES_SHOWN} most frequent of ${flow.edges.length}; `}
              {links.command(pagwCommand('report flow', [], tenant === null ? {} : { tenant }))} has all.
            </p>
          ) : null}
          <h2>Paths</h2>
          <FilledTable table={paths} rows={flow.variants.slice(0, PATHS_SHOWN)} {...{ question, context }} />
          <p class="legend">
            {`${Math.min(PATHS_SHOWN, flow.variants.length)} of ${plural(flow.variantCount, 'path')} of ${plural(flow.requestCount, 'request')}. Expected is the most frequent path of requests that were answered, else of all.`}
          </p>
        </>
      )}
    </section>
  );
}

interface FilledTableProps<Row extends object> {
  table: TabularReport<Row>;
  rows: readonly Row[];
  question: ReportQuestion;
  context: ViewContext;
}

function FilledTable<Row extends object>({ table, rows, question, context }: FilledTableProps<Row>) {
  if (rows.length === 0) return <Empty>{table.empty}</Empty>;
  const { title = '' } = table;
  return <ReportTable report={table} rows={rows} caption={title} question={question} context={context} />;
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
        {', whose latest event is of '}
        {timeText(time)}. {context.links.link(flowPlace(questionOf(filter, context), {}), 'All of the flow')}
      </p>
      <TimeChoices view="flow" parameters={parameters} time={time} context={context} />
      {requests.length === 0 ? (
        <Empty>No request of {timeText(time)} moved so.</Empty>
      ) : (
        <>
          <RequestList requests={requests} context={context} />
          {shownAll ? null : <p class="legend">{`The ${REQUESTS_SHOWN} with the latest events.`}</p>}
        </>
      )}
    </section>
  );
}
