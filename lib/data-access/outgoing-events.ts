import { type Database, LATEST_RIGHT_TIME } from './database.ts';

/** What the event bus carries. */
const outgoingKinds = ['decided', 'stuck', 'exhausted', 'incident'] as const;
export type OutgoingKind = (typeof outgoingKinds)[number];

export interface OutgoingEvent {
  id: number;
  kind: OutgoingKind;
  /** JSON. */
  detail: string;
  writtenAt: Date;
}

/** Whether facts are written down to be sent. What waits when the outlet is closed is given up: nobody listens. */
export async function setOutlet(database: Database, isOpen: boolean): Promise<void> {
  await database.execute(
    `WITH changed AS (
       UPDATE event_outlet SET is_open = :is_open WHERE is_open <> :is_open
     )
     DELETE FROM outgoing_event WHERE NOT :is_open`,
    { is_open: isOpen },
  );
}

/**
 * Takes the oldest that nobody is sending, for `leaseSeconds`: nobody else sends them meanwhile, and a run that dies leaves them to
 * a later one.
 */
export async function claimOutgoingEvents(
  database: Database,
  limit: number,
  leaseSeconds: number,
  now: Date,
): Promise<OutgoingEvent[]> {
  const { rows } = await database.execute<OutgoingEvent>(
    `WITH waiting AS MATERIALIZED (
       SELECT id
       FROM outgoing_event
       WHERE claimed_until IS NULL
         OR claimed_until <= :now::timestamptz
         -- What a clock far ahead claimed.
         OR claimed_until > ${LATEST_RIGHT_TIME} + :lease_seconds * interval '1 second'
       ORDER BY id
       LIMIT :limit
       FOR UPDATE SKIP LOCKED
     ),
     claimed AS (
       UPDATE outgoing_event AS event
       SET claimed_until = :now::timestamptz + :lease_seconds * interval '1 second'
       FROM waiting
       WHERE event.id = waiting.id
       RETURNING event.id, event.kind, event.detail, event.written_at
     )
     SELECT id, kind, detail::text AS detail, written_at FROM claimed ORDER BY id`,
    { now, limit, lease_seconds: leaseSeconds },
  );
  return rows;
}

/** Those that were sent go; the others of the claim are free for the next run. */
export async function settleOutgoingEvents(
  database: Database,
  claimed: readonly number[],
  sent: readonly number[],
): Promise<void> {
  await database.execute(
    `WITH gone AS (
       DELETE FROM outgoing_event WHERE id IN (SELECT json_array_elements_text(:sent::json)::bigint)
     )
     UPDATE outgoing_event
     SET claimed_until = NULL
     WHERE id IN (SELECT json_array_elements_text(:left::json)::bigint)`,
    { sent: JSON.stringify(sent), left: JSON.stringify(claimed.filter((id) => !sent.includes(id))) },
  );
}

/** For how many seconds the oldest has waited; 0 where none does. */
export async function outgoingAge(database: Database, now: Date): Promise<number> {
  const { rows } = await database.execute<{ seconds: number }>(
    `SELECT coalesce(extract(epoch FROM :now::timestamptz - min(written_at)), 0)::float8 AS seconds FROM outgoing_event`,
    { now },
  );
  return Math.max(0, Math.floor(rows[0]?.seconds ?? 0));
}
