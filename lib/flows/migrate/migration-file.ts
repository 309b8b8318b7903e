import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitStatements } from '../../data-access/sql-text.ts';

/** One file of the migrations folder. */
export interface MigrationFile {
  /** `V007`; files apply in this order. */
  version: string;
  /** `V007__add_request_state.sql` */
  name: string;
  /** SHA-256 of the text, line ends made `\n`. */
  checksum: string;
  statements: string[];
  /** Each statement runs in a transaction of its own, again and again, until it writes no row. */
  repeats: boolean;
}

/** The folder does not hold what it must; nothing was applied. */
export class MigrationFolderError extends Error {
  override readonly name = 'MigrationFolderError';
}

/** Beside the numbered files: the schema as they make it, written by `npm run schema:dump`. */
const SCHEMA_DUMP = 'schema.sql';
const FILE_NAME = /^(V\d{3})__[a-z0-9_]+\.sql$/;
const REPEATS = /^-- migrate: repeat until no row is left$/m;

/**
 * Reads the migrations of a folder, in order.
 * @throws MigrationFolderError for a misnamed file, a version given twice or left out, or a file without a statement.
 */
export async function readMigrationFiles(folder: string): Promise<MigrationFile[]> {
  const names = (await readdir(folder))
    .filter((name) => name.endsWith('.sql') && name !== SCHEMA_DUMP)
    .sort();
  if (names.length === 0) throw new MigrationFolderError(`No V001__….sql file in ${folder}.`);
  const files = await Promise.all(names.map((name) => readMigrationFile(folder, name)));
  files.forEach((file, index) => {
    const expected = `V${String(index + 1).padStart(3, '0')}`;
    if (file.version !== expected)
      throw new MigrationFolderError(
        `Expected ${expected} but found ${file.name}: versions must follow without gap.`,
      );
  });
  return files;
}

async function readMigrationFile(folder: string, name: string): Promise<MigrationFile> {
  const version = FILE_NAME.exec(name)?.[1];
  if (version === undefined)
    throw new MigrationFolderError(`${name} is not named like V007__add_request_state.sql.`);
  const { text, checksum, statements } = await readSqlFile(folder, name);
  return { version, name, checksum, statements, repeats: REPEATS.test(text) };
}

/** The statements of a file and its SHA-256, line ends made `\n`: a checkout on Windows changes nothing. */
async function readSqlFile(folder: string, name: string) {
  const text = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n');
  const statements = splitStatements(text);
  if (statements.length === 0) throw new MigrationFolderError(`${name} holds no statement.`);
  return { text, statements, checksum: createHash('sha256').update(text).digest('hex') };
}

/** One file of `functions/` in the migrations folder: a function, or a view, with its triggers and grants. */
export interface FunctionFile {
  /** `append_events`: what it defines. */
  name: string;
  /** SHA-256 of the text, line ends made `\n`. */
  checksum: string;
  statements: string[];
}

/**
 * Reads the functions and views of a migrations folder, each after those that its text names: PostgreSQL looks up what
 * a view or an SQL function uses when it is created. Comments name callers, so they do not count.
 * @throws MigrationFolderError for a file that does not define what it is called, or names that go in a circle.
 */
export async function readFunctionFiles(migrationsFolder: string): Promise<FunctionFile[]> {
  const folder = join(migrationsFolder, 'functions');
  const names = (await readdir(folder).catch(noneWhereMissing))
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const files = await Promise.all(names.map((name) => readFunctionFile(folder, name)));
  return inOrderOfUse(files);
}

function noneWhereMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

async function readFunctionFile(folder: string, fileName: string): Promise<FunctionFile> {
  const name = fileName.slice(0, -'.sql'.length);
  const { checksum, statements } = await readSqlFile(folder, fileName);
  const definition = new RegExp(`^CREATE OR REPLACE (FUNCTION|VIEW) ${name}\\b`, 'm');
  if (!statements.some((statement) => definition.test(statement)))
    throw new MigrationFolderError(
      `functions/${fileName} must hold CREATE OR REPLACE FUNCTION (or VIEW) ${name}.`,
    );
  return { name, checksum, statements };
}

function inOrderOfUse(files: readonly FunctionFile[]): FunctionFile[] {
  const ordered = new Set<FunctionFile>();
  const place = (file: FunctionFile, usedBy: readonly string[]) => {
    if (ordered.has(file)) return;
    if (usedBy.includes(file.name))
      throw new MigrationFolderError(`functions/ go in a circle: ${[...usedBy, file.name].join(' uses ')}.`);
    const code = file.statements.join('\n').replaceAll(/--.*$/gm, '');
    for (const other of files)
      if (other !== file && new RegExp(`\\b${other.name}\\b`).test(code))
        place(other, [...usedBy, file.name]);
    ordered.add(file);
  };
  for (const file of files) place(file, []);
  return [...ordered];
}
