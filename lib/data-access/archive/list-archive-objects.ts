import type { Database } from '../database.ts';
import { type BoundedRows, readBounded } from '../page.ts';

/** A verified object of the archive. */
export interface ArchiveObjectRow {
  id: number;
  tenant: string;
  /** `YYYY-MM-DD`: its requests arrived on that day. */
  receivedOn: string;
  requestCount: number;
  eventCount: number;
  bytes: number;
  bucket: string;
  key: string;
  archivedAt: Date;
}

const PAGE_OBJECTS = 500;

/** The objects of a month, `YYYY-MM`, in the order of the days, page by page. */
export async function* listArchiveObjects(
  database: Database,
  month: string,
  tenant?: string,
): AsyncGenerator<ArchiveObjectRow> {
  let after: ArchiveObjectRow | undefined;
  do {
    const { rows, cut }: BoundedRows<ArchiveObjectRow> = await readBounded(
      database,
      `SELECT id, tenant, received_on, request_count, event_count, bytes, bucket, key, archived_at
       FROM archive_object
       WHERE received_on >= to_date(:month, 'YYYY-MM')
         AND received_on < to_date(:month, 'YYYY-MM') + interval '1 month'
         AND (:tenant::text IS NULL OR tenant = :tenant)
         AND (received_on, id) > (:after_on::date, :after_id::bigint)
       ORDER BY received_on, id
       LIMIT ${PAGE_OBJECTS}`,
      {
        month,
        tenant: tenant ?? null,
        after_on: after?.receivedOn ?? '0001-01-01',
        after_id: after?.id ?? 0,
      },
    );
    yield* rows;
    after = cut || rows.length === PAGE_OBJECTS ? rows.at(-1) : undefined;
  } while (after !== undefined);
}
