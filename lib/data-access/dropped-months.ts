import type { Database } from './database.ts';
import type { ReportSpan } from './report-span.ts';

/**
 * That events recorded in a span (absent: at any time) may be missing, since the months in which their requests arrived
 * were dropped; undefined where none can be.
 */
export async function droppedMonthsText(
  database: Database,
  { since, until }: Omit<ReportSpan, 'tenant'> = { since: new Date(0) },
): Promise<string | undefined> {
  const { rows } = await database.execute<{ months: number; first: string; last: string }>(
    `SELECT
       count(*) AS months, to_char(min(month), 'YYYY-MM') AS first, to_char(max(month), 'YYYY-MM') AS last
     FROM archived_month
     WHERE event_count > 0
       AND (:until::timestamptz IS NULL OR month < :until::timestamptz AT TIME ZONE 'UTC')
       -- A request goes on beyond the month in which it arrived.
       AND EXISTS (
         SELECT FROM archived_hour
         WHERE hour > :since::timestamptz - interval '1 hour'
           AND (:until::timestamptz IS NULL OR hour < :until::timestamptz)
       )
     HAVING count(*) > 0`,
    { since, until: until ?? null },
  );
  const [dropped] = rows;
  if (dropped === undefined) return undefined;
  const { months, first, last } = dropped;
  const arrived = months === 1 ? first : `${months} months from ${first} to ${last}`;
  return `Events of requests that arrived in ${arrived} were archived and dropped: unless put back, they are missing here (\`pagw archive list\`).`;
}
