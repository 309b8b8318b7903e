import { compareStates, type StateDifference } from '../../lib/data-access/compare-states.ts';
import type { Database } from '../../lib/data-access/database.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultFoldRules } from '../../lib/domain/request-fold.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';

export interface Replayed {
  /** Lines that the contract refuses. */
  refused: number;
  events: number;
  requests: number;
  batches: number;
  /** Events delivered once more, and how many of all were told to be known already. */
  redelivered: number;
  duplicates: number;
  /** Requests whose rows were held against their events, folded again; and those that are not what these make of them. */
  compared: number;
  differences: StateDifference[];
  /** Events that are not in their request's history in the order of the file. */
  misplaced: number;
}

const LARGEST_BATCH = 200;
const MOST_AT_A_TURN = 12;

/**
 * Records the events of a file as a queue may deliver them: in order within a request, shuffled across requests, cut into
 * batches anywhere, some of them delivered again, at once or later. Then holds every row against its events.
 */
export async function replayEvents(
  database: Database,
  lines: readonly string[],
  seed: number,
): Promise<Replayed> {
  const random = randomFrom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const { events, refused } = readLines(lines);
  const now = new Date(Math.max(...events.map(({ occurredAt }) => Date.parse(occurredAt))) + 60_000);
  await ensurePartition(database, now);
  // An old log's times are to count.
  const rules = { ...defaultFoldRules, believedDays: Number.POSITIVE_INFINITY };

  const queues = [...Map.groupBy(events, ({ pagwId }) => pagwId).values()].map((history) => [...history]);
  const counts = { batches: 0, redelivered: 0, duplicates: 0 };
  const deliver = async (batch: readonly TrackedEvent[]) => {
    const answers = await recordEvents(database, batch, now, rules);
    counts.batches++;
    counts.duplicates += answers.filter(({ outcome }) => outcome === 'DUPLICATE').length;
  };
  const delivered: TrackedEvent[] = [];
  while (queues.length > 0) {
    const batch: TrackedEvent[] = [];
    for (let size = 1 + below(LARGEST_BATCH); batch.length < size && queues.length > 0; ) {
      const place = below(queues.length);
      batch.push(...(queues[place]?.splice(0, 1 + below(MOST_AT_A_TURN)) ?? []));
      if (queues[place]?.length === 0) queues.splice(place, 1);
    }
    await deliver(batch);
    delivered.push(...batch);
    const again = [
      ...(random() < 0.3 ? batch.slice(below(batch.length)) : []),
      ...(random() < 0.3
        ? Array.from({ length: 20 }, () => delivered[below(delivered.length)] as TrackedEvent)
        : []),
    ];
    counts.redelivered += again.length;
    if (again.length > 0) await deliver(again);
  }
  const compared = await compareAll(database, rules);
  return {
    refused,
    events: events.length,
    ...counts,
    ...compared,
    misplaced: await countMisplaced(database, events),
  };
}

function readLines(lines: readonly string[]): { events: TrackedEvent[]; refused: number } {
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 1 };
  const events: TrackedEvent[] = [];
  let refused = 0;
  for (const [place, line] of lines.entries()) {
    const reading = readMessage(line, { messageId: `line-${place + 1}`, sentAt: new Date() }, rules);
    events.push(...reading.events);
    refused += reading.rejections.length;
  }
  return { events, refused };
}

async function compareAll(database: Database, rules: typeof defaultFoldRules) {
  const all = { requests: 0, compared: 0, differences: [] as StateDifference[] };
  for (let after: string | null = ''; after !== null; ) {
    const page = await compareStates(database, after, rules);
    all.compared += page.compared;
    all.differences.push(...page.differences);
    after = page.next;
  }
  const { rows } = await database.execute<{ requests: number }>(
    'SELECT count(*) AS requests FROM request_tracker',
  );
  return { ...all, requests: rows[0]?.requests ?? 0 };
}

async function countMisplaced(database: Database, events: readonly TrackedEvent[]): Promise<number> {
  let misplaced = 0;
  for (const [pagwId, history] of Map.groupBy(events, (event) => event.pagwId)) {
    const { rows } = await database.execute<{ eventId: string; sequenceNo: number }>(
      'SELECT event_id, sequence_no FROM event_tracker WHERE pagw_id = :pagw_id ORDER BY sequence_no LIMIT 5000',
      { pagw_id: pagwId },
    );
    const ids = [...new Set(history.map(({ eventId }) => eventId))];
    misplaced += ids.filter(
      (id, place) => rows[place]?.eventId !== id || rows[place]?.sequenceNo !== place + 1,
    ).length;
    misplaced += Math.max(0, rows.length - ids.length);
  }
  return misplaced;
}

/** Mulberry32: the same numbers, from 0 to below 1, for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
