import { execFileSync } from 'node:child_process';
import { chown } from 'node:fs/promises';

/** The system user that runs the server; empty: the current one. */
export interface PostgresOwner {
  uid?: number;
  gid?: number;
}

/**
 * PostgreSQL refuses to run as root. Root therefore starts it as the user `postgres` where there is one, else as
 * `nobody`; no user is created.
 */
export function choosePostgresOwner(): PostgresOwner {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: idOf('-u', user), gid: idOf('-g', user) };
    } catch {
      // Not on this machine: the next one.
    }
  }
  throw new Error(
    'PostgreSQL refuses to run as root and there is no user postgres or nobody; start as an ordinary user.',
  );
}

export async function handOver(path: string, owner: PostgresOwner): Promise<void> {
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(path, owner.uid, owner.gid);
}

/** No PG* variable of the caller may redirect the server; messages are in English, so that they read alike everywhere. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

function idOf(flag: string, user: string): number {
  return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}
