import type { RequestVerdict } from '../../domain/request-verdict.ts';
import type { Database } from '../database.ts';

export interface WrittenVerdict extends RequestVerdict {
  pagwId: string;
  lastSequenceNo: number;
}

/**
 * Writes verdicts, each only if nothing was recorded of its request since it was read, nor is right now; the others
 * stay due.
 * @returns how many were written.
 */
export async function writeVerdicts(
  database: Database,
  verdicts: readonly WrittenVerdict[],
): Promise<number> {
  const { rows } = await database.execute<{ written: number }>(
    'SELECT write_verdicts(:verdicts::json) AS written',
    { verdicts: JSON.stringify(verdicts.map(toRecord)) },
  );
  return rows[0]?.written ?? 0;
}

function toRecord({
  pagwId,
  lastSequenceNo,
  stuck,
  skewSeconds,
  deadlineRisk,
  decisionDueAt,
  lookAt,
}: WrittenVerdict) {
  return {
    pagw_id: pagwId,
    sequence_no: lastSequenceNo,
    reason: stuck?.reason,
    stage: stuck?.stage,
    since: stuck?.since,
    error_code: stuck?.errorCode ?? undefined,
    skew_seconds: stuck === null ? undefined : skewSeconds,
    risk: deadlineRisk === 'none' ? undefined : deadlineRisk,
    due_at: decisionDueAt ?? undefined,
    look_at: lookAt ?? undefined,
  };
}
