import { answerRequests } from '../server/child.ts';
import type { Arena, Contestant, OpenContestant } from './contestant.ts';

/** What a contestant's process is asked; a heat is answered with the jobs it did in a second. */
export type ContestantRequest = { ask: 'open'; arena: Arena } | { ask: 'heat'; jobs: number };

const [name] = process.argv.slice(2);
let contestant: Contestant;

answerRequests<ContestantRequest, number>(async (request) => {
  if (request.ask === 'open') {
    const { open } = (await import(`./contestants/${name}.ts`)) as { open: OpenContestant };
    contestant = await open(request.arena);
    return 0;
  }
  await contestant.prepare(request.jobs);
  const began = performance.now();
  const done = await contestant.work();
  const seconds = (performance.now() - began) / 1_000;
  if (done !== request.jobs) throw new Error(`${name} did ${done} of ${request.jobs} jobs.`);
  await contestant.verify();
  return done / seconds;
});
