import type { Database } from './database.ts';
import type { MaintainOptions } from './maintain.ts';

/**
 * Rolls up the decisions of days that are over and changed, each in a statement of its own. What a cut leaves undone is
 * marked in the database, and counted from the decisions themselves until the next run.
 */
export async function refreshDecisions({
  database,
  now,
  mayGoOn,
}: MaintainOptions): Promise<{ decisionDaysRolledUp: number }> {
  let decisionDaysRolledUp = 0;
  while (mayGoOn() && (await rollUpDecisions(database, now))) decisionDaysRolledUp++;
  return { decisionDaysRolledUp };
}

async function rollUpDecisions(database: Database, overBefore: Date): Promise<boolean> {
  const { rows } = await database.execute<{ day: Date | null }>(
    'SELECT roll_up_decisions(:over_before::timestamptz) AS day',
    { over_before: overBefore },
  );
  return rows[0]?.day != null;
}
