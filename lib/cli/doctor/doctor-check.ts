import type { Database } from '../../data-access/database.ts';
import type { Connection } from '../connection.ts';

export interface CheckContext {
  connection: Connection;
  database: Database;
  now: Date;
  /** Look at everything, however long it takes. */
  deep: boolean;
}

/** What a check found, with what it saw; a failure says what to do next. */
export type CheckOutcome =
  | { outcome: 'pass'; evidence: string }
  | { outcome: 'fail'; evidence: string; next: string }
  | { outcome: 'not-applicable'; evidence: string; next?: string };

/** The schema review's testing checklist has two parts; what else the tracker looks at is its own. Preflight looks at the account. */
export type CheckPart = 'preflight' | 'before' | 'after' | 'tracker';

/** One question about the tracker's health. A check that throws has failed; the error is its evidence. */
export interface DoctorCheck {
  /** Stable, for scripts. */
  id: string;
  part: CheckPart;
  title: string;
  /** Left out when the database does not answer. */
  needsDatabase: boolean;
  run(context: CheckContext): Promise<CheckOutcome>;
}

export function pass(evidence: string): CheckOutcome {
  return { outcome: 'pass', evidence };
}

export function fail(evidence: string, next: string): CheckOutcome {
  return { outcome: 'fail', evidence, next };
}

export function notApplicable(evidence: string, next?: string): CheckOutcome {
  return { outcome: 'not-applicable', evidence, ...(next === undefined ? {} : { next }) };
}
