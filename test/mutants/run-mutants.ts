import '../../lib/runtime/require-node.ts';
import { spawn } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { openRandom } from '../../lib/local/demo/random.ts';
import { MASTER } from '../../lib/local/postgres/postgres-cluster.ts';
import setUpServer from '../support/postgres-server.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import { type Mutant, numberAlike } from './mutant.ts';
import { explained, type Outcome, writePage } from './mutants-page.ts';
import { sqlMutants } from './sql-mutants.ts';
import { type Target, targets } from './targets.ts';
import { typescriptMutants } from './typescript-mutants.ts';

/**
 * `npm run test:mutants -- --seconds 600 --seed 1`: changes one thing in one function or module, runs the tests that cover it,
 * and counts what none of them told; by turns over all targets, in an order drawn by the seed, until the time is over.
 * `--only record_decisions,answer`; `--log FILE` keeps the outcomes and tries none of them again; `--again` tries only those of
 * it that survived and are not explained; `--write` makes docs/mutants.md of all that the log knows.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    log: { type: 'string', default: '' },
    again: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 300_000;
const ends = Date.now() + Number(values.seconds) * 1_000;
const names = values.only.split(',').filter((name) => name !== '');
const chosen = targets.filter(({ path }) => names.length === 0 || names.includes(nameOf(path)));
process.env.TMPDIR = scratchDirectory();

const known = new Map((await readLog()).map((outcome) => [keyOf(outcome), outcome]));
const totals = new Map<string, number>();
const waiting: { target: Target; mutants: Mutant[] }[] = [];
for (const target of chosen) {
  const text = await readFile(`${ROOT}/${target.path}`, 'utf8');
  const all = numberAlike(
    target.path.endsWith('.sql') ? sqlMutants(text) : typescriptMutants(target.path, text),
  );
  totals.set(target.path, all.length);
  const random = openRandom(`${values.seed}/${target.path}`);
  const drawn = all
    .map((mutant) => ({ mutant, lot: random.next() }))
    .toSorted((one, other) => one.lot - other.lot);
  const mutants = drawn.map(({ mutant }) => mutant).filter((mutant) => isWanted(target, mutant));
  waiting.push({ target, mutants });
}

const context: Record<string, string> = {};
const tearDown = await setUpServer({
  provide: (name: string, value: string) => {
    context[name] = value;
  },
} as unknown as TestProject);
let made = 0;
try {
  while (Date.now() < ends && waiting.some(({ mutants }) => mutants.length > 0))
    for (const { target, mutants } of waiting) {
      const mutant = mutants.shift();
      if (mutant !== undefined && Date.now() < ends) await tryOut(target, mutant);
    }
} finally {
  await tearDown();
}
const outcomes = [...known.values()];
const tried = outcomes.filter(({ ended }) => ended === 'killed' || ended === 'survived');
const killed = tried.filter(({ ended }) => ended === 'killed').length;
console.log(
  `${tried.length} mutants from seed ${values.seed}: ${killed} killed, ${((100 * killed) / tried.length).toFixed(1)} %`,
);
if (values.write) await writePage(outcomes, totals, values.seed);
process.exit(0);

async function tryOut(target: Target, mutant: Mutant): Promise<void> {
  const began = performance.now();
  const ended = target.path.endsWith('.sql') ? await trySql(target, mutant) : await tryModule(target, mutant);
  const { change, line, from, to, code, nth } = mutant;
  const outcome: Outcome = { path: target.path, change, line, from, to, code, nth, ended };
  known.set(keyOf(outcome), outcome);
  if (values.log !== '') await appendFile(values.log, `${JSON.stringify(outcome)}\n`);
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  const what = `${change}: ${JSON.stringify(from.trim())} → ${JSON.stringify(to.trim())}`;
  console.log(`${ended.padEnd(8)} ${seconds.padStart(3)} s  ${nameOf(target.path)}:${line} ${what}`);
}

/** In a template of its own, which the tests clone. */
async function trySql(target: Target, { text }: Mutant): Promise<Outcome['ended']> {
  const template = `mutant_${++made}`;
  await run(
    context.postgresUrl,
    `CREATE DATABASE ${template} OWNER ${MASTER} TEMPLATE ${context.templateDatabase}`,
  );
  try {
    await run(Object.assign(new URL(context.ownerUrl ?? ''), { pathname: template }).href, text);
    return await runTests(target, { ...context, templateDatabase: template });
  } catch {
    return 'invalid';
  } finally {
    await run(context.postgresUrl, `DROP DATABASE ${template} WITH (FORCE)`);
  }
}

async function tryModule(target: Target, { text }: Mutant): Promise<Outcome['ended']> {
  const file = `${context.runDirectory}/mutant.ts`;
  await writeFile(file, text);
  return runTests(target, context, { MUTANT_MODULE: `${ROOT}${target.path}`, MUTANT_TEXT: file });
}

async function run(connectionString = '', statements = ''): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(statements).finally(() => client.end());
}

/** Survived when all pass; what does not end in time, or a test of which does not, is not judged. */
async function runTests(
  { tests }: Target,
  provided: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome['ended']> {
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutants/vitest.config.ts', ...new Set(tests)],
    {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment, MUTANT_CONTEXT: JSON.stringify(provided) },
    },
  );
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), PATIENCE_MS);
  const ended = new Promise<number | null>((settle) => child.once('exit', settle));
  const [said, , code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  clearTimeout(timer);
  if (code === null || /timed out in \d+ms/.test(said)) return 'endless';
  return code === 0 ? 'survived' : 'killed';
}

async function readLog(): Promise<Outcome[]> {
  if (values.log === '') return [];
  const text = await readFile(values.log, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Outcome);
}

/** The same mutant wherever its line has gone. */
function keyOf({ path, change, from, code, nth }: Omit<Outcome, 'line' | 'to' | 'ended'>): string {
  return [path, change, from, code, nth].join('\n');
}

function isWanted({ path }: Target, mutant: Mutant): boolean {
  const before = known.get(keyOf({ ...mutant, path }));
  if (!values.again) return before === undefined;
  return before?.ended === 'survived' && explained(before) === undefined;
}

function nameOf(path: string): string {
  return path.replace(/^.*\/|\.\w+$/g, '');
}
