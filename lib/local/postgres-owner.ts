import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PostgresStartError } from './postgres-start-error.ts';

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
