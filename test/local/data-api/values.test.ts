import { ExecuteStatementCommand, type Field, type SqlParameter } from '@aws-sdk/client-rds-data';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmptyDatabase } from '../../support/database.ts';

const { client, target, close, database } = await openEmptyDatabase();
beforeAll(() => database.execute(`CREATE TYPE colour AS ENUM ('red', 'green')`));
afterAll(close);

type Input = ConstructorParameters<typeof ExecuteStatementCommand>[0];

async function select(sql: string, input: Partial<Input> = {}): Promise<Field | undefined> {
  const { records } = await client.send(new ExecuteStatementCommand({ ...target, sql, ...input }));
  return records?.[0]?.[0];
}

function selectBound(sql: string, parameter: Omit<SqlParameter, 'name'>): Promise<Field | undefined> {
  return select(sql, { parameters: [{ name: 'value', ...parameter }] });
}

describe('values come back as the service types them', () => {
  it.each([
    ['NULL', { isNull: true }],
    ['true', { booleanValue: true }],
    ['7::int2', { longValue: 7 }],
    ['-7::int4', { longValue: -7 }],
    ['9007199254740991::int8', { longValue: 9007199254740991 }],
    ['1.5::float4', { doubleValue: 1.5 }],
    ['1e300::float8', { doubleValue: 1e300 }],
    [`'NaN'::float8`, { doubleValue: Number.NaN }],
    ['1.50::numeric(10,2)', { stringValue: '1.50' }],
    [`'a "quoted" \u00e9 line\n'`, { stringValue: 'a "quoted" é line\n' }],
    [`'abc'::varchar(5)`, { stringValue: 'abc' }],
    [`'abc'::char(5)`, { stringValue: 'abc  ' }],
    [`'abc'::name`, { stringValue: 'abc' }],
    [`'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::uuid`, { stringValue: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6' }],
    [`'{"a": 1}'::json`, { stringValue: '{"a": 1}' }],
    [`'{"b":2,"a":1}'::jsonb`, { stringValue: '{"a": 1, "b": 2}' }],
    [`'10.0.0.0/8'::cidr`, { stringValue: '10.0.0.0/8' }],
    [`'red'::colour`, { stringValue: 'red' }],
    [`'2025-12-26'::date`, { stringValue: '2025-12-26' }],
    [`'14:51:34.5'::time`, { stringValue: '14:51:34.500' }],
    [`'2025-12-26 14:51:34'::timestamp`, { stringValue: '2025-12-26 14:51:34' }],
    [`'2025-12-26 14:51:34.578+02'::timestamptz`, { stringValue: '2025-12-26 12:51:34.578' }],
    [`'2025-12-26 14:51:34.57801Z'::timestamptz`, { stringValue: '2025-12-26 14:51:34.578010' }],
    [`'\\x00ff'::bytea`, { blobValue: new Uint8Array([0, 255]) }],
    ['ARRAY[1,NULL,3]', { arrayValue: { longValues: [1, null, 3] } }],
    ['ARRAY[1.5,2]::float8[]', { arrayValue: { doubleValues: [1.5, 2] } }],
    ['ARRAY[true,false]', { arrayValue: { booleanValues: [true, false] } }],
    [
      `ARRAY['a','b,c','d"e','NULL',NULL,'','\\']`,
      { arrayValue: { stringValues: ['a', 'b,c', 'd"e', 'NULL', null, '', '\\'] } },
    ],
    [`'[0:1]={a,b}'::text[]`, { arrayValue: { stringValues: ['a', 'b'] } }],
    [`ARRAY['green']::colour[]`, { arrayValue: { stringValues: ['green'] } }],
    [`'{}'::int[]`, { arrayValue: { longValues: [] } }],
  ])('%s', async (expression, field) => {
    expect(await select(`SELECT ${expression}`)).toEqual(field);
  });

  it.each([
    [`'1 day'::interval`, 'INTERVAL'],
    [`'14:51+02'::timetz`, 'TIMETZ'],
    [`'1'::money`, 'MONEY'],
    [`'(1,2)'::point`, 'POINT'],
    [`'pg_class'::regclass`, 'REGCLASS'],
  ])('refuses %s', async (expression, type) => {
    await expect(select(`SELECT ${expression}`)).rejects.toMatchObject({
      name: 'UnsupportedResultException',
      message: `The result contains the unsupported data type ${type}.`,
    });
  });

  it('refuses a multidimensional array', async () => {
    await expect(select('SELECT ARRAY[[1,2],[3,4]]')).rejects.toMatchObject({
      name: 'UnsupportedResultException',
    });
  });

  it('gives longs and decimals otherwise when asked to', async () => {
    const resultSetOptions = { longReturnType: 'STRING', decimalReturnType: 'DOUBLE_OR_LONG' } as const;
    expect(await select('SELECT 9223372036854775807', { resultSetOptions })).toEqual({
      stringValue: '9223372036854775807',
    });
    expect(await select('SELECT 1.5', { resultSetOptions })).toEqual({ doubleValue: 1.5 });
    expect(await select('SELECT 15::numeric', { resultSetOptions })).toEqual({ longValue: 15 });
  });
});

describe('values go in with the type of their field or hint', () => {
  it.each([
    [{ value: { stringValue: 'a' } }, 'text'],
    [{ value: { longValue: 1 } }, 'bigint'],
    [{ value: { doubleValue: 1.5 } }, 'double precision'],
    [{ value: { booleanValue: false } }, 'boolean'],
    [{ value: { blobValue: new Uint8Array([1]) } }, 'bytea'],
    [{ value: { stringValue: '2025-12-26' }, typeHint: 'DATE' }, 'date'],
    [{ value: { stringValue: '1.50' }, typeHint: 'DECIMAL' }, 'numeric'],
    [{ value: { stringValue: '{"a":1}' }, typeHint: 'JSON' }, 'jsonb'],
    [{ value: { stringValue: '14:51:34.578' }, typeHint: 'TIME' }, 'time without time zone'],
    [
      { value: { stringValue: '2025-12-26 14:51:34.578' }, typeHint: 'TIMESTAMP' },
      'timestamp without time zone',
    ],
    [{ value: { stringValue: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6' }, typeHint: 'UUID' }, 'uuid'],
  ] as const)('%o is %s', async (parameter, type) => {
    expect(await selectBound('SELECT pg_typeof(:value)::text', parameter)).toEqual({ stringValue: type });
  });

  it('gives a NULL the type its place asks for', async () => {
    expect(await selectBound('SELECT :value::int', { value: { isNull: true } })).toEqual({ isNull: true });
  });

  it('brings any text there and back', async () => {
    const text = fc.string({ unit: 'binary' }).filter((sample) => !sample.includes('\0'));
    await fc.assert(
      fc.asyncProperty(text, async (stringValue) => {
        expect(await selectBound('SELECT :value', { value: { stringValue } })).toEqual({ stringValue });
      }),
      { numRuns: 50 },
    );
  });

  it('brings any bytes there and back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (blobValue) => {
        expect(await selectBound('SELECT :value', { value: { blobValue } })).toEqual({ blobValue });
      }),
      { numRuns: 20 },
    );
  });

  it('brings any array of texts back', async () => {
    const texts = fc.array(fc.option(fc.string().filter((sample) => !sample.includes('\0'))));
    await fc.assert(
      fc.asyncProperty(texts, async (stringValues) => {
        const sql = `SELECT array(SELECT jsonb_array_elements_text(:value::jsonb))`;
        const field = await selectBound(sql, { value: { stringValue: JSON.stringify(stringValues) } });
        expect(field).toEqual({ arrayValue: { stringValues } });
      }),
      { numRuns: 30 },
    );
  });

  it('binds nothing inside literals, comments and dollar quotes', async () => {
    const sql = `SELECT ':value' || $q$ :value $q$ || E'\\':value' /* :value */ || :value -- :value`;
    expect(await selectBound(sql, { value: { stringValue: '!' } })).toEqual({
      stringValue: `:value :value ':value!`,
    });
  });
});
