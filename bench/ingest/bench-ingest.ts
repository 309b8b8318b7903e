import { writeFile } from 'node:fs/promises';
import { printAims } from '../report/aim.ts';
import { startBenchServer } from '../server/bench-server.ts';
import { benchBatchSizes } from './batch-sizes.ts';
import { drawIngest } from './draw-ingest.ts';
import { benchHistory } from './history.ts';
import { benchRedelivery } from './redelivery.ts';
import { benchWriters } from './writers.ts';

const CHART = new URL('../../docs/ingest.svg', import.meta.url);

/** How fast events are recorded, beside what else could record them. */
export async function run({ quick, write }: { quick: boolean; write: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    const { results, aims } = await benchBatchSizes(server, quick);
    await benchWriters(server, quick);
    await benchHistory(server, quick);
    await benchRedelivery(server, quick);
    printAims(aims);
    if (write) await writeFile(CHART, drawIngest(results));
  } finally {
    await server.stop();
  }
}
