import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { durationText } from '../../domain/words.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import {
  DataDirectoryInUseError,
  identityOf,
  ownNameOf,
  PortInUseError,
  type PostgresOwner,
  PostgresStartError,
  serverEnvironment,
} from './postgres-cluster.ts';

export interface PostgresLaunch {
  cluster: string;
  log: string;
  port: number;
  fsync: boolean;
  settings?: Readonly<Record<string, string>> | undefined;
  binaries: PostgresBinaries;
  owner: PostgresOwner;
}

const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 20_000;
const POLL_MS = 20;
/** PostgreSQL's complaint while backends of a killed server are still ending. */
const OLD_BACKENDS_ALIVE = /pre-existing shared memory block/;

/** Starts the server and waits until it takes connections. */
export async function launchPostgres(launch: PostgresLaunch): Promise<ChildProcess> {
  const patienceEnds = Date.now() + START_PATIENCE_MS;
  for (;;) {
    const before = await stat(launch.log).then(
      ({ size }) => size,
      () => 0,
    );
    const child = spawnPostgres(launch);
    const failure = await untilReady(child, launch.cluster, patienceEnds);
    if (failure === undefined) return child;
    const complaint = (await readFile(launch.log).catch(() => Buffer.alloc(0))).subarray(before).toString();
    if (OLD_BACKENDS_ALIVE.test(complaint) && Date.now() < patienceEnds) {
      await delay(10 * POLL_MS);
      continue;
    }
    if (/Address already in use/.test(complaint)) throw new PortInUseError(launch.port);
    throw new PostgresStartError(`PostgreSQL did not start: ${failure}; its log is ${launch.log}.`);
  }
}

/** Ends the server's sessions and waits until it has written everything down. */
export async function stopPostgres(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((settle) => child.once('exit', settle));
  child.kill('SIGINT');
  const force = setTimeout(() => child.kill('SIGQUIT'), STOP_PATIENCE_MS);
  await exited;
  clearTimeout(force);
}

function spawnPostgres({
  cluster,
  log,
  port,
  fsync,
  settings: own,
  binaries,
  owner,
}: PostgresLaunch): ChildProcess {
  const output = openSync(log, 'a', 0o600);
  try {
    const settings = Object.entries({ ...settingsFor(fsync), ...own }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    // Named once more for whoever looks for the server of this cluster: -D may be a name that fits any.
    const named = ['-c', `pagw.cluster=${cluster}`];
    const flags = ['-D', ownNameOf(cluster, owner), '-p', String(port), ...settings, ...named];
    return spawn(binaries.postgres, flags, {
      ...identityOf(owner),
      cwd: cluster,
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
function settingsFor(fsync: boolean): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    max_wal_size: '1GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Errors of statements carry row values, which may be personal data: the log keeps the server's own life only.
    log_min_messages: 'log',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    ...(fsync ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
}

/**
 * Waits for the eighth line of postmaster.pid to say `ready`, which needs no password and no reading of logs.
 * Answers what went wrong, or nothing.
 */
async function untilReady(
  child: ChildProcess,
  cluster: string,
  patienceEnds: number,
): Promise<string | undefined> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure ??= `it ended with ${signal ?? `code ${code}`}`;
  });
  while (failure === undefined) {
    const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return undefined;
    if (Date.now() > patienceEnds) {
      child.kill('SIGQUIT');
      return `it was not ready within ${durationText(START_PATIENCE_MS)}`;
    }
    await delay(POLL_MS);
  }
  return failure;
}

const ORPHAN_PATIENCE_MS = 20_000;

/**
 * Stops a server that still runs on `cluster` although the process that started it is gone (killed with -9).
 * Answers whether there was one.
 * @throws DataDirectoryInUseError when the server's starter lives.
 */
export async function stopOrphan(dataDirectory: string, cluster: string): Promise<boolean> {
  const lock = join(cluster, 'postmaster.pid');
  const [first, directory] = (await readFile(lock, 'utf8').catch(() => '')).split('\n');
  const serverId = Number(first);
  if (!Number.isInteger(serverId) || serverId <= 0 || directory === undefined) return false;
  if (!isServerOf(serverId, cluster)) {
    // The id is dead, or after a reboot another program's; PostgreSQL itself would refuse to start in the latter case.
    await rm(lock, { force: true });
    return false;
  }
  const starter = Number(await readFile(join(dataDirectory, 'owner.pid'), 'utf8').catch(() => '0'));
  if (parentOf(serverId) === starter) throw new DataDirectoryInUseError(dataDirectory, starter);
  process.kill(serverId, 'SIGINT');
  const patienceEnds = Date.now() + ORPHAN_PATIENCE_MS;
  while (isServerOf(serverId, cluster)) {
    if (Date.now() > patienceEnds) {
      throw new PostgresStartError(
        `A left-over PostgreSQL (process ${serverId}) does not stop; end it, then start again.`,
      );
    }
    await delay(50);
  }
  return true;
}

/** A process id alone proves nothing after a reboot: its command line must name this very cluster. */
function isServerOf(processId: number, cluster: string): boolean {
  const commandLine = readProcess(processId, 'cmdline') ?? askPs(processId, 'args');
  return commandLine.includes(cluster);
}

function parentOf(processId: number): number {
  const status = readProcess(processId, 'status');
  return Number(status === undefined ? askPs(processId, 'ppid') : /^PPid:\s*(\d+)/m.exec(status)?.[1]);
}

/** Linux has it in /proc, and slim images have no `ps`; elsewhere undefined. */
function readProcess(processId: number, file: 'cmdline' | 'status'): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readFileSync(`/proc/${processId}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function askPs(processId: number, field: 'args' | 'ppid'): string {
  try {
    const flags = ['-ww', '-o', `${field}=`, '-p', String(processId)];
    return execFileSync('ps', flags, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
