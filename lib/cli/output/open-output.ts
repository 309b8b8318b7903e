import { closeSync, fstatSync, writeSync } from 'node:fs';
import { countText, durationText } from '../../domain/words.ts';
import { CliError } from '../cli-error.ts';
import type { CliOutput } from '../run-pagw.ts';

/** Of a reader that has closed the pipe (`| head`). */
export const READER_GONE = 'READER_GONE';

const CHUNK_BYTES = 64 * 1024;
const PAUSE_MS = 5;

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file may not grow any further',
  EIO: 'the device fails',
};

/**
 * Output to an open file, pipe or device that ends in an error when not every byte was taken. Node's own streams leave
 * the rest of a short write out, and say nothing.
 * @throws CliError from `write`.
 */
export function openOutput(descriptor: number): CliOutput {
  return {
    write: (text) => {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length; ) {
        const length = Math.min(CHUNK_BYTES, bytes.length - written);
        written += attempt(() => writeSync(descriptor, bytes, written, length));
      }
    },
    // Some file systems say only here that they did not keep what was written.
    close: () => {
      if (fstatSync(descriptor).isFile()) attempt(() => closeSync(descriptor));
    },
  };
}

/** Of what a full pipe cannot take now, 0 is written. */
function attempt<Result>(operation: () => Result): Result | 0 {
  try {
    return operation();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE' || code === 'EOF') throw readerGone(error);
    if (code !== 'EAGAIN') throw notWritten(code, error);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    return 0;
  }
}

function notWritten(code: string, cause: unknown): CliError {
  return new CliError({
    code: 'OUTPUT_FAILED',
    message: `The output cannot be written: ${REASONS[code] ?? code}.`,
    hint: 'What was written is cut off. Make room or write elsewhere, then run the command again.',
    cause,
  });
}

export function readerGone(cause?: unknown): CliError {
  return new CliError({
    code: READER_GONE,
    message: 'The output cannot be written: its reader has closed the pipe.',
    hint: 'What it read is cut off; all of it is in a file: pagw … > FILE.',
    cause,
  });
}

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
