import type { Database } from '../../data-access/database.ts';
import { DatabaseError, hasSqlState, SqlState } from '../../data-access/database-error.ts';
import { type CheckContext, type CheckOutcome, fail, notApplicable } from './doctor-check.ts';

/** Refusals of AWS, not of PostgreSQL: these credentials may not read the writer's secret. */
const REFUSALS = ['AccessDeniedException', 'ForbiddenException', 'SecretsErrorException'];
const INSUFFICIENT_PRIVILEGE = '42501';

/** Runs a check that writes, as the writer; an operator who may not be the writer skips it. */
export async function withWriter(
  { connection }: CheckContext,
  check: (writer: Database) => Promise<CheckOutcome>,
): Promise<CheckOutcome> {
  try {
    return await check(connection.database('writer'));
  } catch (error) {
    if (error instanceof DatabaseError && error.cause instanceof Error && REFUSALS.includes(error.cause.name))
      return notApplicable(
        "it writes, and these credentials may not use the writer's secret",
        "Run it again with credentials that may read the stack's WriterSecretArn.",
      );
    if (hasSqlState(error, INSUFFICIENT_PRIVILEGE) && error instanceof Error)
      return fail(
        error.message,
        'Grant it to pagw_writer again, as migrations/schema.sql has it: ingest needs it too.',
      );
    if (hasSqlState(error, SqlState.checkViolation))
      return fail('this month has no partition', 'Run maintain; see the check partitions.');
    throw error;
  }
}
