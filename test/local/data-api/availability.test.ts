import { BeginTransactionCommand, ExecuteStatementCommand } from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DataApiEndpoint, startDataApi } from '../../../lib/local/data-api/start-data-api.ts';
import { type PostgresServer, startPostgres } from '../../../lib/local/postgres/postgres-server.ts';
import { dataApiClient, targetOf } from '../../support/data-api-client.ts';
import { killOtherSessions, withDirectConnections } from '../../support/direct-connections.ts';
import { folderForFile } from '../../support/for-file.ts';
import { freePort } from '../../support/free-port.ts';
import { PATIENTLY } from '../../support/waiting.ts';

const dataDirectory = folderForFile();
let port: number;
let postgres: PostgresServer;
let endpoint: DataApiEndpoint;
const target = targetOf('postgres');

beforeAll(async () => {
  port = await freePort();
  postgres = await startPostgres({ dataDirectory, port, fsync: false });
  const { user, password } = postgres;
  const address = { host: '127.0.0.1', port, user, password };
  endpoint = await startDataApi({ port: 0, postgres: address, defaultDatabase: 'postgres' });
});
afterAll(async () => {
  await endpoint.close();
  await postgres.stop();
});

function execute(sql: string, transactionId?: string) {
  const client = dataApiClient(endpoint.url, 1);
  return client.send(
    new ExecuteStatementCommand({
      ...target,
      sql,
      ...(transactionId === undefined ? {} : { transactionId }),
    }),
  );
}

const unavailable = { name: 'DatabaseUnavailableException', $metadata: { httpStatusCode: 504 } };

describe('an endpoint whose PostgreSQL goes away', () => {
  it('says so, and serves again by itself with all that was committed', async () => {
    await execute('CREATE TABLE part (id int)');
    await execute('INSERT INTO part VALUES (1)');
    process.kill(postgres.processId, 'SIGKILL');
    await postgres.exited;
    // A session may outlive its server by a moment, and answers in it.
    await vi.waitFor(() => expect(execute('SELECT 1')).rejects.toMatchObject(unavailable), PATIENTLY);
    postgres = await startPostgres({ dataDirectory, port, fsync: false });
    expect((await execute('SELECT id FROM part')).records).toEqual([[{ longValue: 1 }]]);
  });

  it('breaks off the statement that was running, and forgets the transaction', async () => {
    const { transactionId } = await dataApiClient(endpoint.url).send(new BeginTransactionCommand(target));
    const running = expect(execute('SELECT pg_sleep(60)', transactionId)).rejects.toMatchObject({
      name: expect.stringMatching(/^Database(Error|Unavailable)Exception$/),
    });
    await vi.waitUntil(async () => {
      const { records } = await execute(`SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'`);
      return records?.length === 1;
    }, PATIENTLY);
    await postgres.stop();
    await running;
    postgres = await startPostgres({ dataDirectory, port, fsync: false });
    await expect(execute('SELECT 1', transactionId)).rejects.toMatchObject({
      name: 'TransactionNotFoundException',
    });
  });

  it('outlives sessions that are killed under it', async () => {
    await Promise.all(Array.from({ length: 8 }, () => execute('SELECT 1')));
    await withDirectConnections(postgres.connectionString('postgres'), 1, async ([killer]) => {
      if (killer !== undefined) expect(await killOtherSessions(killer)).toBeGreaterThan(0);
    });
    // The endpoint may hear of a session's end a moment after the session is gone.
    await vi.waitFor(
      async () => expect((await execute('SELECT 2')).records).toEqual([[{ longValue: 2 }]]),
      PATIENTLY,
    );
  });
});

describe('an endpoint that is asked what it does not know', () => {
  it.each([
    ['another path', '/Nothing', 'POST', '{}', 404],
    ['another method', '/Execute', 'GET', undefined, 404],
    ['no JSON', '/Execute', 'POST', '{"sql":', 400],
    ['JSON that is no object', '/Execute', 'POST', '[]', 400],
  ])('%s: it refuses', async (_, path, method, body, status) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(endpoint.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(status);
    expect(response.headers.get('x-amzn-errortype')).toMatch(/Exception$/);
    expect(await response.json()).toEqual({ message: expect.any(String) });
  });

  it('refuses to start where another program listens', async () => {
    const { user, password } = postgres;
    const options = { postgres: { host: '127.0.0.1', port, user, password }, defaultDatabase: 'postgres' };
    await expect(startDataApi({ port: endpoint.port, ...options })).rejects.toThrow(
      `Port ${endpoint.port} is taken; stop the program that listens on it, or choose another with --port.`,
    );
  });
});
