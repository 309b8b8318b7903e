import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** The package as `npm pack` makes it. */
export interface PackedPackage {
  tarball: string;
  /** Bytes. */
  size: number;
  files: string[];
  remove(): Promise<void>;
}

/** Builds and packs what a release publishes. */
export async function packPackage(): Promise<PackedPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'pagw-pack-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT });
  const [{ filename, size, files }] = JSON.parse(stdout.slice(stdout.indexOf('[\n')));
  return {
    tarball: join(folder, filename),
    size,
    files: files.map(({ path }: { path: string }) => path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A project that has installed the package, and nothing else but the `peers`, which are linked to the ones here. */
export interface Project {
  folder: string;
  /** Runs a file or a program of the project on the Node of this test. */
  node(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ stdout: string; stderr: string }>;
  remove(): Promise<void>;
}

/** @param example a folder of examples/ that the project is a copy of; an empty project without */
export async function installPackage(
  { tarball }: PackedPackage,
  peers: readonly string[],
  example?: string,
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'pagw-project-'));
  if (example !== undefined) {
    const source = join(ROOT, 'examples', example);
    for (const name of await readdir(source)) {
      if (name !== 'package.json') await cp(join(source, name), join(folder, name), { recursive: true });
    }
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}');
  // Alone, so that nothing is fetched: what an example depends on besides is linked.
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--no-save', tarball], {
    cwd: folder,
  });
  for (const peer of peers) {
    const link = join(folder, 'node_modules', peer);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, 'node_modules', peer), link);
  }
  const env = { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: process.env.TMPDIR ?? tmpdir() };
  return {
    folder,
    node: (args, more = {}) =>
      run(process.execPath, [...args], {
        cwd: folder,
        env: { ...env, ...more },
        maxBuffer: 64 * 1024 * 1024,
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
