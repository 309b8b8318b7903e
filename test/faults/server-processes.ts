import type { TestBed } from '../simulation/test-bed.ts';

/** The server's process and those that it started. */
export async function serverProcesses(bed: TestBed): Promise<number[]> {
  const backends = await bed.sql('postgres', 'SELECT pid FROM pg_stat_activity');
  return [bed.postgres.processId, ...backends.map(({ pid }) => Number(pid))];
}

export function signal(ids: readonly number[], name: NodeJS.Signals): void {
  for (const id of ids) {
    try {
      process.kill(id, name);
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
