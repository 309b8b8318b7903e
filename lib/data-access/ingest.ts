import type { RequestMemory } from '../domain/request-memory.ts';
import { ADDED, type Addition, additionValues } from './additions.ts';
import type { Database } from './database.ts';
import { inParts } from './page.ts';
import { textArray } from './sql-text.ts';

/** What stands of a request before events are added to it. */
export interface RequestStateRow {
  pagwId: string;
  tenant: string;
  lastSequenceNo: number;
  /** Whether it has a correlation id. */
  correlated: boolean;
  /** Null of a row that an older system wrote: its state is yet to be derived. */
  memory: RequestMemory | null;
  /** Which of the event ids asked about are recorded already. */
  recorded: readonly string[] | null;
}

export interface RequestStates {
  /** By id; a request that is in neither does not exist. */
  read: ReadonlyMap<string, RequestStateRow>;
  /** Requests whose state had no room in the answer. */
  unread: Set<string>;
}

/** A row of read_request_states. */
type FoundState = Pick<RequestStateRow, 'tenant' | 'correlated' | 'memory' | 'recorded'> & {
  pagw_id: string;
  last_sequence_no: number;
  fits: boolean;
};

/** Leaves the answer's other parts room within its 1 MiB. */
const MOST_STATE_BYTES = 500_000;

/** The states of the requests that exist, with what is recorded already of the event ids given for each. */
export async function readRequestStates(
  database: Database,
  eventIds: ReadonlyMap<string, readonly string[]>,
): Promise<RequestStates> {
  // In one column: an answer describes each of its columns, at more length than a state's own few values.
  const { rows } = await database.execute<{ state: FoundState }>(
    `SELECT to_json(found) AS state
     FROM read_request_states(:pagw_ids::text[], :event_ids::text[], :most_bytes::int) AS found`,
    {
      pagw_ids: textArray([...eventIds.keys()]),
      event_ids: textArray([...eventIds.values()].map(textArray)),
      most_bytes: MOST_STATE_BYTES,
    },
  );
  const read = new Map<string, RequestStateRow>();
  const unread = new Set<string>();
  for (const { state } of rows) {
    const { pagw_id: pagwId, tenant, last_sequence_no: lastSequenceNo, correlated, memory, recorded } = state;
    if (state.fits) read.set(pagwId, { pagwId, tenant, lastSequenceNo, correlated, memory, recorded });
    else unread.add(pagwId);
  }
  return { read, unread };
}

/**
 * Writes each addition whole if nothing was recorded of its request since it was read, and not at all otherwise.
 * @returns the ids of the requests that were not written.
 * @throws DatabaseError; then nothing of the call was written, or its answer was lost.
 */
export async function appendEvents(
  database: Database,
  additions: readonly Addition[],
  recordedAt: Date,
): Promise<Set<string>> {
  const { rows } = await database.execute<{ raced: number[] }>(
    `SELECT append_events(${ADDED}, :recorded_at::timestamptz) AS raced`,
    { ...additionValues(additions), recorded_at: recordedAt },
  );
  return new Set(rows[0]?.raced.flatMap((place) => additions[place]?.pagwId ?? []));
}

/** Makes the months in which these requests arrived, and `now`'s, where they are missing. */
export async function ensurePartitionsOfRequests(
  database: Database,
  pagwIds: readonly string[],
  now: Date,
): Promise<void> {
  await database.execute(
    `SELECT ensure_event_partition(month)
     FROM (
       SELECT date_trunc('month', :now::timestamptz AT TIME ZONE 'UTC')::date AS month
       UNION
       SELECT date_trunc('month', received_on)::date
       FROM request_tracker
       WHERE pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))
     ) AS months`,
    { now, pagw_ids: JSON.stringify(pagwIds) },
  );
}

/** One refused event (or whole message) with its reason and where its body is kept. */
export interface RejectedMessage {
  messageId: string;
  /** In the message's array, from 0. */
  position: number;
  tenant: string | null;
  pagwId: string | null;
  /** By which it is known when it is sent again; null where none was well-formed. */
  eventId: string | null;
  code: string;
  path: string;
  rule: string;
  hint: string;
  bodyBucket: string;
  bodyKey: string;
  bodyBytes: number;
  sentAt: Date;
}

/** Sets messages aside; one that is there already stays as it is, so the call may be repeated. */
export async function insertRejectedMessages(
  database: Database,
  messages: readonly RejectedMessage[],
  now: Date,
): Promise<void> {
  // A message may hold 1,000 events, each refused for a reason of its own.
  for (const part of inParts(messages)) await insertPart(database, part, now);
}

async function insertPart(
  database: Database,
  messages: readonly RejectedMessage[],
  now: Date,
): Promise<void> {
  await database.execute(
    `INSERT INTO rejected_message (
       message_id, position, tenant, pagw_id, event_id, code, path, rule, hint, body_bucket, body_key, body_bytes, sent_at, rejected_at
     )
     SELECT
       "messageId", position, tenant, "pagwId", "eventId", code, left(path, 512), rule, left(hint, 512),
       "bodyBucket", "bodyKey", "bodyBytes", "sentAt", :now::timestamptz
     FROM json_to_recordset(:messages::json) AS message (
       "messageId" text, position int, tenant text, "pagwId" text, "eventId" text, code text, path text, rule text, hint text,
       "bodyBucket" text, "bodyKey" text, "bodyBytes" int, "sentAt" timestamptz
     )
     ON CONFLICT (message_id, position) DO NOTHING`,
    { messages: JSON.stringify(messages), now },
  );
}
