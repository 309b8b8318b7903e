import {
  BatchExecuteStatementCommand,
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DataApiEndpoint, startDataApi } from '../../../lib/local/data-api/start-data-api.ts';
import { dataApiClient } from '../../support/data-api-client.ts';
import { openEmptyDatabase } from '../../support/database.ts';
import { postgresAddressOf, withDirectConnections } from '../../support/direct-connections.ts';
import { PATIENTLY } from '../../support/waiting.ts';

const { target, close, database, connectionString, client } = await openEmptyDatabase();
const { resourceArn, secretArn } = target;

beforeAll(() => database.execute('CREATE TABLE part (id int PRIMARY KEY)'));
beforeEach(() => database.execute('TRUNCATE part'));
afterAll(close);

async function begin(through = client): Promise<string> {
  const { transactionId } = await through.send(new BeginTransactionCommand(target));
  return transactionId ?? '';
}

function execute(sql: string, transactionId?: string, through = client) {
  return through.send(
    new ExecuteStatementCommand({
      ...target,
      sql,
      ...(transactionId === undefined ? {} : { transactionId }),
    }),
  );
}

const commit = (transactionId: string, through = client) =>
  through.send(new CommitTransactionCommand({ resourceArn, secretArn, transactionId }));
const rollback = (transactionId: string) =>
  client.send(new RollbackTransactionCommand({ resourceArn, secretArn, transactionId }));

async function partIds(): Promise<unknown[]> {
  const { rows } = await database.execute<{ id: number }>('SELECT id FROM part ORDER BY id');
  return rows.map(({ id }) => id);
}

describe('a transaction', () => {
  it('shows its rows to others when committed, not before', async () => {
    const transactionId = await begin();
    await execute('INSERT INTO part VALUES (1)', transactionId);
    expect(await partIds()).toEqual([]);
    expect(await commit(transactionId)).toMatchObject({ transactionStatus: 'Transaction Committed' });
    expect(await partIds()).toEqual([1]);
  });

  it('leaves nothing when rolled back', async () => {
    const transactionId = await begin();
    await execute('INSERT INTO part VALUES (1)', transactionId);
    expect(await rollback(transactionId)).toMatchObject({ transactionStatus: 'Rollback Complete' });
    expect(await partIds()).toEqual([]);
  });

  it('takes batches', async () => {
    const transactionId = await begin();
    const parameterSets = [1, 2].map((longValue) => [{ name: 'id', value: { longValue } }]);
    const sql = 'INSERT INTO part VALUES (:id)';
    await client.send(new BatchExecuteStatementCommand({ ...target, sql, parameterSets, transactionId }));
    await commit(transactionId);
    expect(await partIds()).toEqual([1, 2]);
  });

  it('is unknown once it has ended', async () => {
    const transactionId = await begin();
    await commit(transactionId);
    const unknown = { name: 'TransactionNotFoundException' };
    await expect(execute('SELECT 1', transactionId)).rejects.toMatchObject(unknown);
    await expect(commit(transactionId)).rejects.toMatchObject(unknown);
    await expect(rollback(transactionId)).rejects.toMatchObject(unknown);
  });

  it('is aborted by an error inside and cannot be committed', async () => {
    const transactionId = await begin();
    await execute('INSERT INTO part VALUES (1)', transactionId);
    await expect(execute('INSERT INTO part VALUES (1)', transactionId)).rejects.toThrow(/SQLState: 23505/);
    await expect(execute('SELECT 1', transactionId)).rejects.toThrow(/SQLState: 25P02/);
    await expect(commit(transactionId)).rejects.toMatchObject({ name: 'DatabaseErrorException' });
    expect(await partIds()).toEqual([]);
  });

  it('is gone when its commit is refused', async () => {
    await database.execute('CREATE TABLE pair (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    const transactionId = await begin();
    await execute('INSERT INTO pair VALUES (1), (1)', transactionId);
    await expect(commit(transactionId)).rejects.toThrow(/SQLState: 23505/);
    await expect(execute('SELECT 1', transactionId)).rejects.toMatchObject({
      name: 'TransactionNotFoundException',
    });
  });

  it('has transactional DDL', async () => {
    const transactionId = await begin();
    await execute('CREATE TABLE brief (id int)', transactionId);
    await rollback(transactionId);
    await expect(execute('SELECT * FROM brief')).rejects.toThrow(/SQLState: 42P01/);
  });

  it('refuses a second call while one is running', async () => {
    await withDirectConnections(connectionString, 1, async ([blocker]) => {
      await blocker?.query('SELECT pg_advisory_lock(1)');
      const transactionId = await begin();
      const waiting = execute('SELECT pg_advisory_xact_lock(1)', transactionId);
      await vi.waitUntil(async () => {
        const blocked = await blocker?.query(
          `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
        );
        return blocked?.rowCount === 1;
      }, PATIENTLY);
      await expect(execute('SELECT 1', transactionId)).rejects.toMatchObject({
        name: 'DatabaseErrorException',
        message: 'Transaction is still running a query',
      });
      await blocker?.query('SELECT pg_advisory_unlock(1)');
      await waiting;
      await commit(transactionId);
    });
  });

  it('keeps its session settings to itself', async () => {
    const transactionId = await begin();
    await execute(`SET search_path = pg_catalog`, transactionId);
    await commit(transactionId);
    await execute(`SET search_path = pg_catalog`);
    const paths = await Promise.all(Array.from({ length: 10 }, () => execute('SHOW search_path')));
    expect(new Set(paths.map(({ records }) => records?.[0]?.[0]?.stringValue))).toEqual(
      new Set(['"$user", public']),
    );
  });

  it('does not leak from a BEGIN sent as a statement', async () => {
    await execute('BEGIN');
    await execute('INSERT INTO part VALUES (1)');
    expect(await partIds()).toEqual([1]);
  });

  it('runs beside others, each on its own connection', async () => {
    await Promise.all(
      Array.from({ length: 12 }, async (_, id) => {
        const transactionId = await begin();
        await execute(`INSERT INTO part VALUES (${id})`, transactionId);
        await (id % 2 === 0 ? commit(transactionId) : rollback(transactionId));
      }),
    );
    expect(await partIds()).toEqual([0, 2, 4, 6, 8, 10]);
  });

  it('is not blocked by more calls than there are connections', async () => {
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, n) => execute(`SELECT ${n} FROM pg_sleep(0.001)`)),
    );
    expect(answers.map(({ records }) => records?.[0]?.[0]?.longValue)).toEqual(answers.map((_, n) => n));
  });
});

describe('time limits', () => {
  let hasty: DataApiEndpoint;
  beforeAll(async () => {
    hasty = await startDataApi({
      port: 0,
      postgres: postgresAddressOf(connectionString),
      defaultDatabase: target.database,
      callTimeoutMs: 150,
      transactionIdleMs: 100,
    });
  });
  afterAll(() => hasty.close());

  it('ends a call that takes too long and its statement with it', async () => {
    const through = dataApiClient(hasty.url);
    await expect(execute(`SELECT pg_sleep(60), 'mine'`, undefined, through)).rejects.toMatchObject({
      name: 'StatementTimeoutException',
      dbConnectionId: expect.any(Number),
      $metadata: { httpStatusCode: 400 },
    });
    await vi.waitUntil(async () => (await running(`%pg_sleep(60), 'mine'%`)) === 0, PATIENTLY);
  });

  it('lets the statement go on when asked to', async () => {
    const through = dataApiClient(hasty.url);
    const sql = 'INSERT INTO part SELECT 7 FROM pg_sleep(0.4)';
    const call = through.send(new ExecuteStatementCommand({ ...target, sql, continueAfterTimeout: true }));
    await expect(call).rejects.toMatchObject({ name: 'StatementTimeoutException' });
    await vi.waitUntil(async () => (await partIds()).length === 1, PATIENTLY);
  });

  it('rolls a transaction back that is left alone', async () => {
    const through = dataApiClient(hasty.url);
    const transactionId = await begin(through);
    await execute('INSERT INTO part VALUES (1)', transactionId, through);
    await vi.waitUntil(
      async () => (await running('INSERT INTO part VALUES (1)', 'idle in transaction')) === 0,
      PATIENTLY,
    );
    await expect(commit(transactionId, through)).rejects.toMatchObject({
      name: 'TransactionNotFoundException',
    });
    expect(await partIds()).toEqual([]);
  });

  async function running(query: string, state = 'active'): Promise<number> {
    const { rows } = await database.execute<{ count: number }>(
      `SELECT count(*) FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE :query AND state = :state AND pid <> pg_backend_pid()`,
      { query, state },
    );
    return rows[0]?.count ?? 0;
  }
});
