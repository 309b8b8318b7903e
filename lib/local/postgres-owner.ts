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
  /** Some directory on the way to the programs or the data keeps this user out. */
  isLockedOut: boolean;
}

/** What to spawn so that a program runs as the owner. */
export interface OwnedCommand {
  command: string;
  args: string[];
  identity: { uid?: number; gid?: number };
}

/**
 * PostgreSQL refuses to run as root, and on a cluster of another user. Root therefore starts it as the cluster's user,
 * a new one as `postgres` where there is such a user, else as `nobody`; no user is created. `directories` are those
 * the server must be able to enter.
 * @throws PostgresStartError when the cluster belongs to another ordinary user.
 */
export function choosePostgresOwner(cluster: string, directories: readonly string[]): PostgresOwner {
  if (process.platform === 'win32' || process.getuid === undefined) return undefined;
  const found = statSync(cluster, { throwIfNoEntry: false });
  if (process.getuid() !== 0) {
    if (found === undefined || found.uid === process.getuid()) return undefined;
    throw new PostgresStartError(
      `${cluster} belongs to another user; start as that user, or choose another directory with --data.`,
    );
  }
  if (found !== undefined && found.uid !== 0)
    return ownerFor(`of ${cluster}`, found.uid, found.gid, directories);
  for (const name of ['postgres', 'nobody']) {
    try {
      return ownerFor(name, idOf('-u', name), idOf('-g', name), directories);
    } catch {
      // Not on this machine: the next one.
    }
  }
  throw new PostgresStartError(
    'PostgreSQL refuses to run as root and there is no user postgres or nobody; start as an ordinary user.',
  );
}

/**
 * A checkout below /root is closed to every other user. There the server keeps its user and gets one of root's
 * capabilities, to pass directories; `no_setuid_fixup` lets access(2), with which PostgreSQL looks for its own
 * programs, see that capability.
 */
export function commandAs(owner: PostgresOwner, program: string, args: string[]): OwnedCommand {
  if (owner === undefined) return { command: program, args, identity: {} };
  const { uid, gid, isLockedOut, name } = owner;
  if (!isLockedOut) return { command: program, args, identity: { uid, gid } };
  if (!hasSetpriv()) {
    throw new PostgresStartError(
      `PostgreSQL refuses to run as root, and the user ${name} cannot enter the project or its data directory; move them to where every user may go, or start as an ordinary user.`,
    );
  }
  const user = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const capability = [
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
  ];
  return { command: 'setpriv', args: [...user, ...capability, program, ...args], identity: {} };
}

export async function handOver(path: string, owner: PostgresOwner): Promise<void> {
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

/** No PG* variable of the caller may redirect the server; messages are in English, so that they read alike everywhere. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

function ownerFor(name: string, uid: number, gid: number, directories: readonly string[]): OtherUser {
  return { name, uid, gid, isLockedOut: directories.some((directory) => !canEnter({ uid, gid }, directory)) };
}

function canEnter(user: { uid: number; gid: number }, directory: string): boolean {
  const { mode, uid, gid } = statSync(directory);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const parent = dirname(directory);
  return parent === directory || canEnter(user, parent);
}

function hasSetpriv(): boolean {
  try {
    execFileSync('setpriv', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function idOf(flag: string, user: string): number {
  return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}
