import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databaseOfFile } from '../../support/database.ts';

const LARGEST_INT = 2_147_483_647;
const db = await databaseOfFile();

describe('the duration histogram', () => {
  it('stands for every duration within 2.5 %, and for 0 exactly', async () => {
    const { rows } = await db.database.execute<{ worst: number; zero: number }>(
      `SELECT max(abs(bucket_duration(duration_bucket(ms)) / ms - 1)) AS worst, bucket_duration(duration_bucket(0)) AS zero
       FROM (
         SELECT ms FROM generate_series(1, 100000) AS ms
         UNION ALL
         SELECT (power(1.0003, step))::int FROM generate_series(38000, 71000) AS step
         UNION ALL
         SELECT ${LARGEST_INT}
       ) AS durations (ms)`,
    );
    expect(rows[0]?.zero).toBe(0);
    expect(rows[0]?.worst).toBeLessThan(0.025);
  });

  it('answers quantiles within 3 % of percentile_cont, whatever the durations', async () => {
    const durations = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 60_000 }), fc.nat(LARGEST_INT)),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(durations, fc.constantFrom(0, 0.05, 0.5, 0.95, 1), async (milliseconds, fraction) => {
        const { rows } = await db.database.execute<{ exact: number; answered: number }>(
          `WITH duration AS (SELECT value::int AS ms FROM json_array_elements_text(:durations::json) AS value),
             histogram AS (SELECT duration_bucket(ms) AS bucket, count(*) AS n FROM duration GROUP BY 1)
           SELECT
             (SELECT percentile_cont(:fraction::float8) WITHIN GROUP (ORDER BY ms) FROM duration) AS exact,
             (SELECT histogram_quantile(array_agg(bucket ORDER BY bucket), array_agg(n ORDER BY bucket), sum(n)::bigint, :fraction::float8)
              FROM histogram) AS answered`,
          { durations: JSON.stringify(milliseconds), fraction },
        );
        const { exact = 0, answered = -1 } = rows[0] ?? {};
        expect(Math.abs(answered - exact)).toBeLessThanOrEqual(0.03 * exact);
      }),
      { numRuns: 60 },
    );
  });
});
