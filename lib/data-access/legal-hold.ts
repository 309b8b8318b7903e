import type { Database } from './database.ts';
import type { Operator } from './operate.ts';
import { readBounded, readWhole } from './page.ts';

/** Whose history is kept as it is, one request's, a tenant's or a plan's, and for which matter: each has a hold of its own. */
export type HoldScope = ({ pagwId: string } | { tenant: string } | { plan: string }) & {
  matter?: string | undefined;
};

export interface LegalHold {
  pagwId: string | null;
  tenant: string | null;
  plan: string | null;
  matter: string | null;
  reason: string;
  heldBy: string;
  heldAt: Date;
}

/** Keeps the history from compaction, archive and drop. @returns false when it is on hold already. */
export async function holdHistory(
  database: Database,
  scope: HoldScope,
  operator: Operator,
  now: Date,
): Promise<boolean> {
  return isDone(database, 'hold_history', scope, operator, now);
}

/** Ends the hold of exactly this scope. @returns false when there is none. */
export async function releaseHistory(
  database: Database,
  scope: HoldScope,
  operator: Operator,
  now: Date,
): Promise<boolean> {
  return isDone(database, 'release_history', scope, operator, now);
}

async function isDone(
  database: Database,
  deed: 'hold_history' | 'release_history',
  scope: HoldScope,
  { actedBy, reason }: Operator,
  now: Date,
): Promise<boolean> {
  const { rows } = await database.execute<{ done: boolean }>(
    `SELECT ${deed}(:pagw_id::text, :tenant::text, :plan::text, :matter::text, :reason, :acted_by, :now::timestamptz) AS done`,
    {
      pagw_id: 'pagwId' in scope ? scope.pagwId : null,
      tenant: 'tenant' in scope ? scope.tenant : null,
      plan: 'plan' in scope ? scope.plan : null,
      matter: scope.matter ?? null,
      reason,
      acted_by: actedBy,
      now,
    },
  );
  return rows[0]?.done === true;
}

const PAGE_HOLDS = 1_000;

/** All of them, the oldest first. */
export async function listHolds(database: Database): Promise<LegalHold[]> {
  const holds = await readWhole<LegalHold & { id: number }>(
    (last) =>
      readBounded<LegalHold & { id: number }>(
        database,
        `SELECT id, pagw_id, tenant, plan, matter, reason, held_by, held_at
         FROM legal_hold
         WHERE id > :after_id
         ORDER BY id
         LIMIT :limit`,
        { after_id: last?.id ?? 0, limit: PAGE_HOLDS },
      ),
    PAGE_HOLDS,
  );
  return holds.map(({ id: _, ...hold }) => hold);
}
