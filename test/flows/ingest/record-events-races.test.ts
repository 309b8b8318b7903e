import { afterEach, describe, expect, it } from 'vitest';
import type { TrackedEvent } from '../../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../../support/database.ts';
import { expectDerivedStates } from '../../support/derived-states.ts';
import { untilSomebodyWaits, withDirectConnections } from '../../support/direct-connections.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-01T10:05:00Z');
const later = '2026-03-01T10:01:00.000Z';
const WRITERS = 16;
const REQUESTS = 50;
const db = await databaseOfFile();

afterEach(() => expectDerivedStates(db.database));

/** Every request's numbers and ids; `gaps` counts requests whose numbers are not 1, 2, 3 … */
async function faultsOf(prefix: string) {
  const { rows } = await db.database.execute<{
    requests: number;
    events: number;
    gaps: number;
    stale: number;
  }>(
    `SELECT count(*) AS requests, sum(events)::bigint AS events,
            count(*) FILTER (WHERE lowest <> 1 OR highest <> events) AS gaps,
            count(*) FILTER (WHERE highest <> last_sequence_no) AS stale
     FROM (SELECT pagw_id, count(*) AS events, min(sequence_no) AS lowest, max(sequence_no) AS highest
           FROM event_tracker WHERE pagw_id LIKE :prefix GROUP BY pagw_id) AS history
     JOIN request_tracker USING (pagw_id)`,
    { prefix: `${prefix}%` },
  );
  return rows[0];
}

describe('many writers on the same requests', () => {
  it('leaves no gap, loses and doubles nothing, and never deadlocks', async () => {
    // Each writer sends, in an order of its own, events of all 50 requests: half are its own, half every writer
    // sends too, and each batch holds one event twice.
    const shared = Array.from({ length: REQUESTS * 4 }, (_, n) =>
      trackedEvent({ pagwId: `RACE-${n % REQUESTS}`, eventId: `shared-${n}` }),
    );
    const writers = Array.from({ length: WRITERS }, (_, writer) => {
      const own = Array.from({ length: REQUESTS * 4 }, (_, n) =>
        trackedEvent({ pagwId: `RACE-${(n * 7 + writer) % REQUESTS}`, eventId: `writer-${writer}-${n}` }),
      );
      const events = [...own, ...shared].sort((a, b) => hash(a.eventId, writer) - hash(b.eventId, writer));
      return batchesOf(events, 100);
    });
    const outcomes = await Promise.all(
      writers.map(async (batches) => {
        const answers = [];
        for (const batch of batches) answers.push(...(await recordEvents(db.database, batch, now)));
        return answers;
      }),
    );
    const recorded = outcomes.flat().filter((answer) => answer.outcome === 'RECORDED').length;
    const distinct = WRITERS * REQUESTS * 4 + REQUESTS * 4;
    expect(recorded).toBe(distinct);
    expect(await faultsOf('RACE-')).toEqual({ requests: REQUESTS, events: distinct, gaps: 0, stale: 0 });
  });

  it('lets one tenant own a request that two create at once', async () => {
    const attempts = Array.from({ length: 30 }, (_, n) =>
      Promise.all(
        ['anthem', 'elevance'].map((tenant) =>
          recordEvents(db.database, [trackedEvent({ pagwId: `OWNER-${n}`, tenant })], now),
        ),
      ),
    );
    for (const pair of await Promise.all(attempts)) {
      expect(
        pair
          .flat()
          .map((answer) => answer.outcome)
          .sort(),
      ).toEqual(['RECORDED', 'TENANT_MISMATCH']);
    }
    expect(await faultsOf('OWNER-')).toMatchObject({ requests: 30, events: 30, gaps: 0 });
  });

  it('clears a failure’s retry also when the event that overtakes it was sent before the failure was visible', async () => {
    await recordEvents(db.database, [trackedEvent({ pagwId: 'OVERTAKE' })], now);
    let recovery: Promise<unknown> | undefined;
    await db.database.transaction(async (holder) => {
      // The failure is numbered and holds the request's lock; the recovery's snapshot cannot see it.
      await recordEvents(holder, [failedEvent({ pagwId: 'OVERTAKE' })], now);
      recovery = recordEvents(db.database, [trackedEvent({ pagwId: 'OVERTAKE', occurredAt: later })], now);
      await untilSomebodyWaits(db.database);
    });
    expect(await recovery).toEqual([{ outcome: 'RECORDED', sequenceNo: 3 }]);
    const { rows } = await db.database.execute(
      `SELECT sequence_no FROM event_tracker WHERE pagw_id = 'OVERTAKE' AND next_retry_at IS NOT NULL`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the naive ways', () => {
  it('MAX+1 without a lock gives two writers one number (trap: publisher and consumer collide)', async () => {
    await recordEvents(db.database, [trackedEvent({ pagwId: 'NAIVE' })], now);
    const naive = `INSERT INTO event_tracker (tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, occurred_at)
      SELECT 'anthem', 'NAIVE', $2::date, $1, 'PARSING', 'PARSE_OK', 'COMPLETED', max(sequence_no) + 1, $2
      FROM event_tracker WHERE pagw_id = 'NAIVE'`;
    await withDirectConnections(db.connectionString, 2, async ([first, second]) => {
      await first?.query('BEGIN');
      await first?.query(naive, ['a', now]);
      const collision = second?.query(naive, ['b', now]);
      await untilSomebodyWaits(db.database);
      await Promise.all([expect(collision).rejects.toMatchObject({ code: '23505' }), first?.query('COMMIT')]);
    });
  });
});

function batchesOf(events: readonly TrackedEvent[], size: number): TrackedEvent[][] {
  const batches = [];
  for (let start = 0; start < events.length; start += size) {
    const batch = events.slice(start, start + size);
    batches.push(batch[0] ? [...batch, batch[0]] : batch);
  }
  return batches;
}

/** A writer's own shuffle, the same in every run. */
function hash(text: string, seed: number): number {
  let value = seed + 1;
  for (const letter of text) value = (Math.imul(value, 31) + letter.charCodeAt(0)) % 1_000_003;
  return value;
}
