import { type Database, LATEST_RIGHT_TIME } from './database.ts';
import { type FirstRows, type ReportSpan, readFirst, spanValues } from './page.ts';

const KEEP_DAYS = 90;

/** Names that a sender most likely misspelt, and in how many recorded events. */
export interface DoubtfulNameCount {
  tenant: string;
  /** The SQS SenderId; null where nobody said. */
  sender: string | null;
  serviceName: string | null;
  /** JSON pointer to what holds the name; of a field, to the field. */
  path: string;
  didYouMean: string;
  events: number;
}

/** One such name in one recorded event. */
export interface NotedName extends Pick<DoubtfulNameCount, 'sender' | 'serviceName' | 'path' | 'didYouMean'> {
  pagwId: string;
}

/** Adds to the counts of today, and forgets those of long ago. What a clock far ahead counted is of today, too. */
export async function noteDoubtfulNames(
  database: Database,
  names: readonly NotedName[],
  now: Date,
): Promise<void> {
  await database.execute(
    // In one order, so that two batches of the same senders never wait for each other's rows.
    `WITH forgotten AS (
       DELETE FROM doubtful_name
       WHERE day < (least(:now::timestamptz, statement_timestamp()) AT TIME ZONE 'UTC')::date - ${KEEP_DAYS}
     ),
     ahead AS (
       DELETE FROM doubtful_name
       WHERE day > (${LATEST_RIGHT_TIME} AT TIME ZONE 'UTC')::date
       RETURNING tenant, sender, service_name, path, did_you_mean, events
     ),
     noted AS (
       SELECT tenant, name.sender, name.service, name.path, name.near, 1 AS events
       FROM json_to_recordset(:names::json) AS name (pagw_id text, sender text, service text, path text, near text)
       JOIN request_tracker ON request_tracker.pagw_id = name.pagw_id
       UNION ALL
       SELECT * FROM ahead
     )
     INSERT INTO doubtful_name (day, tenant, sender, service_name, path, did_you_mean, events)
     SELECT (:now::timestamptz AT TIME ZONE 'UTC')::date, tenant, sender, service, path, near, sum(events)
     FROM noted
     GROUP BY tenant, sender, service, path, near
     ORDER BY tenant, sender, service, path, near
     ON CONFLICT (day, tenant, sender, service_name, path, did_you_mean)
     DO UPDATE SET events = doubtful_name.events + excluded.events`,
    { now, names: JSON.stringify(names.map(toRow)) },
  );
}

function toRow({ pagwId, sender, serviceName, path, didYouMean }: NotedName) {
  return { pagw_id: pagwId, sender: sender ?? '', service: serviceName ?? '', path, near: didYouMean };
}

/** More than a person reads. */
const MAX_ROWS = 1_000;

/** Over the days (UTC) that the span touches, most events first. */
export async function countDoubtfulNames(
  database: Database,
  span: ReportSpan,
): Promise<FirstRows<DoubtfulNameCount>> {
  return readFirst<DoubtfulNameCount>(
    database,
    `SELECT
       tenant, nullif(sender, '') AS sender, nullif(service_name, '') AS service_name, path, did_you_mean,
       sum(events)::bigint AS events
     FROM doubtful_name
     WHERE day >= (:since::timestamptz AT TIME ZONE 'UTC')::date
       AND (:until::timestamptz IS NULL OR day <= (:until::timestamptz AT TIME ZONE 'UTC')::date)
       AND (:tenant::text IS NULL OR tenant = :tenant)
     GROUP BY tenant, doubtful_name.sender, doubtful_name.service_name, path, did_you_mean
     ORDER BY events DESC, tenant, sender, service_name, path, did_you_mean`,
    spanValues(span),
    MAX_ROWS,
  );
}
