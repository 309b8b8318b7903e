import type { Database } from '../database.ts';

/** Who does something by hand, and why. */
export interface Operator {
  actedBy: string;
  /** Not blank. */
  reason: string;
}

export interface OperatorAction extends Operator {
  /** `retry.pause`, `request.close`, … */
  action: string;
  /** What it was aimed at. */
  filter: object;
  /** How many failures, requests or incidents it touched. */
  affected: number;
}

/** Writes down what an operator did; the same transaction as the deed itself, so that none goes without the other. */
export async function recordOperatorAction(
  transaction: Database,
  { action, filter, reason, actedBy, affected }: OperatorAction,
  now: Date,
): Promise<void> {
  if (reason.trim() === '') throw new Error('A deed by hand needs a reason; say why in a few words.');
  await transaction.execute(
    `INSERT INTO operator_action (action, filter, reason, acted_by, acted_at, affected)
     VALUES (:action, :filter::jsonb, :reason, left(:acted_by, 128), :now::timestamptz, :affected::int)`,
    { action, filter: JSON.stringify(filter), reason: reason.trim(), acted_by: actedBy, now, affected },
  );
}
