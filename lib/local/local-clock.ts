import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Clock } from '../runtime/open-database.ts';

/** The machine's time, moved forward by hand. It never goes back, so no flow sees time run backwards. */
export interface LocalClock extends Clock {
  /** How far ahead of the machine's time, in whole seconds. */
  readonly aheadSeconds: number;
  /** @param seconds whole, from 1 to a year; kept over restarts. */
  advance(seconds: number): Promise<void>;
}

export const LONGEST_ADVANCE_SECONDS = 366 * 24 * 3600;

/** Opens the clock kept in `file`, which need not exist. */
export async function openLocalClock(file: string): Promise<LocalClock> {
  let aheadSeconds = await readKept(file);
  return {
    now: () => new Date(Date.now() + aheadSeconds * 1000),
    get aheadSeconds() {
      return aheadSeconds;
    },
    advance: async (seconds) => {
      if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_ADVANCE_SECONDS) {
        throw new RangeError(
          `The clock moves forward by 1 to ${LONGEST_ADVANCE_SECONDS} whole seconds at a time.`,
        );
      }
      aheadSeconds += seconds;
      await writeFile(`${file}.new`, JSON.stringify({ aheadSeconds }));
      await rename(`${file}.new`, file);
    },
  };
}

/** A file that is missing or makes no sense counts for none: a wrong clock must not keep the rest from starting. */
async function readKept(file: string): Promise<number> {
  try {
    const { aheadSeconds } = JSON.parse(await readFile(file, 'utf8')) as { aheadSeconds?: unknown };
    return Number.isSafeInteger(aheadSeconds) && Number(aheadSeconds) >= 0 ? Number(aheadSeconds) : 0;
  } catch {
    return 0;
  }
}
