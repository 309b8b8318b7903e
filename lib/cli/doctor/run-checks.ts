import { toCliError } from '../to-cli-error.ts';
import { checkDatabase } from './check-database.ts';
import {
  type CheckContext,
  type CheckOutcome,
  type DoctorCheck,
  fail,
  notApplicable,
} from './doctor-check.ts';

export interface CheckResult {
  id: string;
  title: string;
  outcome: CheckOutcome['outcome'];
  evidence: string;
  /** What to do about a failure. */
  next: string | null;
}

/** Runs the checks one after the other, each told as it ends: one that fails does not stop the rest. */
export async function* runChecks(
  checks: readonly DoctorCheck[],
  context: CheckContext,
): AsyncGenerator<CheckResult> {
  let databaseAnswers = true;
  for (const check of checks) {
    const result: CheckOutcome =
      check.needsDatabase && !databaseAnswers
        ? notApplicable('the database does not answer')
        : await check.run(context).catch(failed);
    if (check === checkDatabase) databaseAnswers = result.outcome === 'pass';
    const { id, title } = check;
    yield { id, title, next: null, ...result };
  }
}

function failed(error: unknown): CheckOutcome {
  const { message, hint } = toCliError(error);
  return fail(message, hint ?? 'Run `pagw doctor` again; if it stays, see the service it names.');
}
