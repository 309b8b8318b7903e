import { readFile } from 'node:fs/promises';

const TICKS_A_SECOND = 100;

/** What Linux keeps of a process: the most memory that it took, and its CPU time in all. Undefined once it has ended. */
export async function processUsage(pid: number): Promise<{ mib: number; cpuSeconds: number } | undefined> {
  const [status, times] = await Promise.all(
    ['status', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
  );
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status ?? '')?.[1];
  const [user, system] = (times ?? '')
    .slice((times ?? '').lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  if (peak === undefined || user === undefined || system === undefined) return undefined;
  return { mib: Number(peak) / 1_024, cpuSeconds: (user + system) / TICKS_A_SECOND };
}
