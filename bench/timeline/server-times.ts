import { Client } from 'pg';
import type { SqlValues } from '../../lib/data-access/database.ts';
import { bindNames } from '../../lib/data-access/sql-text.ts';

const WARM_UP = 200;

/**
 * What PostgreSQL itself says each run of a prepared query took, planning and execution, in ms. The first runs, which
 * read cold pages and settle the plan, are left out.
 */
export async function serverTimes(
  connectionString: string,
  sql: string,
  runs: readonly SqlValues[],
): Promise<number[]> {
  const { text, names } = bindNames(sql);
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(`PREPARE asked AS ${text}`);
  const times: number[] = [];
  for (const values of [...runs.slice(0, WARM_UP), ...runs]) {
    const literals = names.map((name) =>
      values[name] === null ? 'NULL' : client.escapeLiteral(String(values[name])),
    );
    const { rows } = await client.query(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE asked (${literals.join(', ')})`,
    );
    const [plan] = rows[0]['QUERY PLAN'];
    times.push(plan['Planning Time'] + plan['Execution Time']);
  }
  await client.end();
  return times.slice(WARM_UP);
}
