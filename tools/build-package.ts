import '../lib/runtime/require-node.ts';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { BUNDLING, PACKAGED_FUNCTIONS, type PackagedFunctions } from '../lib/infra/function-code.ts';
import { ownSourceMaps } from './own-source-maps.ts';
import { noticesOf } from './third-party-notices.ts';

// Makes dist/, which is what the published package runs: nothing of the source tree goes with it but migrations/ and the
// message's JSON Schema. All outputs lie two folders deep, as the files of lib/<part>/ do, so that paths relative to a
// module lead to the same files.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { version, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const [oldestNode] = /\d+/.exec(engines.node) ?? [];

const SHARED = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: `node${oldestNode}`,
  mainFields: ['module', 'main'],
  outdir: 'dist/lib',
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  splitting: true,
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  plugins: [ownSourceMaps],
  logLevel: 'error',
} satisfies BuildOptions;

/** Each with nothing but what its users need installed: what two of them share is a file that needs no more than either. */
const ENTRIES = [
  {
    entryPoints: ['client', 'contract', 'construct']
      .map((name) => `lib/published/${name}.ts`)
      .concat('bin/pagw-cdk.ts'),
    external: ['@aws-sdk/client-sqs', 'aws-cdk-lib', 'constructs'],
    sourcesContent: true,
  },
  // A program says what is wrong in sentences: maps of it would be a sixth of the package.
  { entryPoints: ['bin/pagw-installed.ts'], minify: true, sourcemap: false, banner: { js: BUNDLING.banner } },
] satisfies BuildOptions[];

/** As a deployment from the source tree bundles it: test/published/package.test.ts compares. */
async function bundleFunction(entry: string): Promise<Record<string, string>> {
  const { outputFiles, metafile } = await build({
    ...SHARED,
    entryPoints: [entry],
    splitting: false,
    outdir: undefined,
    outfile: 'dist/lib/index.mjs',
    minify: BUNDLING.minify,
    external: BUNDLING.externalModules,
    banner: { js: BUNDLING.banner },
    write: false,
  });
  metafiles.push(metafile);
  return Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text]));
}

const inRoot = (path: string) => join(ROOT, path);
const read = (path: string) => readFileSync(inRoot(path), 'utf8');
const metafiles: Metafile[] = [];
rmSync(inRoot('dist'), { recursive: true, force: true });
for (const entry of ENTRIES) metafiles.push((await build({ ...SHARED, ...entry })).metafile);

// The console of a stack serves the one as it is, the other as a page.
copyFileSync(inRoot('lib/local/console/console.js'), inRoot('dist/lib/console.js'));
copyFileSync(inRoot('docs/runbook.md'), inRoot('dist/lib/runbook.md'));

const functions: PackagedFunctions = {};
for (const entry of globSync('lambdas/*.ts', { cwd: ROOT }).sort())
  functions[basename(entry, '.ts')] = await bundleFunction(entry);
// Not schema.sql, which says what they come to.
const migrations = globSync('migrations/{V*,functions/*}.sql', { cwd: ROOT }).map((file) => [
  file.replaceAll('\\', '/'),
  read(file),
]);
Object.assign(functions.migrate ?? {}, Object.fromEntries(migrations));
const text = Buffer.from(JSON.stringify(functions));
// They share most of what they bundle, which a window as large as all of them makes nothing of.
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
writeFileSync(inRoot(`dist/lib/${PACKAGED_FUNCTIONS}`), brotliCompressSync(text, { params }));

for (const program of ['pagw-installed', 'pagw-cdk']) chmodSync(inRoot(`dist/lib/${program}.js`), 0o755);
execFileSync('npx', ['tsc', '--project', 'tools/tsconfig.declarations.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
writeFileSync(inRoot('dist/THIRD-PARTY-NOTICES.txt'), noticesOf(metafiles, ROOT));
console.error(`Built pagw-event-tracker ${version} into dist/`);
