import type { Database } from '../../data-access/database.ts';

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
