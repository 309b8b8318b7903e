import { ExecuteStatementCommand, RDSDataServiceException } from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmptyDatabase } from '../../support/database.ts';

const { client, target, close, database } = await openEmptyDatabase();

beforeAll(async () => {
  await database.execute(
    'CREATE TABLE part (id int PRIMARY KEY, price numeric CHECK (price > 0), details jsonb)',
  );
  await database.execute('CREATE TABLE stock (part_id int REFERENCES part (id))');
  await database.execute(`INSERT INTO part (id) VALUES (1)`);
});
afterAll(close);

type Input = ConstructorParameters<typeof ExecuteStatementCommand>[0];

async function refusalOf(
  input: Partial<Input>,
): Promise<{ name: string; status: number | undefined; message: string }> {
  const failure: unknown = await client
    .send(new ExecuteStatementCommand({ ...target, sql: 'SELECT 1', ...input }))
    .then(() => undefined)
    .catch((error: unknown) => error);
  if (!(failure instanceof RDSDataServiceException))
    throw new Error('the call was not refused', { cause: failure });
  return { name: failure.name, status: failure.$metadata.httpStatusCode, message: failure.message };
}

describe('what PostgreSQL refuses comes as DatabaseErrorException with its SQLSTATE', () => {
  it('unique violation, with its detail', async () => {
    expect(await refusalOf({ sql: 'INSERT INTO part (id) VALUES (1)' })).toEqual({
      name: 'DatabaseErrorException',
      status: 400,
      message:
        'ERROR: duplicate key value violates unique constraint "part_pkey"\n' +
        '  Detail: Key (id)=(1) already exists.; SQLState: 23505',
    });
  });

  it('syntax error, with its position', async () => {
    expect(await refusalOf({ sql: 'SELEC 1' })).toEqual({
      name: 'DatabaseErrorException',
      status: 400,
      message: 'ERROR: syntax error at or near "SELEC"\n  Position: 1; SQLState: 42601',
    });
  });

  it.each([
    ['a bad cast', `SELECT 'x'::int`, '22P02'],
    ['a missing table', 'SELECT * FROM nowhere', '42P01'],
    ['a missing column', 'SELECT colour FROM part', '42703'],
    ['a check violation', 'INSERT INTO part (id, price) VALUES (2, -1)', '23514'],
    ['a foreign-key violation', 'INSERT INTO stock VALUES (99)', '23503'],
    ['a null in a key', 'INSERT INTO part (price) VALUES (1)', '23502'],
    ['a division by zero', 'SELECT 1 / 0', '22012'],
    [
      'an error of its own class',
      `DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'PX001'; END $$`,
      'PX001',
    ],
    ['COPY from the client', 'COPY part FROM STDIN', '57014'],
  ])('%s', async (_, sql, sqlState) => {
    const { name, message } = await refusalOf({ sql });
    expect(name).toBe('DatabaseErrorException');
    expect(message).toMatch(new RegExp(`^ERROR: .*; SQLState: ${sqlState}$`, 's'));
  });
});

describe('parameters are typed on the server', () => {
  it('refuses a string for a jsonb column until it is cast', async () => {
    const parameters = [{ name: 'details', value: { stringValue: '{}' } }];
    const { message } = await refusalOf({ sql: 'UPDATE part SET details = :details', parameters });
    expect(message).toMatch(/is of type jsonb but expression is of type text.*; SQLState: 42804$/s);
  });

  it('refuses a string compared with a number', async () => {
    const parameters = [{ name: 'id', value: { stringValue: '1' } }];
    const { message } = await refusalOf({ sql: 'SELECT FROM part WHERE id = :id', parameters });
    expect(message).toMatch(/SQLState: 42883$/);
  });

  it('refuses a value that the cast cannot read', async () => {
    const parameters = [{ name: 'at', value: { stringValue: 'yesterday-ish' } }];
    const { message } = await refusalOf({ sql: 'SELECT :at::timestamptz', parameters });
    expect(message).toMatch(/SQLState: 22007$/);
  });

  it('refuses NUL in a text', async () => {
    const parameters = [{ name: 'text', value: { stringValue: 'a\0b' } }];
    expect((await refusalOf({ sql: 'SELECT :text', parameters })).message).toMatch(/SQLState: 22021$/);
  });
});

describe('what the service itself refuses', () => {
  it('two statements', async () => {
    expect(await refusalOf({ sql: 'SELECT 1; SELECT 2' })).toEqual({
      name: 'ValidationException',
      status: 400,
      message: "Multistatements aren't supported.",
    });
  });

  it('no statement', async () => {
    expect((await refusalOf({ sql: '-- nothing' })).name).toBe('ValidationException');
  });

  it.each([
    [
      'a missing parameter',
      'SELECT :a::int, :b::int',
      [{ name: 'a', value: { longValue: 1 } }],
      /parameter: b/,
    ],
    ['a parameter without a name', 'SELECT 1', [{ value: { longValue: 1 } }], /name/],
    [
      'a parameter that the SQL does not use',
      'SELECT :a::int',
      [
        { name: 'a', value: { longValue: 1 } },
        { name: 'spare', value: { longValue: 1 } },
      ],
      /spare/,
    ],
    [
      'a parameter given twice',
      'SELECT :a::int',
      [
        { name: 'a', value: { longValue: 1 } },
        { name: 'a', value: { longValue: 2 } },
      ],
      /more than once/,
    ],
    [
      'an array parameter',
      'SELECT :a::int[]',
      [{ name: 'a', value: { arrayValue: { longValues: [1] } } }],
      /Array parameters are not supported/,
    ],
  ])('%s', async (_, sql, parameters, message) => {
    expect(await refusalOf({ sql, parameters })).toMatchObject({
      name: 'ValidationException',
      status: 400,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['DATE', '2025-12-26T00:00:00Z'],
    ['DECIMAL', '1,5'],
    ['TIME', '14.51'],
    ['TIMESTAMP', '2025-12-26T14:51:34Z'],
    ['UUID', 'no-uuid'],
  ] as const)('a string that is not of its hint %s', async (typeHint, stringValue) => {
    const parameters = [{ name: 'a', value: { stringValue }, typeHint }];
    expect((await refusalOf({ sql: 'SELECT :a', parameters })).name).toBe('ValidationException');
  });

  it('the schema parameter', async () => {
    expect(await refusalOf({ schema: 'public' })).toMatchObject({
      name: 'ValidationException',
      message: "The schema parameter isn't supported",
    });
  });

  it('an unknown transaction', async () => {
    expect(await refusalOf({ transactionId: 'unknown' })).toMatchObject({
      name: 'TransactionNotFoundException',
      status: 404,
    });
  });

  it('an unknown database', async () => {
    expect(await refusalOf({ database: 'nowhere' })).toMatchObject({
      name: 'DatabaseNotFoundException',
      status: 404,
    });
  });

  it.each([
    ['formatRecordsAs', { formatRecordsAs: 'CSV' }],
    ['decimalReturnType', { resultSetOptions: { decimalReturnType: 'DECIMAL' } }],
    ['longReturnType', { resultSetOptions: { longReturnType: 'string' } }],
  ])('%s of a value that it does not have', async (name, input) => {
    const refusal = await refusalOf(input as object);
    expect(refusal).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(refusal.message).toContain(`${name} must be one of`);
  });

  it.each([
    ['a cluster that is no ARN', { resourceArn: 'pagw' }],
    ['an ARN of something else', { resourceArn: 'arn:aws:s3:::bucket' }],
    ['a secret that is no ARN', { secretArn: 'password' }],
  ])('%s', async (_, input) => {
    expect((await refusalOf(input)).name).toBe('BadRequestException');
  });

  it('but no cluster and no secret that looks like one', async () => {
    const others = { resourceArn: `${target.resourceArn}-2`, secretArn: `${target.secretArn}2` };
    const { records } = await client.send(
      new ExecuteStatementCommand({ ...target, ...others, sql: 'SELECT 1' }),
    );
    expect(records).toEqual([[{ longValue: 1 }]]);
  });
});
