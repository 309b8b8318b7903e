import type { RequestVerdict } from '../../domain/request-verdict.ts';
import type { Database } from '../database.ts';

export interface WrittenVerdict extends RequestVerdict {
  pagwId: string;
  lastSequenceNo: number;
}

/**
 * Writes verdicts, each only if nothing was recorded of its request since it was read; the others stay due.
 * A request that is being recorded right now is skipped, too: the detector never makes ingest wait, or deadlock.
 * @returns how many were written.
 */
export async function writeVerdicts(
  database: Database,
  verdicts: readonly WrittenVerdict[],
): Promise<number> {
  const { updatedCount } = await database.execute(
    `WITH verdict AS (
       SELECT *
       FROM json_to_recordset(:verdicts::json) AS given (
         pagw_id text, sequence_no bigint, reason text, since timestamptz, error_code text,
         skew_seconds bigint, risk text,
         due_at timestamptz, look_at timestamptz
       )
     ),
     unchanged AS MATERIALIZED (
       SELECT request.pagw_id
       FROM request_tracker AS request
       JOIN verdict ON verdict.pagw_id = request.pagw_id AND verdict.sequence_no = request.last_sequence_no
       ORDER BY request.pagw_id
       FOR UPDATE OF request SKIP LOCKED
     )
     UPDATE request_tracker AS request
     SET stuck_reason = verdict.reason,
         stuck_since = verdict.since,
         stuck_error_code = verdict.error_code,
         stuck_skew_seconds = verdict.skew_seconds,
         deadline_risk = verdict.risk,
         decision_due_at = verdict.due_at,
         watch_at = verdict.look_at
     FROM unchanged
     JOIN verdict ON verdict.pagw_id = unchanged.pagw_id
     WHERE request.pagw_id = unchanged.pagw_id AND request.last_sequence_no = verdict.sequence_no`,
    { verdicts: JSON.stringify(verdicts.map(toRecord)) },
  );
  return updatedCount;
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
    since: stuck?.since,
    error_code: stuck?.errorCode ?? undefined,
    skew_seconds: stuck === null ? undefined : skewSeconds,
    risk: deadlineRisk === 'none' ? undefined : deadlineRisk,
    due_at: decisionDueAt ?? undefined,
    look_at: lookAt ?? undefined,
  };
}
