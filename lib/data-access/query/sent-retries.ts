import type { Database } from '../database.ts';

export interface SentRetries {
  sent: number;
  lastSentAt: Date | null;
}

/** The retry commands sent since an instant, counted by the events that note them, through the index on their type. */
export async function countSentRetries(
  database: Database,
  tenants: readonly string[],
  since: Date,
): Promise<SentRetries> {
  const { rows } = await database.execute<SentRetries>(
    `SELECT count(*) AS sent, max(created_at) AS last_sent_at
     FROM json_array_elements_text(:tenants::json) AS named (tenant)
     JOIN event_tracker AS event ON event.tenant = named.tenant
     WHERE event.event_type = 'RETRY_SCHEDULED' AND event.created_at >= :since::timestamptz`,
    { tenants: JSON.stringify(tenants), since },
  );
  return rows[0] ?? { sent: 0, lastSentAt: null };
}
