import { serverCpuOf } from '../server/server-cpu.ts';
import type { Contestant, WorkloadEvent } from './contestant.ts';
import type { Workload } from './workload.ts';

/** One contestant's turn. */
export interface Heat {
  batchSize: number;
  writers: number;
  batchesEach: number;
  /** Every third batch is delivered a second time while the first is still under way. */
  redeliver?: boolean;
  /** All writers write to the same requests. */
  contended?: boolean;
}

export interface HeatResult {
  /** Different events; what was delivered twice counts once. */
  events: number;
  elapsedMs: number;
  /** Of the server, whoever sends: all its processes together. */
  cpuMicros: number;
  /** Of each batch. */
  latenciesMs: number[];
}

/** Makes the batches ready, then times the writers: each sends its next batch when the one before is committed. */
export async function runHeat(
  contestant: Contestant,
  workload: Workload,
  heat: Heat,
  serverPid: number,
): Promise<HeatResult> {
  const { writers, batchSize, batchesEach } = heat;
  const shards = heat.contended
    ? workload.contendedBatchesFor(writers, batchSize, batchesEach)
    : workload.batchesFor(writers, batchSize, batchesEach);
  await contestant.prepare?.(shards.flat(2));
  const latenciesMs: number[] = [];
  const write = async (batches: WorkloadEvent[][], writer: number) => {
    for (const [place, batch] of batches.entries()) {
      const sentAt = performance.now();
      const deliveries = heat.redeliver && place % 3 === 0 ? 2 : 1;
      await Promise.all(Array.from({ length: deliveries }, () => contestant.record(batch, writer)));
      latenciesMs.push(performance.now() - sentAt);
    }
  };
  let elapsedMs = 0;
  const cpuMicros = await serverCpuOf(serverPid, async () => {
    const startedAt = performance.now();
    await Promise.all(shards.map(write));
    elapsedMs = performance.now() - startedAt;
  });
  return { events: writers * batchesEach * batchSize, elapsedMs, cpuMicros, latenciesMs };
}
