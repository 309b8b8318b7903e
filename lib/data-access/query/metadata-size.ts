import type { Database } from '../database.ts';

/** Sizes in bytes as stored, over the latest events. */
export interface MetadataSize {
  events: number;
  withMetadata: number;
  meanBytes: number;
  p95Bytes: number;
  maxBytes: number;
  /** Of what the events take, 0..1. */
  shareOfRow: number;
}

const LATEST_EVENTS = 10_000;

export async function measureMetadata(database: Database): Promise<MetadataSize> {
  const { rows } = await database.execute<MetadataSize>(
    `WITH sized AS (
       SELECT pg_column_size(event.metadata) AS bytes, pg_column_size(event.*) AS row_bytes
       FROM (SELECT * FROM event_tracker ORDER BY id DESC LIMIT ${LATEST_EVENTS}) AS event
     )
     SELECT
       count(*) AS events,
       count(bytes) AS with_metadata,
       coalesce(avg(bytes), 0)::float8 AS mean_bytes,
       coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY bytes), 0)::int AS p95_bytes,
       coalesce(max(bytes), 0)::int AS max_bytes,
       (coalesce(sum(bytes), 0)::float8 / greatest(1, sum(row_bytes))) AS share_of_row
     FROM sized`,
  );
  const none = { events: 0, withMetadata: 0, meanBytes: 0, p95Bytes: 0, maxBytes: 0, shareOfRow: 0 };
  return rows[0] ?? none;
}
