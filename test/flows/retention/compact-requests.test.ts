import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findSequenceFaults } from '../../../lib/data-access/doctor.ts';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { compactRequests } from '../../../lib/data-access/retention.ts';
import { findRequest, readTimeline, type TimelineEvent } from '../../../lib/data-access/timeline.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { ALIKE_IDS } from '../../support/alike-ids.ts';
import { databaseOfFile } from '../../support/database.ts';
import { withDirectConnections } from '../../support/direct-connections.ts';
import { recordHistory, type Step } from '../../support/history.ts';
import { HAPPY_WITH_RETRY, rollUp } from '../../support/history-ages.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const start = new Date('2026-03-01T10:00:00Z');
const early = new Date('2026-03-30T10:00:00Z');
const now = new Date('2026-04-10T10:00:00Z');
const db = await databaseOfFile();

beforeAll(async () => {
  for (const day of ['2026-03-01', '2026-04-01']) await ensurePartition(db.database, new Date(day));
});
beforeEach(() => db.database.execute('TRUNCATE request_tracker, event_tracker, event_tracker_summary'));

async function history(pagwId: string, steps: readonly Step[] = HAPPY_WITH_RETRY) {
  await recordHistory(db.database, { pagwId }, start, steps);
  await rollUp(db, now);
}

const compact = (at = now, options: { mayGoOn?: () => boolean; batch?: number } = {}) =>
  compactRequests(
    { database: db.database, now: at, mayGoOn: options.mayGoOn ?? (() => true) },
    30,
    options.batch,
  );

async function timeline(pagwId: string): Promise<TimelineEvent[]> {
  const request = await findRequest(db.database, pagwId);
  if (request === undefined) throw new Error(`${pagwId} is not there`);
  const events: TimelineEvent[] = [];
  for await (const page of readTimeline(db.database, request)) events.push(...page);
  return events;
}

async function rows(): Promise<number> {
  const { rows: counted } = await db.database.execute<{ n: number }>(
    'SELECT count(*) AS n FROM event_tracker',
  );
  return counted[0]?.n ?? 0;
}

/** But for started_at, which a merged row fills in for both. */
const withoutStartedAt = (events: readonly TimelineEvent[]) =>
  events.map((event) => ({ ...event, startedAt: null }));

describe('compactRequests', () => {
  it('merges each START into its result, and the timeline stays as it was', async () => {
    await history('PAGW-1');
    const before = await timeline('PAGW-1');
    expect(await compact()).toEqual({ requestsCompacted: 1, eventsMerged: 5 });
    expect(await rows()).toBe(10);
    const after = await timeline('PAGW-1');
    expect(after.map(({ sequenceNo }) => sequenceNo)).toEqual(before.map(({ sequenceNo }) => sequenceNo));
    expect(withoutStartedAt(after)).toEqual(withoutStartedAt(before));
    const parsed = after.find(({ eventType }) => eventType === 'PARSE_OK');
    expect(parsed?.startedAt).toEqual(new Date('2026-03-01T10:02:00Z'));
    expect((await findSequenceFaults(db.database, 10)).faults).toEqual([]);
  });

  it('keeps failures with their STARTs, and STARTs that say more than a time', async () => {
    await history('PAGW-1');
    await compact();
    const { rows: kept } = await db.database.execute<{ eventType: string; n: number }>(
      `SELECT event_type, sequence_no AS n FROM event_tracker WHERE status IN ('STARTED', 'FAILED') ORDER BY 2`,
    );
    expect(kept).toEqual([
      { eventType: 'WORKFLOW_START', n: 2 },
      { eventType: 'VAL_START', n: 7 },
      { eventType: 'VAL_FAIL', n: 9 },
    ]);
  });

  it('is not stopped by two STARTs whose ids are alike in 64 bits', async () => {
    const [first, second] = ALIKE_IDS;
    await history(
      'PAGW-1',
      HAPPY_WITH_RETRY.map(([minute, type, fields]) =>
        type === 'PARSE_START' ? [minute, type, { ...fields, eventId: first }] : [minute, type, fields],
      ),
    );
    await history('PAGW-2');
    expect(await compact()).toEqual({ requestsCompacted: 2, eventsMerged: 10 });
    await recordHistory(db.database, { pagwId: 'PAGW-1' }, early, [
      [0, 'PARSE_START', { eventId: second }],
      [1, 'PARSE_OK'],
    ]);
    await rollUp(db, new Date('2026-05-10T10:00:00Z'));
    const before = await timeline('PAGW-1');
    expect(await compact(new Date('2026-05-10T10:00:00Z'))).toEqual({
      requestsCompacted: 1,
      eventsMerged: 1,
    });
    const merged = await timeline('PAGW-1');
    expect(withoutStartedAt(merged)).toEqual(withoutStartedAt(before));
    const again = [first, second].map((eventId) => trackedEvent({ pagwId: 'PAGW-1', eventId }));
    expect(await recordEvents(db.database, again, now)).toEqual(
      again.map(() => ({ outcome: 'DUPLICATE', sequenceNo: null })),
    );
  });

  it.each<[string, readonly Step[]]>([
    [
      'of another attempt',
      [
        [0, 'VAL_START', { attempt: 1 }],
        [1, 'VAL_OK', { attempt: 2 }],
      ],
    ],
    [
      'of another worker',
      [
        [0, 'VAL_START', { workerId: 'a' }],
        [1, 'VAL_OK', { workerId: 'b' }],
      ],
    ],
    [
      'of another kind',
      [
        [0, 'ATTACH_START'],
        [1, 'CDEX_PULL_OK'],
      ],
    ],
    [
      'that began at another time than it happened',
      [
        [0, 'VAL_START', { startedAt: '2026-03-01T09:00:00Z' }],
        [1, 'VAL_OK'],
      ],
    ],
    [
      'with another START between',
      [
        [0, 'VAL_START'],
        [1, 'VAL_FAIL', { errorCode: 'X' }],
        [2, 'VAL_OK'],
      ],
    ],
  ])('leaves a START alone %s', async (_, steps) => {
    await history('PAGW-1', [...steps, [9, 'RESPONSE_OK']]);
    expect(await compact()).toEqual({ requestsCompacted: 1, eventsMerged: 0 });
  });

  it('waits until a request has been closed and quiet for 30 days', async () => {
    await history('PAGW-1');
    await history('PAGW-OPEN', HAPPY_WITH_RETRY.slice(0, -1));
    expect(await compact(early)).toEqual({ requestsCompacted: 0, eventsMerged: 0 });
    expect(await compact()).toMatchObject({ requestsCompacted: 1 });
    expect(await compact(new Date('2027-01-01'))).toMatchObject({ requestsCompacted: 0 });
  });

  it('leaves the figures of whole hours as they are, made before it or after', async () => {
    const figures = async () => {
      await rollUp(db, now);
      const { rows } = await db.database.execute(
        'SELECT * FROM event_tracker_summary ORDER BY tenant, hour, stage, event_type, status',
      );
      return rows;
    };
    const record = () =>
      recordHistory(db.database, { pagwId: 'PAGW-1' }, new Date('2026-03-01T10:55:00Z'), [
        [0, 'PARSE_START'],
        [10, 'PARSE_OK', { durationMs: 600_000 }],
        [11, 'RESPONSE_OK', { request: { status: 'APPROVED' } }],
      ]);
    await record();
    const before = await figures();
    expect(before).toHaveLength(3);
    expect(await compact()).toMatchObject({ eventsMerged: 1 });
    await db.database.execute(
      'INSERT INTO event_summary_changed_hour SELECT DISTINCT hour FROM event_tracker_summary',
    );
    expect(await figures()).toEqual(before);
    // The START alone is of the hour before; merged, it has no number of its own to be found by.
    await db.database.execute('TRUNCATE request_tracker, event_tracker, event_tracker_summary CASCADE');
    await record();
    expect(await compact()).toMatchObject({ eventsMerged: 1 });
    expect(await figures()).toEqual(before);
  });

  it('leaves the figures of a part of an hour as they are', async () => {
    const figures = async (since: string, until: string) =>
      (
        await db.database.execute(
          `SELECT event_type, event_count, duration_sum_ms
           FROM summary_between('anthem', :since::timestamptz, :until::timestamptz)
           ORDER BY event_type`,
          { since, until },
        )
      ).rows;
    await history('PAGW-1');
    const spans: [string, string][] = [
      ['2026-03-01T10:02:00Z', '2026-03-01T10:03:00Z'],
      ['2026-03-01T10:03:00Z', '2026-03-01T10:10:00Z'],
      ['2026-02-28T10:09:30Z', '2026-03-01T10:13:30Z'],
    ];
    const before = await Promise.all(spans.map((span) => figures(...span)));
    expect(before[0]).toEqual([{ eventType: 'PARSE_START', eventCount: 1, durationSumMs: 0 }]);
    expect(await compact()).toMatchObject({ eventsMerged: 5 });
    expect(await Promise.all(spans.map((span) => figures(...span)))).toEqual(before);
  });

  it('knows a merged event when it is delivered again, and numbers a late one after the last', async () => {
    await history('PAGW-1');
    const sent = await timeline('PAGW-1');
    await compact();
    const again = sent.map(({ eventId, eventType }) =>
      trackedEvent({ pagwId: 'PAGW-1', eventId, eventType }),
    );
    const outcomes = await recordEvents(db.database, [...again, trackedEvent({ pagwId: 'PAGW-1' })], now);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([...sent.map(() => 'DUPLICATE'), 'RECORDED']);
    expect(outcomes.at(-1)?.sequenceNo).toBe(16);
    expect(await findRequest(db.database, 'PAGW-1')).toMatchObject({ compactedAt: null, lastSequenceNo: 16 });
    expect((await findSequenceFaults(db.database, 10)).faults).toEqual([]);
    expect(await compact(new Date('2026-06-01'))).toEqual({ requestsCompacted: 1, eventsMerged: 0 });
  });

  it('shows a lost row of a compacted request for what it is', async () => {
    await history('PAGW-1');
    await compact();
    await db.database.execute(`DELETE FROM event_tracker WHERE start_sequence_no = 10`);
    expect((await findSequenceFaults(db.database, 10)).faults).toMatchObject([
      { pagwId: 'PAGW-1', events: 13 },
    ]);
  });

  it('works in batches, goes on where it was cut, and several at once merge each pair once', async () => {
    for (let n = 1; n <= 12; n++) await history(`PAGW-${n}`);
    let batches = 2;
    expect(await compact(now, { batch: 2, mayGoOn: () => batches-- > 0 })).toMatchObject({
      requestsCompacted: 4,
    });
    const runs = await Promise.all(Array.from({ length: 4 }, () => compact(now, { batch: 1 })));
    const again = await compact(now, { batch: 5 });
    expect([...runs, again].reduce((sum, run) => sum + run.eventsMerged, 0)).toBe(8 * 5);
    expect((await findSequenceFaults(db.database, 100)).faults).toEqual([]);
    expect(await rows()).toBe(12 * 10);
  });

  it('ends a batch where its events become many', async () => {
    for (let n = 1; n <= 4; n++) await history(`PAGW-${n}`);
    await db.database.execute(
      `UPDATE request_tracker SET last_sequence_no = 20000 WHERE pagw_id IN ('PAGW-1', 'PAGW-2')`,
    );
    let batches = 1;
    expect(await compact(now, { mayGoOn: () => batches-- > 0 })).toMatchObject({ requestsCompacted: 2 });
    expect(await compact()).toMatchObject({ requestsCompacted: 2 });
  });

  it('leaves a request to whoever holds it', async () => {
    await history('PAGW-1');
    await withDirectConnections(db.connectionString, 1, async ([other]) => {
      await other?.query(`BEGIN; SELECT FROM request_tracker FOR UPDATE`);
      expect(await compact()).toEqual({ requestsCompacted: 0, eventsMerged: 0 });
      await other?.query('ROLLBACK');
    });
    expect(await compact()).toMatchObject({ requestsCompacted: 1 });
  });
});
