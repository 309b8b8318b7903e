import { beforeEach, describe, expect, it } from 'vitest';
import type { FlowQuery } from '../../../lib/data-access/flow.ts';
import { laneOf, stages } from '../../../lib/domain/event-catalogue.ts';
import { defaultFoldRules, type FoldRules } from '../../../lib/domain/request-fold.ts';
import { flowCautions } from '../../../lib/reports/flow.ts';
import { withDirectConnections } from '../../support/direct-connections.ts';
import { recordHistory } from '../../support/history.ts';
import { flowDatabaseOfFile, START } from './flow-database.ts';

const db = await flowDatabaseOfFile();

beforeEach(() => db.empty());

const edgesOf = async (query: Partial<FlowQuery> = {}) =>
  (await db.read(query)).edges.map(({ from, to, count }) => `${from}>${to} ${count}`).sort();

it('knows the lanes as the catalogue does', async () => {
  for (const stage of [...stages, 'UNKNOWN', 'SOMETHING_ELSE']) {
    const { rows } = await db.database.execute<{ lane: string }>('SELECT stage_lane(:stage) AS lane', {
      stage,
    });
    expect([stage, rows[0]?.lane]).toEqual([stage, laneOf(stage)]);
  }
});

it('is folded by one run at a time: whoever comes second has nothing to do', async () => {
  await recordHistory(db.database, { pagwId: 'P1' }, START, [[0, 'PARSE_OK']]);
  await withDirectConnections(db.connectionString, 1, async ([client]) => {
    await client?.query('BEGIN');
    await client?.query(`SELECT FROM exclusive_task WHERE name = 'fold flows' FOR UPDATE`);
    expect(await db.maintain()).toMatchObject({ flowsFolded: 0 });
    await client?.query('ROLLBACK');
  });
  expect(await db.maintain()).toMatchObject({ flowsFolded: 1 });
});

describe('a hand-over', () => {
  it('goes from the last event of a stage to the first of the next other stage, in the order of recording', async () => {
    await recordHistory(db.database, { pagwId: 'P1' }, START, [
      [0, 'PARSE_START'],
      [1, 'PARSE_OK'],
      [3, 'PUBLISH_START'],
      [6, 'VAL_START'],
      [7, 'VAL_FAIL', { retryable: false, errorCode: 'VALIDATION_FAILED' }],
      [9, 'PARSE_START'],
      [9, 'PARSE_OK'],
    ]);
    for (const run of [undefined, db.maintain]) {
      await run?.();
      const { edges, stages: visited, variants } = await db.read();
      expect(edges).toMatchObject([
        { from: 'PARSING', to: 'VALIDATION', count: 1, maxWaitMs: 300_000, failedShare: 0, wentBackShare: 0 },
        { from: 'VALIDATION', to: 'PARSING', count: 1, maxWaitMs: 120_000, failedShare: 1, wentBackShare: 1 },
      ]);
      expect(visited.find(({ stage }) => stage === 'VALIDATION')).toMatchObject({ visits: 1, failed: 1 });
      expect(variants).toEqual([
        { path: ['PARSING', 'VALIDATION', 'PARSING'], count: 1, share: 1, openCount: 1 },
      ]);
      expect(await edgesOf({ lanes: 'all' })).toEqual([
        'OUTBOX_PUBLISHER>VALIDATION 1',
        'PARSING>OUTBOX_PUBLISHER 1',
        'VALIDATION>PARSING 1',
      ]);
    }
  });

  it('counts for the type of its request, also where that is stated after it was folded', async () => {
    await recordHistory(db.database, { pagwId: 'P1' }, START, [[0, 'PARSE_OK']]);
    await db.maintain();
    await recordHistory(db.database, { pagwId: 'P1' }, START, [
      [1, 'VAL_START', { request: { type: 'PAS_LATER' } }],
    ]);
    for (const run of [undefined, db.maintain]) {
      await run?.();
      expect(await edgesOf({ requestType: 'PAS_LATER' })).toEqual(['PARSING>VALIDATION 1']);
    }
  });

  it('waits no less than zero where clocks differ, and says so', async () => {
    await recordHistory(db.database, { pagwId: 'P1' }, START, [
      [5, 'PARSE_OK'],
      [6, 'VAL_START', { skewMinutes: -10 }],
      [7, 'VAL_OK', { skewMinutes: 60 }],
      [9, 'ENRICH_START'],
      [10, 'ENRICH_OK'],
      [10, 'CONVERT_START'],
    ]);
    for (const run of [undefined, db.maintain]) {
      await run?.();
      expect(
        (await db.read()).edges.toSorted((one, other) => one.from.localeCompare(other.from)),
      ).toMatchObject([
        { from: 'ENRICHMENT', maxWaitMs: 0, clampedCount: 0 },
        { from: 'PARSING', maxWaitMs: 0, clampedCount: 1 },
        // A clock ahead counts as the time of recording.
        { from: 'VALIDATION', maxWaitMs: 120_000, clampedCount: 0 },
      ]);
    }
  });

  it('keeps the waits of an import of old events, and does not believe one old time among sound ones', async () => {
    const old = (day: number) => ({ occurredAt: new Date(Date.UTC(2011, 5, day)).toISOString() });
    await recordHistory(db.database, { pagwId: 'OLD' }, START, [
      [0, 'PARSE_OK', old(1)],
      [0, 'VAL_OK', old(3)],
    ]);
    await recordHistory(db.database, { pagwId: 'BROKEN' }, START, [
      [0, 'ENRICH_OK', { occurredAt: '1970-01-21T00:00:00Z' }],
      [4, 'CONVERT_OK'],
    ]);
    const waits = Object.fromEntries((await db.read()).edges.map(({ from, maxWaitMs }) => [from, maxWaitMs]));
    expect(waits).toEqual({ PARSING: 2 * 86_400_000, ENRICHMENT: 240_000 });
  });

  it('says of how many answers the times from receipt are those of recording, until old times are believed', async () => {
    const approved = { request: { status: 'APPROVED' } };
    const answer = (pagwId: string, occurredAt: string, rules?: FoldRules) =>
      recordHistory(
        db.database,
        { pagwId },
        START,
        [
          [0, 'PARSE_OK', { occurredAt }],
          [0, 'RESPONSE_OK', { occurredAt: occurredAt.replace('T00', 'T09'), ...approved }],
        ],
        rules,
      );
    await answer('OLD', '2011-05-01T00:00:00Z');
    await answer('OLD-AND-BELIEVED', '2011-05-01T00:00:00Z', { ...defaultFoldRules, believedDays: 10_000 });
    await answer('YOUNG', '2026-02-28T00:00:00Z');
    for (const run of [undefined, db.maintain]) {
      await run?.();
      const flow = await db.read();
      expect(flow.endToEnd).toMatchObject({ toAnswer: { count: 3 }, disbelievedCount: 1 });
      expect(flowCautions(flow)).toEqual([
        '1 of 3 answered requests stated times too long before their recording to be believed (rules.believedDays, 90 unless set): from receipt, they count as if they happened when they were recorded.',
      ]);
    }
  });

  it('is one of unknown stages only for a request that has no other', async () => {
    await recordHistory(db.database, { pagwId: 'UNKNOWN' }, START, [
      [0, 'RECEIPT_OK', { stage: 'CONFIRMATION' }],
      [1, 'CHECK_OK', { stage: 'CHECK' }],
      [2, 'PUBLISH_OK'],
    ]);
    expect(await edgesOf()).toEqual(['CONFIRMATION>CHECK 1']);
    await db.maintain();
    await recordHistory(db.database, { pagwId: 'UNKNOWN' }, START, [[3, 'PRINT_OK', { stage: 'PRINT' }]]);
    expect(await edgesOf()).toEqual(['CHECK>PRINT 1', 'CONFIRMATION>CHECK 1']);
    await db.maintain();
    await recordHistory(db.database, { pagwId: 'UNKNOWN' }, START, [
      [4, 'PARSE_OK'],
      [5, 'OTHER_OK', { stage: 'OTHER' }],
      [6, 'VAL_OK'],
    ]);
    for (const run of [undefined, db.maintain]) {
      await run?.();
      expect(await edgesOf()).toEqual(['PARSING>VALIDATION 1']);
    }
  });
});
