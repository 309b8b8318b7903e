import { checkDatabase, checkVersions } from './check-database.ts';
import { checkMigrations } from './check-migrations.ts';
import { checkPartitions } from './check-partitions.ts';
import { checkQueue } from './check-queue.ts';
import { checkRetryPolicy } from './check-retry-policy.ts';
import { checkSequences } from './check-sequences.ts';
import { checkTimelinePlan } from './check-timeline-plan.ts';
import { checkUniqueIndexes } from './check-unique-indexes.ts';
import type { DoctorCheck } from './doctor-check.ts';

/** In the order they run; the first says whether those that need the database can. */
export const doctorChecks: readonly DoctorCheck[] = [
  checkDatabase,
  checkVersions,
  checkMigrations,
  checkUniqueIndexes,
  checkSequences,
  checkPartitions,
  checkTimelinePlan,
  checkQueue,
  checkRetryPolicy,
];
