import { laneOf } from '../domain/event-stages.ts';
import { defaultFoldRules, type FoldRules, RequestFold, type RequestMemory } from '../domain/request-fold.ts';
import type { EventStatus, StatedRequest, TrackedEvent } from '../domain/tracked-event.ts';
import type { Database } from './database.ts';
import { toEpisodeRow, toRequestRow } from './ingest.ts';
import { inParts, readBounded } from './page.ts';

/** A request whose whole history is folded again, as it stands in the database. */
export interface DerivedRequest {
  pagwId: string;
  tenant: string;
  fold: RequestFold;
}

interface StoredRequest {
  pagwId: string;
  tenant: string;
  /** Whether part of its history is in the archive, and may not be here any more. */
  archived: boolean;
}

interface StoredEvent {
  pagwId: string;
  sequenceNo: number;
  eventId: string;
  stage: string;
  eventType: string;
  status: EventStatus;
  attempt: number;
  nextRetryAt: Date | null;
  exhausted: boolean;
  errorCode: string | null;
  externalReference: string | null;
  occurredAt: Date;
  createdAt: Date;
  metadata: Record<string, unknown> | null;
  stated: StatedRequest | null;
}

/** Of the metadata, what a fold can ask for, and where a request goes to. */
const EVIDENCE_KEYS = [
  ...['mode', 'outcome', 'disposition', 'reviewAction', 'reviewActionCode', 'isAsync', 'hasUrgent'],
  'targetSystem',
];
const PAGE_REQUESTS = 200;
const PAGE_EVENTS = 2_000;

/**
 * Folds a request's whole history again.
 * @returns null when there is no event of it.
 */
export async function deriveRequestMemory(
  database: Database,
  pagwId: string,
  rules: FoldRules = defaultFoldRules,
): Promise<RequestMemory | null> {
  const request = { pagwId, tenant: '', archived: false };
  for await (const { fold } of foldHistories(database, [request], rules)) return fold.memory;
  return null;
}

/**
 * Folds the histories of a page of requests again, in the order of their ids; a history of any length is read in answers
 * of bounded size.
 */
async function* foldHistories(
  database: Database,
  requests: readonly StoredRequest[],
  rules: FoldRules,
): AsyncGenerator<DerivedRequest> {
  const tenants = new Map(requests.map(({ pagwId, tenant }) => [pagwId, tenant]));
  const pagwIds = JSON.stringify([...tenants.keys()]);
  let current: DerivedRequest | undefined;
  let after = { pagwId: '', sequenceNo: 0 };
  for (;;) {
    const { rows, cut } = await readEvents(database, pagwIds, after);
    for (const row of rows) {
      if (current?.pagwId !== row.pagwId) {
        if (current) yield current;
        current = {
          pagwId: row.pagwId,
          tenant: tenants.get(row.pagwId) ?? '',
          fold: new RequestFold(null, rules),
        };
      }
      const recordedAt = row.createdAt.getTime();
      const believedDays = believedWhenRecorded(row, rules);
      current.fold.append(toTrackedEvent(row), recordedAt, { sequenceNo: row.sequenceNo, believedDays });
    }
    const last = rows.at(-1);
    if (last !== undefined) after = last;
    if (!cut && rows.length < PAGE_EVENTS) break;
  }
  if (current) yield current;
}

async function readEvents(
  database: Database,
  pagwIds: string,
  after: Pick<StoredEvent, 'pagwId' | 'sequenceNo'>,
) {
  return await readBounded<StoredEvent>(
    database,
    `SELECT
       event.pagw_id, event.sequence_no, event.event_id, event.stage, event.event_type, event.status::text AS status,
       event.attempt, event.next_retry_at, event.retry_exhausted_at IS NOT NULL AS exhausted, event.error_code,
       event.external_reference, event.occurred_at, event.created_at, event.stated,
       (
         SELECT jsonb_object_agg(key, value)
         FROM jsonb_each(CASE WHEN jsonb_typeof(event.metadata) = 'object' THEN event.metadata END)
         WHERE key IN (SELECT json_array_elements_text(:keys::json)) AND pg_column_size(value) < 300
       ) AS metadata
     FROM request_tracker AS request
     -- OFFSET 0 keeps this a look-up per request.
     CROSS JOIN LATERAL (
       SELECT *
       FROM event_history AS one
       WHERE one.pagw_id = request.pagw_id AND one.received_on = request.received_on
         AND (request.pagw_id > :after_id OR one.sequence_no > :after_no)
       ORDER BY one.sequence_no
       LIMIT ${PAGE_EVENTS}
       OFFSET 0
     ) AS event
     WHERE request.pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json)) AND request.pagw_id >= :after_id
     ORDER BY event.pagw_id, event.sequence_no
     LIMIT ${PAGE_EVENTS}`,
    {
      pagw_ids: pagwIds,
      after_id: after.pagwId,
      after_no: after.sequenceNo,
      keys: JSON.stringify(EVIDENCE_KEYS),
    },
  );
}

const DAY_MS = 86_400_000;

/** As believed as it was then: the setting may have changed since. */
function believedWhenRecorded({ occurredAt, createdAt, stated }: StoredEvent, rules: FoldRules): number {
  const ageDays = (createdAt.getTime() - occurredAt.getTime()) / DAY_MS;
  return stated?.disbelieved
    ? Math.min(rules.believedDays, ageDays - 1 / DAY_MS)
    : Math.max(rules.believedDays, ageDays);
}

/** Whether a failure waits is taken from its row: an operator may have moved its retry, and its policy may have changed. */
function toTrackedEvent(row: StoredEvent): TrackedEvent {
  const waits = row.nextRetryAt !== null || row.exhausted;
  return {
    eventId: row.eventId,
    tenant: row.stated?.tenantless ? null : '',
    pagwId: row.pagwId,
    stage: row.stage,
    eventType: row.eventType,
    known: true,
    status: row.status,
    lane: laneOf(row.stage),
    attempt: row.attempt,
    retryable: waits,
    nextRetryAt: waits ? (row.nextRetryAt ?? row.createdAt).toISOString() : null,
    retry: null,
    occurredAt: row.occurredAt.toISOString(),
    startedAt: null,
    completedAt: null,
    durationMs: null,
    externalReference: row.externalReference,
    errorCode: row.errorCode,
    errorMessage: null,
    workerId: null,
    serviceName: null,
    correlationId: row.stated?.correlationId ?? null,
    metadata: row.metadata,
    stated: row.stated,
  };
}

/** How a request's row differs from what its history makes of it. */
export interface StateDifference {
  pagwId: string;
  /** Columns of request_tracker, and `episode-N.column` of decision_episode. */
  fields: string[];
}

export interface StateComparison {
  compared: number;
  /** Not compared: part of the history is in the archive. */
  archived: number;
  /** Not compared: an event came meanwhile. */
  moved: number;
  differences: StateDifference[];
  /** To go on after; null when that was the last request. */
  next: string | null;
}

/**
 * Compares a page of requests, in the order of their ids, with their histories folded again, field by field. What is
 * compared stays in the database but for the names of the fields.
 */
export async function compareStates(
  database: Database,
  after = '',
  rules: FoldRules = defaultFoldRules,
): Promise<StateComparison> {
  const { rows: requests, cut } = await readBounded<StoredRequest>(
    database,
    `SELECT
       pagw_id, tenant,
       EXISTS (SELECT FROM archived_request AS archived WHERE archived.pagw_id = request.pagw_id) AS archived
     FROM request_tracker AS request
     -- What was brought over from an older system is folded with its next event.
     WHERE pagw_id > :after AND last_sequence_no > 0 AND state IS NOT NULL
     ORDER BY pagw_id
     LIMIT ${PAGE_REQUESTS}`,
    { after },
  );
  const kept = requests.filter(({ archived }) => !archived);
  const comparison: StateComparison = {
    compared: 0,
    archived: requests.length - kept.length,
    moved: 0,
    differences: [],
    next: cut || requests.length === PAGE_REQUESTS ? (requests.at(-1)?.pagwId ?? null) : null,
  };
  const expected: object[] = [];
  const gone = new Set(kept.map(({ pagwId }) => pagwId));
  for await (const derived of foldHistories(database, kept, rules)) {
    expected.push(toExpectedRow(derived));
    gone.delete(derived.pagwId);
  }
  comparison.compared = gone.size;
  comparison.differences.push(...[...gone].map((pagwId) => ({ pagwId, fields: ['last_sequence_no'] })));
  for (const part of inParts(expected)) {
    for (const { pagwId, moved, fields } of await findDifferences(database, part)) {
      if (moved) comparison.moved++;
      else comparison.compared++;
      if (!moved && fields !== null) comparison.differences.push({ pagwId, fields: fields.split(' ') });
    }
  }
  return comparison;
}

interface Compared {
  pagwId: string;
  moved: boolean;
  fields: string | null;
}

async function findDifferences(database: Database, expected: readonly object[]): Promise<Compared[]> {
  const { rows } = await database.execute<Compared>(
    `WITH derived AS MATERIALIZED (
       SELECT value ->> 'pagw_id' AS pagw_id, (value ->> 'last_sequence_no')::bigint AS last_no, value -> 'episodes' AS episodes, value - 'episodes' AS columns
       FROM jsonb_array_elements(:expected::jsonb)
     ),
     different AS (
       SELECT derived.pagw_id, field
       FROM derived
       JOIN request_tracker AS known USING (pagw_id)
       CROSS JOIN LATERAL jsonb_populate_record(NULL::request_tracker, derived.columns) AS made
       CROSS JOIN LATERAL jsonb_object_keys(derived.columns) AS field
       WHERE to_jsonb(made) -> field IS DISTINCT FROM to_jsonb(known) -> field
       UNION
       SELECT derived.pagw_id, 'episodes'
       FROM derived
       WHERE jsonb_array_length(episodes) <> (SELECT count(*) FROM decision_episode AS known WHERE known.pagw_id = derived.pagw_id)
       UNION
       SELECT derived.pagw_id, 'episode-' || made.episode || '.' || field
       FROM derived
       CROSS JOIN LATERAL jsonb_array_elements(episodes) AS given (columns)
       CROSS JOIN LATERAL jsonb_populate_record(NULL::decision_episode, given.columns) AS made
       JOIN decision_episode AS known ON known.pagw_id = derived.pagw_id AND known.episode = made.episode
       CROSS JOIN LATERAL jsonb_object_keys(given.columns) AS field
       WHERE to_jsonb(made) -> field IS DISTINCT FROM to_jsonb(known) -> field
     )
     SELECT
       pagw_id, known.last_sequence_no <> derived.last_no AS moved,
       (SELECT string_agg(field, ' ' ORDER BY field) FROM different WHERE different.pagw_id = derived.pagw_id) AS fields
     FROM derived
     JOIN request_tracker AS known USING (pagw_id)
     ORDER BY pagw_id`,
    { expected: JSON.stringify(expected) },
  );
  return rows;
}

/** The columns of request_tracker by what append_events calls what it is given. */
const COLUMN_NAMES: Readonly<Record<string, string>> = {
  last_no: 'last_sequence_no',
  failures: 'failure_count',
  main_no: 'main_sequence_no',
  error_code: 'last_error_code',
  external_reference: 'external_reference_id',
};
/** Not of the history alone, and those that an event which says nothing of them leaves as they were. */
const NOT_COMPARED = new Set(['before_no', 'retries', 'error_message', 'episodes_left', 'episodes']);
const LEFT_AS_THEY_WERE = new Set([
  ...['request_type', 'correlation_id', 'external_reference', 'error_code'],
  ...['payload_bucket', 'payload_key', 'target_system'],
]);

function toExpectedRow({ pagwId, tenant, fold }: DerivedRequest): object {
  // An older system's own columns came over with its events.
  const isBackfilled = fold.appended.some(({ event }) => event.eventId.startsWith('V005-'));
  const isLeft = (name: string, value: unknown) =>
    LEFT_AS_THEY_WERE.has(name) && (value === undefined || isBackfilled);
  const columns = Object.entries(toRequestRow({ pagwId, tenant, fold }))
    .filter(([name, value]) => !NOT_COMPARED.has(name) && !isLeft(name, value))
    .map(([name, value]) => [COLUMN_NAMES[name] ?? name, value ?? null]);
  const episodes = fold.decisionsOf(tenant).changed.map((episode) => {
    const row = toEpisodeRow(episode);
    const made = { ...row, plan: row.plan ?? tenant, priority: row.priority ?? 'STANDARD' };
    return Object.fromEntries(
      Object.entries({ ...made, requested_priority: row.requested_priority ?? 'STANDARD' }).map(
        ([name, value]) => [name, value ?? null],
      ),
    );
  });
  return { ...Object.fromEntries(columns), episodes };
}
