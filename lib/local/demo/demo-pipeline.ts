import type { EventToSend } from '../../client/pack-messages.ts';
import { canonicalStage } from '../../domain/event-catalogue.ts';
import type { Clock } from '../../runtime/open-database.ts';
import {
  type ActiveJourney,
  type DemoState,
  firstRequests,
  readDemoState,
  saveDemoState,
} from './demo-state.ts';
import { type Journey, kindOf, writeJourney } from './journeys.ts';
import { openRandom } from './random.ts';

export interface DemoPipelineOptions {
  clock: Clock;
  /** Puts events on the queue, as any producer does; rejects when not all are there. */
  send: (events: EventToSend[]) => Promise<unknown>;
  /** Where the pipeline remembers, over restarts, which requests are on their way. */
  stateFile: string;
  onTrouble?: (sentence: string) => void;
}

export interface DemoPipeline {
  /** True when the first requests are on the queue and no start has seen to their recording yet. */
  readonly isNew: boolean;
  /** Why the last round went wrong; undefined while all goes well. */
  readonly trouble: string | undefined;
  /**
   * A worker takes a retry command: the failed stage is worked on again, once for each token. Settles when that is
   * remembered; answers false when the token was seen before, or no simulated request waits for one at this stage.
   */
  retry(command: { token: string; pagwId: string; stage: string }): Promise<boolean>;
  /** The first requests are recorded, and from now on new ones come in; until then only those on their way go on. */
  admitNew(): Promise<void>;
  /** Settles when the round under way, if any, is over. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const TICK_MS = 500;
/** A new request about every eight seconds. */
const SHORTEST_GAP_MS = 4_000;
const LONGEST_GAP_MS = 12_000;
const TOKENS_REMEMBERED = 1_000;

type Running = ActiveJourney & { journey: Journey };

/**
 * Starts the simulated stage workers: at the first start a day's requests at once, then a trickle. All times are the
 * clock's: what the clock skips, the workers did meanwhile. While the pipeline is stopped its workers do nothing.
 */
export async function startDemoPipeline(options: DemoPipelineOptions): Promise<DemoPipeline> {
  const { clock, send, stateFile } = options;
  const kept = await readDemoState(stateFile);
  const state = resume(kept, clock.now());
  const isNew = !state.firstRecorded;
  let trouble: string | undefined;
  let nextBirth: Date | undefined;
  await save();
  await round();
  let turn: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    turn = turn.then(tick);
  }, TICK_MS);

  async function tick(): Promise<void> {
    try {
      if (nextBirth !== undefined && clock.now() >= nextBirth) {
        state.running.push(give(state.nextNumber, clock.now()));
        state.nextNumber += 1;
        nextBirth = gapAfter(state.nextNumber, clock.now());
      }
      await round();
      trouble = undefined;
    } catch (error) {
      if (trouble === undefined) options.onTrouble?.('The demo pipeline cannot send; it tries again.');
      trouble = error instanceof Error ? error.message : 'unknown error';
    }
  }

  /** Sends what is due. Killed in between, it is sent again: the events' ids are the same. */
  async function round(): Promise<void> {
    const now = clock.now();
    const due = state.running.map((running) => ({ running, events: eventsDue(running, now) }));
    const events = due.flatMap((each) => each.events);
    if (events.length === 0) return;
    await send(events);
    for (const { running, events } of due) running.sent += events.length;
    state.running = state.running.filter((running) => !isOver(running));
    await save();
  }

  function save(): Promise<void> {
    const active = state.running.map(({ journey: _, ...rest }) => rest);
    const { nextNumber, retryTokens, firstRecorded } = state;
    const savedAt = clock.now().toISOString();
    const saved: DemoState = { nextNumber, savedAt, active, retryTokens, firstRecorded };
    return saveDemoState(stateFile, saved);
  }

  async function workAgain(token: string, pagwId: string, stage: string): Promise<boolean> {
    if (state.retryTokens.includes(token)) return false;
    const running = state.running.find(({ journey }) => journey.pagwId === pagwId);
    const waiting = running?.journey.segments[running.segment];
    const failed = canonicalStage(waiting?.awaitsRetryOf?.stage);
    if (running === undefined || waiting === undefined || failed === null || failed !== stage) return false;
    if (running.sent < waiting.steps.length) return false;
    running.segment += 1;
    running.segmentAt = clock.now().toISOString();
    running.sent = 0;
    state.retryTokens = [...state.retryTokens, token].slice(-TOKENS_REMEMBERED);
    await save();
    return true;
  }

  return {
    isNew,
    get trouble() {
      return trouble;
    },
    retry: ({ token, pagwId, stage }) => {
      const done = turn.then(() => workAgain(token, pagwId, stage));
      turn = done.catch(() => undefined);
      return done;
    },
    admitNew: async () => {
      nextBirth = gapAfter(state.nextNumber, clock.now());
      if (state.firstRecorded) return;
      state.firstRecorded = true;
      turn = turn.then(save);
      await turn;
    },
    settled: async () => void (await turn),
    stop: async () => {
      clearInterval(timer);
      await turn;
    },
  };
}

/** Where the pipeline stood, moved on by the time nobody worked. */
function resume(
  kept: DemoState | undefined,
  now: Date,
): { nextNumber: number; running: Running[]; retryTokens: string[]; firstRecorded: boolean } {
  const active = kept?.active ?? firstRequests(now);
  const idleMs = kept === undefined ? 0 : Math.max(0, now.getTime() - Date.parse(kept.savedAt));
  const running = active.map((journey) => ({
    ...journey,
    segmentAt: new Date(Date.parse(journey.segmentAt) + idleMs).toISOString(),
    journey: writeJourney(journey.number, journey.kind, new Date(journey.bornAt)),
  }));
  const nextNumber = kept?.nextNumber ?? active.length + 1;
  const { retryTokens = [], firstRecorded = false } = kept ?? {};
  return { nextNumber, running, retryTokens, firstRecorded };
}

function give(number: number, bornAt: Date): Running {
  const kind = kindOf(number);
  const at = bornAt.toISOString();
  return {
    number,
    kind,
    bornAt: at,
    segment: 0,
    segmentAt: at,
    sent: 0,
    journey: writeJourney(number, kind, bornAt),
  };
}

function gapAfter(number: number, now: Date): Date {
  const gap = openRandom(`pagw-demo-gap/${number}`).between(SHORTEST_GAP_MS, LONGEST_GAP_MS);
  return new Date(now.getTime() + gap);
}

function eventsDue({ journey, segment, segmentAt, sent }: Running, now: Date): EventToSend[] {
  const began = Date.parse(segmentAt);
  const steps = journey.segments[segment]?.steps.slice(sent) ?? [];
  return steps
    .filter((step) => began + step.afterMs <= now.getTime())
    .map(({ afterMs, retryAfterMs, event }) => ({
      pagwId: journey.pagwId,
      eventId: String(event.eventId),
      event: {
        ...event,
        occurredAt: new Date(began + afterMs).toISOString(),
        ...(retryAfterMs === undefined
          ? {}
          : { nextRetryAt: new Date(began + afterMs + retryAfterMs).toISOString() }),
      },
    }));
}

function isOver({ journey, segment, sent }: Running): boolean {
  const current = journey.segments[segment];
  return current === undefined || (current.awaitsRetryOf === null && sent >= current.steps.length);
}
