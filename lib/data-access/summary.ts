import { type Database, LATEST_RIGHT_TIME } from './database.ts';
import { hasSqlState, SqlState } from './database-error.ts';
import type { MaintainOptions } from './maintain.ts';

/** Numbers of events that one search covers: a few seconds' work. */
const MARK_MAX_IDS = 500_000;

export type SummaryRefresh = Record<
  'hoursChanged' | 'hoursSummarised' | 'hoursLeft' | 'daysSummarised',
  number
>;

/**
 * Refreshes event_tracker_summary: finds the hours that got events since the last time and rebuilds each of them
 * in a statement of its own; then merges the days of those hours that are over. What a cut leaves undone is
 * marked in the database and taken up by the next run.
 */
export async function refreshSummary(
  { database, now, mayGoOn }: MaintainOptions,
  markMaxIds = MARK_MAX_IDS,
): Promise<SummaryRefresh> {
  await pullBackProgress(database, now);
  let hoursChanged = 0;
  let complete = false;
  let markedTo = 0;
  while (!complete && mayGoOn()) {
    const search = await markChangedHours(database, markMaxIds, markedTo);
    hoursChanged += search.marked;
    ({ complete, markedTo } = search);
  }
  let hoursSummarised = 0;
  while (mayGoOn() && (await summariseChangedHour(database))) hoursSummarised++;
  const hoursLeft = await countChangedHours(database);
  let daysSummarised = 0;
  while (mayGoOn() && (await summariseChangedDay(database, now))) daysSummarised++;
  if (complete && hoursLeft === 0) await noteRefresh(database, now);
  return { hoursChanged, hoursSummarised, hoursLeft, daysSummarised };
}

async function markChangedHours(database: Database, most: number, after: number) {
  const { rows } = await database.execute<{ marked: number; markedTo: number; complete: boolean }>(
    'SELECT marked, marked_to, complete FROM mark_changed_hours(:most::bigint, :after::bigint)',
    { most, after },
  );
  const [search] = rows;
  if (search === undefined) throw new Error('mark_changed_hours answered no row; is the schema current?');
  return search;
}

async function summariseChangedHour(database: Database): Promise<boolean> {
  const { rows } = await database.execute<{ hour: Date | null }>('SELECT summarise_changed_hour() AS hour');
  return rows[0]?.hour != null;
}

async function summariseChangedDay(database: Database, overBefore: Date): Promise<boolean> {
  const { rows } = await database.execute<{ day: Date | null }>(
    'SELECT summarise_changed_day(:over_before::timestamptz) AS day',
    { over_before: overBefore },
  );
  return rows[0]?.day != null;
}

async function countChangedHours(database: Database): Promise<number> {
  const { rows } = await database.execute<{ hours: number }>(
    'SELECT count(*) AS hours FROM event_summary_changed_hour',
  );
  return rows[0]?.hours ?? 0;
}

/**
 * Takes back up to when a run with a clock far ahead said the roll-up is complete: what was recorded since would be in no
 * report. What it rolled up is there: up to the latest hour of it, which was not over.
 */
async function pullBackProgress(database: Database, now: Date): Promise<void> {
  await database.execute(
    `UPDATE event_summary_progress
     SET refreshed_at = rolled_up.hour,
         days_before = CASE WHEN rolled_up.hour IS NOT NULL THEN least(days_before, date_trunc('day', rolled_up.hour, 'UTC')) END
     FROM (SELECT max(hour) AS hour FROM event_tracker_summary_total WHERE hour <= :now::timestamptz) AS rolled_up
     WHERE greatest(refreshed_at, days_before) > ${LATEST_RIGHT_TIME}`,
    { now },
  );
}

/** Reports take the hours before this from the summary, and the days before this where none is left to merge. */
async function noteRefresh(database: Database, now: Date): Promise<void> {
  await database.execute(
    `UPDATE event_summary_progress
     SET refreshed_at = greatest(refreshed_at, :now::timestamptz),
         days_before = CASE
           WHEN EXISTS (SELECT FROM event_summary_changed_day WHERE day < date_trunc('day', :now::timestamptz, 'UTC')) THEN days_before
           ELSE greatest(days_before, date_trunc('day', :now::timestamptz, 'UTC'))
         END`,
    { now },
  );
}

/**
 * Lets the block range indexes of event_tracker cover the newest pages of every partition. Between two vacuums they do not,
 * and a report over the last hours would read every page since: up to a fifth of the month. A vacuum under way does the
 * same work and holds the lock that it takes: then there is nothing to wait for.
 */
export async function summariseBlockRanges({
  database,
}: MaintainOptions): Promise<{ blockRangesSummarised: number }> {
  try {
    const { rows } = await database.execute<{ ranges: number }>('SELECT summarise_block_ranges() AS ranges');
    return { blockRangesSummarised: rows[0]?.ranges ?? 0 };
  } catch (error) {
    if (hasSqlState(error, SqlState.lockNotAvailable)) return { blockRangesSummarised: 0 };
    throw error;
  }
}

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
