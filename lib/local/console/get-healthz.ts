import { type ConsoleRoute, json } from './console-server.ts';

/** A part of the stack: settles with a word or two on its state, rejects with what is wrong. */
export type HealthCheck = () => Promise<string>;

export interface PartHealth {
  ok: boolean;
  state: string;
}

const PATIENCE_MS = 3_000;

/** 200 `{status:'ok', parts:{name:{ok, state}}}`; 503 with status `failing` when any part is not well. */
export function getHealthz(checks: Record<string, HealthCheck>): ConsoleRoute {
  return async () => {
    const parts = await checkParts(checks);
    const ok = Object.values(parts).every((part) => part.ok);
    return json(ok ? 200 : 503, { status: ok ? 'ok' : 'failing', parts });
  };
}

/** Asks all parts at once; one that does not answer within 3 s is not well. */
export async function checkParts(checks: Record<string, HealthCheck>): Promise<Record<string, PartHealth>> {
  const states = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await ask(check)] as const),
  );
  return Object.fromEntries(states);
}

async function ask(check: HealthCheck): Promise<PartHealth> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return { ok: true, state: await Promise.race([check(), silence]) };
  } catch (error) {
    return { ok: false, state: error instanceof Error ? error.message : 'unknown error' };
  } finally {
    clearTimeout(timer);
  }
}
