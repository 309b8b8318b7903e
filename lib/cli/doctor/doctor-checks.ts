import { checkDuplicateSequences } from './after/check-duplicate-sequences.ts';
import { checkGrowth } from './after/check-growth.ts';
import { checkIndexUse } from './after/check-index-use.ts';
import { checkLogTimeline } from './after/check-log-timeline.ts';
import { checkMetadataSize } from './after/check-metadata-size.ts';
import { checkRetryWorker } from './after/check-retry-worker.ts';
import { checkTimelineSpeed } from './after/check-timeline-speed.ts';
import { checkConcurrentWrites } from './before/check-concurrent-writes.ts';
import { checkMetadata } from './before/check-metadata.ts';
import { checkRetryQuery } from './before/check-retry-query.ts';
import { checkServiceMethods } from './before/check-service-methods.ts';
import { checkTimeline } from './before/check-timeline.ts';
import { checkUniqueSequence } from './before/check-unique-sequence.ts';
import { checkV005Applied } from './before/check-v005-applied.ts';
import { checkV006Applied } from './before/check-v006-applied.ts';
import { checkDatabase, checkVersions } from './check-database.ts';
import { checkMigrations } from './check-migrations.ts';
import { checkPartitions } from './check-partitions.ts';
import { checkQueue } from './check-queue.ts';
import { checkRetryPolicy } from './check-retry-policy.ts';
import { checkSequences } from './check-sequences.ts';
import { checkTimelinePlan } from './check-timeline-plan.ts';
import { checkUniqueIndexes } from './check-unique-indexes.ts';
import type { DoctorCheck } from './doctor-check.ts';

/** In the order they run: the testing checklist line by line, then what the tracker looks at besides. */
export const doctorChecks: readonly DoctorCheck[] = [
  checkV005Applied,
  checkV006Applied,
  checkServiceMethods,
  checkUniqueSequence,
  checkConcurrentWrites,
  checkTimeline,
  checkRetryQuery,
  checkMetadata,

  checkGrowth,
  checkIndexUse,
  checkDuplicateSequences,
  checkLogTimeline,
  checkRetryWorker,
  checkTimelineSpeed,
  checkMetadataSize,

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
