import type { Flow, FlowEdge, FlowStage } from '../../data-access/flow.ts';
import { plural, tookText } from '../../domain/words.ts';

/** More would hide each other; the table has all. */
const STAGES_SHOWN = 16;
/** What is drawn stands where these make it stand. */
const STAGES_ORDERED = 32;
const EDGES_SHOWN = 40;
const EDGES_LABELLED = 12;

const PITCH = 62;
const BOX = { height: 36, narrowest: 250, widest: 430 };
/** Of a capital letter of a name. */
const LETTER_WIDTH = 8.4;
/** Beside what reaches out farthest, for its label. */
const LABEL_WIDTH = 110;
const TOP = 8;
/** From here on a stage or a hand-over is drawn as a troubled one. */
const TROUBLED_SHARE = 0.2;

type FlowMapProps = Pick<Flow, 'stages' | 'edges' | 'variants'>;

/** Stages from top to bottom as requests pass them; hand-overs forward at the right, back at the left, as wide as they are many. */
export function FlowMap({ stages, edges, variants }: FlowMapProps) {
  const mostVisited = new Set(stages.slice(0, STAGES_SHOWN));
  const shown = inOrder(stages.slice(0, STAGES_ORDERED), edges, variants).filter((stage) =>
    mostVisited.has(stage),
  );
  const rows = new Map(shown.map(({ stage }, row) => [stage, row]));
  const drawn = edges.filter(({ from, to }) => rows.has(from) && rows.has(to)).slice(0, EDGES_SHOWN);
  const most = Math.max(1, ...drawn.map(({ count }) => count));
  const longest = Math.max(0, ...shown.map(({ stage }) => stage.length));
  const boxWidth = Math.min(BOX.widest, Math.max(BOX.narrowest, 20 + Math.ceil(LETTER_WIDTH * longest)));
  const places = drawn.map((edge) => placeOf(rows.get(edge.from) ?? 0, rows.get(edge.to) ?? 0));
  const farthest = (back: boolean) =>
    Math.max(0, ...places.filter(({ goesBack }) => goesBack === back).map(({ reach }) => reach));
  const [left, right] = [farthest(true), farthest(false)].map((reach) =>
    reach === 0 ? 8 : reach + LABEL_WIDTH,
  ) as [number, number];
  const arcs = drawn.map((edge, place) => ({ edge, ...draw(places[place] as Place, left, boxWidth) }));
  const width = left + boxWidth + right;
  const height = TOP + shown.length * PITCH - (PITCH - BOX.height) + 12;
  const label = `Hand-overs between ${shown.length} stages; the tables below have the numbers`;
  return (
    <>
      <section class="scroll" tabindex={0} aria-label="Map of hand-overs">
        <svg
          role="img"
          class="flow-map"
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          aria-label={label}
        >
          <title>{label}</title>
          {arcs.map((arc) => (
            <Arc {...arc} weight={arc.edge.count / most} />
          ))}
          {shown.map((stage, row) => (
            <Node stage={stage} row={row} x={left} width={boxWidth} />
          ))}
          {arcs.slice(0, EDGES_LABELLED).map(({ edge, label: { x, y, anchor } }) => (
            <text class="hand-over-label" x={x} y={y} text-anchor={anchor}>
              {`${edge.count.toLocaleString('en')} · ${tookText(edge.medianWaitMs)}`}
            </text>
          ))}
        </svg>
      </section>
      <p class="legend">
        Width: how many. Right: forward; left, dashed: back to an earlier stage. Red: a fifth or more failed.
        Labels: count and median wait.{' '}
        {shown.length < stages.length || drawn.length < edges.length
          ? `Drawn: the ${shown.length} most visited of ${plural(stages.length, 'stage')}, and ${drawn.length} of the ${edges.length} pairs that requests went between.`
          : null}
      </p>
    </>
  );
}

interface NodeProps {
  stage: FlowStage;
  row: number;
  x: number;
  width: number;
}

function Node({ stage: { stage, visits, failed, open }, row, x, width }: NodeProps) {
  const y = TOP + row * PITCH;
  const details = [
    `${visits.toLocaleString('en')} ${visits === 1 ? 'visit' : 'visits'}`,
    ...(failed > 0 ? [`${percent(failed / visits)} failed`] : []),
    ...(open > 0 ? [`${open.toLocaleString('en')} open here`] : []),
  ].join(' · ');
  return (
    <g class={failed / visits >= TROUBLED_SHARE ? 'bad' : 'busy'}>
      <title>{`${stage}: ${details}`}</title>
      <rect class="stage" x={x} y={y} width={width} height={BOX.height} rx={6} />
      <text class="stage-name" x={x + 10} y={y + 15}>
        {cut(stage, Math.floor((width - 20) / LETTER_WIDTH))}
      </text>
      <text x={x + 10} y={y + 29}>
        {details}
      </text>
    </g>
  );
}

interface Drawn {
  goesBack: boolean;
  path: string;
  head: string;
  label: { x: number; y: number; anchor: 'start' | 'end' };
}

interface ArcProps extends Drawn {
  edge: FlowEdge;
  /** Its count as a share of the largest. */
  weight: number;
}

function Arc({ edge, goesBack, path, head, weight }: ArcProps) {
  const width = (1 + 5 * Math.sqrt(weight)).toFixed(1);
  const tone = edge.failedShare >= TROUBLED_SHARE ? 'bad' : goesBack ? 'retry' : 'busy';
  const name = `${edge.from} to ${edge.to}: ${edge.count.toLocaleString('en')}, median wait ${tookText(edge.medianWaitMs)}, p95 ${tookText(edge.p95WaitMs)}`;
  return (
    <g class={tone}>
      <title>{name}</title>
      <path class={goesBack ? 'hand-over back' : 'hand-over'} style={`stroke-width:${width}`} d={path} />
      <path class="hand-over-head" d={head} />
    </g>
  );
}

/** Between the rows of two stages. */
interface Place {
  from: number;
  to: number;
  goesBack: boolean;
  /** How far it leaves the boxes; 0 from a row to the next. */
  reach: number;
}

function placeOf(from: number, to: number): Place {
  const goesBack = to < from;
  const reach = to === from + 1 ? 0 : Math.min(goesBack ? 100 : 190, 24 + 15 * Math.abs(to - from));
  return { from, to, goesBack, reach };
}

function draw({ from, to, goesBack, reach }: Place, left: number, boxWidth: number): Drawn {
  if (reach === 0) return { goesBack, ...straight(from, left + boxWidth / 2) };
  return {
    goesBack,
    ...(goesBack ? arc(left, from, to, reach, -1) : arc(left + boxWidth, from, to, reach, 1)),
  };
}

function straight(from: number, x: number): Omit<Drawn, 'goesBack'> {
  const y = TOP + from * PITCH + BOX.height;
  const end = TOP + (from + 1) * PITCH;
  return {
    path: `M${x} ${y}V${end - 6}`,
    head: `M${x} ${end}l-5 -8h10z`,
    label: { x: x + 12, y: y + 17, anchor: 'start' },
  };
}

/** Leaves a box below its middle and enters the other above it. */
function arc(x: number, from: number, to: number, reach: number, side: 1 | -1): Omit<Drawn, 'goesBack'> {
  const y = TOP + from * PITCH + 25;
  const end = TOP + to * PITCH + 11;
  const control = Math.round(x + (side * reach * 4) / 3);
  return {
    path: `M${x} ${y}C${control} ${y} ${control} ${end} ${x + side * 6} ${end}`,
    head: `M${x} ${end}l${side * 8} -5v10z`,
    label: { x: x + side * (reach + 6), y: (y + end) / 2 + 4, anchor: side === 1 ? 'start' : 'end' },
  };
}

/** As few hand-overs as possible go back; where that leaves a choice, as requests come to stages first, on average. */
function inOrder(
  stages: readonly FlowStage[],
  edges: readonly FlowEdge[],
  variants: Flow['variants'],
): FlowStage[] {
  let order = onAverage(stages, variants);
  let fewest = goingBack(order, edges);
  for (let moved = true; moved; ) {
    moved = false;
    for (const stage of [...order]) {
      const others = order.filter((other) => other !== stage);
      for (const place of order.keys()) {
        const changed = others.toSpliced(place, 0, stage);
        const count = goingBack(changed, edges);
        if (count >= fewest) continue;
        [order, fewest, moved] = [changed, count, true];
      }
    }
  }
  return order;
}

function goingBack(order: readonly FlowStage[], edges: readonly FlowEdge[]): number {
  const rows = new Map(order.map(({ stage }, row) => [stage, row]));
  return edges.reduce(
    (sum, { from, to, count }) => ((rows.get(to) ?? rows.size) < (rows.get(from) ?? 0) ? sum + count : sum),
    0,
  );
}

function onAverage(stages: readonly FlowStage[], variants: Flow['variants']): FlowStage[] {
  const places = new Map<string, { sum: number; count: number }>();
  for (const { path, count } of variants)
    for (const stage of new Set(path)) {
      const known = places.get(stage) ?? { sum: 0, count: 0 };
      known.sum += path.indexOf(stage) * count;
      known.count += count;
      places.set(stage, known);
    }
  const place = (stage: string) => {
    const { sum, count } = places.get(stage) ?? { sum: 0, count: 0 };
    return count === 0 ? Number.MAX_VALUE : sum / count;
  };
  return stages.toSorted((one, other) => place(one.stage) - place(other.stage));
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
