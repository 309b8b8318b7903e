import { printAims } from '../report/aim.ts';
import { startBenchServer } from '../server/bench-server.ts';
import { benchBatchSizes } from './batch-sizes.ts';
import { benchHistory } from './history.ts';
import { benchRedelivery } from './redelivery.ts';
import { benchWriters } from './writers.ts';

/** How fast events are recorded, beside what else could record them. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    const aims = await benchBatchSizes(server, quick);
    await benchWriters(server, quick);
    await benchHistory(server, quick);
    await benchRedelivery(server, quick);
    printAims(aims);
  } finally {
    await server.stop();
  }
}
