import type { CliOutput } from '../run-pagw.ts';

/** A line on stderr that overwrites itself; silent where nobody watches. */
export interface Progress {
  show(text: string): void;
  /** Takes the line away, before anything else is said. */
  clear(): void;
}

const REPAINT_MS = 100;

export function openProgress(output: CliOutput): Progress {
  if (output.isTTY !== true) return { show: () => undefined, clear: () => undefined };
  let shownAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    show: (text) => {
      const now = performance.now();
      if (now - shownAt < REPAINT_MS) return;
      shownAt = now;
      shown = true;
      output.write(`\r\u001b[K${text}`);
    },
    clear: () => {
      if (shown) output.write('\r\u001b[K');
      shown = false;
      shownAt = Number.NEGATIVE_INFINITY;
    },
  };
}
