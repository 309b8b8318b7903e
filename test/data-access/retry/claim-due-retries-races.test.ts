import { describe, expect, it } from 'vitest';
import { claimDueRetries } from '../../../lib/data-access/retry/claim-due-retries.ts';
import { untilSomebodyWaits, withDirectConnections } from '../../support/direct-connections.ts';
import { failedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();
const claim = () =>
  claimDueRetries(bench.database, { now: bench.now, limit: 10, passed: new Map(), heldStages: [] });

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
