import { countText, durationText } from '../../domain/words.ts';
import type { CliOutput } from '../run-pagw.ts';

/** A line on stderr that overwrites itself; silent where nobody watches. */
export interface Progress {
  show(text: string): void;
  /**
   * How many are done, of how many where that is known: with percent, rate and the time that is left at that rate.
   * @param share of all, from 0 to 1, where that alone is known.
   */
  count(done: number, total: number | null, what: string, share?: number | null): void;
  /** Takes the line away, before anything else is said. */
  clear(): void;
}

const REPAINT_MS = 100;

export function openProgress(output: CliOutput): Progress {
  if (output.isTTY !== true) return { show: () => undefined, count: () => undefined, clear: () => undefined };
  const beganAt = performance.now();
  let shownAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  const show = (text: string) => {
    const now = performance.now();
    if (now - shownAt < REPAINT_MS) return;
    shownAt = now;
    shown = true;
    output.write(`\r\u001b[K${text}`);
  };
  return {
    show,
    count: (done, total, what, share = total ? done / total : null) =>
      show(progressText(done, total, what, share, performance.now() - beganAt)),
    clear: () => {
      if (shown) output.write('\r\u001b[K');
      shown = false;
      shownAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Before that a rate says little. */
const RATE_FROM_MS = 1_000;

/** `12,400 of 50,000 events · 24 % · 3,100/s · 12s left` */
function progressText(
  done: number,
  total: number | null,
  what: string,
  share: number | null,
  tookMs: number,
): string {
  const parts = [`${countText(done)}${total === null ? '' : ` of ${countText(total)}`} ${what}`];
  if (share !== null) parts.push(`${Math.floor(100 * Math.min(share, 1))} %`);
  if (tookMs < RATE_FROM_MS || done === 0) return parts.join(' · ');
  const perSecond = done / (tookMs / 1_000);
  parts.push(perSecond < 10 ? `${perSecond.toFixed(1)}/s` : `${countText(Math.round(perSecond))}/s`);
  if (share !== null && share > 0 && share < 1)
    parts.push(`${durationText((tookMs * (1 - share)) / share)} left`);
  return parts.join(' · ');
}
