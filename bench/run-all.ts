import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Aim, aimCells } from './report/aim.ts';
import { printTable } from './report/print-table.ts';

const RUN = fileURLToPath(new URL('./run.ts', import.meta.url));

/**
 * Runs benchmarks in their quick form one after the other, each in a process of its own so that none disturbs the
 * next, and ends with one table of all aims. Answers the exit code: 1 when one did not finish; a missed aim is a
 * finding, not a failure.
 */
export async function runAll(names: readonly string[]): Promise<number> {
  const rows: string[][] = [];
  let held = 0;
  let unfinished = 0;
  for (const name of names) {
    console.log(`\n── ${name} ──\n`);
    const { aims, code } = await runQuick(name);
    for (const aim of aims) {
      const { reached, bound, met } = aimCells(aim);
      rows.push([`${name}: ${aim.text}`, reached, bound, met ? '✓' : '✗ missed']);
      held += met ? 1 : 0;
    }
    if (code === 0) continue;
    unfinished += 1;
    rows.push([`${name}: did not finish`, '', '', `✗ exit ${code}`]);
  }
  printTable(`All aims, in quick runs: ${held} of ${rows.length} held`, ['', 'reached', 'aim', 'held'], rows);
  return unfinished === 0 ? 0 : 1;
}

async function runQuick(name: string): Promise<{ aims: Aim[]; code: number }> {
  const aims: Aim[] = [];
  const child = fork(RUN, [name, '--quick'], { serialization: 'advanced' });
  child.on('message', (printed) => aims.push(...(printed as Aim[])));
  const [code] = (await once(child, 'close')) as [number | null];
  return { aims, code: code ?? 1 };
}
