import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../lib/data-access/database.ts';
import { DatabaseError } from '../../lib/data-access/database-error.ts';
import { dueRetries } from '../../lib/data-access/due-retries.ts';
import { eventDistribution, slowestStages } from '../../lib/data-access/event-reports.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { parseMetadataFilters, searchMetadata } from '../../lib/data-access/metadata-search.ts';
import { listStuckRequests } from '../../lib/data-access/stuck-requests.ts';
import { refreshSummary } from '../../lib/data-access/summary.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { checkRequests } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../support/database.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';

/** The review's own queries ask for NOW(), so this data lies around the real time. */
const now = new Date();
const MINUTE_MS = 60_000;
const ago = (minutes: number) => new Date(now.getTime() - minutes * MINUTE_MS);
const span = (hours: number) => ({ tenant: 'anthem', since: ago(hours * 60) });
const db = await databaseOfFile();
let database: Database;

beforeAll(async () => {
  database = db.database;
  for (const minutes of [0, 8 * 24 * 60]) await ensurePartition(database, ago(minutes));
  // Eight days of requests, an hour apart, each with other durations; every seventh fails, every ninth goes to carelon.
  for (let number = 0; number < 190; number++) await recordRequest(number, ago(number * 61 + 20));
  await refreshSummary({ database, now, mayGoOn: () => true });
});

async function recordRequest(number: number, at: Date) {
  const pagwId = `PAGW-SAMPLE-${String(number).padStart(4, '0')}`;
  const occurredAt = at.toISOString();
  const tenant = number % 5 === 4 ? 'elevance' : 'anthem';
  const event = (fields: Partial<TrackedEvent>) => trackedEvent({ pagwId, occurredAt, tenant, ...fields });
  const events = [
    event({ eventType: 'PARSE_START', status: 'STARTED' }),
    event({ durationMs: 400 + ((number * 37) % 3000), metadata: { diagnosisCount: number % 20 } }),
    number % 7 === 3
      ? failedEvent({
          pagwId,
          occurredAt,
          tenant,
          stage: 'API_CONNECTOR',
          eventType: 'DOWNSTREAM_TIMEOUT',
          durationMs: 10_000 + number,
          errorCode: 'API_TIMEOUT',
          errorMessage: 'The payer did not answer within 10 s.',
        })
      : event({
          stage: 'API_CONNECTOR',
          eventType: 'DOWNSTREAM_OK',
          durationMs: 100 + ((number * 91) % 5000),
          metadata: {
            targetSystem: number % 9 === 0 ? 'carelon' : 'CLAIMS_GENERIC',
            externalId: `EXT-${number}`,
          },
        }),
    ...(number % 7 === 3
      ? []
      : [
          event({
            stage: 'RESPONSE_BUILDER',
            eventType: 'RESPONSE_OK',
            durationMs: 750,
          }),
        ]),
  ];
  await recordEvents(database, events, at);
}

const near = (ms: number) => expect.closeTo(ms, ms < 1 ? 6 : Math.max(0, 6 - Math.ceil(Math.log10(ms))));

describe("the review's sample queries, as written and by name", () => {
  it('find failed retryable events', async () => {
    const { rows } = await database.execute(
      `SELECT pagw_id, tenant, stage, event_type, error_code, error_message, attempt, next_retry_at
       FROM event_tracker
       WHERE tenant = 'anthem' AND status = 'FAILED' AND retryable = TRUE AND next_retry_at <= NOW()
       ORDER BY next_retry_at
       LIMIT 100`,
    );
    const { rows: named } = await dueRetries(database, { tenant: 'anthem', now: new Date(), limit: 100 });
    expect(rows.length).toBeGreaterThan(10);
    expect(named).toMatchObject(rows);
  });

  it('event type distribution of the last 24 hours', async () => {
    const { rows } = await database.execute<{ avgDurationMs: string | null }>(
      `SELECT event_type, status, COUNT(*) as event_count, AVG(duration_ms) as avg_duration_ms, MAX(duration_ms) as max_duration_ms
       FROM event_tracker
       WHERE tenant = 'anthem' AND created_at >= NOW() - INTERVAL '24 hours'
       GROUP BY event_type, status
       ORDER BY event_count DESC, event_type`,
    );
    expect(rows.length).toBeGreaterThan(3);
    expect((await eventDistribution(database, span(24))).rows).toEqual(
      rows.map((row) => ({
        ...row,
        avgDurationMs: row.avgDurationMs === null ? null : near(Number(row.avgDurationMs)),
      })),
    );
  });

  it('slowest stage performance over 7 days, p95 within 3 %', async () => {
    const { rows } = await database.execute<Record<string, number>>(
      `SELECT stage, event_type, COUNT(*) as occurrences, AVG(duration_ms)::float8 as avg_ms, MAX(duration_ms) as max_ms,
         PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) as p95_ms
       FROM event_tracker
       WHERE tenant = 'anthem' AND status = 'COMPLETED' AND duration_ms IS NOT NULL
         AND created_at >= NOW() - INTERVAL '7 days'
       GROUP BY stage, event_type
       ORDER BY avg_ms DESC
       LIMIT 20`,
    );
    const { rows: named } = await slowestStages(database, span(7 * 24));
    expect(rows).toHaveLength(3);
    expect(named).toEqual(
      rows.map((row) => ({ ...row, avgMs: near(row.avgMs ?? 0), p95Ms: expect.any(Number) })),
    );
    named.forEach(({ p95Ms }, place) => {
      expect(Math.abs(p95Ms / (rows[place]?.p95Ms ?? 0) - 1)).toBeLessThan(0.03);
    });
  });

  it('requests stuck in a stage', async () => {
    await checkRequests(database, {
      rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
      now,
    });
    const { rows } = await database.execute(
      `WITH latest_events AS (
         SELECT DISTINCT ON (pagw_id) pagw_id, stage, event_type, status, created_at
         FROM event_tracker
         WHERE tenant = 'anthem'
         ORDER BY pagw_id, sequence_no DESC
       )
       SELECT pagw_id, stage, event_type
       FROM latest_events
       WHERE status IN ('STARTED', 'FAILED') AND created_at < NOW() - INTERVAL '15 minutes'
       ORDER BY created_at`,
    );
    const { rows: named } = await listStuckRequests(database, { tenant: 'anthem' }, 500);
    expect(rows.length).toBeGreaterThan(10);
    // The query knows nothing of what is answered and undecided.
    expect(named.filter(({ reason }) => !reason.startsWith('deadline-'))).toMatchObject(rows);
  });

  it('claims with high diagnosis code counts', async () => {
    const { rows } = await database.execute(
      `SELECT pagw_id, event_type, created_at
       FROM event_tracker
       WHERE tenant = 'anthem' AND event_type = 'PARSE_OK' AND (metadata->>'diagnosisCount')::int > 10
       ORDER BY created_at DESC`,
    );
    const { rows: named } = await searchMetadata(database, {
      ...span(24 * 30),
      now,
      patienceMs: 10_000,
      filters: parseMetadataFilters(['diagnosisCount>10']),
      eventType: 'PARSE_OK',
      limit: 100,
    });
    expect(rows.length).toBeGreaterThan(10);
    expect(named).toMatchObject(rows);
  });

  it('downstream calls to a specific API', async () => {
    const { rows } = await database.execute(
      `SELECT pagw_id, status, duration_ms, created_at
       FROM event_tracker
       WHERE tenant = 'anthem' AND event_type = 'DOWNSTREAM_OK' AND metadata->>'targetSystem' = 'carelon'
       ORDER BY created_at DESC
       LIMIT 50`,
    );
    const { rows: named } = await searchMetadata(database, {
      ...span(24 * 30),
      now,
      patienceMs: 10_000,
      filters: parseMetadataFilters(['targetSystem=carelon']),
      eventType: 'DOWNSTREAM_OK',
    });
    expect(rows.length).toBeGreaterThan(5);
    expect(named).toMatchObject(rows);
  });
});

describe('traps of the sample queries', () => {
  it("one metadata value that is no number aborts the review's query, not ours", async () => {
    const pagwId = 'PAGW-TRAP';
    await recordEvents(
      database,
      ['many', '12', 12, null, [12], { of: 12 }, true].map((diagnosisCount) =>
        trackedEvent({ pagwId, metadata: { diagnosisCount } }),
      ),
      ago(5),
    );
    const asWritten = database.execute(
      `SELECT pagw_id FROM event_tracker WHERE tenant = 'anthem' AND (metadata->>'diagnosisCount')::int > 10`,
    );
    await expect(asWritten).rejects.toThrow(DatabaseError);
    const { rows } = await searchMetadata(database, {
      tenant: 'anthem',
      since: ago(10),
      now,
      filters: parseMetadataFilters(['diagnosisCount>10']),
    });
    expect(rows.map(({ metadata }) => metadata?.diagnosisCount)).toEqual([[12], 12, '12']);
  });

  it('->> does not use the GIN index, containment does', async () => {
    await database.execute('ANALYZE event_tracker');
    const plan = async (condition: string) => {
      // Small tables are read whole whatever the indexes; what matters is whether the index can serve the condition.
      const { rows } = await database.transaction(async (transaction) => {
        await transaction.execute('SET LOCAL enable_seqscan = off');
        return transaction.execute<{ 'QUERY PLAN': string }>(
          `EXPLAIN SELECT pagw_id FROM event_tracker WHERE ${condition}`,
        );
      });
      return JSON.stringify(rows);
    };
    const contained = await plan(`metadata @> ANY ('{"{\\"targetSystem\\":\\"carelon\\"}"}'::jsonb[])`);
    expect(contained).toContain('metadata_idx');
    expect(await plan(`metadata ->> 'targetSystem' = 'carelon'`)).not.toContain('metadata_idx');
  });
});
