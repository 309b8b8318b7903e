import type { Database } from '../../data-access/database.ts';
import { hasSqlState, SqlState } from '../../data-access/database-error.ts';
import type { TrackedEvent } from '../../domain/tracked-event.ts';
import { type RecordedEvent, recordEvents } from '../../flows/ingest/record-events.ts';

/** A transaction to try the tables in as ingest uses them; it is rolled back, and nobody else sees into it. */
export interface WriteProbe {
  transaction: Database;
  /** Records events as ingest does, one answer an event. @throws DatabaseError */
  record(events: readonly TrackedEvent[]): Promise<RecordedEvent[]>;
}

/** A probe holds nothing that ingest wants; if something holds what the probe wants, it gives way. */
const LOCK_PATIENCE = '2s';

/**
 * Sequences do not roll back, so the probe's ids come from one of its own: a temporary view of event_tracker stands
 * before the table on the search path, and differs from it in the default of `id` alone.
 */
const OWN_IDS = [
  `SET LOCAL lock_timeout = '${LOCK_PATIENCE}'`,
  'CREATE TEMPORARY SEQUENCE probe_id INCREMENT BY -1',
  'CREATE TEMPORARY VIEW event_tracker AS SELECT * FROM public.event_tracker',
  `ALTER VIEW pg_temp.event_tracker ALTER COLUMN id SET DEFAULT nextval('pg_temp.probe_id')`,
];

/** Opens a probe for `work`. `database` is the writer's, whose rights are tried too. */
export function probeWrites<T>(
  database: Database,
  now: Date,
  work: (probe: WriteProbe) => Promise<T>,
): Promise<T> {
  return rolledBack(database, async (transaction) => {
    for (const statement of OWN_IDS) await transaction.execute(statement);
    const record = (events: readonly TrackedEvent[]) => recordEvents(transaction, events, now);
    return work({ transaction, record });
  });
}

/** Whether a second event with a number that the request has already is refused; the probe is over after it. */
export async function refusesDoubledNumber({ transaction }: WriteProbe, pagwId: string): Promise<boolean> {
  try {
    await transaction.execute(
      `INSERT INTO event_tracker
         (tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, occurred_at)
       SELECT tenant, pagw_id, received_on, event_id || '-doubled', stage, event_type, status, sequence_no, occurred_at
       FROM event_tracker
       WHERE pagw_id = :pagw_id`,
      { pagw_id: pagwId },
    );
    return false;
  } catch (error) {
    if (hasSqlState(error, SqlState.uniqueViolation)) return true;
    throw error;
  }
}

/** How long the second of two writers is made to wait before it counts as waiting. */
const SECOND_WRITER_WAITS = '150ms';

/** Whether this writer has to wait for another one that has written to the same request; the probe is over if so. */
export async function waitsForOther(probe: WriteProbe, events: readonly TrackedEvent[]): Promise<boolean> {
  await probe.transaction.execute(`SET LOCAL lock_timeout = '${SECOND_WRITER_WAITS}'`);
  try {
    await probe.record(events);
    return false;
  } catch (error) {
    if (hasSqlState(error, SqlState.lockNotAvailable)) return true;
    throw error;
  }
}

class RollBack extends Error {}

/** Runs `work` in a transaction that is rolled back whatever happens: what it wrote was never there. */
async function rolledBack<T>(database: Database, work: (transaction: Database) => Promise<T>): Promise<T> {
  const answer: { value: T }[] = [];
  try {
    await database.transaction(async (transaction) => {
      answer.push({ value: await work(transaction) });
      throw new RollBack();
    });
  } catch (error) {
    if (!(error instanceof RollBack)) throw error;
  }
  const [{ value } = { value: undefined as T }] = answer;
  return value;
}
