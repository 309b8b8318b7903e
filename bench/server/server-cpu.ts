import { readdir, readFile } from 'node:fs/promises';

/** Nanoseconds that each process of a PostgreSQL server has spent on a processor. */
type CpuTimes = Map<string, number>;

/**
 * Runs `work` and answers the CPU time, in microseconds, that the server's processes spent meanwhile. It hardly depends on
 * what else runs on the machine, as the time by the clock does. NaN where there is no /proc.
 */
export async function serverCpuOf(serverPid: number, work: () => Promise<unknown>): Promise<number> {
  const before = await cpuTimes(serverPid);
  await work();
  const after = await cpuTimes(serverPid);
  if (after.size === 0) return Number.NaN;
  let nanoseconds = 0;
  for (const [pid, time] of after) nanoseconds += time - (before.get(pid) ?? 0);
  return nanoseconds / 1_000;
}

/** The same for one backend, of whom nothing else is asked meanwhile: cheap enough to measure each call. */
export async function backendCpuOf(backendPid: number, work: () => Promise<unknown>): Promise<number> {
  const before = await spentBy(backendPid);
  await work();
  return ((await spentBy(backendPid)) - before) / 1_000;
}

async function spentBy(pid: number | string): Promise<number> {
  const schedule = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '');
  return schedule === '' ? Number.NaN : Number(schedule.split(' ')[0]);
}

async function cpuTimes(serverPid: number): Promise<CpuTimes> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const times = await Promise.all(pids.map((pid) => cpuTime(pid, serverPid)));
  return new Map(
    pids.flatMap((pid, place) => (times[place] === undefined ? [] : [[pid, times[place]] as const])),
  );
}

/** Undefined for a process that is none of the server's, or has just ended. */
async function cpuTime(pid: string, serverPid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  if (parent !== serverPid) return undefined;
  const spent = await spentBy(pid);
  return Number.isNaN(spent) ? undefined : spent;
}
