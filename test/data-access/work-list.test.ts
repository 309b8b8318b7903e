import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseAhead } from '../../lib/cli/moment-text.ts';
import { countWork, listWork } from '../../lib/data-access/work-list.ts';
import { boards } from '../../lib/domain/request-memory.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { eventWith } from '../domain/support/message.ts';
import { arbitraryHistory, recordedAt } from '../support/arbitrary-history.ts';
import { databaseOfFile } from '../support/database.ts';

const db = await databaseOfFile();
beforeEach(async () => {
  for (const table of ['event_tracker', 'request_tracker', 'decision_episode'])
    await db.database.execute(`DELETE FROM ${table}`);
});

it('has every open request on exactly one board, at any time', async () => {
  let open = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryHistory('X', 8), { minLength: 12, maxLength: 12 }),
      async (histories) => {
        for (const table of ['event_tracker', 'request_tracker', 'decision_episode'])
          await db.database.execute(`DELETE FROM ${table}`);
        for (let step = 0; step < 8; step++) {
          await recordEvents(
            db.database,
            histories.flatMap((history, place) =>
              history.slice(step, step + 1).map((event) => ({ ...event, pagwId: `R-${place}` })),
            ),
            recordedAt,
          );
          const lists = await Promise.all(
            boards.map((board) =>
              listWork(db.database, { tenant: null, now: recordedAt, board, limit: 100 }),
            ),
          );
          const listed = lists.flatMap(({ rows }) => rows.map(({ pagwId }) => pagwId)).toSorted();
          // By the rows of the decisions alone: undecided, or decided without notice.
          const { rows } = await db.database.execute<{ pagwId: string }>(
            `SELECT DISTINCT ON (pagw_id COLLATE "C") pagw_id, resolution IS NULL
             OR (resolution IN ('APPROVED', 'PARTIAL', 'DENIED') AND notified_at IS NULL) AS open
           FROM decision_episode ORDER BY pagw_id COLLATE "C", episode DESC`,
          );
          const due = (rows as { pagwId: string; open?: boolean }[])
            .filter((row) => row.open)
            .map(({ pagwId }) => pagwId);
          expect(listed).toEqual(due.toSorted());
          open += due.length;
        }
      },
    ),
    { numRuns: 6, endOnFailure: true },
  );
  expect(open).toBeGreaterThan(100);
});

describe('the work list', () => {
  it('tells what is due before a moment, and who holds it', async () => {
    const now = new Date('2026-03-06T18:00:00Z');
    const record = (pagwId: string, at: string, eventType: string, metadata?: object, request?: object) =>
      recordEvents(
        db.database,
        [
          eventWith({
            pagwId,
            eventId: `${pagwId}-${eventType}`,
            eventType,
            metadata,
            request,
            occurredAt: at,
          }),
        ],
        now,
      );
    await record('PIPE', '2026-03-05T10:00:00Z', 'REQUEST_RECEIVED', undefined, { priority: 'EXPEDITED' });
    await record('DESK', '2026-03-01T10:00:00Z', 'REQUEST_RECEIVED');
    await record('DESK', '2026-03-01T10:01:00Z', 'RESPONSE_OK', { outcome: 'pended' });
    await record('DELEGATED', '2026-03-01T10:00:00Z', 'REQUEST_RECEIVED', undefined, { delegate: 'evicore' });
    await record('UNDELIVERED', '2026-03-04T10:00:00Z', 'REQUEST_RECEIVED');
    await record('UNDELIVERED', '2026-03-05T10:00:00Z', 'CALLBACK_OK', { disposition: 'Certified' });
    await record('LATER', '2026-03-06T10:00:00Z', 'REQUEST_RECEIVED');
    await record('DONE', '2026-03-01T10:00:00Z', 'RESPONSE_OK', { outcome: 'approved' });
    const before = parseAhead('--before', 'monday 08:00', now);
    expect(before).toEqual(new Date('2026-03-09T08:00:00Z'));
    const { rows } = await listWork(db.database, { tenant: null, now, before, limit: 10 });
    expect(rows.map(({ pagwId, board, heldBy, delegate }) => [pagwId, board, delegate ?? heldBy])).toEqual([
      ['PIPE', 'pipe', 'us'],
      ['DELEGATED', 'pipe', 'evicore'],
      ['DESK', 'desk', 'provider'],
    ]);
    const delivery = await listWork(db.database, { tenant: null, now, board: 'delivery', limit: 10 });
    expect(delivery.rows.map(({ pagwId }) => pagwId)).toEqual(['UNDELIVERED']);
    const counted = await countWork(db.database, { tenant: null, now });
    expect(counted.left).toBe(0);
    expect(counted.requests).toBe(counted.rows.reduce((sum, { requests }) => sum + requests, 0));
    expect(counted.rows).toEqual(
      expect.arrayContaining([
        { board: 'desk', heldBy: 'provider', delegate: null, requests: 1, overdue: 0 },
      ]),
    );
    const ofDelegate = await listWork(db.database, { tenant: null, now, held: 'EviCore', limit: 10 });
    expect(ofDelegate.rows.map(({ pagwId }) => pagwId)).toEqual(['DELEGATED']);
  });

  it.each([
    ['monday 08:00', '2026-03-09T08:00:00.000Z'],
    ['fri 20:00', '2026-03-06T20:00:00.000Z'],
    ['friday 08:00', '2026-03-13T08:00:00.000Z'],
    ['tomorrow', '2026-03-07T00:00:00.000Z'],
    ['this weekend', '2026-03-09T00:00:00.000Z'],
    ['Monday at 8:00', '2026-03-09T08:00:00.000Z'],
    ['48h', '2026-03-08T18:00:00.000Z'],
    ['2026-03-31', '2026-03-31T00:00:00.000Z'],
  ])('takes %s', (text, moment) => {
    expect(parseAhead('--before', text, new Date('2026-03-06T18:00:00Z')).toISOString()).toBe(moment);
  });
});
