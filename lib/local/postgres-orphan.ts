import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DataDirectoryInUseError, PostgresStartError } from './postgres-start-error.ts';

const STOP_PATIENCE_MS = 20_000;

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
  const patienceEnds = Date.now() + STOP_PATIENCE_MS;
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

/** Linux tells it in /proc, and slim images have no `ps`; elsewhere undefined. */
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
