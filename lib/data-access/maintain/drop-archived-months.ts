import type { Database } from '../database.ts';
import { hasSqlState, SqlState } from '../database-error.ts';
import { listArchivableMonths } from './list-archivable-months.ts';
import type { MaintainOptions } from './maintain-task.ts';
import { quietSince } from './quiet-since.ts';

/** Each waits half a second for its locks at most; between two, whoever waits behind it goes on. */
const TRIES = 5;
const PAUSE_MS = 500;

export type DroppedMonths = Record<'monthsDropped' | 'monthsLocked', number>;

/** Drops the partitions of old months whose requests are all archived. What is locked is left to the next run. */
export async function dropArchivedMonths(
  { database, now, mayGoOn }: MaintainOptions,
  afterDays: number,
): Promise<DroppedMonths> {
  const run: DroppedMonths = { monthsDropped: 0, monthsLocked: 0 };
  const since = await quietSince(database, now, afterDays);
  if (since === undefined) return run;
  for (const month of await listArchivableMonths(database, since)) {
    if (!mayGoOn()) return run;
    const dropped = await dropMonth(database, month, now);
    if (dropped === 'locked') run.monthsLocked += 1;
    else if (dropped) run.monthsDropped += 1;
  }
  return run;
}

async function dropMonth(database: Database, month: string, now: Date): Promise<boolean | 'locked'> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    try {
      const { rows } = await database.execute<{ dropped: boolean }>(
        'SELECT drop_archived_month(:month::date, :now::timestamptz) AS dropped',
        { month, now },
      );
      return rows[0]?.dropped === true;
    } catch (error) {
      if (!hasSqlState(error, SqlState.lockNotAvailable)) throw error;
      if (attempt < TRIES) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return 'locked';
}
