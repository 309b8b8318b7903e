import { type Aim, printAims } from '../report/aim.ts';
import { startBenchServer } from '../server/bench-server.ts';
import { benchHotRequest } from './hot-request.ts';
import { benchMonth } from './month.ts';

/** Whether an event costs what it did when its request and its month were young, whatever the planner knows of them. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  const aims: Aim[] = [];
  try {
    aims.push(...(await benchHotRequest(server, quick)));
    aims.push(...(await benchMonth(server, quick)));
  } finally {
    await server.stop();
  }
  printAims(aims);
}
