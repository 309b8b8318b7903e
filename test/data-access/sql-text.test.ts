import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindNames, splitStatements } from '../../lib/data-access/sql-text.ts';

describe('bindNames', () => {
  it('numbers names in the order of their first use', () => {
    expect(bindNames('SELECT :b, :a, :b')).toEqual({ text: 'SELECT $1, $2, $1', names: ['b', 'a'] });
  });

  it('binds before a cast and leaves the cast alone', () => {
    expect(bindNames('SELECT :x::jsonb, now()::date').text).toBe('SELECT $1::jsonb, now()::date');
  });

  it.each([
    ['a string', `':a'`],
    ['a string with a doubled quote', `'it''s :a'`],
    ['a string over two lines', `'one\n:a'`],
    ['an escape string', `E'\\' :a'`],
    ['a bit string', `B':a'`],
    ['a quoted identifier', `"x:a"`],
    ['a quoted identifier with a doubled quote', `"x"":a"`],
    ['a line comment', `1 -- :a`],
    ['a block comment', `1 /* :a */`],
    ['a nested block comment', `1 /* :a /* :b */ :c */`],
    ['a dollar quote', `$$ :a $$`],
    ['a tagged dollar quote', `$q$ :a $$ :b $q$`],
    ['an array slice', `(ARRAY[1,2,3])[1:2]`],
    ['an array slice without a lower bound', `(ARRAY[1,2,3])[:2]`],
    ['a slice of a slice', `(ARRAY[[1,2],[3,4]])[1:2][2:2]`],
    ['a named argument', `f(x := 1)`],
    ['a JSON path', `jsonb_path_query('{}', '$.a ? (@ == ":a")')`],
    ['a timestamp', `'2025-12-26T14:51:34Z'::timestamptz`],
  ])('leaves %s as it is', (_, sql) => {
    expect(bindNames(`SELECT ${sql}`)).toEqual({ text: `SELECT ${sql}`, names: [] });
  });

  it.each([
    ['a string', `SELECT '--', :a`, `SELECT '--', $1`],
    ['a standard string that ends in a backslash', String.raw`SELECT '\', :a`, String.raw`SELECT '\', $1`],
    ['a line comment', `SELECT 1 -- '\n, :a`, `SELECT 1 -- '\n, $1`],
    ['a nested block comment', `SELECT /* /* */ ' */ :a`, `SELECT /* /* */ ' */ $1`],
    ['a word that ends in e', `SELECT date'2025-01-01\\', :a`, `SELECT date'2025-01-01\\', $1`],
    ['a word with a dollar sign', `SELECT a$b, :a, c$b`, `SELECT a$b, $1, c$b`],
    ['a positional parameter', `SELECT $1$ :a`, `SELECT $1$ $1`],
  ])('binds what follows %s', (_, sql, text) => {
    expect(bindNames(sql)).toEqual({ text, names: ['a'] });
  });

  it('takes numbers for names, outside of brackets', () => {
    expect(bindNames('SELECT :2::int + :1, (ARRAY[:1, 7])[1:2], :10')).toEqual({
      text: 'SELECT $1::int + $2, (ARRAY[:1, 7])[1:2], $3',
      names: ['2', '1', '10'],
    });
  });

  it('keeps a name apart from the word before it', () => {
    expect(bindNames('SELECT a[lo:hi]').text).toBe('SELECT a[lo $1]');
  });

  it('never touches what is quoted, and binds all that is not', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(quotedPart, parameterPart, plainPart)), (parts) => {
        const sql = parts.map(({ text }) => text).join(' ');
        const numbers = new Map<string, number>();
        const expected = parts.map(({ text, name }) => {
          if (name === undefined) return text;
          if (!numbers.has(name)) numbers.set(name, numbers.size + 1);
          return `$${numbers.get(name)}`;
        });
        expect(bindNames(sql)).toEqual({ text: expected.join(' '), names: [...numbers.keys()] });
      }),
    );
  });
});

describe('splitStatements', () => {
  it('keeps comments with the statement they precede and drops what holds none', () => {
    const script = '-- first\nSELECT 1;\n\n;; /* second; */ SELECT 2 ;\n-- nothing;\n';
    expect(splitStatements(script)).toEqual(['-- first\nSELECT 1', '/* second; */ SELECT 2']);
  });

  it.each([
    ['a string', `SELECT ';'`],
    ['an escape string', `SELECT E'\\';'`],
    ['a quoted identifier', `SELECT ";"`],
    ['a comment inside', `SELECT 1 /* ; /* ; */ ; */ + 1 -- ;\n + 1`],
    ['a DO block', `DO $$ BEGIN PERFORM 1; END $$`],
    ['a function body', `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $body$ SELECT 1; $body$`],
    [
      'a BEGIN ATOMIC body',
      `CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a > 0 THEN 1 END; END`,
    ],
    ['a rule with two actions', `CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)`],
  ])('does not split %s', (_, statement) => {
    expect(splitStatements(`${statement}; SELECT 2`)).toEqual([statement, 'SELECT 2']);
  });

  it('splits a transaction block, which is no function body', () => {
    expect(splitStatements('BEGIN; SELECT 1; END;')).toEqual(['BEGIN', 'SELECT 1', 'END']);
  });

  it('gives back the statements that were joined', () => {
    const statement = fc
      .array(fc.oneof(quotedPart, plainPart), { minLength: 1 })
      .map((parts) => ['SELECT', ...parts.map(({ text }) => text)].join(' '));
    fc.assert(
      fc.property(fc.array(statement), (statements) => {
        expect(splitStatements(statements.join('\n;\n'))).toEqual(statements.map((text) => text.trim()));
      }),
    );
  });

  it('gives statements that stand in the script, in its order, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`;:'"$-/*eE\\( )\na1`) }), (sql) => {
        let from = 0;
        for (const statement of splitStatements(sql)) {
          const found = sql.indexOf(statement, from);
          expect(found).toBeGreaterThanOrEqual(from);
          from = found + statement.length;
        }
      }),
    );
  });
});

interface Part {
  text: string;
  name?: string;
}

const content = fc.string({ unit: fc.constantFrom(':a', ':', ';', 'x', ' ', '--', '\n', '$', '1') });

const quotedPart: fc.Arbitrary<Part> = fc.oneof(
  fc
    .string({ unit: fc.constantFrom(':a', ';', "''", '\\', '"', '$$', '--', '/*') })
    .map((text) => ({ text: `'${text}'` })),
  fc
    .string({ unit: fc.constantFrom(':a', ';', "''", "\\'", '\\\\', '"', '--') })
    .map((text) => ({ text: `E'${text}'` })),
  fc
    .string({ unit: fc.constantFrom(':a', ';', '""', "'", '$$', '--') })
    .map((text) => ({ text: `"${text}"` })),
  content.map((text) => ({ text: `$q$${text}$q$` })),
  fc
    .string({ unit: fc.constantFrom(':a', ';', "'", '"', '$$', '/* :b */') })
    .map((text) => ({ text: `/*${text}*/` })),
  fc
    .string({ unit: fc.constantFrom(':a', ';', "'", '"', '$$', '/*') })
    .map((text) => ({ text: `--${text}\n` })),
);

const parameterPart: fc.Arbitrary<Part> = fc
  .constantFrom('a', 'b', '_c', 'd1')
  .map((name) => ({ text: `:${name}`, name }));

const plainPart: fc.Arbitrary<Part> = fc
  .constantFrom('SELECT', 'x', '1', '::', ':=', '+', '(1)', '$1', 'a[1:2]', '1e5')
  .map((text) => ({ text }));
