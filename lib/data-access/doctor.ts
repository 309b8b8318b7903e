import type { Database } from './database.ts';
import { type FirstRows, readFirst } from './page.ts';
import { TIMELINE_SQL, timelineValues } from './timeline.ts';

/** PostgreSQL's version, such as `17.7`, and its time: far from ours, one of the two clocks is wrong. */
export async function readServerVersion(database: Database): Promise<{ version: string; serverTime: Date }> {
  const { rows } = await database.execute<{ version: string; serverTime: Date }>(
    `SELECT current_setting('server_version') AS version, clock_timestamp() AS server_time`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The database answered a question for its version with nothing.');
  return row;
}

/** The type of a column as PostgreSQL names it, such as `jsonb`; undefined when there is no such column. */
export async function readColumnType(
  database: Database,
  table: string,
  column: string,
): Promise<string | undefined> {
  const { rows } = await database.execute<{ type: string }>(
    `SELECT format_type(atttypid, atttypmod) AS type
     FROM pg_attribute
     WHERE attrelid = to_regclass(:table) AND attname = :column AND NOT attisdropped`,
    { table, column },
  );
  return rows[0]?.type;
}

/** A unique index that keeps a history right, as the catalogue has it. */
export interface UniqueIndex {
  name: string;
  /** In the order of the index. */
  columns: string;
  unique: boolean;
  /** An invalid index of a partitioned table lacks its counterpart in some month. */
  valid: boolean;
}

/** The indexes of event_tracker by name; one that is missing is not answered. */
export async function findUniqueIndexes(
  database: Database,
  names: readonly string[],
): Promise<UniqueIndex[]> {
  const { rows } = await database.execute<UniqueIndex>(
    `SELECT
       index.relname AS name,
       indisunique AS unique,
       indisvalid AND indisready AS valid,
       (
         SELECT string_agg(pg_get_indexdef(indexrelid, place, true), ', ' ORDER BY place)
         FROM generate_series(1, indnkeyatts) AS place
       ) AS columns
     FROM pg_index
     JOIN pg_class AS index ON index.oid = indexrelid
     WHERE indrelid = to_regclass('event_tracker')
       AND index.relname IN (SELECT json_array_elements_text(:names::json))
     ORDER BY index.relname`,
    { names: JSON.stringify(names) },
  );
  return rows;
}

/** The months that event_tracker has a partition for, `YYYY-MM`, in order. */
export async function listPartitionMonths(database: Database): Promise<string[]> {
  const { rows } = await database.execute<{ month: string }>(
    `SELECT replace(right(partition.relname, 7), '_', '-') AS month
     FROM pg_inherits
     JOIN pg_class AS partition ON partition.oid = inhrelid
     WHERE inhparent = to_regclass('event_tracker') AND partition.relname ~ '^event_tracker_[0-9]{4}_[0-9]{2}$'
     ORDER BY month`,
  );
  return rows.map(({ month }) => month);
}

export interface SampleRequest {
  pagwId: string;
  lastSequenceNo: number;
}

/** Of this many requests, by descending id, the one with the most events. */
const CONSIDERED = 1_000;

/** A request to try a timeline with, one of the longest; undefined when no events are kept. */
export async function findSampleRequest(database: Database): Promise<SampleRequest | undefined> {
  const { rows } = await database.execute<SampleRequest>(
    `SELECT pagw_id, last_sequence_no
     FROM (
       SELECT pagw_id, received_on, last_sequence_no FROM request_tracker ORDER BY pagw_id DESC LIMIT ${CONSIDERED}
     ) AS latest
     -- A month that was archived has no partition any more.
     WHERE to_regclass('event_tracker_' || to_char(received_on, 'YYYY_MM')) IS NOT NULL
     ORDER BY last_sequence_no DESC, pagw_id DESC
     LIMIT 1`,
  );
  return rows[0];
}

export interface TimelinePlan {
  /** Indexes the look-up reads. */
  indexes: string[];
  /** Tables it reads, by index or not. */
  tables: string[];
  /** Tables it reads from end to end. */
  scannedTables: string[];
}

interface PlanNode {
  'Node Type'?: string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

/**
 * How PostgreSQL would look up a timeline, as read_timeline asks for it. Scans are made unattractive first: over a nearly empty table they are the
 * better plan, and what matters is whether the index can serve.
 */
export async function explainTimeline(database: Database, receivedOn: string): Promise<TimelinePlan> {
  return database.transaction(async (transaction) => {
    await transaction.execute('SET LOCAL enable_seqscan = off');
    const { rows } = await transaction.execute<{ 'QUERY PLAN': { Plan: PlanNode }[] | string }>(
      `EXPLAIN (FORMAT JSON)
       SELECT * FROM event_history
       WHERE received_on = :received_on::date AND pagw_id = 'PAGW-DOCTOR' AND sequence_no > 0
       ORDER BY sequence_no
       LIMIT 400`,
      { received_on: receivedOn },
    );
    const answer = rows[0]?.['QUERY PLAN'] ?? [];
    const plans: { Plan: PlanNode }[] = typeof answer === 'string' ? JSON.parse(answer) : answer;
    const nodes = plans.flatMap(({ Plan }) => withChildren(Plan));
    return {
      indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
      tables: [...new Set(nodes.flatMap((node) => node['Relation Name'] ?? []))],
      scannedTables: nodes.flatMap((node) =>
        node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? 'a table') : [],
      ),
    };
  });
}

function withChildren(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(withChildren)];
}

interface Explained {
  'Planning Time': number;
  'Execution Time': number;
}

/** What PostgreSQL itself took to plan and answer a timeline, in milliseconds; the way to it is not counted. */
export async function measureTimeline(database: Database, request: SampleRequest): Promise<number> {
  const { rows } = await database.execute<{ 'QUERY PLAN': Explained[] | string }>(
    `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${TIMELINE_SQL}`,
    timelineValues(request.pagwId),
  );
  const answer = rows[0]?.['QUERY PLAN'] ?? [];
  const [explained]: Explained[] = typeof answer === 'string' ? JSON.parse(answer) : answer;
  if (explained === undefined) throw new Error('PostgreSQL did not say how long the timeline took.');
  return explained['Planning Time'] + explained['Execution Time'];
}

/** What a timeline holds, as the review's sample query reads it. */
export interface StoredEvent {
  sequenceNo: number;
  eventType: string;
  status: string;
  metadata: Record<string, unknown> | null;
}

/** The events of one request in their order; for requests known to be short. */
export async function readStoredEvents(database: Database, pagwId: string): Promise<StoredEvent[]> {
  const { rows } = await database.execute<StoredEvent>(
    `SELECT sequence_no, event_type, status::text AS status, metadata
     FROM event_tracker
     WHERE pagw_id = :pagw_id
     ORDER BY sequence_no
     LIMIT 100`,
    { pagw_id: pagwId },
  );
  return rows;
}

/** The numbers of a request's events whose metadata contains `part`; `@>` is what the GIN index serves. */
export async function findByContainment(
  database: Database,
  pagwId: string,
  part: Readonly<Record<string, unknown>>,
): Promise<number[]> {
  const { rows } = await database.execute<{ sequenceNo: number }>(
    `SELECT sequence_no
     FROM event_tracker
     WHERE pagw_id = :pagw_id AND metadata @> :part::jsonb
     ORDER BY sequence_no`,
    { pagw_id: pagwId, part: JSON.stringify(part) },
  );
  return rows.map(({ sequenceNo }) => sequenceNo);
}

/** Sizes in bytes as stored, over the latest events. */
export interface MetadataSize {
  events: number;
  withMetadata: number;
  meanBytes: number;
  p95Bytes: number;
  maxBytes: number;
  /** Of what the events take, 0..1. */
  shareOfRow: number;
}

const LATEST_EVENTS = 10_000;

export async function measureMetadata(database: Database): Promise<MetadataSize> {
  const { rows } = await database.execute<MetadataSize>(
    `WITH sized AS (
       SELECT pg_column_size(event.metadata) AS bytes, pg_column_size(event.*) AS row_bytes
       FROM (SELECT * FROM event_tracker ORDER BY id DESC LIMIT ${LATEST_EVENTS}) AS event
     )
     SELECT
       count(*) AS events,
       count(bytes) AS with_metadata,
       coalesce(avg(bytes), 0)::float8 AS mean_bytes,
       coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY bytes), 0)::int AS p95_bytes,
       coalesce(max(bytes), 0)::int AS max_bytes,
       (coalesce(sum(bytes), 0)::float8 / greatest(1, sum(row_bytes))) AS share_of_row
     FROM sized`,
  );
  const none = { events: 0, withMetadata: 0, meanBytes: 0, p95Bytes: 0, maxBytes: 0, shareOfRow: 0 };
  return rows[0] ?? none;
}

export interface RecentGrowth {
  /** Up to when the roll-up knows; null before its first run. */
  refreshedAt: Date | null;
  eventsLastDay: number;
  eventsLastWeek: number;
}

/** Events recorded in the last day and week, from the hourly roll-up: it costs the same whatever the history holds. */
export async function readRecentGrowth(database: Database, now: Date): Promise<RecentGrowth> {
  const { rows } = await database.execute<RecentGrowth>(
    `SELECT
       (SELECT refreshed_at FROM event_summary_progress) AS refreshed_at,
       coalesce(sum(event_count) FILTER (WHERE hour >= :now::timestamptz - interval '1 day'), 0)::bigint AS events_last_day,
       coalesce(sum(event_count), 0)::bigint AS events_last_week
     FROM event_tracker_summary
     WHERE hour >= :now::timestamptz - interval '7 days'`,
    { now },
  );
  return rows[0] ?? { refreshedAt: null, eventsLastDay: 0, eventsLastWeek: 0 };
}

/** A plan that requests were received for. */
export interface HeardPlan {
  tenant: string;
  /** The tenant where none was stated. */
  plan: string;
  requests: number;
}

/** Plans are names that producers make up: more than a person reads. */
const MOST_PLANS = 1_000;

/** Plans whose requests were received from `since` on, those with the most first. */
export async function plansHeardOf(
  database: Database,
  { tenant, since }: { tenant: string | null; since: Date },
): Promise<FirstRows<HeardPlan>> {
  return readFirst<HeardPlan>(
    database,
    `SELECT tenant, plan, count(*) AS requests
     FROM decision_episode
     WHERE received_at >= :since::timestamptz AND (:tenant::text IS NULL OR tenant = :tenant)
     GROUP BY tenant, plan
     ORDER BY requests DESC, tenant, plan`,
    { tenant, since },
    MOST_PLANS,
  );
}

export interface DoubledNumber {
  pagwId: string;
  sequenceNo: number;
  events: number;
}

/** Numbers that two events share, among the `latest` requests (by descending id) or, if null, all of them. */
export async function findDoubledNumbers(
  database: Database,
  latest: number | null,
): Promise<{ checked: number; doubled: DoubledNumber[] }> {
  const { rows } = await database.execute<{ checked: number; doubled: DoubledNumber[] }>(
    `WITH request AS MATERIALIZED (
       SELECT pagw_id, received_on FROM request_tracker ORDER BY pagw_id DESC LIMIT :latest::bigint
     ), doubled AS (
       SELECT event.pagw_id AS "pagwId", event.sequence_no AS "sequenceNo", count(*) AS events
       FROM request
       JOIN event_history AS event ON event.pagw_id = request.pagw_id AND event.received_on = request.received_on
       GROUP BY event.pagw_id, event.sequence_no
       HAVING count(*) > 1
       ORDER BY event.pagw_id DESC, event.sequence_no
       LIMIT 20
     )
     SELECT
       (SELECT count(*) FROM request) AS checked,
       (SELECT coalesce(json_agg(doubled), '[]') FROM doubled) AS doubled`,
    { latest },
  );
  return rows[0] ?? { checked: 0, doubled: [] };
}

/** A request whose numbers do not run 1, 2, 3 … to its last one. */
export interface SequenceFault {
  pagwId: string;
  events: number;
  distinctNumbers: number;
  firstNumber: number | null;
  lastNumber: number | null;
  expectedLast: number;
}

export interface SequenceCheck {
  checked: number;
  faults: SequenceFault[];
  /** Where to go on; undefined when all requests have been looked at. */
  next: string | undefined;
}

const FAULTS_SHOWN = 20;

/** Looks at `limit` requests from `beforePagwId` downwards (ids begin with their date, so the latest come first). */
export async function findSequenceFaults(
  database: Database,
  limit: number,
  beforePagwId?: string,
): Promise<SequenceCheck> {
  const { rows } = await database.execute<{ checked: number; next: string | null; faults: SequenceFault[] }>(
    `WITH request AS MATERIALIZED (
       SELECT pagw_id, received_on, last_sequence_no
       FROM request_tracker
       WHERE :before::text IS NULL OR pagw_id < :before
       ORDER BY pagw_id DESC
       LIMIT :limit
     ), fault AS (
       SELECT
         request.pagw_id AS "pagwId", numbers.events, numbers.distinct_numbers AS "distinctNumbers",
         numbers.first_number AS "firstNumber", numbers.last_number AS "lastNumber",
         request.last_sequence_no AS "expectedLast"
       FROM request
       CROSS JOIN LATERAL (SELECT archived_through(request.pagw_id) AS number) AS archived
       CROSS JOIN LATERAL (
         SELECT
           count(*) AS events,
           count(DISTINCT sequence_no) AS distinct_numbers,
           min(sequence_no) AS first_number,
           max(sequence_no) AS last_number,
           count(*) FILTER (WHERE sequence_no > archived.number) AS unarchived
         FROM event_history AS event
         WHERE event.received_on = request.received_on AND event.pagw_id = request.pagw_id
       ) AS numbers
       -- What is archived may be here or not; what is not must be here, each number once.
       WHERE numbers.unarchived <> request.last_sequence_no - archived.number
         OR numbers.distinct_numbers <> numbers.events
         OR numbers.first_number < 1
         OR numbers.last_number > request.last_sequence_no
       ORDER BY request.pagw_id DESC
       LIMIT ${FAULTS_SHOWN}
     )
     SELECT
       (SELECT count(*) FROM request) AS checked,
       (SELECT min(pagw_id) FROM request) AS next,
       (SELECT coalesce(json_agg(fault), '[]') FROM fault) AS faults`,
    { before: beforePagwId ?? null, limit },
  );
  const row = rows[0] ?? { checked: 0, next: null, faults: [] };
  return {
    checked: row.checked,
    faults: row.faults,
    next: row.checked < limit || row.next === null ? undefined : row.next,
  };
}
