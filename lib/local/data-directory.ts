import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { stopOrphan } from './postgres/postgres-process.ts';

/** Where one local stack keeps everything, and the right to be the only one that writes there. */
export interface DataDirectory {
  readonly path: string;
  readonly postgres: string;
  readonly queues: string;
  readonly clock: string;
  readonly demo: string;
  /** Lets another start use the directory. A killed process lets go of it too. */
  release(): void;
}

const LOCK = 'in-use.lock';
const PARTS = { postgres: 'postgres', queues: 'queues', clock: 'clock.json', demo: 'demo.json' } as const;

/**
 * Takes hold of a data directory, made when missing.
 * @param options.empty forgets what is kept there; only what a local stack itself wrote is removed.
 * @throws Error when another start uses it, or when it is to be emptied but holds somebody else's files.
 */
export async function openDataDirectory(path: string, options: { empty: boolean }): Promise<DataDirectory> {
  const directory = resolve(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const entries = await readdir(directory);
  if (options.empty && entries.length > 0 && !entries.includes(LOCK)) {
    throw new Error(`${directory} holds files of another program; choose another directory with --data.`);
  }
  const release = lock(directory);
  const at = (part: string) => join(directory, part);
  try {
    if (options.empty) await forget(directory);
    await mkdir(at(PARTS.queues), { recursive: true, mode: 0o700 });
  } catch (error) {
    release();
    throw error;
  }
  return {
    path: directory,
    postgres: at(PARTS.postgres),
    queues: at(PARTS.queues),
    clock: at(PARTS.clock),
    demo: at(PARTS.demo),
    release,
  };
}

async function forget(directory: string): Promise<void> {
  const postgres = join(directory, PARTS.postgres);
  await stopOrphan(postgres, join(postgres, 'cluster'));
  for (const part of Object.values(PARTS)) await rm(join(directory, part), { recursive: true, force: true });
}

/** SQLite's lock is the operating system's: it ends with the process however that ends, so it is never stale. */
function lock(directory: string): () => void {
  const database = new DatabaseSync(join(directory, LOCK));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new Error(
      `${directory} is in use by another start; stop that one, or choose another directory with --data.`,
      { cause },
    );
  }
  return () => database.close();
}
