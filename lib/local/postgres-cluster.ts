import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { handOver, identityOf, ownNameOf, type PostgresOwner, serverEnvironment } from './postgres-owner.ts';
import { PostgresStartError } from './postgres-start-error.ts';

/** The name of the superuser of every cluster made here. */
export const SUPERUSER = 'postgres';

/** A login's password: made up once, kept beside the cluster for its owner's eyes only. */
export async function keepPassword(dataDirectory: string, login: 'superuser' | 'owner'): Promise<string> {
  const file = join(dataDirectory, `${login}-password`);
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

export async function hasCluster(cluster: string): Promise<boolean> {
  return access(join(cluster, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/** Initialises aside and renames, so that an interrupted start never leaves half a cluster behind. */
export async function createCluster(
  cluster: string,
  password: string,
  binaries: PostgresBinaries,
  owner: PostgresOwner,
  fsync: boolean,
): Promise<void> {
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await handOver(draft, owner);
  await writeFile(passwordFile, password, { mode: 0o600 });
  await handOver(passwordFile, owner);
  try {
    await initialise(draft, passwordFile, binaries, owner, fsync);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, cluster);
}

async function initialise(
  directory: string,
  passwordFile: string,
  binaries: PostgresBinaries,
  owner: PostgresOwner,
  fsync: boolean,
): Promise<void> {
  const text = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const flags = [
    `--pgdata=${ownNameOf(directory, owner)}`,
    ...text,
    // Open already: the way to it may be closed to the owner.
    ...[`--username=${SUPERUSER}`, `--pwfile=${owner === undefined ? passwordFile : '/dev/stdin'}`],
    ...['--auth=scram-sha-256', '--no-instructions', ...(fsync ? [] : ['--no-sync'])],
  ];
  const input = await open(passwordFile);
  const child = spawn(binaries.initdb, flags, {
    ...identityOf(owner),
    cwd: directory,
    env: serverEnvironment(),
    stdio: [input.fd, 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    complaint += chunk;
  });
  const outcome = await new Promise<number | null | Error>((settle) => {
    child.once('error', settle).once('close', settle);
  });
  await input.close();
  if (outcome === 0) return;
  const reason = outcome instanceof Error ? outcome.message : complaint.trim();
  throw new PostgresStartError(`The database cluster in ${directory} could not be created: ${reason}`);
}
