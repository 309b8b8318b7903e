import {
  countEventsByTenant,
  type StageLatency,
  type StagePerformance,
  type TenantEvents,
} from '../../data-access/event-reports.ts';
import type { FirstRows } from '../../data-access/page.ts';
import { roundText, tookText } from '../../domain/words.ts';
import { latency } from '../../reports/latency.ts';
import { leftText, type ReportAnswer } from '../../reports/report.ts';
import { slowest } from '../../reports/slowest.ts';
import { DataText } from '../parts/data-text.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import { ReportTable } from '../parts/report-table.tsx';
import type { ViewContext, ViewPage } from '../view-page.ts';
import { pageQuestion, type ReportTime, readTime, TimeChoices, timeText } from './report-time.tsx';
import { TenantTable } from './tenant-table.tsx';

const SLOWEST_SHOWN = 8;

export const latencyPage: ViewPage = {
  title: 'Latency',
  filters: ['time'],
  show: async ({ database, parameters, context }) => {
    const time = readTime(parameters, '7d');
    const question = pageQuestion(time, context);
    const [stages, events, tenants] = await Promise.all([
      latency.read(database, question),
      slowest.read(database, { ...question, limit: SLOWEST_SHOWN }),
      context.tenant === null ? countEventsByTenant(database, question) : null,
    ]);
    const data = { time, latency: stages, slowest: events.rows, tenants };
    return <LatencyReport data={data} context={context} />;
  },
};

export interface LatencyReportData {
  time: ReportTime;
  latency: ReportAnswer<StageLatency>;
  slowest: readonly StagePerformance[];
  /** Null where the report is of one tenant. */
  tenants: FirstRows<TenantEvents> | null;
}

/** How long each stage's completed work took. */
export function LatencyReport({ data, context }: { data: LatencyReportData; context: ViewContext }) {
  const { time, tenants } = data;
  const { rows, left } = data.latency;
  const unshown = leftText(latency, left);
  const question = pageQuestion(time, context);
  return (
    <section>
      <h1>Latency</h1>
      <p class="lead">
        Completed work by stage, from the durations that services state. Bar: p50 to p95; line: to the
        maximum. Within 3 % of exact.
      </p>
      <TimeChoices view="latency" time={time} context={context} />
      {rows.length === 0 ? (
        <Empty>No completed event of {timeText(time)} states how long it took.</Empty>
      ) : (
        <>
          <LatencyChart
            rows={rows}
            label={`Latency of ${rows.length} stages; the table below has the numbers`}
          />
          <div class="gap" />
          <ReportTable
            report={latency}
            rows={rows}
            caption="Latency by stage"
            question={question}
            context={context}
          />
          {unshown === undefined ? null : <Caution>{unshown}. Choose a shorter time to see more.</Caution>}
          <h2>Slowest events on average</h2>
          <ReportTable
            report={slowest}
            rows={data.slowest}
            caption="Slowest events on average"
            question={question}
            context={context}
          />
        </>
      )}
      <TenantTable view="latency" time={time} tenants={tenants} context={context} />
    </section>
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
function LatencyChart({ rows, label }: LatencyChartProps) {
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
              {roundText(tick)}
            </text>
          </g>
        ))}
        {rows.map(({ stage, p50Ms, p95Ms, maxMs }, position) => {
          const middle = AXIS + position * ROW + ROW / 2;
          return (
            <g class="busy">
              <title>{`${stage.slice(0, 40)}: p50 ${tookText(p50Ms)}, p95 ${tookText(p95Ms)}, max ${tookText(maxMs)}`}</title>
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
