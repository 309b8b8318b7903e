import { Client } from 'pg';
import { bindNames } from '../../lib/data-access/sql-text.ts';

/**
 * What PostgreSQL itself says each run of a prepared query took, planning and execution, in ms. The first runs, which
 * read cold pages and settle the plan, are left out.
 */
export async function serverTimes(
  connectionString: string,
  sql: string,
  pagwIds: readonly string[],
): Promise<number[]> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(`PREPARE asked (text) AS ${bindNames(sql).text}`);
  const times: number[] = [];
  for (const pagwId of [...pagwIds.slice(0, 200), ...pagwIds]) {
    const { rows } = await client.query(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE asked (${client.escapeLiteral(pagwId)})`,
    );
    const [plan] = rows[0]['QUERY PLAN'];
    times.push(plan['Planning Time'] + plan['Execution Time']);
  }
  await client.end();
  return times.slice(200);
}
