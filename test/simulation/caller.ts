import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** One of several that call services at once in this process. */
export interface Caller {
  /** Calls begun and not over. */
  underWay: number;
  /** Told when a call is over. */
  onCallOver(): void;
}

/** Says at the door which call it is. */
export const CALL_HEADER = 'x-simulated-call';
const CREATED = 'http.client.request.created';
/** Whoever waits so long waits for a service that does not answer. */
const PATIENCE_MS = 1_000;
const context = new AsyncLocalStorage<Caller>();

/** What comes of the work, however late, is the caller's. */
export function runAs<Result>(caller: Caller, work: () => Result): Result {
  return context.run(caller, work);
}

/**
 * Whose call a call is, by its number; numbers grow in the order in which the calls were begun. Until `end` callers have no clock
 * of the machine's (patience never ends), and the chance that is given.
 */
export function tellCallersApart(chance: () => number): { calls: Map<number, Caller>; end(): void } {
  const calls = new Map<number, Caller>();
  const onCreated = (message: unknown) => {
    const caller = context.getStore();
    if (caller === undefined) return;
    const { request } = message as { request: ClientRequest };
    const number = calls.size + 1;
    calls.set(number, caller);
    caller.underWay += 1;
    request.setHeader(CALL_HEADER, number);
    request.once('close', () => {
      caller.underWay -= 1;
      caller.onCallOver();
    });
  };
  const { random } = Math;
  const { setTimeout } = globalThis;
  const { timeout } = AbortSignal;
  const isCaller = () => context.getStore() !== undefined;
  subscribe(CREATED, onCreated);
  Math.random = () => (isCaller() ? chance() : random());
  AbortSignal.timeout = (milliseconds) =>
    isCaller() ? new AbortController().signal : timeout.call(AbortSignal, milliseconds);
  globalThis.setTimeout = ((work: () => void, milliseconds = 0, ...rest: []) =>
    isCaller() && milliseconds >= PATIENCE_MS
      ? setTimeout(() => undefined, 0)
      : setTimeout(work, milliseconds, ...rest)) as typeof setTimeout;
  return {
    calls,
    end: () => {
      unsubscribe(CREATED, onCreated);
      Math.random = random;
      AbortSignal.timeout = timeout;
      globalThis.setTimeout = setTimeout;
    },
  };
}
