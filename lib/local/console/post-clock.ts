import * as z from 'zod';
import { LONGEST_ADVANCE_SECONDS, type LocalClock } from '../local-clock.ts';
import { type ConsoleRoute, json } from './console-server.ts';
import { RequestError } from './request-error.ts';

const advance = z.strictObject({ advanceSeconds: z.int().min(1).max(LONGEST_ADVANCE_SECONDS) });

/** `{"advanceSeconds":900}` → `{"now":"…","aheadSeconds":900}`; moves the clock of every flow forward. */
export function postClock(clock: LocalClock): ConsoleRoute {
  return async ({ body }) => {
    const wanted = advance.safeParse(parse(body));
    if (!wanted.success) {
      const limits = `a whole number from 1 to ${LONGEST_ADVANCE_SECONDS}`;
      throw new RequestError(
        400,
        'BAD_CLOCK',
        `Send {"advanceSeconds":900}: ${limits}; the clock never goes back.`,
      );
    }
    await clock.advance(wanted.data.advanceSeconds);
    return json(200, { now: clock.now().toISOString(), aheadSeconds: clock.aheadSeconds });
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
