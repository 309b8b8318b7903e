import { Client } from 'pg';
import { print } from '../report/print.ts';
import { median } from '../report/statistics.ts';

const COMMITS = 100;

/** Says which PostgreSQL it is, what it promises at a commit, and what that costs on this disk. */
export async function printServer(connectionString: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  const setting = async (name: string) => (await client.query(`SHOW ${name}`)).rows[0][name];
  const [version, fsync, commit] = [
    await setting('server_version'),
    await setting('fsync'),
    await setting('synchronous_commit'),
  ];
  await client.query('CREATE TABLE commit_probe (at timestamptz)');
  const times: number[] = [];
  for (let place = 0; place < COMMITS; place++) {
    const startedAt = performance.now();
    await client.query('INSERT INTO commit_probe VALUES (now())');
    times.push(performance.now() - startedAt);
  }
  await client.query('DROP TABLE commit_probe');
  await client.end();
  const took = median(times).toFixed(2);
  print(
    `- Server: PostgreSQL ${version}, fsync ${fsync}, synchronous_commit ${commit}; one row committed in ${took} ms`,
  );
}
