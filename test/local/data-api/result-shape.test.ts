import { BatchExecuteStatementCommand, ExecuteStatementCommand } from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openEmptyDatabase } from '../../support/database.ts';

const { client, target, close, database } = await openEmptyDatabase();
beforeAll(() =>
  database.execute(`CREATE TABLE part (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(40) NOT NULL, price numeric(10,2), tags text[])`),
);
afterAll(close);

function execute(sql: string, input: Partial<ConstructorParameters<typeof ExecuteStatementCommand>[0]> = {}) {
  return client.send(new ExecuteStatementCommand({ ...target, sql, ...input }));
}

describe('the shape of an answer', () => {
  it('of a query: records, and nothing updated', async () => {
    const answer = await execute('SELECT 1 WHERE false');
    expect(answer).toMatchObject({ records: [], numberOfRecordsUpdated: 0 });
    expect(answer.columnMetadata).toBeUndefined();
    expect(answer.generatedFields).toBeUndefined();
  });

  it('of a query without columns: its rows', async () => {
    expect((await execute('SELECT FROM generate_series(1, 2)')).records).toEqual([[], []]);
  });

  it('of a write: the number of rows, no records', async () => {
    const answer = await execute(`INSERT INTO part (name) VALUES ('bolt'), ('nut')`);
    expect(answer).toMatchObject({ numberOfRecordsUpdated: 2, generatedFields: [] });
    expect(answer.records).toBeUndefined();
  });

  it('of a write that returns rows: the rows', async () => {
    const answer = await execute(`INSERT INTO part (name) VALUES ('gear') RETURNING name`);
    expect(answer).toMatchObject({ records: [[{ stringValue: 'gear' }]], numberOfRecordsUpdated: 0 });
  });

  it('of DDL: nothing', async () => {
    expect(await execute('CREATE TABLE spare (id int)')).toMatchObject({ numberOfRecordsUpdated: 0 });
  });

  it('as JSON: one text instead of records and metadata', async () => {
    const sql = `SELECT 1 AS n, 'a' AS t, true AS b, NULL AS z, ARRAY[1,2] AS l`;
    const answer = await execute(sql, { formatRecordsAs: 'JSON', includeResultMetadata: true });
    expect(JSON.parse(answer.formattedRecords ?? '')).toEqual([
      { n: 1, t: 'a', b: true, z: null, l: [1, 2] },
    ]);
    expect(answer.records).toBeUndefined();
    expect(answer.columnMetadata).toBeUndefined();
  });
});

describe('numbers beyond 2^53', () => {
  /** As a client sends and reads whose numbers are wider than JavaScript's, such as boto3. */
  const send = async (body: object, longValue = '9223372036854775807'): Promise<string> => {
    const response = await fetch(new URL('/Execute', inject('dataApiUrl')), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...target, ...body }).replace('"LONG"', longValue),
    });
    return response.text();
  };
  const parameters = [{ name: '1', value: { longValue: 'LONG' } }];

  it('keep their digits both ways', async () => {
    expect(await send({ sql: 'SELECT :1', parameters })).toContain(
      '"records":[[{"longValue":9223372036854775807}]]',
    );
    expect(await send({ sql: 'SELECT :1', parameters }, '-9007199254740993')).toContain(
      '"longValue":-9007199254740993',
    );
  });

  it('keep them in JSON, in arrays too, beside strings and objects', async () => {
    const sql = `SELECT :1 AS n, ARRAY[9007199254740993, 1] AS l, '{"a": 1}'::jsonb AS j, 1.50 AS d, 2.5::float8 AS f`;
    const answer = JSON.parse(await send({ sql, parameters, formatRecordsAs: 'JSON' })) as {
      formattedRecords: string;
    };
    expect(answer.formattedRecords).toBe(
      '[{"n":9223372036854775807,"l":[9007199254740993,1],"j":"{\\"a\\": 1}","d":"1.50","f":2.5}]',
    );
  });

  it('are refused beyond 2^63', async () => {
    expect(await send({ sql: 'SELECT :1', parameters }, '9223372036854775808')).toContain(
      'Parameter 1 has no valid value in longValue.',
    );
  });
});

describe('column metadata', () => {
  const metadataOf = async (sql: string) =>
    (await execute(sql, { includeResultMetadata: true })).columnMetadata;

  it('tells where a column comes from and what it holds', async () => {
    expect(await metadataOf('SELECT id, name AS title, price, tags FROM part')).toMatchObject([
      {
        label: 'id',
        typeName: 'int4',
        type: 4,
        nullable: 0,
        isAutoIncrement: true,
        isSigned: true,
        precision: 10,
        scale: 0,
        tableName: 'part',
        schemaName: 'public',
      },
      { label: 'title', typeName: 'varchar', type: 12, nullable: 0, isAutoIncrement: false, precision: 40 },
      { label: 'price', typeName: 'numeric', type: 2, nullable: 1, precision: 10, scale: 2 },
      { label: 'tags', typeName: '_text', type: 2003, arrayBaseColumnType: 12 },
    ]);
  });

  it('knows no origin of a computed column', async () => {
    expect(await metadataOf('SELECT now() AS moment')).toMatchObject([
      { name: 'moment', typeName: 'timestamptz', type: 93, tableName: '', schemaName: '', nullable: 2 },
    ]);
  });

  it('follows a change of the table', async () => {
    await execute('CREATE TABLE shelf (place text)');
    expect(await metadataOf('SELECT * FROM shelf')).toMatchObject([{ name: 'place', nullable: 1 }]);
    await execute('ALTER TABLE shelf ALTER place SET NOT NULL, ADD level int');
    expect(await metadataOf('SELECT * FROM shelf')).toMatchObject([
      { name: 'place', nullable: 0 },
      { name: 'level' },
    ]);
  });

  it('follows a change under a statement sent many times', async () => {
    await execute('CREATE TABLE bin (a int)');
    for (let call = 0; call < 8; call += 1) await execute('SELECT * FROM bin');
    await execute('ALTER TABLE bin ALTER a TYPE text');
    expect(await metadataOf('SELECT * FROM bin')).toMatchObject([{ typeName: 'text' }]);
  });
});

describe('a batch', () => {
  const name = (stringValue: string) => [{ name: 'name', value: { stringValue } }];
  const insert = (parameterSets: ReturnType<typeof name>[]) =>
    client.send(
      new BatchExecuteStatementCommand({
        ...target,
        sql: 'INSERT INTO part (name) VALUES (:name)',
        parameterSets,
      }),
    );

  it('runs once for each set', async () => {
    const { updateResults } = await insert([name('x1'), name('x2')]);
    expect(updateResults).toEqual([{ generatedFields: [] }, { generatedFields: [] }]);
    const { rows } = await database.execute(`SELECT name FROM part WHERE name LIKE 'x%' ORDER BY name`);
    expect(rows).toEqual([{ name: 'x1' }, { name: 'x2' }]);
  });

  it('leaves nothing behind when one set fails', async () => {
    await expect(insert([name('y1'), name('y'.repeat(41))])).rejects.toMatchObject({
      name: 'DatabaseErrorException',
    });
    const { rows } = await database.execute(`SELECT name FROM part WHERE name LIKE 'y%'`);
    expect(rows).toEqual([]);
  });
});
