import { startBenchServer } from '../server/bench-server.ts';
import { benchBatchSizes } from './batch-sizes.ts';

export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    await benchBatchSizes(server, quick);
  } finally {
    await server.stop();
  }
}
