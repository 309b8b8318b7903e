import type { Database } from './database.ts';
import type { MaintainOptions } from './maintain.ts';

/**
 * Rolls up the decisions of days that are over and changed, then those months of them that are over, each in a statement of
 * its own. What a cut leaves undone is marked in the database, and counted from the days or the decisions themselves until
 * the next run.
 */
export async function refreshDecisions({
  database,
  now,
  mayGoOn,
}: MaintainOptions): Promise<{ decisionDaysRolledUp: number; decisionMonthsMerged: number }> {
  let decisionDaysRolledUp = 0;
  while (mayGoOn() && (await rollUpDay(database, now))) decisionDaysRolledUp++;
  let decisionMonthsMerged = 0;
  while (mayGoOn() && (await mergeMonth(database, now))) decisionMonthsMerged++;
  return { decisionDaysRolledUp, decisionMonthsMerged };
}

async function rollUpDay(database: Database, overBefore: Date): Promise<boolean> {
  const { rows } = await database.execute<{ day: Date | null }>(
    'SELECT roll_up_decisions(:over_before::timestamptz) AS day',
    { over_before: overBefore },
  );
  return rows[0]?.day != null;
}

async function mergeMonth(database: Database, overBefore: Date): Promise<boolean> {
  const { rows } = await database.execute<{ month: Date | null }>(
    'SELECT merge_decisions(:over_before::timestamptz) AS month',
    { over_before: overBefore },
  );
  return rows[0]?.month != null;
}
