import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { identityOf, ownNameOf, type PostgresOwner, serverEnvironment } from './postgres-owner.ts';
import { PortInUseError, PostgresStartError } from './postgres-start-error.ts';

export interface PostgresLaunch {
  cluster: string;
  log: string;
  port: number;
  fsync: boolean;
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

function spawnPostgres({ cluster, log, port, fsync, binaries, owner }: PostgresLaunch): ChildProcess {
  const output = openSync(log, 'a', 0o600);
  try {
    const settings = Object.entries(settingsFor(fsync)).flatMap(([name, value]) => [
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
      return `it was not ready within ${START_PATIENCE_MS / 1000} s`;
    }
    await delay(POLL_MS);
  }
  return failure;
}
