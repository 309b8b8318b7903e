import { existsSync, mkdtempSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { inject } from 'vitest';

/**
 * A directory that the first test file to ask fills with `make`, while others that ask wait for it. It goes when the
 * run ends; nobody changes what is in it.
 */
export async function onceInRun(name: string, make: (directory: string) => unknown): Promise<string> {
  const runDirectory = inject('runDirectory');
  const made = join(runDirectory, name);
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
    if (!existsSync(made)) {
      const draft = mkdtempSync(join(runDirectory, `${name}-`));
      make(draft);
      renameSync(draft, made);
    }
  } finally {
    await client.end();
  }
  return made;
}
