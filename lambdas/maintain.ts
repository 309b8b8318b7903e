import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import {
  checkRecentEvents,
  ensurePartitionsAhead,
  type MaintainTask,
  measureGrowth,
  measureIndexUse,
} from '../lib/data-access/maintain.ts';
import { compactRequests, measureArchive } from '../lib/data-access/retention.ts';
import {
  refreshDecisions,
  refreshFlow,
  refreshSummary,
  summariseBlockRanges,
} from '../lib/data-access/summary.ts';
import { addMaintainMetrics, runMaintainTasks } from '../lib/flows/maintain/run-maintain-tasks.ts';
import { archiveRequests } from '../lib/flows/retention/archive-requests.ts';
import { dropArchivedMonths } from '../lib/flows/retention/drop-archived-months.ts';
import { maintainEnv } from '../lib/runtime/env.ts';
import { deployed, flowHandler } from '../lib/runtime/flow-handler.ts';
import { reasonOf } from '../lib/runtime/telemetry.ts';

/** For the statement under way; each is bounded well below the Data API's 45 s. */
const RESERVE_MS = 50_000;

export interface MaintainAnswer {
  counts: Record<string, number>;
  skipped: string[];
}

/** Makes the maintain handler: runs every task of upkeep, however the others fare. */
export const createHandler = flowHandler(
  'maintain',
  maintainEnv,
  ({ env, database, logger, metrics, agreedClock }) => {
    const reportIndexUse = async () => {
      const uses = await measureIndexUse(database);
      for (const use of uses) logger.info('index use', { ...use });
      return { unusedIndexes: uses.filter(({ scans, isUnique }) => scans === 0 && !isUnique).length };
    };

    const history = historyTasks(env);

    return async (_event: unknown, context: Context): Promise<MaintainAnswer> => {
      const clock = await agreedClock();
      const { counts, failures, skipped } = await runMaintainTasks(
        {
          ensurePartitionsAhead,
          summariseBlockRanges,
          refreshSummary,
          refreshFlow,
          refreshDecisions,
          checkRecentEvents,
          measureGrowth,
          reportIndexUse,
          ...by(clock.earliest(), history),
        },
        { database, now: clock.now(), mayGoOn: () => context.getRemainingTimeInMillis() > RESERVE_MS },
      );
      const archiveFailures = Object.keys(history).filter((task) => failures.has(task)).length;
      addMaintainMetrics(metrics, { ...counts, archiveFailures });
      for (const [task, failure] of failures) logger.error('task failed', { task, ...reasonOf(failure) });
      logger.info('maintained', { ...counts, failed: failures.size, skipped });
      if (failures.size > 0)
        throw new Error(`Upkeep failed in ${[...failures.keys()].join(', ')}; the log has the reasons.`);
      return { counts, skipped };
    };
  },
);

/** Compaction and archive, as far as they are not switched off; last, for they take all the time there is. */
function historyTasks(env: z.infer<ReturnType<typeof maintainEnv>>): Record<string, MaintainTask> {
  const { COMPACT_AFTER_DAYS: compactAfter, ARCHIVE_AFTER_DAYS: archiveAfter, ARCHIVE_BUCKET: bucket } = env;
  const compaction: Record<string, MaintainTask> =
    compactAfter === 'off' ? {} : { compactRequests: (options) => compactRequests(options, compactAfter) };
  if (archiveAfter === 'off') return compaction;
  const archive = { s3: new S3Client({ forcePathStyle: true }), bucket };
  return {
    ...compaction,
    archiveRequests: (options) => archiveRequests(options, archive, archiveAfter),
    dropArchivedMonths: (options) => dropArchivedMonths(options, archive, archiveAfter),
    measureArchive: (options) => measureArchive(options, archiveAfter),
  };
}

/** Nothing brings back a month that was dropped early. */
function by(now: Date, tasks: Readonly<Record<string, MaintainTask>>): Record<string, MaintainTask> {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [name, (options) => task({ ...options, now })]),
  );
}

/** The Lambda's entry. */
export const handler = deployed(createHandler);
