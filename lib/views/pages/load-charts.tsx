import type { LoadSlice } from '../../data-access/load.ts';
import type { Place } from '../../reports/report.ts';
import { Empty } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { wallClock } from '../parts/time-text.tsx';
import type { ViewContext } from '../view-page.ts';
import { type ReportTime, timeText } from './report-time.tsx';

/** A span in slices of equal length, and the same hours earlier, aligned with it. */
export interface LoadData {
  time: ReportTime;
  stepHours: number;
  /** When each slice starts, oldest first. */
  starts: readonly Date[];
  current: readonly (LoadSlice | undefined)[];
  /** What it is compared with: `yesterday` and its slices. */
  earlier: readonly { name: string; slices: readonly (LoadSlice | undefined)[] }[];
}

type Measure = Exclude<keyof LoadSlice, 'at'>;

interface LoadLine {
  measure: Measure;
  name: string;
  /** Counts add up over a span; levels have a most. */
  adds: boolean;
  /** Known from samples alone: where there is none, nothing is known. */
  sampled?: true;
  view: Place['view'];
  parameters?: Record<string, string>;
  /** The view's filter that narrows it to the span. */
  narrowedBy?: 'time' | 'received';
}

const LINES: readonly LoadLine[] = [
  { measure: 'events', name: 'Events', adds: true, view: 'distribution', narrowedBy: 'time' },
  { measure: 'failures', name: 'Failures', adds: true, view: 'failures', narrowedBy: 'time' },
  {
    measure: 'received',
    name: 'Received',
    adds: true,
    sampled: true,
    view: 'search',
    narrowedBy: 'received',
  },
  {
    measure: 'answered',
    name: 'Answered',
    adds: true,
    view: 'flow',
    parameters: { reached: 'answer' },
    narrowedBy: 'time',
  },
  {
    measure: 'inFlight',
    name: 'In flight',
    adds: false,
    sampled: true,
    view: 'search',
    parameters: { open: 'yes' },
  },
  { measure: 'stuck', name: 'Stuck', adds: false, sampled: true, view: 'stuck' },
  { measure: 'retriesWaiting', name: 'Waiting for a retry', adds: false, sampled: true, view: 'retries' },
];

/** A chart a measure, the earlier spans behind it, and a table of all of them. */
export function LoadCharts({ data, context }: { data: LoadData; context: ViewContext }) {
  if (data.current.every((slice) => slice === undefined))
    return <Empty>Nothing was recorded in {timeText(data.time)}.</Empty>;
  return (
    <>
      <ul class="loads">
        {LINES.map((line) => (
          <li>
            <LoadChart line={line} data={data} context={context} />
          </li>
        ))}
      </ul>
      <p class="legend">
        <span class="key now-key" /> {timeText(data.time)}
        {data.earlier.map(({ name }, place) => (
          <>
            <span class={`key ${place === 0 ? 'before-key' : 'long-key'}`} /> {name}
          </>
        ))}
        . Received, in flight, stuck and waiting are known from samples, a quarter of an hour apart: what was
        received is added up to now, of the others the most that a sample found is shown.
      </p>
      <details>
        <summary>The numbers</summary>
        <LoadTable data={data} context={context} />
      </details>
    </>
  );
}

const WIDTH = 240;
const HEIGHT = 56;

function LoadChart({ line, data, context }: { line: LoadLine; data: LoadData; context: ViewContext }) {
  const { measure, name, adds, sampled = false, view, narrowedBy } = line;
  const { tenant, links } = context;
  const valuesOf = (slices: readonly (LoadSlice | undefined)[]) =>
    slices.map((slice) => slice?.[measure] ?? (slice === undefined && adds && !sampled ? 0 : null));
  const now = valuesOf(data.current);
  const earlier = data.earlier.map(({ name, slices }) => ({ name, values: valuesOf(slices) }));
  const most = Math.max(
    1,
    ...[now, ...earlier.map(({ values }) => values)].flat().map((value) => value ?? 0),
  );
  const total = (values: readonly (number | null)[]) =>
    adds ? sum(values) : Math.max(0, ...values.map((value) => value ?? 0));
  const figure = isKnown(now) ? `${number(total(now))}${adds ? '' : ' at most'}` : '–';
  const comparison = [
    ...(isKnown(now) ? sampledSince(now, data, context) : ['not sampled']),
    ...earlier.flatMap(({ name, values }) => (isKnown(values) ? `${number(total(values))} ${name}` : [])),
  ].join(', ');
  const label = `${name} in ${timeText(data.time)}: ${figure}; ${comparison}`;
  const parameters = {
    tenant,
    ...line.parameters,
    ...(narrowedBy === undefined ? {} : { [narrowedBy]: data.time }),
  };
  return (
    <div class="load">
      <div class="load-name">{links.link({ view, parameters }, name)}</div>
      <div class="load-figure">
        <strong class="num">{figure}</strong> <span class="muted">{comparison}</span>
      </div>
      <svg
        role="img"
        class="load-chart"
        width="100%"
        height={HEIGHT}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-label={label}
      >
        <title>{label}</title>
        {earlier
          .map(({ values }, place) => (
            <path class={place === 0 ? 'before' : 'long-before'} d={lineOf(values, most)} />
          ))
          .reverse()}
        <path class="now-line" d={lineOf(now, most)} />
      </svg>
    </div>
  );
}

function isKnown(values: readonly (number | null)[]): boolean {
  return values.some((value) => value !== null);
}

/** Of what was not sampled from the span's start on: since when it was. */
function sampledSince(
  values: readonly (number | null)[],
  { starts, stepHours }: LoadData,
  { zone }: ViewContext,
): string[] {
  const first = values.findIndex((value) => value !== null);
  const at = starts[first];
  if (first <= 0 || at === undefined) return [];
  return [`since ${stepHours < 24 ? wallClock(at, zone).slice(5, 16) : wallClock(at, 'UTC').slice(0, 10)}`];
}

function lineOf(values: readonly (number | null)[], most: number): string {
  const step = values.length > 1 ? (WIDTH - 2) / (values.length - 1) : 0;
  const isAlone = (place: number) =>
    (values[place - 1] ?? null) === null && (values[place + 1] ?? null) === null;
  let path = '';
  let isOpen = false;
  for (const [place, value] of values.entries()) {
    if (value !== null)
      path += `${isOpen ? 'L' : 'M'}${(1 + place * step).toFixed(1)} ${(HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1)}`;
    // A value between two that are not known has no line to it: a mark instead.
    if (value !== null && isAlone(place)) path += place === 0 ? 'h3' : 'h-3';
    isOpen = value !== null;
  }
  return path === '' ? 'M0 0' : path;
}

function LoadTable({ data, context }: { data: LoadData; context: ViewContext }) {
  const { starts, current, stepHours } = data;
  // Days are whole in UTC only.
  const zone = stepHours < 24 ? context.zone : 'UTC';
  const rows = starts.map((at, place) => ({ at, slice: current[place] })).reverse();
  return (
    <Table
      caption="Load over time"
      rows={rows}
      links={context.links}
      columns={[
        {
          name: stepHours < 24 ? `From (${zone})` : 'Day (UTC)',
          heads: true,
          cell: ({ at }) => (
            <time datetime={at.toISOString()}>{wallClock(at, zone).slice(0, stepHours < 24 ? 16 : 10)}</time>
          ),
        },
        ...LINES.map(({ measure, name }) => ({
          name,
          numeric: true,
          // No view lists one slice: the charts above lead to the span's rows.
          cell: ({ slice }: { at: Date; slice: LoadSlice | undefined }) => (
            <span class="num">{slice?.[measure] == null ? '–' : number(slice[measure])}</span>
          ),
        })),
      ]}
    />
  );
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
