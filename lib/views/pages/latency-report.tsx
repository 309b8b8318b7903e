import type { TenantEvents } from '../../data-access/query/count-events.ts';
import type { StagePerformance } from '../../data-access/query/slowest-stages.ts';
import type { StageLatency } from '../../data-access/query/stage-latency.ts';
import { CountLink } from '../parts/count-link.tsx';
import { DataText } from '../parts/data-text.tsx';
import { Empty } from '../parts/notice.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { stageRank } from '../parts/stage-rank.ts';
import { Table } from '../parts/table.tsx';
import { millisecondsText } from '../parts/time-text.tsx';
import type { ViewContext } from '../view-context.ts';
import { LatencyChart } from './latency-chart.tsx';
import { type ReportTime, timeText } from './report-time.ts';
import { TenantTable } from './tenant-table.tsx';
import { TimeChoices } from './time-choices.tsx';

export interface LatencyReportData {
  time: ReportTime;
  latency: readonly StageLatency[];
  slowest: readonly StagePerformance[];
  /** Null where the report is of one tenant. */
  tenants: readonly TenantEvents[] | null;
}

/** How long each stage's completed work took. */
export function LatencyReport({ data, context }: { data: LatencyReportData; context: ViewContext }) {
  const { time, latency, tenants } = data;
  const whole = latency.toSorted((one, other) => stageRank(one.stage) - stageRank(other.stage));
  return (
    <section>
      <h1>Latency</h1>
      <p class="lead">
        Completed work by stage, from the durations that services state. Bar: p50 to p95; line: to the
        maximum. Within 3 % of exact.
      </p>
      <TimeChoices view="latency" time={time} context={context} />
      {whole.length === 0 ? (
        <Empty>No completed event of {timeText(time)} states how long it took.</Empty>
      ) : (
        <>
          <LatencyChart
            rows={whole}
            label={`Latency of ${whole.length} stages; the table below has the numbers`}
          />
          <div class="gap" />
          <LatencyTable rows={whole} data={data} context={context} />
          <h2>Slowest events on average</h2>
          <SlowestTable data={data} context={context} />
        </>
      )}
      <TenantTable view="latency" time={time} tenants={tenants} context={context} />
    </section>
  );
}

interface LatencyTableProps {
  rows: readonly StageLatency[];
  data: LatencyReportData;
  context: ViewContext;
}

function LatencyTable({ rows, data, context }: LatencyTableProps) {
  const { time } = data;
  const { links, tenant } = context;
  const starts = [...new Set(rows.flatMap(({ slices }) => slices.map(({ at }) => at.getTime())))].sort(
    (a, b) => a - b,
  );
  return (
    <Table
      caption="Latency by stage"
      rows={rows}
      columns={[
        { name: 'Stage', heads: true, cell: ({ stage }) => <DataText value={stage} most={40} /> },
        {
          name: 'Completed',
          numeric: true,
          cell: ({ stage, count }) => (
            <CountLink
              count={count}
              place={{
                view: 'search',
                parameters: { tenant, stage, status: 'COMPLETED', timed: 'yes', time },
              }}
              links={links}
            />
          ),
        },
        { name: 'p50', numeric: true, cell: ({ p50Ms }) => millisecondsText(p50Ms) },
        { name: 'p95', numeric: true, cell: ({ p95Ms }) => millisecondsText(p95Ms) },
        { name: 'Max', numeric: true, cell: ({ maxMs }) => millisecondsText(maxMs) },
        {
          name: 'p95 over time',
          cell: ({ stage, slices }) => (
            <Sparkline
              values={starts.map((start) => slices.find(({ at }) => at.getTime() === start)?.p95Ms ?? null)}
              label={`p95 of ${stage.slice(0, 40)} in ${starts.length} slices of time`}
            />
          ),
        },
      ]}
    />
  );
}

function SlowestTable({ data, context }: { data: LatencyReportData; context: ViewContext }) {
  const { links, tenant } = context;
  return (
    <Table
      caption="Slowest events on average"
      rows={data.slowest}
      columns={[
        {
          name: 'Event',
          heads: true,
          cell: ({ eventType }) => <DataText value={eventType} most={48} mono />,
        },
        { name: 'Stage', cell: ({ stage }) => <DataText value={stage} most={40} /> },
        {
          name: 'Completed',
          numeric: true,
          cell: ({ occurrences, stage, eventType }) => (
            <CountLink
              count={occurrences}
              place={{
                view: 'search',
                parameters: {
                  tenant,
                  stage,
                  type: eventType,
                  status: 'COMPLETED',
                  timed: 'yes',
                  time: data.time,
                },
              }}
              links={links}
            />
          ),
        },
        { name: 'Average', numeric: true, cell: ({ avgMs }) => millisecondsText(avgMs) },
        { name: 'p95', numeric: true, cell: ({ p95Ms }) => millisecondsText(p95Ms) },
        { name: 'Max', numeric: true, cell: ({ maxMs }) => millisecondsText(maxMs) },
      ]}
    />
  );
}
