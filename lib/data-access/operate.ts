import { ADDED, type Addition, additionValues } from './additions.ts';
import type { Database, SqlResult } from './database.ts';
import { type Page, readPage, readPosition } from './page.ts';

/** Who does something by hand, and why. */
export interface Operator {
  actedBy: string;
  /** Not blank. */
  reason: string;
}

export interface OperatorAction extends Operator {
  /** `retry.pause`, `request.close`, … */
  action: string;
  /** What it was aimed at. */
  filter: object;
  /** How many failures, requests or incidents it touched. */
  affected: number;
}

/** Who, why and when, as the operators' functions take them. */
export function deedValues({ reason, actedBy }: Operator, now: Date) {
  if (reason.trim() === '') throw new Error('A deed by hand needs a reason; say why in a few words.');
  return { reason: reason.trim(), acted_by: actedBy, now };
}

/** Writes down what an operator did outside of the database: what is done in it is written down by the function that does it. */
export async function recordOperatorAction(
  database: Database,
  { action, filter, affected, ...operator }: OperatorAction,
  now: Date,
): Promise<void> {
  await database.execute(
    'SELECT record_operator_action(:action, :filter::jsonb, :reason, :acted_by, :now::timestamptz, :affected::int)',
    { action, filter: JSON.stringify(filter), affected, ...deedValues(operator, now) },
  );
}

export function isDone({ rows }: SqlResult<{ done: boolean }>): boolean {
  return rows[0]?.done === true;
}

/**
 * Silences an open incident until an instant; a decision that becomes overdue is notified all the same. An instant that is
 * over ends the silence. Answers false when no open incident has the key.
 */
export async function snoozeIncident(
  database: Database,
  { key, until, ...operator }: Operator & { key: string; until: Date },
  now: Date,
): Promise<boolean> {
  const done = await database.execute<{ done: boolean }>(
    'SELECT snooze_incident(:key, :until::timestamptz, :reason, :acted_by, :now::timestamptz) AS done',
    { key, until, ...deedValues(operator, now) },
  );
  return isDone(done);
}

/** What decides whether a request may be ended by hand. */
interface RequestToEnd {
  tenant: string;
  closed: boolean;
  /** Its decision clock runs: what asks for no decision has none. */
  undecided: boolean;
  /** Its provider has no notice of what was decided. */
  undelivered: boolean;
  last: number;
}

export async function findToClose(database: Database, pagwId: string): Promise<RequestToEnd | undefined> {
  const { rows } = await database.execute<RequestToEnd>(
    `SELECT
       request.tenant, completed_at IS NOT NULL AS closed, last_sequence_no AS last,
       clock_stopped_at IS NULL AND coalesce(latest.kind, 'request') = 'request' AS undecided,
       board IS NOT DISTINCT FROM 'delivery' AS undelivered
     FROM request_tracker AS request
     LEFT JOIN LATERAL (
       SELECT kind FROM decision_episode AS episode WHERE episode.pagw_id = request.pagw_id ORDER BY episode.episode DESC LIMIT 1
     ) AS latest ON true
     WHERE request.pagw_id = :pagw_id`,
    { pagw_id: pagwId },
  );
  return rows[0];
}

/**
 * Writes the event that ends a request by hand, and what it makes of the request.
 * @returns false when an event of the request was recorded since it was read; nothing was written then.
 */
export async function closeWith(
  database: Database,
  addition: Addition,
  operator: Operator,
  now: Date,
): Promise<boolean> {
  const done = await database.execute<{ done: boolean }>(
    `SELECT close_request(
       ${ADDED}, :reason, :acted_by, :now::timestamptz
     ) AS done`,
    { ...additionValues([addition]), ...deedValues(operator, now) },
  );
  return isDone(done);
}

/** What somebody did by hand, as it was written down. */
export interface RecordedAct {
  id: number;
  actedAt: Date;
  actedBy: string;
  action: string;
  /** What it was aimed at. */
  filter: Record<string, unknown>;
  reason: string;
  affected: number;
  /** What has become of it so far; null where there is nothing more to say. */
  outcome: string | null;
}

export interface ActFilter {
  tenant?: string | undefined;
  /** `retry.pause`; or `retry`, for all that begin so. */
  action?: string | undefined;
  actedBy?: string | undefined;
  /** What was aimed at this request, and batches that had it retried. */
  pagwId?: string | undefined;
  incidentKey?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

const ACTS = 'acts';
export const ACTS_PER_PAGE = 500;

/** What was done by hand, latest first. Of a tenant: what names it, in its filter. @throws PagePositionError */
export async function listActs(
  database: Database,
  { tenant, action, actedBy, pagwId, incidentKey, since, until }: ActFilter,
  limit: number,
  position?: string,
): Promise<Page<RecordedAct>> {
  const after = readPosition(ACTS, position, 'number');
  return readPage<RecordedAct>(database, {
    list: ACTS,
    limit,
    sql: `SELECT
       act.id, acted_at, acted_by, action, filter, reason, affected, act_outcome(act) AS outcome,
       acted_at::text AS page_at, act.id AS page_id
     FROM operator_action AS act
     WHERE (:tenant::text IS NULL OR filter ->> 'tenant' = :tenant)
       AND (:action::text IS NULL OR action = :action OR starts_with(action, :action || '.'))
       AND (:acted_by::text IS NULL OR acted_by = :acted_by)
       AND (
         :pagw_id::text IS NULL
         OR filter ->> 'pagwId' = :pagw_id
         OR (action = 'retry.batch' AND (filter ->> 'batch')::bigint IN (
           SELECT batch_id FROM retry_batch_failure WHERE pagw_id = :pagw_id
         ))
       )
       AND (:incident_key::text IS NULL OR filter ->> 'key' = :incident_key)
       AND acted_at >= :since::timestamptz
       AND acted_at < :until::timestamptz
       AND (:after_at::timestamptz IS NULL OR (acted_at, act.id) < (:after_at::timestamptz, :after_id::bigint))
     ORDER BY acted_at DESC, act.id DESC
     LIMIT :limit`,
    values: {
      tenant: tenant ?? null,
      action: action ?? null,
      acted_by: actedBy ?? null,
      pagw_id: pagwId ?? null,
      incident_key: incidentKey ?? null,
      since: since ?? '-infinity',
      until: until ?? 'infinity',
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
    },
  });
}
