import type { Database } from '../database.ts';

/** Notes that these refused events were sent again. */
export async function markRejectedReplayed(
  database: Database,
  ids: readonly number[],
  now: Date,
): Promise<number> {
  const { updatedCount } = await database.execute(
    `UPDATE rejected_message
     SET replayed_at = :now::timestamptz
     WHERE id IN (SELECT wanted.id::bigint FROM json_array_elements_text(:ids::json) AS wanted (id))`,
    { ids: JSON.stringify(ids), now },
  );
  return updatedCount;
}
