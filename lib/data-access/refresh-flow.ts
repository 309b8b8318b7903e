import type { Database } from './database.ts';
import type { MaintainOptions } from './maintain.ts';

/** Requests that one statement folds: about a second's work. */
const FOLD_MAX_REQUESTS = 2_000;
export type FlowRefresh = Record<'flowsFolded' | 'flowHoursRolledUp' | 'flowDaysRolledUp', number>;

/**
 * Updates the flow roll-up, after refreshSummary has marked what changed: folds the changed requests, rebuilds their
 * hours, then merges the days that are over. What a cut leaves undone is marked in the database, and read from the
 * requests themselves until the next run.
 */
export async function refreshFlow({ database, now, mayGoOn }: MaintainOptions): Promise<FlowRefresh> {
  const refresh: FlowRefresh = { flowsFolded: 0, flowHoursRolledUp: 0, flowDaysRolledUp: 0 };
  let folded = FOLD_MAX_REQUESTS;
  while (folded === FOLD_MAX_REQUESTS && mayGoOn()) {
    folded = await foldFlows(database, FOLD_MAX_REQUESTS);
    refresh.flowsFolded += folded;
  }
  while (mayGoOn() && (await rollUpFlowHour(database))) refresh.flowHoursRolledUp++;
  while (mayGoOn() && (await rollUpFlowDay(database, now))) refresh.flowDaysRolledUp++;
  return refresh;
}

async function foldFlows(database: Database, most: number): Promise<number> {
  const { rows } = await database.execute<{ folded: number }>(
    'SELECT fold_flows(:most::bigint::int) AS folded',
    { most },
  );
  return rows[0]?.folded ?? 0;
}

async function rollUpFlowHour(database: Database): Promise<boolean> {
  const { rows } = await database.execute<{ hour: Date | null }>('SELECT roll_up_flow_hour() AS hour');
  return rows[0]?.hour != null;
}

async function rollUpFlowDay(database: Database, overBefore: Date): Promise<boolean> {
  const { rows } = await database.execute<{ day: Date | null }>(
    'SELECT roll_up_flow_day(:over_before::timestamptz) AS day',
    { over_before: overBefore },
  );
  return rows[0]?.day != null;
}
