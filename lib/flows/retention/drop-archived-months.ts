import type { Database } from '../../data-access/database.ts';
import { hasSqlState, SqlState } from '../../data-access/database-error.ts';
import type { MaintainOptions } from '../../data-access/maintain.ts';
import {
  dropArchivedMonth,
  listArchivableMonths,
  mayDropMonth,
  quietSince,
} from '../../data-access/retention.ts';
import { checkMonthObjects, isLocalFault } from './archive-object.ts';
import type { ArchiveBucket } from './archive-requests.ts';

/** Each waits half a second for its locks at most; between two, whoever waits behind it goes on. */
const TRIES = 5;
const PAUSE_MS = 500;

export type DroppedMonths = Record<'monthsDropped' | 'monthsLocked', number>;

/**
 * Drops the partitions of old months whose requests are all archived, and whose objects are all still there. What is
 * locked is left to the next run.
 * @throws ArchiveDamagedError of the first month that lacks an object, or what else stands in a month's way, after the
 * others were dropped
 */
export async function dropArchivedMonths(
  options: MaintainOptions,
  { s3 }: Pick<ArchiveBucket, 's3'>,
  afterDays: number,
): Promise<DroppedMonths> {
  const { database, now, mayGoOn } = options;
  const run: DroppedMonths = { monthsDropped: 0, monthsLocked: 0 };
  const since = quietSince(now, afterDays);
  let fault: Error | undefined;
  for (const month of await listArchivableMonths(database, since)) {
    if (!mayGoOn()) break;
    try {
      if (!(await mayDropMonth(database, month, now))) continue;
      if (!(await checkMonthObjects(options, s3, month))) break;
      const dropped = await dropMonth(database, month, now);
      if (dropped === 'locked') run.monthsLocked += 1;
      else if (dropped) run.monthsDropped += 1;
    } catch (error) {
      if (!isLocalFault(error)) throw error;
      fault ??= error;
    }
  }
  if (fault !== undefined) throw fault;
  return run;
}

async function dropMonth(database: Database, month: string, now: Date): Promise<boolean | 'locked'> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    try {
      return await dropArchivedMonth(database, month, now);
    } catch (error) {
      if (!hasSqlState(error, SqlState.lockNotAvailable)) throw error;
      if (attempt < TRIES) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return 'locked';
}
