// `npm run pagw`: the program in one piece, which starts in a third of the time that its sources take. It is rebuilt
// when a source has changed; where that cannot be, the sources themselves run. Plain JavaScript, so that any Node reads it.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const STARTS = '.pagw-';
const MAKING = '.making-pagw-';
const DAY_MS = 24 * 3_600_000;
/** What the program reads beside itself. */
const BESIDE = ['lib/local/console/console.js', 'docs/runbook.md'];

/** A name that changes with any source. */
function nameOfBundle() {
  const hash = createHash('sha256').update(process.versions.node);
  const folders = ['bin', 'lib'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }),
  );
  const sources = folders
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...sources, join(ROOT, 'docs/runbook.md'), join(ROOT, 'package-lock.json')]) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return `${STARTS}${hash.digest('hex').slice(0, 16)}`;
}

/** Two folders below the root, as the modules of the sources are: what they read by relative paths is there. */
async function bundle(folder) {
  const { build } = await import('esbuild');
  const made = mkdtempSync(join(MODULES, MAKING));
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['bin/pagw-installed.ts'],
    outdir: made,
    chunkNames: '[name]-[hash]',
    ...{ bundle: true, splitting: true, minify: true, platform: 'node', format: 'esm', logLevel: 'silent' },
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as createRequireOf } from 'node:module'; const require = createRequireOf(import.meta.url);",
    },
  });
  for (const file of BESIDE)
    copyFileSync(join(ROOT, file), join(made, file.slice(file.lastIndexOf('/') + 1)));
  try {
    renameSync(made, folder);
  } catch {
    // Another start made the same meanwhile.
    rmSync(made, { recursive: true, force: true });
  }
  for (const name of readdirSync(MODULES)) {
    const old = join(MODULES, name);
    // A program that runs still loads parts of its own.
    const isOurs = name.startsWith(STARTS) || name.startsWith(MAKING);
    if (isOurs && statSync(old).mtimeMs < Date.now() - DAY_MS) rmSync(old, { recursive: true, force: true });
  }
}

async function program() {
  try {
    const folder = join(MODULES, nameOfBundle());
    if (!existsSync(folder)) await bundle(folder);
    module.enableCompileCache?.(join(folder, 'compiled'));
    return join(folder, 'pagw-installed.js');
  } catch {
    const { register } = await import('tsx/esm/api');
    register();
    return join(ROOT, 'bin/pagw.ts');
  }
}

await import(pathToFileURL(await program()).href);
