import { execFile } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client, type Connection, type Submittable } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindNames } from '../../lib/data-access/sql-text.ts';
import { databaseOfFile } from '../support/database.ts';
import { type FoundStatement, findStatements } from '../support/find-statements.ts';
import { folderForFile } from '../support/for-file.ts';

/** Expressions of the text of migrations, and of what `readBounded`, `readFirst` and `readPage` are given. */
const WITHOUT_TEXT = /^(definition|sql|sql: string|withinAnswer\(sql\)|`SELECT listed\.\*[^`]*`)$/;
/** What asks beside data-access: the schema's documents, the clock, the local tracker, and tries of the database. */
const BESIDE = [
  ...['lib/cli/archive.ts', 'lib/cli/dead-letters.ts', 'lib/cli/doctor/probe-writes.ts'],
  ...['lib/flows/migrate/apply-file.ts', 'lib/flows/migrate/dump-schema.ts'],
  ...['lib/local/demo/demo-state.ts', 'lib/local/health-checks.ts', 'lib/local/local-database.ts'],
  'lib/runtime/open-database.ts',
];
/** What stands in for names that only a call knows, as code. */
const STAND_INS: Readonly<Record<string, string>> = {
  ofEvent: `'stage'`,
  // All of them, in one statement.
  whereHeard: `Object.values(PLACES).flat().join(') OR EXISTS (SELECT FROM ')`,
  column: `'target_system'`,
  ofEpisode: `'plan'`,
  deed: `'hold_history'`,
  filter: '{ tenant: undefined }',
};
/** Columns that may be null where the statement's condition leaves out the rows in which they are. */
const FULL: Readonly<Record<string, readonly string[]>> = {
  'decisions.ts': ['decidedAt', 'dueAt'],
  'due-retries.ts': ['nextRetryAt'],
  'notifications.ts': ['sentAt'],
  'known-names.ts': ['errorCode', 'listed'],
  'published-figures.ts': ['delegate'],
  'stuck-requests.ts': ['stage', 'reason', 'since'],
  'work-list.ts': ['board'],
  'workload.ts': ['delegate'],
};
/** A page's rows come with their place in its order. */
const PLACE = ['page_at', 'page_id'];

const found = findStatements();
const statements = found.filter(
  ({ file, sql }) => file.startsWith('lib/data-access/') && !WITHOUT_TEXT.test(sql),
);
const db = await databaseOfFile();
let server: Client;
const workshop = folderForFile();

beforeAll(async () => {
  server = new Client({ connectionString: db.connectionString });
  await server.connect();
  // There while an older system's requests are brought over.
  await server.query(`CREATE TABLE derived_up_to (pagw_id varchar(64) COLLATE "C")`);
  symlinkSync(resolve('node_modules'), join(workshop, 'node_modules'));
  writeFileSync(join(workshop, 'package.json'), '{"type": "module"}');
});
afterAll(() => server?.end());

describe('every statement', () => {
  it('stands in lib/data-access, with its text where it is run', () => {
    const beside = found.filter(({ file }) => !file.startsWith('lib/data-access/'));
    expect([...new Set(beside.map(({ file }) => file))]).toEqual(BESIDE);
    const handedOn = found.filter(({ file, sql }) => !BESIDE.includes(file) && WITHOUT_TEXT.test(sql));
    expect([...new Set(handedOn.map(({ file }) => file))]).toEqual([
      'lib/data-access/migrate.ts',
      'lib/data-access/page.ts',
    ]);
  });

  it('is understood by the server, and answers the columns that its row type says', async () => {
    expect(statements.length).toBeGreaterThan(150);
    const texts = await evaluateTexts();
    const typeOf = await readColumnTypes();
    const refused: string[] = [];
    for (const [file, own] of byFile()) {
      const checks: string[] = [CHECK];
      for (const statement of own) {
        const described = await describeStatement(texts.get(statement) ?? '').catch((error: Error) => error);
        if (described instanceof Error) refused.push(`${nameOf(statement)}: ${described.message}`);
        else if (statement.row !== undefined) checks.push(checkOf(statement, described, typeOf));
        else if (statement.call !== 'execute') refused.push(`${nameOf(statement)}: states no row type`);
      }
      writeFileSync(join(workshop, moduleName(file)), `${sourceOf(file)}\n${checks.join('\n')}\n`);
    }
    expect(refused).toEqual([]);
    expect(await compile()).toBe('');
  });
});

function nameOf({ file, line }: FoundStatement): string {
  return `${file}:${line}`;
}

function byFile(): Map<string, FoundStatement[]> {
  return Map.groupBy(statements, ({ file }) => file);
}

function moduleName(file: string): string {
  return file.replaceAll('/', '_');
}

/** As it stands, importing the project's modules from where they are. */
function sourceOf(file: string): string {
  return readFileSync(file, 'utf8').replace(
    /(from |import\()'(\.\.?\/[^']+)'/g,
    (_, keyword: string, path: string) => `${keyword}'${resolve(dirname(file), path)}'`,
  );
}

/** The text of each statement, made within its module: there its names mean what they mean. */
async function evaluateTexts(): Promise<Map<FoundStatement, string>> {
  const texts = new Map<FoundStatement, string>();
  for (const [file, own] of byFile()) {
    const expressions = own.map(({ sql }) => {
      const named = Object.entries(STAND_INS).filter(([name]) => new RegExp(`\\b${name}\\b`).test(sql));
      return `(() => { ${named.map(([name, code]) => `const ${name} = ${code};`).join(' ')} return (\n${sql}); })`;
    });
    const module = join(workshop, `text_${moduleName(file)}`);
    writeFileSync(module, `${sourceOf(file)}\nexport const statementTexts = [${expressions.join(', ')}];\n`);
    const { statementTexts } = (await import(module)) as { statementTexts: (() => string)[] };
    for (const [place, statement] of own.entries()) texts.set(statement, String(statementTexts[place]?.()));
    rmSync(module);
  }
  return texts;
}

interface DescribedColumn {
  name: string;
  dataTypeID: number;
  /** Where a table has it; 0: an expression, of which the server does not say whether it may be null. */
  tableID: number;
  columnID: number;
}

/** Parses a statement on the server without running it; what answers no rows has no columns. */
function describeStatement(sql: string): Promise<DescribedColumn[]> {
  return new Promise((settle, fail) => {
    let columns: DescribedColumn[] = [];
    const query: Submittable & Record<string, unknown> = {
      submit(connection: Connection) {
        connection.parse({ name: '', text: bindNames(sql).text, types: [] } as never, true);
        connection.describe({ type: 'S', name: '' } as never, true);
        connection.sync();
      },
      handleRowDescription: (message: { fields: DescribedColumn[] }) => {
        columns = message.fields;
      },
      handleReadyForQuery: () => settle(columns),
      handleError: fail,
    };
    server.query(query);
  });
}

type TypeOf = (column: DescribedColumn) => { type: string; mayBeNull: boolean };

/** What the seam to PostgreSQL makes of a column. */
async function readColumnTypes(): Promise<TypeOf> {
  const types = await server.query<{ oid: number; name: string }>(
    'SELECT oid::int8::int AS oid, typname::text AS name FROM pg_type',
  );
  const nullable = await server.query<{ place: string }>(
    `SELECT attrelid::int8 || '.' || attnum AS place
     FROM pg_attribute
     JOIN pg_class ON pg_class.oid = attrelid
     WHERE relkind IN ('r', 'p') AND NOT attnotnull`,
  );
  const names = new Map(types.rows.map(({ oid, name }) => [oid, name]));
  const places = new Set(nullable.rows.map(({ place }) => place));
  return ({ dataTypeID, tableID, columnID }) => ({
    type: readAs(names.get(dataTypeID) ?? ''),
    mayBeNull: places.has(`${tableID}.${columnID}`),
  });
}

function readAs(type: string): string {
  if (type.startsWith('_')) return `readonly ${type === '_timestamptz' ? 'string' : readAs(type.slice(1))}[]`;
  if (/^(int[248]|float[48]|oid)$/.test(type)) return 'number';
  if (/^jsonb?$/.test(type)) return '{}';
  return { bool: 'boolean', timestamptz: 'Date', bytea: 'Uint8Array' }[type] ?? 'string';
}

/** `Row` is what the program takes the rows for, `Columns` what the server answers. */
const CHECK = `
type Fault<Row, Columns, Key> =
  Key extends keyof Row
    ? Key extends keyof Columns
      ? NonNullable<Row[Key]> extends NonNullable<Columns[Key]>
        ? null extends Columns[Key] ? (null extends Row[Key] ? never : 'may be null') : never
        : 'is of another type'
      : 'is not answered'
    : 'is not in the row type';
type Faults<Row, Columns, Keys = (keyof Row | keyof Columns) & string> =
  Keys extends string ? \`\${Keys} \${Fault<Row, Columns, Keys>}\` : never;
type Agrees<Row, Columns> = [Faults<Row, Columns>] extends [never] ? true : Faults<Row, Columns>;`;

function checkOf(
  { file, line, row, call }: FoundStatement,
  columns: readonly DescribedColumn[],
  typeOf: TypeOf,
): string {
  const types = columns
    .filter(({ name }) => !(call === 'readPage' && PLACE.includes(name)))
    .map((column) => {
      const key = camelCase(column.name);
      const { type, mayBeNull } = typeOf(column);
      const isFull = FULL[basename(file)]?.includes(key) === true;
      return `'${key}': ${type}${mayBeNull && !isFull ? ' | null' : ''}`;
    });
  return `export const line${line}: Agrees<${row}, { ${types.join('; ')} }> = true;`;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What the compiler says of the modules. */
async function compile(): Promise<string> {
  const compilerOptions = {
    noUnusedLocals: false,
    types: ['node'],
    typeRoots: [resolve('node_modules/@types')],
  };
  const config = { extends: resolve('tsconfig.json'), compilerOptions, include: ['*.ts'] };
  writeFileSync(join(workshop, 'tsconfig.json'), JSON.stringify(config));
  const tsc = resolve('node_modules/.bin/tsc');
  const said = await promisify(execFile)(tsc, ['--pretty', 'false', '-p', workshop]).catch((error) => error);
  return said.stdout;
}
