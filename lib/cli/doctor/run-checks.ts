import { toCliError } from '../cli-error.ts';
import {
  checkDuplicateSequences,
  checkGrowth,
  checkIndexUse,
  checkLogTimeline,
  checkMetadataSize,
  checkRetryWorker,
  checkTimelineSpeed,
} from './after-checks.ts';
import {
  checkConcurrentWrites,
  checkMetadata,
  checkRetryQuery,
  checkServiceMethods,
  checkTimeline,
  checkUniqueSequence,
  checkV005Applied,
  checkV006Applied,
} from './before-checks.ts';
import {
  type CheckContext,
  type CheckOutcome,
  type CheckPart,
  type DoctorCheck,
  fail,
  notApplicable,
} from './doctor-check.ts';
import type { Account, PreflightCheck } from './preflight.ts';
import {
  checkAnswers,
  checkCanary,
  checkDatabase,
  checkDecisionPolicy,
  checkMigrations,
  checkPartitions,
  checkQueue,
  checkRetryPolicy,
  checkSequences,
  checkStates,
  checkTimelinePlan,
  checkUniqueIndexes,
  checkVersions,
} from './state-checks.ts';

export interface CheckResult {
  id: string;
  part: CheckPart;
  title: string;
  outcome: CheckOutcome['outcome'];
  evidence: string;
  /** What to do about a failure, or to make the check applicable. */
  next: string | null;
}

/**
 * Runs the checks one after the other, each reported as it ends: one that fails does not stop the rest. Whether the
 * database answers is asked first, and reported even unasked when it does not: without it little can be said.
 */
export async function* runChecks(
  checks: readonly DoctorCheck[],
  context: CheckContext,
): AsyncGenerator<CheckResult> {
  const reached = await checkDatabase.run(context).catch(failed);
  const databaseAnswers = reached.outcome === 'pass';
  if (!databaseAnswers && !checks.includes(checkDatabase)) yield toResult(checkDatabase, reached);
  for (const check of checks) yield toResult(check, await outcomeOf(check));

  function outcomeOf(check: DoctorCheck): CheckOutcome | Promise<CheckOutcome> {
    if (check === checkDatabase) return reached;
    if (check.needsDatabase && !databaseAnswers) return notApplicable('the database does not answer');
    return check.run(context).catch(failed);
  }
}

/** Runs the checks of an account before anything of the tracker is in it, each reported as it ends. */
export async function* runPreflight(
  checks: readonly PreflightCheck[],
  account: Account,
): AsyncGenerator<CheckResult> {
  for (const check of checks) {
    const outcome = await check.run(account).catch(failed);
    yield toResult({ ...check, part: 'preflight' }, outcome);
  }
}

function toResult(
  { id, part, title }: Pick<DoctorCheck, 'id' | 'part' | 'title'>,
  outcome: CheckOutcome,
): CheckResult {
  return { id, part, title, next: null, ...outcome };
}

function failed(error: unknown): CheckOutcome {
  const { message, hint } = toCliError(error);
  return fail(message, hint ?? 'Run `pagw doctor` again; if it stays, see the service it names.');
}

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
  checkStates,
  checkPartitions,
  checkCanary,
  checkTimelinePlan,
  checkQueue,
  checkRetryPolicy,
  checkDecisionPolicy,
  checkAnswers,
];
