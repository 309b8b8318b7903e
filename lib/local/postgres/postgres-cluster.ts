import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { access, chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import type { PostgresAddress } from '../data-api/connections.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { PostgresServer } from './postgres-server.ts';

/** The name of the superuser of every cluster made here. */
export const SUPERUSER = 'postgres';

/** A login's password: made up once, kept beside the cluster for its owner's eyes only. */
export async function keepPassword(
  dataDirectory: string,
  login: 'superuser' | 'master' | 'owner',
): Promise<string> {
  const file = join(dataDirectory, `${login}-password`);
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept.trim();
  const password = randomBytes(24).toString('base64url');
  // To the disk: after a loss of power the cluster would know a password that nobody knows any more.
  await writeFile(file, password, { mode: 0o600, flush: true });
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

/** The system user that runs the server; undefined: the current one. */
export type PostgresOwner = OtherUser | undefined;

interface OtherUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root, and on a cluster of another user. Root therefore starts it as the cluster's user,
 * a new one as `postgres` where there is such a user, else as `nobody`; no user is created.
 * @throws PostgresStartError when the cluster belongs to another ordinary user.
 */
export function choosePostgresOwner(cluster: string): PostgresOwner {
  if (process.platform === 'win32' || process.getuid === undefined) return undefined;
  const found = statSync(cluster, { throwIfNoEntry: false });
  if (process.getuid() !== 0) {
    if (found === undefined || found.uid === process.getuid()) return undefined;
    throw new PostgresStartError(
      `${cluster} belongs to another user; start as that user, or choose another directory with --data.`,
    );
  }
  if (found !== undefined && found.uid !== 0)
    return { name: `of ${cluster}`, uid: found.uid, gid: found.gid };
  for (const name of ['postgres', 'nobody']) {
    try {
      return { name, uid: idOf('-u', name), gid: idOf('-g', name) };
    } catch {
      // Not on this machine: the next one.
    }
  }
  throw new PostgresStartError(
    'PostgreSQL refuses to run as root and there is no user postgres or nobody; start as an ordinary user.',
  );
}

/** For spawn. Node drops root's other groups too, and the kernel all of root's capabilities. */
export function identityOf(owner: PostgresOwner): { uid?: number; gid?: number } {
  return owner === undefined ? {} : { uid: owner.uid, gid: owner.gid };
}

/**
 * How a program started in `directory` as the owner names that directory. A checkout below /root, and the data
 * directory itself, are closed to every other user, so the path to it leads nowhere; the way by the process's own
 * working directory passes none of them.
 */
export function ownNameOf(directory: string, owner: PostgresOwner): string {
  return owner !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : directory;
}

export async function handOver(path: string, owner: PostgresOwner): Promise<void> {
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

/** Nothing of the caller's but what programs need to run: no PG* variable, no key. Messages are in English everywhere. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const needed = /^(PATH|PATHEXT|TMPDIR|TEMP|TMP|SystemRoot|windir|ComSpec)$/i;
  const kept = Object.entries(process.env).filter(([name]) => needed.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

/** Whether every directory on the way lets the owner pass. */
export function canEnter(owner: PostgresOwner, directory: string): boolean {
  if (owner === undefined) return true;
  const { mode, uid, gid } = statSync(directory);
  const bit = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const parent = dirname(directory);
  return parent === directory || canEnter(owner, parent);
}

function idOf(flag: string, user: string): number {
  return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

/** The name of the master user on AWS. */
export const MASTER = 'pagw_master';

/**
 * Makes the login that makes databases and lets the owner in: as the master user of Aurora it may create databases and roles,
 * watch the server and end sessions, and is no superuser. Made again, it is the same.
 * @param dataDirectory the server's, where the password is kept
 */
export async function createMaster(
  postgres: PostgresServer,
  dataDirectory: string,
): Promise<PostgresAddress> {
  const password = await keepPassword(dataDirectory, 'master');
  const admin = new Client({ connectionString: postgres.connectionString('postgres') });
  await admin.connect();
  try {
    const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [MASTER]);
    if (rowCount === 0) await admin.query(`CREATE ROLE ${MASTER}`);
    await admin.query(
      `ALTER ROLE ${MASTER} LOGIN NOSUPERUSER CREATEDB CREATEROLE PASSWORD ${admin.escapeLiteral(password)}`,
    );
    await admin.query(`GRANT pg_monitor, pg_signal_backend TO ${MASTER}`);
  } finally {
    await admin.end();
  }
  return { host: '127.0.0.1', port: postgres.port, user: MASTER, password };
}

/** PostgreSQL could not be started; the message says why and where its log is. */
export class PostgresStartError extends Error {
  override readonly name: string = 'PostgresStartError';
}

/** Another program listens on the port. */
export class PortInUseError extends PostgresStartError {
  override readonly name = 'PortInUseError';
  readonly port: number;

  constructor(port: number, options?: ErrorOptions) {
    super(
      `Port ${port} is taken; stop the program that listens on it, or choose another with --port.`,
      options,
    );
    this.port = port;
  }
}

/** Another living process runs a server on the same data directory. */
export class DataDirectoryInUseError extends PostgresStartError {
  override readonly name = 'DataDirectoryInUseError';

  constructor(dataDirectory: string, ownerProcessId: number) {
    super(
      `${dataDirectory} is in use by process ${ownerProcessId}; stop that one, or choose another directory with --data.`,
    );
  }
}
