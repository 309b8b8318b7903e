import { defaultFoldRules, type FoldRules } from '../domain/request-fold.ts';
import type { FormerRow } from '../domain/request-memory.ts';
import { FORMER_EVENT_ID_PREFIX } from '../domain/tracked-event.ts';
import { toEpisodeRow, toRequestRow } from './additions.ts';
import type { Database } from './database.ts';
import { type DerivedRequest, foldAgain, readHistories } from './derived-state.ts';
import { inParts, readBounded } from './page.ts';

const PAGE_REQUESTS = 200;

interface StoredRequest {
  pagwId: string;
  tenant: string;
  /** Whether part of its history is in the archive, and may not be here any more. */
  archived: boolean;
  /** What an older system's row says of it, as its state keeps it; null of what began here. */
  former: FormerRow | null;
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
       pagw_id, tenant, state -> 'former' AS former,
       EXISTS (SELECT FROM archived_request AS archived WHERE archived.pagw_id = request.pagw_id) AS archived
     FROM request_tracker AS request
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
  const known = new Map(kept.map((request) => [request.pagwId, request]));
  for await (const history of readHistories(database, [...known.keys()])) {
    const { pagwId, tenant, former } = known.get(history.pagwId) as StoredRequest;
    expected.push(toExpectedRow({ pagwId, tenant, fold: foldAgain(history, tenant, former, rules) }));
    gone.delete(pagwId);
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
  const isBackfilled = fold.appended.some(({ event }) => event.eventId.startsWith(FORMER_EVENT_ID_PREFIX));
  const row = toRequestRow({ pagwId, tenant, fold });
  // A bucket goes with its key: where only that is named, there is none.
  const isLeft = (name: string) =>
    LEFT_AS_THEY_WERE.has(name) &&
    (row[name === 'payload_bucket' ? 'payload_key' : name] === undefined || isBackfilled);
  const columns = Object.entries(row)
    .filter(([name]) => !NOT_COMPARED.has(name) && !isLeft(name))
    .map(([name, value]) => [COLUMN_NAMES[name] ?? name, value ?? null]);
  const episodes = fold.decisionsOf(tenant).changed.map((episode) => {
    const said = toEpisodeRow(episode);
    const made = { ...said, plan: said.plan ?? tenant, priority: said.priority ?? 'STANDARD' };
    return Object.fromEntries(
      Object.entries({ ...made, requested_priority: said.requested_priority ?? 'STANDARD' }).map(
        ([name, value]) => [name, value ?? null],
      ),
    );
  });
  return { ...Object.fromEntries(columns), episodes };
}
