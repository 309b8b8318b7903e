import {
  countEventsByTenant,
  type StageLatency,
  type StagePerformance,
  slowestStages,
  stageLatency,
  type TenantEvents,
} from '../../data-access/event-reports.ts';
import { DataText } from '../parts/data-text.tsx';
import { CountLink } from '../parts/links.tsx';
import { Empty } from '../parts/notice.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { stageRank } from '../parts/status-mark.tsx';
import { Table } from '../parts/table.tsx';
import { millisecondsText } from '../parts/time-text.tsx';
import type { ViewContext, ViewPage } from '../view-page.ts';
import { type ReportTime, readTime, sinceOf, timeText } from './report-time.ts';
import { TenantTable } from './tenant-table.tsx';
import { TimeChoices } from './time-choices.tsx';

const SLOWEST_SHOWN = 8;

export const latencyPage: ViewPage = {
  title: 'Latency',
  filters: ['time'],
  show: async ({ database, parameters, context }) => {
    const { tenant, now } = context;
    const time = readTime(parameters, '7d');
    const since = sinceOf(time, now);
    const [latency, slowest, tenants] = await Promise.all([
      stageLatency(database, { tenant, since }, now),
      slowestStages(database, { tenant, since }, SLOWEST_SHOWN),
      tenant === null ? countEventsByTenant(database, { since }) : null,
    ]);
    return <LatencyReport data={{ time, latency, slowest, tenants }} context={context} />;
  },
};

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

const ROW = 30;
const AXIS = 26;
/** Room at the right for the longest label. */
const SHARE = 0.93;
/** Powers of ten, and what people say beyond a minute. */
const TICKS = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000];

export interface LatencyChartProps {
  /** One a stage. */
  rows: readonly StageLatency[];
  label: string;
}

/** From p50 to p95 a bar, to the maximum a line; on a logarithmic axis, because stages differ a thousandfold. */
export function LatencyChart({ rows, label }: LatencyChartProps) {
  const highest = Math.max(...rows.map(({ maxMs }) => maxMs), 10);
  const lowest = Math.max(1, Math.min(...rows.map(({ p50Ms }) => p50Ms)));
  const from = TICKS.findLast((tick) => tick <= lowest) ?? 1;
  const place = (milliseconds: number) =>
    (Math.log(Math.max(milliseconds, from) / from) / Math.log(highest / from || 10)) * SHARE + 0.005;
  const at = (milliseconds: number) => `${(place(milliseconds) * 100).toFixed(2)}%`;
  const width = (left: number, right: number) => `${((place(right) - place(left)) * 100).toFixed(2)}%`;
  const height = AXIS + rows.length * ROW;
  return (
    <div class="gantt">
      <div class="gantt-stages" aria-hidden="true">
        {rows.map(({ stage }) => (
          <div>
            <DataText value={stage} most={24} />
          </div>
        ))}
      </div>
      <svg role="img" width="100%" height={height} aria-label={label}>
        <title>{label}</title>
        {TICKS.filter((tick) => tick >= from && tick <= highest).map((tick) => (
          <g>
            <line class="tick" x1={at(tick)} x2={at(tick)} y1={AXIS - 4} y2={height} />
            <text class="tick-label" x={at(tick)} dx={3} y={14}>
              {millisecondsText(tick).replace(/\.0+ /, ' ')}
            </text>
          </g>
        ))}
        {rows.map(({ stage, p50Ms, p95Ms, maxMs }, position) => {
          const middle = AXIS + position * ROW + ROW / 2;
          return (
            <g class="busy">
              <title>{`${stage.slice(0, 40)}: p50 ${millisecondsText(p50Ms)}, p95 ${millisecondsText(p95Ms)}, max ${millisecondsText(maxMs)}`}</title>
              <line class="reach" x1={at(p95Ms)} x2={at(maxMs)} y1={middle} y2={middle} />
              <line class="reach" x1={at(maxMs)} x2={at(maxMs)} y1={middle - 4} y2={middle + 4} />
              <rect class="bar" x={at(p50Ms)} y={middle - 6} width={width(p50Ms, p95Ms)} height={12} rx={2} />
              <line class="middle" x1={at(p50Ms)} x2={at(p50Ms)} y1={middle - 9} y2={middle + 9} />
            </g>
          );
        })}
      </svg>
    </div>
  );
}
