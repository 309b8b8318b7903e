import { hasSqlState, SqlState } from '../database-error.ts';
import type { MaintainOptions } from './maintain-task.ts';

/**
 * Lets the block range indexes of event_tracker cover the newest pages of every partition. Between two vacuums they do not,
 * and a report over the last hours would read every page since: up to a fifth of the month. A vacuum under way does the
 * same work and holds the lock that it takes: then there is nothing to wait for.
 */
export async function summariseBlockRanges({
  database,
}: MaintainOptions): Promise<{ blockRangesSummarised: number }> {
  try {
    return await database.transaction(async (transaction) => {
      await transaction.execute("SET LOCAL lock_timeout = '2s'");
      const { rows } = await transaction.execute<{ ranges: number }>(
        `SELECT coalesce(sum(brin_summarize_new_values(partition.inhrelid)), 0)::bigint AS ranges
         FROM pg_inherits AS partition
         WHERE partition.inhparent IN (
           SELECT indexed.indexrelid
           FROM pg_index AS indexed
           JOIN pg_class AS index ON index.oid = indexed.indexrelid
           JOIN pg_am AS method ON method.oid = index.relam
           WHERE indexed.indrelid = 'event_tracker'::regclass AND method.amname = 'brin'
         )`,
      );
      return { blockRangesSummarised: rows[0]?.ranges ?? 0 };
    });
  } catch (error) {
    if (hasSqlState(error, SqlState.lockNotAvailable)) return { blockRangesSummarised: 0 };
    throw error;
  }
}
