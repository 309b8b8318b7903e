import type { Pool } from 'pg';
import type { Contestant } from '../contestant.ts';
import { seedRequests } from '../seed-failures.ts';

/** Makes failures due and sees that none is left. */
export function dueFailures(pool: Pool): Pick<Contestant, 'prepare' | 'verify'> {
  return {
    prepare: async (jobs) => {
      await seedRequests(pool, jobs, true);
      await pool.query('VACUUM (ANALYZE) event_tracker, request_tracker');
    },
    verify: async () => {
      const { rows } = await pool.query(
        'SELECT count(*)::int AS left FROM event_tracker WHERE next_retry_at <= now()',
      );
      if (rows[0].left !== 0) throw new Error(`${rows[0].left} failures are still due.`);
    },
  };
}
