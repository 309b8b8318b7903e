import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Database } from '../../data-access/database.ts';
import { JOURNEY_KINDS, type JourneyKind, kindOf, writeJourney } from './journeys.ts';
import { openRandom, type Random } from './random.ts';

const activeJourney = z.object({
  number: z.int(),
  kind: z.enum(JOURNEY_KINDS),
  bornAt: z.iso.datetime(),
  /** Position of the segment that runs or waits for a retry, and when it began. */
  segment: z.int(),
  segmentAt: z.iso.datetime(),
  /** Events of the segment that are on the queue. */
  sent: z.int(),
});

const demoState = z.object({
  nextNumber: z.int(),
  savedAt: z.iso.datetime(),
  /** Requests that will send more: everything else of them is derived again from number and kind. */
  active: z.array(activeJourney),
  /** Of retry commands that were taken, the latest last: the same one may come twice. */
  retryTokens: z.array(z.string()).default([]),
  /** False until the first requests stand in the database as they should: a start that was cut off is finished by the next. */
  firstRecorded: z.boolean().default(true),
});

export type ActiveJourney = z.infer<typeof activeJourney>;
export type DemoState = z.infer<typeof demoState>;

/** Undefined when the demo never ran on this data, or what it noted is not readable: it then starts from the beginning. */
export async function readDemoState(file: string): Promise<DemoState | undefined> {
  try {
    return demoState.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step: a kill leaves the old state or the new one. */
export async function saveDemoState(file: string, state: DemoState): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(state));
  await rename(`${file}.new`, file);
}

const FIRST_REQUESTS = 120;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const IN_FLIGHT = 5;

/** Six that stand still for reasons of their own. */
const STUCK: readonly JourneyKind[] = [
  'no-result',
  'hand-off-lost',
  'retries-exhausted',
  'failed-unanswered',
  'no-result',
  'publish-lost',
];
/** Two that came to a stand minutes ago: moving the clock by a quarter of an hour makes them stuck. */
const ABOUT_TO_HANG: readonly JourneyKind[] = ['hand-off-lost', 'no-result'];
const RETRIES_DUE = 9;
const EVENTFUL: ReadonlySet<JourneyKind> = new Set([...STUCK, 'awaiting-retry']);

/**
 * What a newcomer finds: a day's requests, most of them answered; six stuck for an hour or more, nine whose retry came
 * due minutes ago, two that came to a stand just now, and a few on their way.
 */
export function firstRequests(now: Date): ActiveJourney[] {
  const random = openRandom('pagw-demo-first-requests');
  return Array.from({ length: FIRST_REQUESTS }, (_, position) => {
    const number = position + 1;
    const { kind, bornAt } = plan(number, now, random);
    const at = bornAt.toISOString();
    return { number, kind, bornAt: at, segment: 0, segmentAt: at, sent: 0 };
  });
}

function plan(number: number, now: Date, random: Random): { kind: JourneyKind; bornAt: Date } {
  const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds);
  const stuck = number % 19 === 0 ? STUCK[number / 19 - 1] : undefined;
  if (stuck !== undefined) return { kind: stuck, bornAt: ago(random.between(60, 240) * MINUTE_MS) };
  if (number % 13 === 0 && number / 13 <= RETRIES_DUE) {
    // The failure is the segment's last event; its retry was asked for five minutes after.
    const failedAgoMs = random.between(330, 570) * 1000;
    const failsAfterMs = writeJourney(number, 'awaiting-retry', now).segments[0]?.steps.at(-1)?.afterMs ?? 0;
    return { kind: 'awaiting-retry', bornAt: ago(failedAgoMs + failsAfterMs) };
  }
  const hanging = ABOUT_TO_HANG[FIRST_REQUESTS - number];
  if (hanging !== undefined) return { kind: hanging, bornAt: ago(random.between(3, 5) * MINUTE_MS) };
  const kind = uneventful(number);
  if (number > FIRST_REQUESTS - IN_FLIGHT) return { kind, bornAt: ago(random.between(2, 20) * 1000) };
  return { kind, bornAt: ago(random.between(20 * MINUTE_MS, DAY_MS)) };
}

function uneventful(number: number): JourneyKind {
  const kind = kindOf(number);
  return EVENTFUL.has(kind) ? 'answered' : kind;
}

/**
 * Makes the demo's first day look recorded as it happened rather than at the start: limits run from when an event was
 * recorded, so without it nothing would be stuck for the first quarter of an hour.
 */
export async function backdateFirstRequests(database: Database): Promise<void> {
  await database.execute('UPDATE event_tracker SET created_at = occurred_at WHERE created_at > occurred_at');
  await database.execute(
    'UPDATE request_tracker SET created_at = received_at, updated_at = last_event_at WHERE created_at > received_at',
  );
}
