import {
  BadRequestException,
  DatabaseResumingException,
  ExecuteStatementCommand,
  InternalServerErrorException,
  RDSDataClient,
  StatementTimeoutException,
} from '@aws-sdk/client-rds-data';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../lib/data-access/database.ts';
import { DatabaseError } from '../../lib/data-access/database-error.ts';
import { databaseOfFile } from '../support/database.ts';

const db = await databaseOfFile();

beforeAll(async () => {
  await db.database.execute('CREATE TABLE note (id int PRIMARY KEY, at timestamptz, body jsonb)');
});

const only = async (sql: string, values = {}) => (await db.database.execute(sql, values)).rows[0];
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a database over the Data API', () => {
  it('binds and reads each kind of value', async () => {
    const at = new Date('2026-03-01T10:00:00.123Z');
    expect(
      await only(
        `SELECT :text AS text_value, :whole AS whole, :fraction AS fraction, :yes AS yes, :nothing::text AS nothing,
                :at::timestamptz AS at, :json::jsonb AS json, 'a0ee-bc'::text AS plain, 12.50::numeric AS exact,
                'FAILED'::pagw_event_status AS status, ARRAY['a','b'] AS letters, ARRAY[1,2] AS numbers`,
        { text: 'ä "quoted"', whole: 42, fraction: 0.5, yes: true, nothing: null, at, json: '{"a":[1]}' },
      ),
    ).toEqual({
      textValue: 'ä "quoted"',
      whole: 42,
      fraction: 0.5,
      yes: true,
      nothing: null,
      at,
      json: { a: [1] },
      plain: 'a0ee-bc',
      exact: '12.50',
      status: 'FAILED',
      letters: ['a', 'b'],
      numbers: [1, 2],
    });
  });

  it('answers the number of rows written', async () => {
    expect(
      (await db.database.execute('INSERT INTO note (id) SELECT generate_series(1, 3)')).updatedCount,
    ).toBe(3);
  });

  it('commits what returns and rolls back what throws, keeping the first error', async () => {
    await db.database.transaction((transaction) => transaction.execute('INSERT INTO note (id) VALUES (10)'));
    const undone = db.database.transaction(async (transaction) => {
      await transaction.execute('INSERT INTO note (id) VALUES (11)');
      await transaction.execute('INSERT INTO note (id) VALUES (10)');
    });
    expect(await failureOf(undone)).toMatchObject({ sqlState: '23505', kind: 'refused' });
    expect(await only('SELECT array_agg(id ORDER BY id) AS ids FROM note WHERE id >= 10')).toEqual({
      ids: [10],
    });
  });

  it('joins a transaction that is open', async () => {
    await db.database.transaction(async (outer) => {
      await outer.execute('INSERT INTO note (id) VALUES (20)');
      await outer.transaction(async (inner) => {
        expect((await inner.execute('SELECT id FROM note WHERE id = 20')).rows).toEqual([{ id: 20 }]);
      });
    });
  });

  it('names the SQLSTATE and keeps row values out of the message', async () => {
    const error = await failureOf(
      db.database.execute(`INSERT INTO note (id, body) VALUES (1, '{"dob":"1970-01-01"}')`),
    );
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ sqlState: '23505', kind: 'refused', retryable: false });
    expect((error as DatabaseError).message).not.toContain('(id)=(1)');
  });

  it.each([
    ['SELECT 1/0', '22012', false],
    ['SELECT * FROM missing_table', '42P01', false],
    ["DO $$ BEGIN RAISE EXCEPTION USING errcode = '40P01'; END $$", '40P01', true],
    ["DO $$ BEGIN RAISE EXCEPTION USING errcode = '55P03'; END $$", '55P03', true],
  ])('tells whether %s may be tried again', async (sql, sqlState, retryable) => {
    expect(await failureOf(db.database.execute(sql))).toMatchObject({ sqlState, retryable });
  });

  it('calls a lost endpoint unavailable', async () => {
    const client = new RDSDataClient({
      endpoint: 'http://127.0.0.1:9',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    expect(await failureOf(openDatabase(client, db.target).execute('SELECT 1'))).toMatchObject({
      kind: 'unavailable',
      retryable: true,
    });
  });
});

describe('a service that cannot be run here', () => {
  const metadata = (httpStatusCode: number) => ({ message: 'no', $metadata: { httpStatusCode } });
  const mocked = new RDSDataClient({ region: 'us-east-1' });
  const client = mockClient(mocked);
  const target = { resourceArn: 'arn:cluster', secretArn: 'arn:secret', database: 'pagw' };
  const database = openDatabase(mocked, target);
  afterEach(() => {
    client.reset();
    vi.useRealTimers();
  });

  it('waits for a sleeping cluster to wake', async () => {
    vi.useFakeTimers();
    const resuming = new DatabaseResumingException(metadata(400));
    client
      .on(ExecuteStatementCommand)
      .rejectsOnce(resuming)
      .rejectsOnce(resuming)
      .resolves({ numberOfRecordsUpdated: 1 });
    const call = database.execute('SELECT 1');
    await vi.runAllTimersAsync();
    expect(await call).toEqual({ rows: [], updatedCount: 1 });
    expect(client.calls()).toHaveLength(3);
  });

  it('gives up on a cluster that does not wake', async () => {
    vi.useFakeTimers();
    client.on(ExecuteStatementCommand).rejects(new DatabaseResumingException(metadata(400)));
    const failure = failureOf(database.execute('SELECT 1'));
    await vi.runAllTimersAsync();
    expect(await failure).toMatchObject({ kind: 'resuming', retryable: true });
  });

  it.each([
    [new StatementTimeoutException(metadata(400)), 'timeout', true],
    [new InternalServerErrorException(metadata(500)), 'unavailable', true],
    [new BadRequestException(metadata(400)), 'misuse', false],
  ])('tells %s as what it is', async (exception, kind, retryable) => {
    client.on(ExecuteStatementCommand).rejects(exception);
    expect(await failureOf(database.execute('SELECT 1'))).toMatchObject({ kind, retryable });
  });
});
