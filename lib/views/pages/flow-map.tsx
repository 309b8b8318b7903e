import type { Flow, FlowEdge, FlowStage } from '../../data-access/flow.ts';
import { tookText } from '../../domain/words.ts';

/** More would hide each other; the table has all. */
const STAGES_SHOWN = 16;
const EDGES_SHOWN = 40;
const EDGES_LABELLED = 12;

const PITCH = 62;
const BOX = { x: 190, width: 250, height: 36 };
const WIDTH = 740;
const TOP = 8;
/** From here on a stage or a hand-over is drawn as a troubled one. */
const TROUBLED_SHARE = 0.2;

type FlowMapProps = Pick<Flow, 'stages' | 'edges' | 'variants'>;

/** Stages from top to bottom as requests pass them; hand-overs forward at the right, back at the left, as wide as they are many. */
export function FlowMap({ stages, edges, variants }: FlowMapProps) {
  const shown = inOrder(stages.slice(0, STAGES_SHOWN), variants);
  const rows = new Map(shown.map(({ stage }, row) => [stage, row]));
  const drawn = edges.filter(({ from, to }) => rows.has(from) && rows.has(to)).slice(0, EDGES_SHOWN);
  const most = Math.max(1, ...drawn.map(({ count }) => count));
  const height = TOP + shown.length * PITCH - (PITCH - BOX.height) + 12;
  const label = `Hand-overs between ${shown.length} stages; the tables below have the numbers`;
  return (
    <section class="scroll" tabindex={0} aria-label="Map of hand-overs">
      <svg
        role="img"
        class="flow-map"
        width={WIDTH}
        height={height}
        viewBox={`0 0 ${WIDTH} ${height}`}
        aria-label={label}
      >
        <title>{label}</title>
        {drawn.map((edge, place) => (
          <Arc
            edge={edge}
            from={rows.get(edge.from) ?? 0}
            to={rows.get(edge.to) ?? 0}
            weight={edge.count / most}
            labelled={place < EDGES_LABELLED}
          />
        ))}
        {shown.map((stage, row) => (
          <Node stage={stage} row={row} />
        ))}
      </svg>
    </section>
  );
}

function Node({ stage: { stage, visits, failed, open }, row }: { stage: FlowStage; row: number }) {
  const y = TOP + row * PITCH;
  const details = [
    `${visits.toLocaleString('en')} ${visits === 1 ? 'visit' : 'visits'}`,
    ...(failed > 0 ? [`${percent(failed / visits)} failed`] : []),
    ...(open > 0 ? [`${open.toLocaleString('en')} open here`] : []),
  ].join(' · ');
  return (
    <g class={failed / visits >= TROUBLED_SHARE ? 'bad' : 'busy'}>
      <title>{`${stage}: ${details}`}</title>
      <rect class="stage" x={BOX.x} y={y} width={BOX.width} height={BOX.height} rx={6} />
      <text class="stage-name" x={BOX.x + 10} y={y + 15}>
        {cut(stage, 27)}
      </text>
      <text x={BOX.x + 10} y={y + 29}>
        {details}
      </text>
    </g>
  );
}

interface ArcProps {
  edge: FlowEdge;
  /** Rows of the stages. */
  from: number;
  to: number;
  /** Its count as a share of the largest. */
  weight: number;
  labelled: boolean;
}

function Arc({ edge, from, to, weight, labelled }: ArcProps) {
  const width = (1 + 5 * Math.sqrt(weight)).toFixed(1);
  const { path, head, label } =
    to === from + 1 ? straight(from) : to > from ? forward(from, to) : backward(from, to);
  const tone = edge.failedShare >= TROUBLED_SHARE ? 'bad' : to < from ? 'retry' : 'busy';
  const name = `${edge.from} to ${edge.to}: ${edge.count.toLocaleString('en')}, median wait ${tookText(edge.medianWaitMs)}, p95 ${tookText(edge.p95WaitMs)}`;
  return (
    <g class={tone}>
      <title>{name}</title>
      <path class={to < from ? 'hand-over back' : 'hand-over'} style={`stroke-width:${width}`} d={path} />
      <path class="hand-over-head" d={head} />
      {labelled ? (
        <text class="hand-over-label" x={label.x} y={label.y} text-anchor={label.anchor}>
          {`${edge.count.toLocaleString('en')} · ${tookText(edge.medianWaitMs)}`}
        </text>
      ) : null}
    </g>
  );
}

interface Drawn {
  path: string;
  head: string;
  label: { x: number; y: number; anchor: 'start' | 'end' };
}

function straight(from: number): Drawn {
  const x = BOX.x + BOX.width / 2;
  const y = TOP + from * PITCH + BOX.height;
  const end = TOP + (from + 1) * PITCH;
  return {
    path: `M${x} ${y}V${end - 6}`,
    head: `M${x} ${end}l-5 -8h10z`,
    label: { x: x + 12, y: y + 17, anchor: 'start' },
  };
}

function forward(from: number, to: number): Drawn {
  const x = BOX.x + BOX.width;
  return arc(x, from, to, x + reach(from, to), 1);
}

function backward(from: number, to: number): Drawn {
  return arc(BOX.x, from, to, BOX.x - Math.min(100, reach(from, to)), -1);
}

/** Leaves a box below its middle and enters the other above it. */
function arc(x: number, from: number, to: number, apex: number, side: 1 | -1): Drawn {
  const y = TOP + from * PITCH + 25;
  const end = TOP + to * PITCH + 11;
  const control = Math.round(x + ((apex - x) * 4) / 3);
  return {
    path: `M${x} ${y}C${control} ${y} ${control} ${end} ${x + side * 6} ${end}`,
    head: `M${x} ${end}l${side * 8} -5v10z`,
    label: { x: apex + side * 6, y: (y + end) / 2 + 4, anchor: side === 1 ? 'start' : 'end' },
  };
}

function reach(from: number, to: number): number {
  return Math.min(190, 24 + 15 * Math.abs(to - from));
}

/** As requests come to them first, on average. */
function inOrder(stages: readonly FlowStage[], variants: Flow['variants']): FlowStage[] {
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
