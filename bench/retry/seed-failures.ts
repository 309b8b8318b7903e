import type { Pool } from 'pg';

const EVENTS_PER_REQUEST = 10;
const TENANTS = 4;
const DAYS = 60;

let requests = 0;

/**
 * Adds requests of ten events each, as recording would have left them, spread over two months. With `failed`, each
 * one's last event is a failure that is due; else all went well.
 */
export async function seedRequests(pool: Pool, count: number, failed: boolean): Promise<void> {
  const first = requests + 1;
  requests += count;
  const { rows } = await pool.query('SELECT count(*) AS known FROM request_tracker');
  const prefix = `PAGW-BENCH-${rows[0].known}`;
  await pool.query(
    `SELECT ensure_event_partition((now() - ago * interval '15 days')::date) FROM generate_series(0, 4) AS ago`,
  );
  await pool.query(
    `INSERT INTO request_tracker (
       pagw_id, tenant, received_on, received_at, last_event_at, last_sequence_no, failure_count, main_stage,
       main_event_type, main_status, main_attempt, main_at, target_system, payload_bucket, payload_key, completed_at, state
     )
     SELECT format('%s-%s-%s', $4::text, number, md5(number::text)), 'tenant-' || number % ${TENANTS}, day, day, day,
       ${EVENTS_PER_REQUEST}, $3::int, 'API_CONNECTOR', 'DOWNSTREAM_FAIL', 'FAILED', 1, day, 'carelon', 'payloads',
       'anthem/' || number || '/request.json', CASE WHEN $3::int = 0 THEN day END,
       jsonb_build_object(
         'progress', 'SENT_DOWNSTREAM',
         'main', outcome || jsonb_build_object('stage', 'API_CONNECTOR', 'attempt', 1, 'next', NULL),
         'stages', jsonb_build_object(
           'API_CONNECTOR', outcome || jsonb_strip_nulls(jsonb_build_object('failed', $3::int, 'waiting', failure.no))
         )
       )
     FROM generate_series($1::int, $2::int) AS number
     CROSS JOIN LATERAL (SELECT (now() - number % ${DAYS} * interval '1 day')::date AS day) AS arrived
     CROSS JOIN LATERAL (SELECT CASE WHEN $3::int = 1 THEN ${EVENTS_PER_REQUEST} END AS no) AS failure
     CROSS JOIN LATERAL (
       SELECT jsonb_build_object(
         'no', ${EVENTS_PER_REQUEST}, 'at', 1000 * extract(epoch FROM day)::bigint,
         'type', CASE WHEN failure.no IS NULL THEN 'DOWNSTREAM_OK' ELSE 'DOWNSTREAM_FAIL' END,
         'status', CASE WHEN failure.no IS NULL THEN 'COMPLETED' ELSE 'FAILED' END
       ) AS outcome
     ) AS stand`,
    [first, requests, failed ? 1 : 0, prefix],
  );
  await pool.query(
    `INSERT INTO event_tracker (
       tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable, next_retry_at,
       duration_ms, error_code, error_message, worker_id, service_name, occurred_at, created_at, metadata
     )
     SELECT request.tenant, request.pagw_id, request.received_on, gen_random_uuid()::text,
       CASE WHEN last THEN 'API_CONNECTOR' ELSE 'PARSING' END,
       CASE WHEN last THEN 'DOWNSTREAM_FAIL' ELSE 'PARSE_OK' END,
       CASE WHEN last AND $2 THEN 'FAILED' ELSE 'COMPLETED' END::pagw_event_status,
       number, 1, last AND $2, CASE WHEN last AND $2 THEN now() - random() * interval '10 minutes' END,
       120, CASE WHEN last AND $2 THEN 'API_TIMEOUT' END, CASE WHEN last AND $2 THEN 'no answer within 10 s' END,
       'pasapiconnector-app-65b67c6dd8-l8mvr', 'pasapiconnector', request.received_on, request.received_on,
       CASE WHEN last AND $2 THEN '{"targetSystem": "carelon"}' ELSE jsonb_build_object('targetSystem', 'carelon', 'number', number) END
     FROM request_tracker AS request
     CROSS JOIN generate_series(1, ${EVENTS_PER_REQUEST}) AS number
     CROSS JOIN LATERAL (SELECT number = ${EVENTS_PER_REQUEST} AS last) AS place
     WHERE starts_with(request.pagw_id, $1)`,
    [`${prefix}-`, failed],
  );
}
