import type { StageLatency } from '../../data-access/query/stage-latency.ts';
import { DataText } from '../parts/data-text.tsx';
import { millisecondsText } from '../parts/time-text.tsx';

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
