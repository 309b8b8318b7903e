import type { MaintainOptions } from './maintain-task.ts';

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
