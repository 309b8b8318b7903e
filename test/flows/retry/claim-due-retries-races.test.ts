import { afterEach, describe, expect, it } from 'vitest';
import { claimDueRetries, endOldClaims, releaseClaims } from '../../../lib/data-access/retry.ts';
import { expectDerivedStates } from '../../support/derived-states.ts';
import { untilSomebodyWaits, withDirectConnections } from '../../support/direct-connections.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();
afterEach(() => expectDerivedStates(bench.database));
const claim = () =>
  claimDueRetries(bench.database, { now: bench.now, limit: 10, cursors: new Map(), skippedStages: [] });

describe('two claims at once', () => {
  it('a claim too new to be seen by the other is respected, and the other looks on for more', async () => {
    await bench.record(failedEvent({ pagwId: bench.newRequest() }));
    bench.pass(61);
    await withDirectConnections(bench.db.connectionString, 1, async ([first]) => {
      await first?.query('BEGIN');
      await first?.query(
        'INSERT INTO retry_claim (failure_id, claimed_at) SELECT id, $1 FROM event_tracker',
        [bench.now],
      );
      const second = claim();
      await untilSomebodyWaits(bench.database);
      await first?.query('COMMIT');
      expect(await second).toEqual({ claimed: [], superseded: 0, nothingLeft: false });
    });
  });

  it('what another is claiming at this moment is passed over without waiting', async () => {
    await bench.record(...[1, 2].map(() => failedEvent({ pagwId: bench.newRequest() })));
    bench.pass(61);
    await withDirectConnections(bench.db.connectionString, 1, async ([first]) => {
      await first?.query('BEGIN');
      await first?.query(`SELECT * FROM claim_due_retries($1, 1, '[]', '[]')`, [bench.now]);
      expect((await claim()).claimed).toHaveLength(1);
      await first?.query('ROLLBACK');
    });
    expect((await claim()).claimed).toHaveLength(1);
  });
});

describe('what overtakes a claimed failure', () => {
  it('ends the claim of that one, and of no other', async () => {
    const [overtaken, other] = [bench.newRequest(), bench.newRequest()];
    await bench.record(failedEvent({ pagwId: overtaken }), failedEvent({ pagwId: other }));
    bench.pass(61);
    const { claimed } = await claim();
    expect(claimed).toHaveLength(2);
    await bench.record(trackedEvent({ pagwId: overtaken, occurredAt: bench.now.toISOString() }));
    const { rows } = await bench.database.execute('SELECT failure_id FROM retry_claim');
    expect(rows).toEqual([{ failureId: claimed.find(({ pagwId }) => pagwId === other)?.id }]);
    expect((await claim()).claimed).toEqual([]);
  });
});

describe('a run that was taken for dead', () => {
  it('gives back what it still holds, and not what another run has taken since', async () => {
    await bench.record(...[1, 2].map(() => failedEvent({ pagwId: bench.newRequest() })));
    bench.pass(61);
    const [slowAt, LEASE_SECONDS] = [bench.now, 300];
    const slow = await claim();
    expect(slow.claimed).toHaveLength(2);
    bench.pass(LEASE_SECONDS);
    await endOldClaims(bench.database, LEASE_SECONDS, bench.now);
    const quick = await claimDueRetries(bench.database, {
      now: bench.now,
      limit: 1,
      cursors: new Map(),
      skippedStages: [],
    });
    expect(quick.claimed).toHaveLength(1);
    await releaseClaims(bench.database, slow.claimed, slowAt);
    const { rows } = await bench.database.execute('SELECT failure_id, claimed_at FROM retry_claim');
    expect(rows).toEqual([{ failureId: quick.claimed[0]?.id, claimedAt: bench.now }]);
    const third = await claim();
    expect(third.claimed.map(({ id }) => id)).not.toContain(quick.claimed[0]?.id);
  });

  it('gives back at once what it could not send', async () => {
    await bench.record(failedEvent({ pagwId: bench.newRequest() }));
    bench.pass(61);
    const { claimed } = await claim();
    expect((await claim()).claimed).toEqual([]);
    await releaseClaims(bench.database, claimed, bench.now);
    expect((await claim()).claimed).toEqual(claimed);
  });
});
