import type { TrackedEvent } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import { hasSqlState, SqlState } from '../database-error.ts';
import { ensurePartitionsOfRequests } from './ensure-partitions-of-requests.ts';
import { toEventRecord } from './event-record.ts';

/**
 * - `RECORDED`: stored now, under `sequenceNo`.
 * - `DUPLICATE`: its id was stored for this request before, or stands twice in the batch.
 * - `TENANT_UNKNOWN`: it names no tenant and its request is not known.
 * - `TENANT_MISMATCH`: its request belongs to another tenant.
 */
export type RecordOutcome = 'RECORDED' | 'DUPLICATE' | 'TENANT_UNKNOWN' | 'TENANT_MISMATCH';

export interface RecordedEvent {
  outcome: RecordOutcome;
  /** Place in the request's history, gapless from 1; null unless recorded. */
  sequenceNo: number | null;
}

type Outcome = [ordinal: number, outcome: RecordOutcome | 'RACED', sequenceNo: number | null];

/** A call carries at most this much: half of the Data API's 4 MiB, and an answer that fits its 64 KB a row. */
const CALL_MAX_EVENTS = 1_000;
const CALL_MAX_CHARACTERS = 2_000_000;

/** Optimistic first; then with the locks taken beforehand, where only requests that did not exist yet can race. */
const MAX_ROUNDS = 8;

/**
 * Records events in the order given and answers each at its place. Safe to repeat, and to run at once with others.
 * @throws DatabaseError when the call was refused or unanswered; then none of its events may be taken as recorded,
 *   and all of them may be sent again.
 */
export async function recordEvents(
  database: Database,
  events: readonly TrackedEvent[],
  now: Date,
): Promise<RecordedEvent[]> {
  const answers: RecordedEvent[] = events.map(() => ({ outcome: 'DUPLICATE', sequenceNo: null }));
  for (const call of toCalls(events)) {
    let pending = call;
    for (let round = 1; pending.size > 0; round++) {
      const outcomes = await callRecordEvents(database, pending, now, round > 1).catch((error: unknown) => {
        // Two that create one request at once may also meet in its second unique index; nothing was written then.
        if (!hasSqlState(error, SqlState.uniqueViolation) || round === MAX_ROUNDS) throw error;
        return undefined;
      });
      if (outcomes === undefined) continue;
      if (round === MAX_ROUNDS && outcomes.some(([, outcome]) => outcome === 'RACED'))
        throw new Error(`Recording ${pending.size} events raced ${MAX_ROUNDS} times; send them again.`);
      const raced = new Map<number, string>();
      for (const [ordinal, outcome, sequenceNo] of outcomes) {
        if (outcome !== 'RACED') answers[ordinal] = { outcome, sequenceNo };
        else raced.set(ordinal, pending.get(ordinal) ?? '');
      }
      pending = raced;
    }
  }
  return answers;
}

/** The batch in calls of bounded size: JSON by ordinal, without the ids that stand twice. */
function toCalls(events: readonly TrackedEvent[]): Map<number, string>[] {
  const calls: Map<number, string>[] = [];
  const seen = new Set<string>();
  let call = new Map<number, string>();
  let characters = 0;
  events.forEach((event, ordinal) => {
    const identity = `${event.pagwId}\n${event.eventId}`;
    if (seen.has(identity)) return;
    seen.add(identity);
    const json = JSON.stringify(toEventRecord(event, ordinal));
    if (call.size === CALL_MAX_EVENTS || (call.size > 0 && characters + json.length > CALL_MAX_CHARACTERS)) {
      calls.push(call);
      call = new Map();
      characters = 0;
    }
    call.set(ordinal, json);
    characters += json.length;
  });
  if (call.size > 0) calls.push(call);
  return calls;
}

async function callRecordEvents(
  database: Database,
  call: ReadonlyMap<number, string>,
  now: Date,
  lockFirst: boolean,
): Promise<Outcome[]> {
  // One value instead of a row an event: the SDK takes longer over 100 rows of 3 fields than PostgreSQL over the rest.
  const run = async () => {
    const { rows } = await database.execute<{ outcomes: Outcome[] }>(
      `SELECT coalesce(json_agg(json_build_array(ordinal, outcome, sequence_no)), '[]') AS outcomes
       FROM record_events(:batch::json, :now::timestamptz, :lock_first)`,
      { batch: `[${[...call.values()].join(',')}]`, now, lock_first: lockFirst },
    );
    return rows[0]?.outcomes ?? [];
  };
  try {
    return await run();
  } catch (error) {
    // A row without a partition is a check violation, too. Its month is there now, by us or by another writer.
    if (!hasSqlState(error, SqlState.checkViolation)) throw error;
    await ensurePartitionsOfRequests(database, [...call.values()], now);
    return await run();
  }
}
