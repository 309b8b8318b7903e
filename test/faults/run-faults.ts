import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openRandom } from '../../lib/local/demo/random.ts';
import { TestBed } from '../simulation/test-bed.ts';
import { clockAndArchiveFaults } from './clock-and-archive-faults.ts';
import { dataApiFaults } from './data-api-faults.ts';
import { databaseFaults } from './database-faults.ts';
import { deliveryFaults } from './delivery-faults.ts';
import { diskFaults } from './disk-faults.ts';
import { migrationFaults } from './migration-faults.ts';
import { serviceFaults } from './service-faults.ts';
import { stackFaults } from './stack-faults.ts';
import { type Fault, type Outcome, type OwnBed, Trial } from './trial.ts';

/**
 * `npm run test:faults`: every fault so many times, and after each all that is recorded against the model of what was sent.
 * `--times 3`, `--family delivery`, `--only SIGKILL`, `--seed 7`; `--write` puts each line into the table of docs/faults.md
 * as it is known, and leaves those of other faults as they are.
 */
const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    family: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});

const PAGE = fileURLToPath(new URL('../../docs/faults.md', import.meta.url));
const MARKS = ['<!-- Written by npm run test:faults -- --write. -->', '<!-- end -->'] as const;

interface Line {
  name: string;
  outcomes: Outcome[];
}

const families: Readonly<Record<string, readonly Fault[]>> = {
  database: databaseFaults,
  disk: diskFaults,
  'data-api': dataApiFaults,
  services: serviceFaults,
  delivery: deliveryFaults,
  'clock-and-archive': clockAndArchiveFaults,
  migration: migrationFaults,
  stack: stackFaults,
};
const all = Object.values(families).flat();
const chosen = values.family === '' ? all : values.family.split(',').flatMap((name) => families[name] ?? []);
const faults = chosen.filter(({ name }) => name.includes(values.only));
const times = Number(values.times);
const sharedBed = await TestBed.start();
const lines: Line[] = [];
for (const fault of faults) {
  const outcomes = await injectOften(fault);
  if (outcomes.length === 0) continue;
  lines.push({ name: fault.name, outcomes });
  console.log(rowOf({ name: fault.name, outcomes }));
  if (values.write) await writeRow(rowOf({ name: fault.name, outcomes }));
  for (const { faults: found } of outcomes) for (const one of found.slice(0, 3)) console.log(`    ${one}`);
}
await sharedBed.stop();
const failed = lines.some(({ outcomes }) => outcomes.some(isBad));
process.exit(failed ? 1 : 0);

async function injectOften(fault: Fault): Promise<Outcome[]> {
  const seed = `${values.seed}/${fault.name}`;
  const random = openRandom(seed);
  const outcomes: Outcome[] = [];
  let own: OwnBed | undefined;
  try {
    own = await fault.openBed?.();
  } catch (error) {
    console.log(`not tried here: ${fault.name}: ${String(error)}`);
    return [];
  }
  const bed = own?.bed ?? sharedBed;
  const open = () => Trial.open(bed, `${seed}/${outcomes.length}`, fault.inNow ? new Date() : undefined);
  let trial = fault.instead === undefined ? await open() : undefined;
  try {
    for (let time = 0; time < times; time++) {
      if (fault.isAlone && time > 0) {
        await trial?.close();
        trial = await open();
      }
      outcomes.push(
        trial === undefined
          ? ({ recoverySeconds: 0, ...(await fault.instead?.(bed, time, random)) } as Outcome)
          : await trial.go(fault),
      );
    }
  } catch (error) {
    outcomes.push({ lost: 0, doubled: 0, faults: [String(error)], recoverySeconds: 0 });
  } finally {
    await trial?.close().catch(() => undefined);
    await own?.close();
  }
  return outcomes;
}

function isBad({ lost, doubled, faults: found }: Outcome): boolean {
  return lost > 0 || doubled > 0 || found.length > 0;
}

function rowOf({ name, outcomes }: Line): string {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + of(one), 0);
  const seconds = outcomes
    .map(({ recoverySeconds }) => recoverySeconds)
    .toSorted((one, other) => one - other);
  const median = seconds[Math.floor(seconds.length / 2)] ?? 0;
  const byCalls = outcomes.flatMap(({ befell }) => befell ?? []);
  const cells = [
    name,
    outcomes.length,
    byCalls.length === 0 ? '–' : byCalls.filter((calls) => calls > 0).length,
    sum(({ lost }) => lost),
    sum(({ doubled }) => doubled),
    sum(({ faults: found }) => found.length),
    median.toFixed(1),
    (seconds.at(-1) ?? 0).toFixed(1),
    `${new Date().toISOString().slice(0, 10)}, ${values.seed}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

async function writeRow(row: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(MARKS[0]);
  const [table = '', after = ''] = rest.split(MARKS[1]);
  const nameOf = (line: string) => line.split(' | ', 1)[0]?.slice('| '.length) ?? '';
  const known = new Map(table.split('\n').map((line) => [nameOf(line), line]));
  known.set(nameOf(row), row);
  const rows = all.flatMap(({ name }) => known.get(name) ?? []);
  const total = rows.reduce((sum, line) => sum + Number(line.split(' | ')[1]), 0);
  const written = [
    MARKS[0],
    '',
    `${total} injections of ${rows.length} kinds, ${cpus().length} cores, Node ${process.versions.node}.`,
    '',
    '| fault | times | of these, befell a call | lost | doubled | differs from the model | recovery p50 (s) | max (s) | run on, seed |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---|',
    ...rows,
    '',
    MARKS[1],
  ].join('\n');
  await writeFile(PAGE, `${before}${written}${after}`);
}
