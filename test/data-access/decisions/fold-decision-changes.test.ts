import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { foldDecisionChanges } from '../../../lib/data-access/decisions.ts';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import type { Priority, RequestStatus, TrackedEvent } from '../../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { emptyDecisions, expectFolded, expectTallied, foldAll } from '../../support/decision-tally.ts';
import { killOtherSessions, withDirectConnections } from '../../support/direct-connections.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const received = new Date('2026-03-01T00:00:00Z');
const atHour = (hours: number) => new Date(received.getTime() + hours * 3_600_000);
let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
  await ensurePartition(db.database, received);
});
afterAll(() => db.close());
beforeEach(() => emptyDecisions(db));

const record = (hours: number, ...events: Partial<TrackedEvent>[]) =>
  recordEvents(
    db.database,
    events.map((fields) => trackedEvent({ occurredAt: atHour(hours).toISOString(), ...fields })),
    atHour(hours),
  );

const decision = (pagwId: string, status: RequestStatus = 'APPROVED'): Partial<TrackedEvent> => ({
  pagwId,
  stated: { status },
});

const pend = { stage: 'RESPONSE_BUILDER', eventType: 'RESPONSE_OK', metadata: { outcome: 'pended' } };
const callback = { stage: 'CALLBACK_HANDLER', eventType: 'CALLBACK_START', status: 'STARTED' } as const;

async function decide(pagwId: string, hours: number, priority: Priority | null = null): Promise<void> {
  await record(0, { pagwId, stated: priority && { priority } });
  await record(hours, decision(pagwId));
}

async function tallied() {
  const { rows } = await db.database.execute(
    `SELECT priority, up_to_seconds, decided, approved, denied, seconds::float8 AS seconds
     FROM decision_tally WHERE period = 'month' ORDER BY priority, up_to_seconds`,
  );
  return rows;
}

async function countChanges(): Promise<number> {
  const { rows } = await db.database.execute<{ changes: number }>(
    'SELECT count(*) AS changes FROM decision_change',
  );
  return rows[0]?.changes ?? 0;
}

/** The endpoint may still hold connections that were killed; each is found out once. */
async function untilConnected<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt < 20; attempt++) {
    const answer = await call().catch(() => undefined);
    if (answer !== undefined) return answer;
  }
  return call();
}

describe('a change of a decided request', () => {
  it('is noted for a decision, and for no other event', async () => {
    await record(0, { pagwId: 'ONE' });
    await record(1, { pagwId: 'ONE', ...pend });
    await record(2, { pagwId: 'ONE', ...callback });
    expect(await countChanges()).toBe(0);
    await record(3, decision('ONE'));
    expect(await countChanges()).toBe(1);
    await record(4, { pagwId: 'ONE', ...callback }, { pagwId: 'ONE', stage: 'CALLBACK' });
    await record(5, decision('ONE'));
    expect(await countChanges()).toBe(1);
    expect(await expectFolded(db)).toBe(1);
  });

  it('moves the request to where it counts now', async () => {
    await decide('ONE', 3);
    await foldAll(db);
    expect(await tallied()).toMatchObject([{ priority: 'STANDARD', approved: 1, denied: 0 }]);
    await record(5, { pagwId: 'ONE', stated: { priority: 'EXPEDITED' } });
    // A determination that happened earlier arrives late: it is the first.
    await record(6, { ...decision('ONE', 'DENIED'), occurredAt: atHour(2).toISOString() });
    expect(await countChanges()).toBe(4);
    expect(await expectFolded(db)).toBe(1);
    const seconds = 2 * 3_600;
    expect(await tallied()).toEqual([
      { priority: 'EXPEDITED', upToSeconds: seconds, decided: 1, approved: 0, denied: 1, seconds },
    ]);
  });

  it.each([
    [`decided_at = '2025-12-31 23:59:59.999999Z'`, 1],
    [`received_at = received_at - interval '1 year'`, 1],
    [`tenant = 'elevance'`, 1],
    ['decided_at = NULL, determination = NULL', 0],
  ])('is followed whoever makes it: SET %s', async (change, decided) => {
    await decide('ONE', 3);
    await foldAll(db);
    await db.database.execute(`UPDATE request_tracker SET ${change}`);
    expect(await expectFolded(db)).toBe(decided);
  });

  it('is followed when the request is deleted', async () => {
    await decide('ONE', 3);
    await decide('TWO', 3);
    await foldAll(db);
    await db.database.execute(`DELETE FROM event_tracker WHERE pagw_id = 'ONE'`);
    await db.database.execute(`DELETE FROM request_tracker WHERE pagw_id = 'ONE'`);
    expect(await expectFolded(db)).toBe(1);
  });

  it('is followed when all requests are truncated', async () => {
    await decide('ONE', 3);
    await foldAll(db);
    await decide('TWO', 3);
    await db.database.execute('TRUNCATE request_tracker, event_tracker');
    expect(await countChanges()).toBe(0);
    expect(await expectFolded(db)).toBe(0);
  });

  it('is not noted when its transaction is taken back', async () => {
    await record(0, { pagwId: 'ONE' });
    await expect(
      db.database.transaction(async (transaction) => {
        await recordEvents(transaction, [trackedEvent(decision('ONE'))], atHour(1));
        throw new Error('taken back');
      }),
    ).rejects.toThrow('taken back');
    expect(await countChanges()).toBe(0);
  });

  it.each([
    [-5, 0],
    [0, 0],
    [0.000001, 1],
    [60, 60],
    [60.000001, 120],
    [36_000, 36_000],
    [36_000.000001, 36_600],
    [360_000, 360_000],
    [360_000.000001, 363_600],
    [604_800, 604_800],
    [604_800.000001, 608_400],
    // A producer's clock that began in 1970.
    [1_774_224_000.5, 1_774_224_000],
    [60_000_000_000, 60_000_001_200],
  ])('of %d s counts up to %d s', async (seconds, upTo) => {
    await db.database.execute(
      `INSERT INTO request_tracker (pagw_id, tenant, received_on, received_at, decided_at, determination)
       VALUES ('ONE', 'anthem', '2026-03-01', '2026-03-01Z', timestamptz '2026-03-01Z' + make_interval(secs => :seconds::float8), 'APPROVED')`,
      { seconds },
    );
    await foldAll(db);
    const [row] = await tallied();
    expect(row).toMatchObject({ seconds, decided: 1 });
    if (seconds < 1e9) expect(row).toMatchObject({ upToSeconds: upTo });
    else expect(Number(row?.upToSeconds) % 3_600).toBe(0);
  });
});

describe('foldDecisionChanges', () => {
  it('goes on where it was cut, in pieces, and counts nothing twice when repeated', async () => {
    for (let place = 0; place < 10; place++) await decide(`PAGW-${place}`, place / 2);
    let pieces = 2;
    const cut = () => pieces-- > 0;
    expect(await foldDecisionChanges({ database: db.database, now: received, mayGoOn: cut }, 3)).toEqual({
      decisionChangesFolded: 6,
    });
    await expectTallied(db);
    expect(await countChanges()).toBe(4);
    expect(await foldAll(db, 3)).toEqual({ decisionChangesFolded: 4 });
    expect(await foldAll(db)).toEqual({ decisionChangesFolded: 0 });
    expect(await expectFolded(db)).toBe(10);
  });

  it('is right in whatever order changes come: a row may stand below zero meanwhile', async () => {
    await decide('ONE', 3);
    // The one that came first, last.
    await db.database.execute(
      `WITH first AS (DELETE FROM decision_change WHERE ctid = (SELECT min(ctid) FROM decision_change) RETURNING *)
       INSERT INTO decision_change SELECT * FROM first`,
    );
    for (let piece = 0; piece < 3; piece++) {
      await db.database.execute('SELECT fold_decision_changes(1)');
      await expectTallied(db);
    }
    expect(await expectFolded(db)).toBe(1);
  });

  it('leaves the work to whoever is at it', async () => {
    await decide('ONE', 3);
    await withDirectConnections(db.connectionString, 1, async ([other]) => {
      await other?.query('BEGIN');
      await other?.query('SELECT fold_decision_changes(1)');
      expect(await foldAll(db)).toEqual({ decisionChangesFolded: 0 });
      await other?.query('ROLLBACK');
    });
    expect(await foldAll(db)).toEqual({ decisionChangesFolded: 1 });
  });

  it('is exact when many run at once while batches decide the same kinds of requests', async () => {
    const WRITERS = 6;
    const recorded = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let batch = 0; batch < 8; batch++) {
        const ids = Array.from({ length: 10 }, (_, place) => `PAGW-${writer}-${batch}-${place}`);
        await record(0, ...ids.map((pagwId) => ({ pagwId })));
        // All batches change the same few rows of the tally, from either end.
        const decisions = ids.map((pagwId, place) =>
          decision(pagwId, place % 2 === 0 ? 'APPROVED' : 'DENIED'),
        );
        await record(1 + (batch % 2), ...(writer % 2 === 0 ? decisions : decisions.reverse()));
        await record(5, ...ids.slice(0, 3).map((pagwId) => decision(pagwId, 'DENIED')));
      }
    });
    let over = false;
    const folded = Array.from({ length: 3 }, async (_, folder) => {
      while (!over) {
        await foldAll(db, 7 + folder);
        await expectTallied(db);
      }
    });
    await Promise.all(recorded).finally(() => {
      over = true;
    });
    await Promise.all(folded);
    expect(await expectFolded(db)).toBe(WRITERS * 80);
  });

  it('lets batches of the same tally row pass each other', async () => {
    await record(0, { pagwId: 'ONE' }, { pagwId: 'TWO' });
    await withDirectConnections(db.connectionString, 1, async ([slow]) => {
      await slow?.query('BEGIN');
      await slow?.query(
        `UPDATE request_tracker SET decided_at = '2026-03-01T03:00:00Z', determination = 'APPROVED' WHERE pagw_id = 'ONE'`,
      );
      // Would wait for the other one for good, were they to share a row.
      await record(3, decision('TWO'));
      expect(await foldAll(db)).toEqual({ decisionChangesFolded: 1 });
      await slow?.query('COMMIT');
    });
    expect(await expectFolded(db)).toBe(2);
  });

  it('is exact after its sessions were killed at any point', async () => {
    for (let batch = 0; batch < 4; batch++) {
      const ids = Array.from({ length: 100 }, (_, place) => `PAGW-${batch}-${place}`);
      await record(0, ...ids.map((pagwId) => ({ pagwId })));
      await record(1 + batch, ...ids.map((pagwId) => decision(pagwId)));
    }
    await withDirectConnections(db.connectionString, 1, async ([admin]) => {
      let killed = 0;
      for (let round = 0; round < 12; round++) {
        const running = foldAll(db, 5).catch(() => undefined);
        for (let look = 0; look < round; look++) await admin?.query('SELECT FROM decision_change LIMIT 1');
        if (admin) killed += await killOtherSessions(admin);
        await running;
        await untilConnected(() => expectTallied(db).then(() => true));
      }
      expect(killed).toBeGreaterThan(0);
    });
    expect(await untilConnected(() => expectFolded(db))).toBe(400);
  });
});
