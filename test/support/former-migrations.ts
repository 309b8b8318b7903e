import { execFileSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { migrationsFolder } from './review-schema.ts';

const git = (...args: string[]) =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/**
 * Writes the migrations of the latest release (git tag `v…`) into a folder: the schema that deployed code meets while a
 * deployment migrates. Before the first release, and in a clone without tags, they are the present ones.
 * @returns the tag, or `unreleased`
 */
export async function writeFormerMigrations(folder: string): Promise<string> {
  const tag = latestTag();
  if (tag === undefined) {
    await cp(migrationsFolder, folder, { recursive: true });
    return 'unreleased';
  }
  const names = git('ls-tree', '-r', '--name-only', tag, 'migrations').trim().split('\n');
  for (const name of names) {
    const file = join(folder, name.slice('migrations/'.length));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, git('show', `${tag}:${name}`));
  }
  return tag;
}

function latestTag(): string | undefined {
  try {
    return (
      git('tag', '--list', 'v*', '--merged', 'HEAD', '--sort=-version:refname').split('\n')[0] || undefined
    );
  } catch {
    return undefined;
  }
}
