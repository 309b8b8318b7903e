import type { Database } from '../database.ts';

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
