import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFolderError, readSqlFile } from './migration-file.ts';

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
