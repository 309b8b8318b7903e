import { describe, expect, it } from 'vitest';
import { listTenants } from '../../../lib/data-access/requests.ts';
import { takeWatchedRequests, writeVerdicts } from '../../../lib/data-access/stuck-alarm.ts';
import { groupStuckRequests, listStuckRequests } from '../../../lib/data-access/stuck-requests.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { judgeRequest } from '../../../lib/domain/request-verdict.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { checkRequests } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../../support/database.ts';
import { withDirectConnections } from '../../support/direct-connections.ts';
import { afterMinutes, recordHistory, recordSteps, type Step } from '../../support/history.ts';

const start = new Date('2026-03-02T08:00:00Z');
const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
const late = afterMinutes(start, 20);
const db = await databaseOfFile();
let made = 0;

const hangs: Step[] = [[0, 'VAL_START']];

async function hang(): Promise<string> {
  const pagwId = `PAGW-CHECK-${++made}`;
  await recordHistory(db.database, { pagwId }, start, hangs);
  return pagwId;
}

async function stateOf(pagwId: string) {
  const { rows } = await db.database.execute<{
    reason: string | null;
    watchAt: Date | null;
    skew: number | null;
  }>(
    'SELECT stuck_reason AS reason, watch_at, stuck_skew_seconds AS skew FROM request_tracker WHERE pagw_id = :id',
    { id: pagwId },
  );
  return rows[0];
}

async function judgeDue(now: Date) {
  const { rows: due } = await takeWatchedRequests(db.database, 1_000, now);
  return due.map((request) => ({ ...request, ...judgeRequest(request, rules, now) }));
}

describe('the detector', () => {
  it('writes no verdict on a request that went on since it was read; the request stays due', async () => {
    const [gone, still] = [await hang(), await hang()];
    const verdicts = await judgeDue(late);
    await recordHistory(db.database, { pagwId: gone }, start, [[20, 'VAL_OK']]);
    expect(await writeVerdicts(db.database, verdicts, late)).toBe(1);
    expect(await stateOf(gone)).toMatchObject({ reason: null });
    expect(await stateOf(still)).toMatchObject({ reason: 'no-result' });
    expect((await takeWatchedRequests(db.database, 10, late)).rows.map(({ pagwId }) => pagwId)).toContain(
      gone,
    );
  });

  it('notes when a decision clock first came so far, and keeps that until it comes further', async () => {
    const id = await hang();
    const day = 24 * 60;
    const risks: unknown[] = [];
    for (const days of [1, 6.5, 6.6, 7.4, 7.5, 9]) {
      const at = afterMinutes(start, days * day);
      await db.database.execute(
        'UPDATE request_tracker SET watch_at = :at::timestamptz WHERE pagw_id = :id',
        { at, id },
      );
      await writeVerdicts(db.database, await judgeDue(at), at);
      const { rows } = await db.database.execute<{ risk: string | null; riskAt: Date | null }>(
        'SELECT deadline_risk AS risk, deadline_risk_at AS risk_at FROM request_tracker WHERE pagw_id = :id',
        { id },
      );
      risks.push([
        rows[0]?.risk,
        rows[0]?.riskAt && (rows[0].riskAt.getTime() - start.getTime()) / 60_000 / day,
      ]);
    }
    expect(risks).toEqual([
      [null, null],
      ['at-risk', 6.5],
      ['at-risk', 6.5],
      ['urgent', 7.4],
      ['urgent', 7.4],
      ['breached', 9],
    ]);
  });

  it('passes by a request that is being recorded, rather than wait for it', async () => {
    const [busy, free] = [await hang(), await hang()];
    const verdicts = await judgeDue(late);
    await withDirectConnections(db.connectionString, 1, async ([client]) => {
      await client?.query('BEGIN');
      await client?.query('SELECT FROM request_tracker WHERE pagw_id = $1 FOR UPDATE', [busy]);
      await writeVerdicts(db.database, verdicts, late);
      await client?.query('ROLLBACK');
    });
    expect(await stateOf(busy)).toMatchObject({ reason: null });
    expect(await stateOf(free)).toMatchObject({ reason: 'no-result' });
    await checkRequests(db.database, { rules, now: late });
    expect(await stateOf(busy)).toMatchObject({ reason: 'no-result' });
  });

  it('says the truth in the end, however it and ingest get into each other’s way', async () => {
    const ids = Array.from({ length: 40 }, (_, number) => `PAGW-RACE-${number}`);
    const record = (minute: number, eventType: string, requests: readonly string[]) =>
      recordSteps(
        db.database,
        start,
        requests.map((pagwId) => ({ pagwId, step: [minute, eventType] as const })),
      );
    await record(0, 'VAL_START', ids);
    const going = ids.filter((_, number) => number % 2 === 0);
    await Promise.all([
      ...[16, 17, 18].map((minute) =>
        checkRequests(db.database, { rules, now: afterMinutes(start, minute), pageSize: 7 }),
      ),
      ...[16, 17, 18].map((minute) => record(minute, 'VAL_START', going.toReversed())),
    ]);
    await checkRequests(db.database, { rules, now: afterMinutes(start, 19) });
    for (const [number, pagwId] of ids.entries())
      expect([pagwId, (await stateOf(pagwId))?.reason]).toEqual([
        pagwId,
        number % 2 === 0 ? null : 'no-result',
      ]);
  });

  it('looks at all that is due in bounded pages, and leaves the rest when time is up', async () => {
    await checkRequests(db.database, { rules, now: late });
    for (let count = 0; count < 25; count++) await hang();
    let pages = 2;
    const cut = await checkRequests(db.database, {
      rules,
      now: late,
      pageSize: 10,
      hasTime: () => pages-- > 0,
    });
    expect(cut).toEqual({ checked: 20, changed: 0, complete: false });
    const rest = await checkRequests(db.database, { rules, now: late, pageSize: 10 });
    expect(rest).toEqual({ checked: 5, changed: 0, complete: true });
  });

  it('is not notified of ordinary progress, and notified at once of a stuck request’s', async () => {
    const pagwId = await hang();
    await checkRequests(db.database, { rules, now: afterMinutes(start, 1) });
    const before = await stateOf(pagwId);
    await recordHistory(db.database, { pagwId }, start, [[2, 'VAL_OK']]);
    expect(await stateOf(pagwId)).toEqual(before);
    await checkRequests(db.database, { rules, now: afterMinutes(start, 30) });
    expect(await stateOf(pagwId)).toMatchObject({ reason: 'hand-off-lost' });
    await recordHistory(db.database, { pagwId }, start, [[31, 'ENRICH_START']]);
    expect(await stateOf(pagwId)).toMatchObject({ reason: null, watchAt: afterMinutes(start, 31) });
  });

  it('names the error that a request is stuck on, and the next one when it fails otherwise', async () => {
    const pagwId = `PAGW-CHECK-${++made}`;
    const codes: unknown[] = [];
    for (const [minute, errorCode] of [
      [0, 'INVALID_NPI'],
      [60, 'MISSING_COVERAGE'],
    ] as const) {
      await recordHistory(db.database, { pagwId }, start, [[minute, 'VAL_FAIL', { errorCode }]]);
      await checkRequests(db.database, { rules, now: afterMinutes(start, minute + 20) });
      const { rows } = await listStuckRequests(db.database, { errorCode }, 100);
      codes.push(rows.filter((row) => row.pagwId === pagwId).map((row) => row.errorCode));
    }
    expect(codes).toEqual([['INVALID_NPI'], ['MISSING_COVERAGE']]);
  });

  it('moves the next check without an entry in any index', async () => {
    const { rows } = await db.database.execute<{ indexes: string[]; watched: number }>(
      `SELECT
         array_agg(indexrelid::regclass::text) FILTER (WHERE pg_get_indexdef(indexrelid) ~ 'watch_at') AS indexes,
         count(*) FILTER (WHERE pg_get_indexdef(indexrelid) ~ 'WHERE watched') AS watched
       FROM pg_index
       WHERE indrelid = 'request_tracker'::regclass`,
    );
    expect(rows).toEqual([{ indexes: null, watched: 1 }]);
  });

  it('lists an overtaken success at the stage that holds the request up', async () => {
    const pagwId = `PAGW-CHECK-${++made}`;
    await recordHistory(db.database, { pagwId, tenant: 'overtaken' }, start, [
      [0, 'PARSE_START'],
      [1, 'VAL_START'],
      [2, 'PARSE_OK'],
    ]);
    await checkRequests(db.database, { rules, now: late });
    expect(
      await listStuckRequests(db.database, { tenant: 'overtaken', stage: 'VALIDATION' }, 10),
    ).toMatchObject({ rows: [{ pagwId, stage: 'VALIDATION', nextStage: null, reason: 'no-result' }] });
    expect(await groupStuckRequests(db.database, late, { tenant: 'overtaken' })).toMatchObject({
      groups: [{ stage: 'VALIDATION', reason: 'no-result', count: 1 }],
      total: 1,
      groupCount: 1,
    });
  });

  it('keeps a producer’s own time as it is, and how far it is off', async () => {
    const pagwId = `PAGW-CHECK-${++made}`;
    await recordHistory(db.database, { pagwId }, start, [[0, 'VAL_START', { skewMinutes: 60 }]]);
    await checkRequests(db.database, { rules, now: late });
    expect(await stateOf(pagwId)).toMatchObject({ reason: 'no-result', skew: 3_600 });
    const { rows } = await db.database.execute(
      'SELECT occurred_at FROM event_tracker WHERE pagw_id = :pagwId',
      { pagwId },
    );
    expect(rows).toEqual([{ occurredAt: afterMinutes(start, 60) }]);
  });

  it('counts what is stuck of more tenants than one answer names, and lists them all', async () => {
    await hang();
    await checkRequests(db.database, { rules, now: late });
    await db.database.execute(
      `INSERT INTO request_tracker (pagw_id, tenant, received_on, received_at, stuck_reason, stuck_since, stuck_stage)
       SELECT 'PAGW-MANY-' || number, 'many-' || number, received_on, received_at, stuck_reason, stuck_since, stuck_stage
       FROM generate_series(1, 1_100) AS number, (
         SELECT * FROM request_tracker WHERE stuck_reason IS NOT NULL LIMIT 1
       ) AS stuck`,
    );
    const { rows } = await db.database.execute<{ stuck: number }>(
      'SELECT count(*) AS stuck FROM request_tracker WHERE stuck_reason IS NOT NULL',
    );
    const board = await groupStuckRequests(db.database, late);
    expect(board.total).toBe(rows[0]?.stuck);
    expect(board.groups).toHaveLength(1_000);
    expect(board.groupCount).toBeGreaterThanOrEqual(1_100);
    expect((await listTenants(db.database)).length).toBeGreaterThanOrEqual(1_100);
  });
});
