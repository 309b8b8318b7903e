import { answerRequests } from '../server/child.ts';
import type { Arena, Contestant, OpenContestant } from './contestant.ts';
import { type Heat, type HeatResult, runHeat } from './heat.ts';
import { Workload } from './workload.ts';

/** What a contestant's process is asked. */
export type ContestantRequest =
  | { ask: 'open'; arena: Arena; liveRequests: number; seed: string; endless: boolean }
  | { ask: 'heat'; heat: Heat }
  | { ask: 'count' };

const [name] = process.argv.slice(2);
let contestant: Contestant;
let workload: Workload;
let serverPid = 0;

// A process each: Emmett changes the parsers of `pg` for everybody in its process.
answerRequests<ContestantRequest, HeatResult | number>(async (request) => {
  switch (request.ask) {
    case 'open': {
      const { open } = (await import(`./contestants/${name}.ts`)) as { open: OpenContestant };
      contestant = await open(request.arena);
      serverPid = request.arena.serverPid;
      workload = new Workload(request.liveRequests, request.seed, request.endless);
      return 0;
    }
    case 'heat':
      return runHeat(contestant, workload, request.heat, serverPid);
    case 'count':
      return contestant.count();
  }
});
