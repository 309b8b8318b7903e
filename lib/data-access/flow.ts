import { createHash } from 'node:crypto';
import type { Database } from './database.ts';
import { type ReportSpan, readBounded, spanValues } from './page.ts';
import type { ListedRequest } from './requests.ts';

/** Events that a report reads itself, beyond what is folded: about a second's work. */
export const LIVE_MAX_EVENTS = 100_000;

export const flowLanes = ['main', 'all'] as const;
export type FlowLanes = (typeof flowLanes)[number];

/** The requests of the span are those whose latest event was recorded in it; all of such a request counts. */
export interface FlowQuery extends ReportSpan {
  requestType?: string | undefined;
  priority?: string | undefined;
  /** 'main': of a request without any event of the main lane, its unknown stages. */
  lanes?: FlowLanes | undefined;
}

export interface Flow {
  /** Stages that requests were in, most visited first. */
  stages: FlowStage[];
  /** Hand-overs from a stage to the next other one, most frequent first. */
  edges: FlowEdge[];
  endToEnd: EndToEnd;
  /** Paths, most frequent first. */
  variants: FlowVariant[];
  requestCount: number;
  variantCount: number;
  /** Events recorded lately that are not counted yet; a refresh of the roll-up counts them. */
  eventsNotCounted: number;
}

export interface FlowStage {
  stage: string;
  /** Runs of events of the stage. */
  visits: number;
  /** Visits that ended with a failure. */
  failed: number;
  /** Requests that began here, and whose latest event is here; and of those how many are open. */
  first: number;
  last: number;
  open: number;
}

/** Quantiles are within 3 % of the exact ones. */
export interface FlowEdge {
  from: string;
  to: string;
  count: number;
  medianWaitMs: number;
  p95WaitMs: number;
  maxWaitMs: number;
  /** Hand-overs whose first stage ended with a failure. */
  failedShare: number;
  /** Hand-overs to a stage that the request had been in before. */
  wentBackShare: number;
  /** Waits that were below zero by the clocks of the services, and count as zero. */
  clampedCount: number;
}

export interface Took {
  count: number;
  p50Ms: number | null;
  p95Ms: number | null;
}

/** From receipt. */
export interface EndToEnd {
  toAnswer: Took;
  toDecision: Took;
  /** Answered requests of which a time was too far before its recording to be believed: the recording counts in its place. */
  disbelievedCount: number;
  /** By type and priority; null where none is known. */
  groups: {
    requestType: string | null;
    priority: string | null;
    toAnswer: Took;
    toDecision: Took;
  }[];
}

export interface FlowVariant {
  path: string[];
  count: number;
  share: number;
  /** Requests that are still open: their path may go on. */
  openCount: number;
}

interface FlowRow {
  kind: 'first' | 'hand-over' | 'last' | 'path' | 'answer' | 'decision';
  /** JSON. */
  path: string;
  grouped: boolean;
  requestType: string | null;
  priority: string | null;
  count: number;
  clamped: number;
  failed: number;
  wentBack: number;
  open: number;
  maxMs: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  kindCount: number;
  kindTotal: number;
}

/** More than a person reads. */
const MAX_EDGES = 500;
export const MAX_VARIANTS = 1_000;

/** How the requests of a span moved; from the hourly roll-up and what was recorded since. */
export async function readFlow(
  database: Database,
  query: FlowQuery,
  mostVariants = MAX_VARIANTS,
): Promise<Flow> {
  const { rows } = await readBounded<FlowRow>(
    database,
    `WITH part AS MATERIALIZED (
       SELECT kind, path, request_type, priority, count, clamped, failed, went_back, open, max_ms, buckets, bucket_counts
       FROM flow_between(:tenant::text, :since::timestamptz, :until::timestamptz, :live_most::bigint)
       WHERE (lanes = :lanes OR kind IN ('answer', 'decision'))
         AND (:request_type::text IS NULL OR request_type = :request_type)
         AND (:priority::text IS NULL OR priority = :priority)
     ),
     -- End-to-end times stand for all, and by type and priority.
     keyed AS NOT MATERIALIZED (
       SELECT part.*, false AS grouped, NULL::text AS of_type, NULL::text AS of_priority FROM part
       UNION ALL
       SELECT part.*, true, request_type, priority FROM part WHERE kind IN ('answer', 'decision')
     ),
     total AS MATERIALIZED (
       SELECT
         row_number() OVER () AS place, kind, path, grouped, of_type, of_priority,
         sum(count)::bigint AS count, sum(clamped)::bigint AS clamped, sum(failed)::bigint AS failed,
         sum(went_back)::bigint AS went_back, sum(open)::bigint AS open, max(max_ms) AS max_ms
       FROM keyed
       GROUP BY kind, path, grouped, of_type, of_priority
       HAVING sum(count) > 0
     ),
     ranked AS MATERIALIZED (
       SELECT
         total.*,
         row_number() OVER (PARTITION BY kind, grouped ORDER BY count DESC, path, of_type, of_priority) AS rank,
         count(*) OVER (PARTITION BY kind, grouped) AS kind_count,
         sum(count) OVER (PARTITION BY kind, grouped)::bigint AS kind_total
       FROM total
     ),
     shown AS MATERIALIZED (
       SELECT * FROM ranked WHERE rank <= CASE WHEN kind = 'path' THEN :variants::bigint ELSE :edges::bigint END
     ),
     -- Kept apart, so that it is grouped by hash; else every bucket is sorted, which takes longer.
     bucket_total AS MATERIALIZED (
       SELECT shown.place, bucket, sum(counted)::bigint AS counted
       FROM keyed
       JOIN shown
         ON shown.kind = keyed.kind AND shown.path = keyed.path AND shown.grouped = keyed.grouped
         AND shown.of_type IS NOT DISTINCT FROM keyed.of_type
         AND shown.of_priority IS NOT DISTINCT FROM keyed.of_priority
       CROSS JOIN LATERAL unnest(keyed.buckets, keyed.bucket_counts) AS histogram (bucket, counted)
       WHERE cardinality(keyed.buckets) > 0
       GROUP BY shown.place, bucket
       HAVING sum(counted) <> 0
     ),
     histogram AS (
       SELECT
         place, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(counted ORDER BY bucket) AS counts,
         sum(counted)::bigint AS counted
       FROM bucket_total
       GROUP BY place
     )
     SELECT
       kind, array_to_json(path)::text AS path, grouped, of_type AS request_type, of_priority AS priority,
       count, clamped, failed, went_back, open, max_ms,
       round(CASE WHEN counted > 1 THEN least(histogram_quantile(buckets, counts, counted, 0.5), max_ms) ELSE max_ms END::numeric, 1)::float8 AS p50_ms,
       round(CASE WHEN counted > 1 THEN least(histogram_quantile(buckets, counts, counted, 0.95), max_ms) ELSE max_ms END::numeric, 1)::float8 AS p95_ms,
       kind_count, kind_total
     FROM shown
     LEFT JOIN histogram USING (place)
     ORDER BY kind <> 'path' DESC, rank, kind
     LIMIT :most`,
    {
      ...spanValues(query),
      lanes: query.lanes ?? 'main',
      request_type: query.requestType ?? null,
      priority: query.priority ?? null,
      live_most: LIVE_MAX_EVENTS,
      variants: mostVariants,
      edges: MAX_EDGES,
      most: mostVariants + 6 * MAX_EDGES,
    },
  );
  return { ...toFlow(rows), eventsNotCounted: await countEventsNotCounted(database) };
}

function toFlow(rows: readonly FlowRow[]): Omit<Flow, 'eventsNotCounted'> {
  const stages = new Map<string, FlowStage>();
  const stageOf = (stage = '') => {
    const known = stages.get(stage) ?? { stage, visits: 0, failed: 0, first: 0, last: 0, open: 0 };
    stages.set(stage, known);
    return known;
  };
  const edges: FlowEdge[] = [];
  const variants: FlowVariant[] = [];
  const endToEnd: EndToEnd = { toAnswer: NONE, toDecision: NONE, disbelievedCount: 0, groups: [] };
  let requestCount = 0;
  let variantCount = 0;
  for (const row of rows) {
    const path: string[] = JSON.parse(row.path);
    switch (row.kind) {
      case 'first': {
        const stage = stageOf(path[0]);
        stage.first += row.count;
        stage.visits += row.count;
        break;
      }
      case 'last': {
        const stage = stageOf(path[0]);
        stage.last += row.count;
        stage.open += row.open;
        stage.failed += row.failed;
        break;
      }
      case 'hand-over': {
        const [from = '', to = ''] = path;
        stageOf(from).failed += row.failed;
        stageOf(to).visits += row.count;
        edges.push({ from, to, ...edgeOf(row) });
        break;
      }
      case 'path':
        variants.push({ path, count: row.count, share: row.count / row.kindTotal, openCount: row.open });
        requestCount = row.kindTotal;
        variantCount = row.kindCount;
        break;
      default:
        placeTook(endToEnd, row);
    }
  }
  return {
    stages: [...stages.values()].sort((one, other) => other.visits - one.visits),
    edges,
    endToEnd,
    variants,
    requestCount,
    variantCount,
  };
}

function edgeOf(row: FlowRow): Omit<FlowEdge, 'from' | 'to'> {
  return {
    count: row.count,
    medianWaitMs: row.p50Ms ?? 0,
    p95WaitMs: row.p95Ms ?? 0,
    maxWaitMs: row.maxMs ?? 0,
    failedShare: row.failed / row.count,
    wentBackShare: row.wentBack / row.count,
    clampedCount: row.clamped,
  };
}

const NONE: Took = { count: 0, p50Ms: null, p95Ms: null };

function placeTook(
  endToEnd: EndToEnd,
  { kind, grouped, requestType, priority, count, clamped, p50Ms, p95Ms }: FlowRow,
) {
  const measure = kind === 'answer' ? 'toAnswer' : 'toDecision';
  const took: Took = { count, p50Ms, p95Ms };
  if (!grouped) {
    endToEnd[measure] = took;
    if (kind === 'answer') endToEnd.disbelievedCount = clamped;
    return;
  }
  const known = endToEnd.groups.find(
    (group) => group.requestType === requestType && group.priority === priority,
  );
  if (known !== undefined) known[measure] = took;
  else endToEnd.groups.push({ requestType, priority, toAnswer: NONE, toDecision: NONE, [measure]: took });
}

/** Beyond what a report reads itself: after a large import, until maintain has come to its end. */
async function countEventsNotCounted(database: Database): Promise<number> {
  const { rows } = await database.execute<{ events: number }>(
    `SELECT greatest(0, last_value - settled_id - :most::bigint)::bigint AS events
     FROM event_summary_progress
     CROSS JOIN event_tracker_id_seq`,
    { most: LIVE_MAX_EVENTS },
  );
  return rows[0]?.events ?? 0;
}

/** Requests behind a number of the flow. */
export interface FlowRows {
  /** Requests that made this hand-over. */
  handOver?: readonly [from: string, to: string] | undefined;
  /** Requests that took the path of this `pathKey`. */
  path?: string | undefined;
  /** Requests that were answered, or decided. */
  reached?: 'answer' | 'decision' | undefined;
}

/** Names a path in an address, however long it is. */
export function pathKey(path: readonly string[]): string {
  return createHash('md5').update(path.join('>')).digest('hex');
}

/** The requests of the span that moved so, those with the latest events first; up to `limit`. */
export async function listFlowRequests(
  database: Database,
  query: FlowQuery,
  { handOver, path, reached }: FlowRows,
  limit: number,
): Promise<Pick<ListedRequest, ListedInFlow>[]> {
  const { rows } = await readBounded<Pick<ListedRequest, ListedInFlow>>(
    database,
    `SELECT
       request.pagw_id, request.tenant, request.status::text AS status, coalesce(main_stage, last_stage) AS stage,
       last_event_at, completed_at, stuck_reason
     FROM flows_between(:tenant::text, :since::timestamptz, :until::timestamptz, :live_most::bigint) AS flow
     JOIN request_tracker AS request ON request.pagw_id = flow.pagw_id
     WHERE flow.lanes = :lanes
       AND (:request_type::text IS NULL OR flow.request_type = :request_type)
       AND (:priority::text IS NULL OR flow.priority = :priority)
       AND (:path::text IS NULL OR md5(array_to_string(flow.stages[:100], '>')) = :path)
       AND (:reached::text IS NULL OR CASE :reached WHEN 'answer' THEN answer_ms ELSE decision_ms END IS NOT NULL)
       AND (
         :hand_over_from::text IS NULL
         OR (
           flow.stages @> ARRAY[:hand_over_from::text, :hand_over_to::text] COLLATE "C"
           AND EXISTS (
             SELECT
             FROM unnest(flow.stages, flow.stages[2:]) AS hand_over (from_stage, to_stage)
             WHERE from_stage = :hand_over_from AND to_stage = :hand_over_to
           )
         )
       )
     ORDER BY flow.seen_at DESC, flow.pagw_id
     LIMIT :limit`,
    {
      ...spanValues(query),
      lanes: query.lanes ?? 'main',
      request_type: query.requestType ?? null,
      priority: query.priority ?? null,
      path: path ?? null,
      reached: reached ?? null,
      hand_over_from: handOver?.[0] ?? null,
      hand_over_to: handOver?.[1] ?? null,
      live_most: LIVE_MAX_EVENTS,
      limit,
    },
  );
  return rows;
}

type ListedInFlow = 'pagwId' | 'tenant' | 'status' | 'stage' | 'lastEventAt' | 'completedAt' | 'stuckReason';
