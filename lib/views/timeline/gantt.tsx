import { tookText } from '../../domain/words.ts';
import type { Html } from '../jsx-runtime.ts';
import { cutText, DataText, markOf } from '../parts/data-text.tsx';
import type { Attempt, Point, StageRow, Wait } from './stage-attempts.ts';
import { type TimeScale, timeScale, timeTicks } from './time-scale.ts';

export interface GanttProps {
  rows: readonly StageRow[];
  /** Null when the request is closed: nothing is awaited, and there is no now-line. */
  now: Date | null;
  label: string;
}

const ROW = 30;
const BAR = 14;
const AXIS = 26;
/** A bar narrower than this share of the width, in percent, is seen by a mark of its own. */
const SHORTEST = 0.4;
/** Share of the width for what has happened; the rest is for what is expected. */
const PAST = 0.86;

/**
 * A row a stage, a bar an attempt, hatched where something is waited for, dashed where a stage is still to come. Bars
 * stand at shares of the width, text keeps its size: it fits any width without a script.
 */
export function Gantt({ rows, now, label }: GanttProps): Html {
  const height = AXIS + rows.length * ROW;
  const scale = timeScale(instantsOf(rows, now));
  const share = rows.some(({ ghost }) => ghost) ? PAST : now === null ? 0.985 : 0.95;
  const at = (instant: number) => `${(scale.at(instant) * share * 100).toFixed(2)}%`;
  const end = now?.getTime() ?? scale.to;
  const ghosts = rows.filter(({ ghost }) => ghost);
  return (
    <div class="gantt">
      <div class="gantt-stages" aria-hidden="true">
        {rows.map(({ stage, ghost, lane }) => (
          <div class={ghost ? 'ghost' : lane === 'main' ? undefined : 'side'}>
            <DataText value={stage} most={40} />
          </div>
        ))}
      </div>
      <svg role="img" width="100%" height={height} aria-label={label}>
        <title>{label}</title>
        {rows.map((_, position) => (
          <rect
            class={position % 2 === 0 ? 'lane' : 'lane odd'}
            x="0"
            y={AXIS + position * ROW}
            width="100%"
            height={ROW}
          />
        ))}
        {timeTicks(scale, now === null ? 0.97 : 0.9).map(({ place, label: text, fine }) => (
          <g>
            <line
              class="tick"
              x1={percent(place * share)}
              x2={percent(place * share)}
              y1={AXIS - 4}
              y2={height}
            />
            <text
              class={fine ? 'tick-label fine' : 'tick-label'}
              x={percent(place * share)}
              dx={place === 0 ? 0 : 3}
              y={14}
            >
              {text}
            </text>
          </g>
        ))}
        {scale.shortened.map((gap) => (
          <Shortened gap={gap} scale={scale} share={share} height={height} />
        ))}
        {rows.map((row, position) => {
          const y = AXIS + position * ROW + (ROW - BAR) / 2;
          return (
            <g>
              {row.waits.map((wait) => (
                <WaitMark wait={wait} y={y} at={at} end={end} />
              ))}
              {row.attempts.map((attempt) => (
                <Bar attempt={attempt} stage={row.stage} y={y} at={at} end={now === null ? null : end} />
              ))}
              {row.points.map((point) => (
                <PointMark point={point} stage={row.stage} y={y} at={at} />
              ))}
              {row.ghost ? (
                <Ghost place={ghosts.indexOf(row)} count={ghosts.length} stage={row.stage} y={y} />
              ) : null}
            </g>
          );
        })}
        {now === null ? null : (
          <g>
            <line class="now" x1={at(end)} x2={at(end)} y1={AXIS - 8} y2={height} />
            <text class="now-label" x={at(end)} y={14} text-anchor="end" dx={-3}>
              now
            </text>
          </g>
        )}
      </svg>
    </div>
  );
}

interface Placed {
  y: number;
  at(instant: number): string;
}

function Bar({
  attempt,
  stage,
  y,
  at,
  end,
}: Placed & { attempt: Attempt; stage: string; end: number | null }) {
  const { from, status, attempt: number } = attempt;
  const open = attempt.to === null;
  const to = attempt.to ?? end ?? from;
  const { tone, glyph, word } = markOf(status);
  const took = open ? 'no result so far' : tookText(to - from);
  const left = at(from);
  const width = `${Math.max(0, Number.parseFloat(at(to)) - Number.parseFloat(left)).toFixed(2)}%`;
  const mark = `${status === 'FAILED' ? glyph : ''}${number > 1 ? ` ${number}` : ''}`.trim();
  return (
    <g class={tone}>
      <rect class={open ? 'bar open' : 'bar'} x={left} y={y} width={width} height={BAR} rx={2}>
        <title>{`${cutText(stage, 40)}, attempt ${number}: ${word}, ${took}`}</title>
      </rect>
      {Number.parseFloat(width) < SHORTEST ? (
        <line class="point" x1={left} x2={left} y1={y - 2} y2={y + BAR + 2}>
          <title>{`${cutText(stage, 40)}, attempt ${number}: ${word}, ${took}`}</title>
        </line>
      ) : null}
      {mark === '' ? null : (
        <text class="bar-mark" x={at(to)} dx={5} y={y + BAR - 3}>
          {mark}
        </text>
      )}
    </g>
  );
}

/** An event that is no part of an attempt: a retry that was sent. */
function PointMark({ point, stage, y, at }: Placed & { point: Point; stage: string }) {
  const { tone, word } = markOf(point.status);
  return (
    <g class={tone}>
      <line class="point" x1={at(point.at)} x2={at(point.at)} y1={y} y2={y + BAR}>
        <title>{`${cutText(stage, 40)}, #${point.sequenceNo}: ${word}`}</title>
      </line>
    </g>
  );
}

/** Stripes by dashes across the line: no pattern that would need an id of its own on a page with several. */
function WaitMark({ wait, y, at, end }: Placed & { wait: Wait; end: number }) {
  const to = wait.to ?? Math.max(end, wait.from);
  const middle = y + BAR / 2;
  return (
    <line class={`wait ${wait.kind}`} x1={at(wait.from)} x2={at(to)} y1={middle} y2={middle}>
      <title>{`${wait.kind === 'retry' ? 'Waits for a retry' : 'Waits to begin'}: ${tookText(to - wait.from)}`}</title>
    </line>
  );
}

function Ghost({ place, count, stage, y }: { place: number; count: number; stage: string; y: number }) {
  const room = 0.985 - PAST - 0.01;
  const left = PAST + 0.01 + (place / count) * room;
  return (
    <rect class="bar-ghost" x={percent(left)} y={y} width={percent(room / count)} height={BAR} rx={2}>
      <title>{`${cutText(stage, 40)} is still to come`}</title>
    </rect>
  );
}

interface ShortenedProps {
  gap: { from: number; to: number };
  scale: TimeScale;
  share: number;
  height: number;
}

/** A stretch that is drawn shorter than it was, with what it lasted. */
function Shortened({ gap, scale, share, height }: ShortenedProps) {
  const from = scale.at(gap.from) * share;
  const to = scale.at(gap.to) * share;
  return (
    <rect
      class="shortened"
      x={percent(from)}
      y={AXIS - 4}
      width={percent(to - from)}
      height={height - AXIS + 4}
    >
      <title>{`${tookText(gap.to - gap.from)}, drawn shorter`}</title>
    </rect>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

function instantsOf(rows: readonly StageRow[], now: Date | null): number[] {
  const instants = rows.flatMap(({ attempts, points, waits }) => [
    ...points.map(({ at }) => at),
    ...attempts.flatMap(({ from, to }) => (to === null ? [from] : [from, to])),
    ...waits.flatMap(({ from, to }) => (to === null ? [from] : [from, to])),
  ]);
  return now === null ? instants : [...instants, now.getTime()];
}
