import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';

/** Requests of one tenant that arrived on one day, closed and quiet long enough, in the order of their ids. */
export interface ArchivePiece {
  tenant: string;
  /** `YYYY-MM-DD` */
  receivedOn: string;
  pagwIds: string[];
}

/**
 * The next `most` requests of `month` to be archived, from `after` on; undefined when there are none.
 * @param quietSince requests with an event recorded, or closed, since then are left for later
 */
export async function findArchivePiece(
  database: Database,
  search: { month: string; quietSince: Date; most: number; after: ArchivePiece | undefined },
): Promise<ArchivePiece | undefined> {
  // A row an id: all in one row would be over the 64 KB that a row may have.
  const { rows } = await readBounded<{ tenant: string; receivedOn: string; pagwId: string }>(
    database,
    `WITH due AS MATERIALIZED (
       SELECT tenant, received_on, pagw_id
       FROM request_tracker
       WHERE archived_at IS NULL
         AND last_sequence_no > 0
         AND received_on >= :month::date
         AND received_on < :month::date + interval '1 month'
         AND completed_at < :quiet_since::timestamptz
         AND updated_at < :quiet_since::timestamptz
         AND (:after_pagw_id::text IS NULL OR (received_on, tenant, pagw_id) > (:after_on::date, :after_tenant, :after_pagw_id))
       ORDER BY received_on, tenant, pagw_id
       LIMIT :most
     ),
     first AS (
       SELECT tenant, received_on FROM due ORDER BY received_on, tenant LIMIT 1
     )
     SELECT due.tenant, due.received_on, due.pagw_id
     FROM first
     JOIN due ON due.tenant = first.tenant AND due.received_on = first.received_on
     ORDER BY due.pagw_id
     LIMIT :most`,
    {
      month: search.month,
      quiet_since: search.quietSince,
      most: search.most,
      after_on: search.after?.receivedOn ?? null,
      after_tenant: search.after?.tenant ?? null,
      after_pagw_id: search.after?.pagwIds.at(-1) ?? null,
    },
  );
  const [first] = rows;
  return (
    first && { tenant: first.tenant, receivedOn: first.receivedOn, pagwIds: rows.map(({ pagwId }) => pagwId) }
  );
}
