import { LAST_INSTANT } from '../domain/stated-time.ts';
import type { Database } from './database.ts';

export interface MaintainOptions {
  database: Database;
  /** When the run began. */
  now: Date;
  /** Asked between bounded batches; false when the time is nearly up. What is left waits for the next run. */
  mayGoOn: () => boolean;
}

/** A task of upkeep: safe to repeat, to be cut anywhere, and to run twice at once. Answers what it did or found. */
export type MaintainTask = (options: MaintainOptions) => Promise<Record<string, number>>;

/** Months made ahead of the current one, so that a month without maintain does not stop ingest. */
const PARTITION_MONTHS_AHEAD = 3;

/** Makes the partitions of `now`'s month and the months after it; answers how many were missing. */
export async function ensurePartitions(database: Database, now: Date): Promise<number> {
  let made = 0;
  for (let month = 0; month <= PARTITION_MONTHS_AHEAD; month++) {
    const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + month, 1));
    if (day.getTime() < LAST_INSTANT && (await ensurePartition(database, day))) made++;
  }
  return made;
}

/** Makes the partition that holds requests received on `day` (UTC), when it is missing. */
export async function ensurePartition(database: Database, day: Date): Promise<boolean> {
  const { rows } = await database.execute<{ made: boolean }>(
    'SELECT ensure_event_partition(:day::date) AS made',
    { day: day.toISOString().slice(0, 10) },
  );
  return rows[0]?.made === true;
}

/** The months that ingest will need. */
export async function ensurePartitionsAhead({
  database,
  now,
}: MaintainOptions): Promise<{ partitionsMade: number }> {
  return { partitionsMade: await ensurePartitions(database, now) };
}

export type Growth = Record<'bytes' | 'eventTableBytes' | 'eventIndexBytes' | 'eventsStored', number>;

/** Sizes on disk; the number of events is the statistics' estimate, so that it costs nothing. */
export async function measureGrowth({ database }: MaintainOptions): Promise<Growth> {
  const { rows } = await database.execute<Growth>(
    `SELECT
       pg_database_size(current_database()) AS bytes,
       coalesce(sum(pg_table_size(partition.oid)), 0)::bigint AS event_table_bytes,
       coalesce(sum(pg_indexes_size(partition.oid)), 0)::bigint AS event_index_bytes,
       coalesce(sum(coalesce(statistics.n_live_tup, 0)), 0)::bigint AS events_stored
     FROM pg_inherits
     JOIN pg_class AS partition ON partition.oid = inhrelid
     LEFT JOIN pg_stat_user_tables AS statistics ON statistics.relid = partition.oid
     WHERE inhparent = 'event_tracker'::regclass`,
  );
  return rows[0] ?? { bytes: 0, eventTableBytes: 0, eventIndexBytes: 0, eventsStored: 0 };
}

/** An index of event_tracker, over all its partitions, or of request_tracker. */
export interface IndexUse {
  index: string;
  /** Since the statistics began. */
  scans: number;
  bytes: number;
  /** Guards an invariant, whether it is read or not. */
  isUnique: boolean;
}

/** How often each index was read, the least used first. */
export async function measureIndexUse(database: Database): Promise<IndexUse[]> {
  const { rows } = await database.execute<IndexUse>(
    `SELECT
       coalesce(parent.relname, used.indexrelname)::text AS index,
       sum(used.idx_scan)::bigint AS scans,
       sum(pg_relation_size(used.indexrelid))::bigint AS bytes,
       bool_or(indisunique) AS is_unique
     FROM pg_stat_user_indexes AS used
     JOIN pg_index USING (indexrelid)
     LEFT JOIN pg_inherits AS partition_of ON partition_of.inhrelid = used.indexrelid
     LEFT JOIN pg_class AS parent ON parent.oid = partition_of.inhparent
     WHERE used.relid = 'request_tracker'::regclass
       OR used.relid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'event_tracker'::regclass)
     GROUP BY 1
     ORDER BY scans, index`,
  );
  return rows;
}

export type EventCheck = Record<'duplicateSequences' | 'metadataBytes' | 'metadataMeanBytes', number>;

/** Twice the pause between two runs, so that none slips through. */
const CHECKED_HOURS = 2;
const HOUR_MS = 3_600_000;

/**
 * Looks at what was recorded lately: numbers given twice within the histories of its requests (the database refuses
 * them, so anything but 0 means that a constraint is gone), and the size of metadata as JSON text.
 */
export async function checkRecentEvents({ database, now }: MaintainOptions): Promise<EventCheck> {
  const { rows } = await database.execute<EventCheck>(
    `WITH recent AS MATERIALIZED (
       SELECT pagw_id, received_on, octet_length(metadata::text) AS bytes
       FROM event_tracker
       WHERE created_at >= :since::timestamptz
     ),
     -- A look-up per request, in its own month.
     number_given_twice AS (
       SELECT
       FROM (SELECT DISTINCT pagw_id, received_on FROM recent) AS request
       CROSS JOIN LATERAL (
         SELECT FROM event_tracker AS event
         WHERE event.pagw_id = request.pagw_id AND event.received_on = request.received_on
         GROUP BY sequence_no
         HAVING count(*) > 1
       ) AS twice
     )
     SELECT
       (SELECT count(*) FROM number_given_twice) AS duplicate_sequences,
       coalesce(max(bytes), 0) AS metadata_bytes,
       coalesce(avg(bytes), 0)::float8 AS metadata_mean_bytes
     FROM recent`,
    { since: new Date(now.getTime() - CHECKED_HOURS * HOUR_MS) },
  );
  return rows[0] ?? { duplicateSequences: 0, metadataBytes: 0, metadataMeanBytes: 0 };
}
