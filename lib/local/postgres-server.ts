import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { stopOrphan } from './postgres-orphan.ts';
import { choosePostgresOwner, type PostgresOwner } from './postgres-owner.ts';
import { PortInUseError, PostgresStartError } from './postgres-start-error.ts';

export interface PostgresOptions {
  /** Kept between runs: the cluster, its log and the superuser's generated password. Made when missing. */
  dataDirectory: string;
  /** On 127.0.0.1 only. */
  port: number;
  /** @default true; false is for throw-away data only. */
  fsync?: boolean;
  onProgress?: (step: string) => void;
}

export interface PostgresServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly processId: number;
  connectionString(database: string): string;
  /** Settles when the server has ended, whoever ended it. */
  readonly exited: Promise<void>;
  /** Ends open sessions, writes everything down, and settles when the server is gone. */
  stop(): Promise<void>;
}

const SUPERUSER = 'postgres';
const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 20_000;

/**
 * Starts PostgreSQL 17 over a data directory, initialising it the first time. A server that a killed process left
 * behind on the same directory is stopped first; the write-ahead log then brings back all that was committed.
 * @throws PortInUseError when the port is taken.
 * @throws DataDirectoryInUseError when another living process runs a server on this directory.
 * @throws PostgresStartError when the server does not come up; it names the log file.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const dataDirectory = resolve(options.dataDirectory);
  const cluster = join(dataDirectory, 'cluster');
  const report = options.onProgress ?? (() => undefined);
  const binaries = await findPostgresBinaries();
  const owner = choosePostgresOwner();
  await makeDirectory(dataDirectory, owner);
  const password = await keepPassword(dataDirectory);
  if (await stopOrphan(dataDirectory, cluster)) report('stopped the server a killed process left behind');
  await refusePortInUse(options.port);
  if (!(await exists(join(cluster, 'PG_VERSION')))) {
    report('creating the database cluster');
    await initialise(cluster, password, binaries, owner);
  }
  report('starting PostgreSQL');
  const log = join(dataDirectory, 'server.log');
  const child = launch(cluster, log, options, binaries, owner);
  await writeFile(join(dataDirectory, 'owner.pid'), String(process.pid));
  const exited = new Promise<void>((settle) => child.once('exit', () => settle()));
  await untilReady(child, cluster, log, options.port);
  const stopAtExit = () => child.kill('SIGINT');
  process.once('exit', stopAtExit);
  child.once('exit', () => process.off('exit', stopAtExit));
  return {
    port: options.port,
    user: SUPERUSER,
    password,
    processId: child.pid ?? 0,
    connectionString: (database) =>
      `postgres://${SUPERUSER}:${password}@127.0.0.1:${options.port}/${encodeURIComponent(database)}`,
    exited,
    stop: () => stop(child, exited),
  };
}

async function makeDirectory(directory: string, owner: PostgresOwner): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(directory, owner.uid, owner.gid);
}

async function keepPassword(dataDirectory: string): Promise<string> {
  const file = join(dataDirectory, 'superuser-password');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

/** Initialises aside and renames, so that an interrupted start never leaves half a cluster behind. */
async function initialise(
  cluster: string,
  password: string,
  binaries: PostgresBinaries,
  owner: PostgresOwner,
) {
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  await rm(draft, { recursive: true, force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  await handOver(passwordFile, owner);
  const flags = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = [`--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const child = spawn(
    binaries.initdb,
    [`--pgdata=${draft}`, ...flags, ...access, '--no-sync', '--no-instructions'],
    {
      ...owner,
      env: serverEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const code = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail).once('close', settle);
  }).finally(() => rm(passwordFile, { force: true }));
  if (code !== 0) {
    throw new PostgresStartError(
      `The database cluster could not be created: ${complaint.trim() || `code ${code}`}`,
    );
  }
  await rename(draft, cluster);
}

async function handOver(file: string, owner: PostgresOwner): Promise<void> {
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(file, owner.uid, owner.gid);
}

function launch(
  cluster: string,
  log: string,
  options: PostgresOptions,
  binaries: PostgresBinaries,
  owner: PostgresOwner,
): ChildProcess {
  const output = openSync(log, 'a', 0o600);
  try {
    const settings = Object.entries(serverSettings(options)).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    return spawn(binaries.postgres, ['-D', cluster, '-p', String(options.port), ...settings], {
      ...owner,
      env: serverEnvironment(),
      stdio: ['ignore', output, output],
      // A group of its own: Ctrl-C reaches this process, which then stops the server in order.
      detached: true,
    });
  } finally {
    closeSync(output);
  }
}

/** For a small machine that runs everything else too. */
function serverSettings({ fsync = true }: PostgresOptions): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    wal_compression: 'on',
    max_wal_size: '1GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Errors of statements carry row values, which may be personal data: the log keeps the server's own life only.
    log_min_messages: 'log',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}

/** No PG* variable of the caller may redirect the server; messages in English so that errors read alike everywhere. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

async function refusePortInUse(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((settle, fail) => {
    probe.once('error', (cause) => fail(new PortInUseError(port, { cause })));
    probe.listen(port, '127.0.0.1', () => probe.close(() => settle()));
  });
}

/** postmaster.pid says `ready` in its eighth line; that needs no password and no reading of logs. */
async function untilReady(child: ChildProcess, cluster: string, log: string, port: number): Promise<void> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure ??= `it ended with ${signal ?? `code ${code}`}`;
  });
  const patienceEnds = Date.now() + START_PATIENCE_MS;
  while (failure === undefined) {
    const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return;
    if (Date.now() > patienceEnds) {
      child.kill('SIGQUIT');
      failure = `it was not ready within ${START_PATIENCE_MS / 1000} s`;
    }
    await delay(20);
  }
  const tail = (await readFile(log, 'utf8').catch(() => '')).slice(-2_000);
  if (/Address already in use/.test(tail)) throw new PortInUseError(port);
  throw new PostgresStartError(`PostgreSQL did not start: ${failure}; its log is ${log}.`);
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  const force = setTimeout(() => child.kill('SIGQUIT'), STOP_PATIENCE_MS);
  await exited;
  clearTimeout(force);
}

async function exists(file: string): Promise<boolean> {
  return (await readFile(file).catch(() => undefined)) !== undefined;
}
