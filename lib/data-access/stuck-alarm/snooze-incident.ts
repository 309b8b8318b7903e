import type { Database } from '../database.ts';
import { type Operator, recordOperatorAction } from '../retry/record-operator-action.ts';

/**
 * Silences an open incident until an instant; a decision that becomes overdue is told all the same. An instant that is
 * over ends the silence. Answers false when no open incident has the key.
 */
export async function snoozeIncident(
  database: Database,
  { key, until, reason, actedBy }: Operator & { key: string; until: Date },
  now: Date,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const { updatedCount } = await transaction.execute(
      `UPDATE incident
       SET snoozed_until = :until::timestamptz, snoozed_by = left(:acted_by, 128), version = version + 1
       WHERE key = :key AND closed_at IS NULL`,
      { key, until, acted_by: actedBy },
    );
    if (updatedCount === 0) return false;
    const filter = { key, until: until.toISOString() };
    await recordOperatorAction(
      transaction,
      { action: 'incident.snooze', filter, reason, actedBy, affected: 1 },
      now,
    );
    return true;
  });
}
