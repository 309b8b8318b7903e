import { setImmediate as turn } from 'node:timers/promises';
import type { SQSBatchResponse } from 'aws-lambda';
import { pauseRetries, resumeRetries, retryNow } from '../../lib/data-access/retry-orders.ts';
import { openRandom, type Random } from '../../lib/local/demo/random.ts';
import { lambdaContext } from '../support/lambda.ts';
import { type Caller, runAs, tellCallersApart } from './caller.ts';
import { type Comparison, compareWithModel } from './compare-with-model.ts';
import type { Pause } from './reference-model.ts';
import { PASS, type Passage, type ServiceCall } from './service-door.ts';
import type { TestBed } from './test-bed.ts';
import { type Flow, type Handler, World } from './world.ts';

export interface SimulationResult extends Comparison {
  seed: string;
  steps: number;
  calls: number;
  faultsInjected: number;
  /** What was done, in order; for whoever looks for the reason of a fault. */
  trace: string[];
}

const START = new Date('2026-03-02T08:00:00Z');
const MOST_ALIVE: Readonly<Record<Flow, number>> = { ingest: 4, retry: 2, 'stuck-alarm': 2, maintain: 2 };
const OPERATOR = { actedBy: 'sim', reason: 'simulated' };
const STAGES = ['PARSING', 'API_CONNECTOR', 'ATTACHMENT'] as const;

/** One invocation of a handler. It runs alone until all it does waits at a call of a service, and until one is let through. */
interface Actor extends Caller {
  name: string;
  flow: Flow;
  state: 'running' | 'waiting' | 'done' | 'dead';
  waiting: { call: ServiceCall; letThrough(passage: Passage): void }[];
}

/**
 * Interleaves invocations at every call they make, by a seed: which goes on, which call fails and how, what producers,
 * workers and operators do in between, and how time passes. Only one invocation ever runs, and none by the machine's clock, so the
 * same seed gives the same course of events. Then faults end, the queue is emptied, and all there is is held against the model.
 */
export async function simulate(bed: TestBed, seed: string, steps = 400): Promise<SimulationResult> {
  const random = openRandom(`${seed}/schedule`);
  // Jitter and lots are drawn by the seed, too.
  const callers = tellCallersApart(openRandom(`${seed}/jitter`).next);
  const simulation = new Simulation(random, callers.calls);
  let world: World | undefined;
  try {
    world = await World.open({
      bed,
      seed,
      start: START,
      requests: random.between(3, 25),
      decide: (call) => simulation.admit(call),
      onServed: (call) => simulation.noteServed(call),
    });
    return { seed, ...(await simulation.run(world, steps)) };
  } finally {
    callers.end();
    await world?.close();
  }
}

const QUIET_TURNS = 5;

/** Nothing of it goes on: it is at its end, or each of its calls waits to be let through. */
function isQuiet({ state, waiting, underWay }: Actor): boolean {
  return state === 'done' || (waiting.length > 0 && waiting.length === underWay);
}

class Simulation {
  readonly #random: Random;
  readonly #trace: string[] = [];
  readonly #actors: Actor[] = [];
  readonly #pauses: Pause[] = [];
  readonly #callers: ReadonlyMap<number, Caller>;
  #changed: () => void = () => undefined;
  #lastServed: ServiceCall | undefined;
  readonly #idle: Record<Flow, Handler[]> = { ingest: [], retry: [], 'stuck-alarm': [], maintain: [] };
  #faultShare: number;
  #injected = 0;
  #started = 0;

  constructor(random: Random, callers: ReadonlyMap<number, Caller>) {
    this.#random = random;
    this.#callers = callers;
    this.#faultShare = random.pick([0, 0.02, 0.1, 0.3]);
  }

  /** The call waits here until the schedule lets it through. */
  admit(call: ServiceCall): Promise<Passage> | Passage {
    const actor = this.#actors.find((one) => one === this.#callers.get(call.number ?? 0));
    if (actor === undefined) return PASS;
    // Whoever is gone calls no more.
    if (actor.state === 'dead' || actor.state === 'done') return { kind: 'vanish' };
    return new Promise((letThrough) => {
      actor.waiting.push({ call, letThrough });
      actor.waiting.sort((one, other) => (one.call.number ?? 0) - (other.call.number ?? 0));
      this.#changed();
    });
  }

  noteServed(call: ServiceCall): void {
    this.#lastServed = call;
    this.#changed();
  }

  async run(world: World, steps: number): Promise<Omit<SimulationResult, 'seed'>> {
    for (let step = 0; step < steps; step++) await this.#step(world);
    this.#faultShare = 0;
    await this.#comeToRest(world);
    const comparison = await compareWithModel({
      database: world.database,
      sent: world.sent,
      lookedAt: world.now,
      pauses: this.#pauses,
      door: world.door,
      isSummarised: true,
    });
    await this.#summarise(world, comparison);
    return {
      ...comparison,
      steps,
      calls: world.door.calls,
      faultsInjected: this.#injected,
      trace: this.#trace,
    };
  }

  async #step(world: World): Promise<void> {
    const random = this.#random;
    const waiting = this.#actors.filter(({ state }) => state === 'waiting');
    if (waiting.length > 0 && random.chance(0.7)) {
      const actor = waiting[random.between(0, waiting.length - 1)];
      if (actor !== undefined) await this.#letOn(actor, this.#passage(actor));
      return;
    }
    const act = random.next();
    if (act < 0.4) {
      for (let many = random.between(1, 12); many > 0; many--) world.produce();
    } else if (act < 0.44)
      world.producePoison(random.chance(0.5) ? random.pick(['a', 'b']) : this.#anyRequest(world));
    else if (act < 0.48) world.repeat();
    else if (act < 0.54) world.answerCommand();
    else if (act < 0.58) await this.#operate(world);
    else if (act < 0.72) this.#passTime(world);
    else if (act < 0.88) await this.#start(world, 'ingest');
    else if (act < 0.93) await this.#start(world, 'retry');
    else if (act < 0.98) await this.#start(world, 'stuck-alarm');
    else await this.#start(world, 'maintain');
  }

  /** Mostly nothing goes wrong. */
  #passage({ name, waiting }: Actor): Passage {
    const random = this.#random;
    const call = waiting[0]?.call;
    if (call === undefined || !random.chance(this.#faultShare)) return PASS;
    this.#injected += 1;
    const passage = faultFor(call, random);
    this.#trace.push(`${name} ${call.service} ${call.action}: ${JSON.stringify(passage)}`);
    return passage;
  }

  async #letOn(actor: Actor, passage: Passage): Promise<void> {
    const next = actor.waiting.shift();
    if (next === undefined) return;
    if (passage.kind === 'vanish' || passage.kind === 'vanish-after') {
      actor.state = 'dead';
      next.letThrough(passage);
      // Nobody hears of it, but it is done before anything else is.
      if (passage.kind === 'vanish-after') while (this.#lastServed !== next.call) await this.#change();
      return;
    }
    if (passage.kind === 'pass') this.#trace.push(`${actor.name} ${next.call.service} ${next.call.action}`);
    await this.#untilQuiet(actor, () => next.letThrough(passage));
  }

  async #untilQuiet(actor: Actor, go: () => void): Promise<void> {
    actor.state = 'running';
    go();
    // What goes on beside a waiting call begins its own within a few turns.
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      while (!isQuiet(actor)) {
        await this.#change();
        turns = 0;
      }
      await turn();
    }
    if (actor.waiting.length > 0 && actor.state === 'running') actor.state = 'waiting';
  }

  #change(): Promise<void> {
    return new Promise((settle) => {
      this.#changed = settle;
    });
  }

  async #start(world: World, flow: Flow): Promise<Actor | undefined> {
    const alive = this.#actors.filter((one) => one.flow === flow && one.state === 'waiting');
    if (alive.length >= MOST_ALIVE[flow]) return undefined;
    const actor: Actor = {
      name: `${flow}-${++this.#started}`,
      flow,
      state: 'running',
      waiting: [],
      underWay: 0,
      onCallOver: () => this.#changed(),
    };
    const end = () => {
      if (actor.state === 'dead') return;
      actor.state = 'done';
      this.#changed();
    };
    const received = flow === 'ingest' ? world.receive() : undefined;
    if (flow === 'ingest' && received === undefined) return undefined;
    // A process takes one invocation at a time, and the next one when it is done; one that is gone takes none.
    const handler = this.#idle[flow].pop() ?? world.openHandler(flow);
    const invoke = async () => {
      const response = await handler(received?.event ?? {}, lambdaContext(flow));
      if (received !== undefined) world.settle(received.messages, response as SQSBatchResponse);
      this.#idle[flow].push(handler);
    };
    this.#trace.push(`${new Date(world.now).toISOString()} ${actor.name} begins`);
    this.#actors.push(actor);
    await this.#untilQuiet(actor, () => void runAs(actor, invoke).then(end, end));
    return actor;
  }

  #passTime(world: World): void {
    const random = this.#random;
    const seconds = random.next();
    const passed =
      seconds < 0.6
        ? random.between(1, 60)
        : seconds < 0.9
          ? random.between(60, 1_200)
          : seconds < 0.98
            ? random.between(1_200, 20_000)
            : random.between(20_000, 260_000);
    world.now += passed * 1_000;
    this.#trace.push(`${passed} s pass`);
  }

  async #operate(world: World): Promise<void> {
    const random = this.#random;
    const now = new Date(world.now);
    const scope = {
      tenant: random.chance(0.5) ? 'anthem' : null,
      stage: random.pick(STAGES),
      downstream: null,
    };
    const act = random.next();
    if (act < 0.6) {
      const pagwId = this.#anyRequest(world);
      const brought = await retryNow(world.database, { pagwId, stage: null, ...OPERATOR }, now);
      for (const { sequenceNo } of brought) world.broughtForward.add(`${pagwId}:${sequenceNo}`);
      this.#trace.push(`retry run ${pagwId}: ${brought.length}`);
    } else if (act < 0.8) {
      if (await pauseRetries(world.database, scope, OPERATOR, now)) this.#pauses.push(scope);
      this.#trace.push(`pause ${scope.tenant} ${scope.stage}`);
    } else if (await resumeRetries(world.database, scope, OPERATOR, now)) {
      const place = this.#pauses.findIndex(
        ({ tenant, stage }) => tenant === scope.tenant && stage === scope.stage,
      );
      this.#pauses.splice(place, 1);
      this.#trace.push(`resume ${scope.tenant} ${scope.stage}`);
    }
  }

  #anyRequest(world: World): string {
    const ids = world.requestIds;
    return ids[this.#random.between(0, ids.length - 1)] ?? '';
  }

  /** Nothing goes wrong any more: what was left is taken up, and every flow has its turn. */
  async #comeToRest(world: World): Promise<void> {
    while (this.#actors.some(({ state }) => state === 'waiting'))
      for (const actor of this.#actors.filter(({ state }) => state === 'waiting'))
        await this.#letOn(actor, PASS);
    const runToEnd = async (flow: Flow) => {
      const actor = await this.#start(world, flow);
      while (actor?.state === 'waiting') await this.#letOn(actor, PASS);
      return actor !== undefined;
    };
    const emptyQueue = async () => {
      while (world.queue.size > 0) if (!(await runToEnd('ingest'))) world.now += 60_000;
    };
    await emptyQueue();
    while (world.answerCommand()) await emptyQueue();
    for (let look = 0; look < 4; look++) {
      await runToEnd('retry');
      await runToEnd('stuck-alarm');
      world.now += 11 * 60_000;
    }
    await runToEnd('retry');
    await runToEnd('maintain');
    await runToEnd('maintain');
    await runToEnd('stuck-alarm');
  }

  /** Nothing that was due is left, but for what a pause holds back. */
  async #summarise(world: World, { faults }: Comparison): Promise<void> {
    const { rows } = await world.database.execute<{ pagwId: string; tenant: string; stage: string }>(
      'SELECT pagw_id, tenant, stage FROM event_tracker WHERE next_retry_at <= :now::timestamptz',
      { now: new Date(world.now) },
    );
    const isHeld = ({ tenant, stage }: { tenant: string; stage: string }) =>
      this.#pauses.some(
        (pause) => (pause.tenant === null || pause.tenant === tenant) && (pause.stage ?? stage) === stage,
      );
    for (const row of rows)
      if (!isHeld(row)) faults.push(`${row.pagwId} ${row.stage} is due and was not sent`);
  }
}

/** What can go wrong with this call. */
function faultFor({ service, action }: ServiceCall, random: Random): Passage {
  const anywhere: Passage[] = [{ kind: 'vanish' }, { kind: 'vanish-after' }, { kind: 'cut' }];
  const errors: Record<ServiceCall['service'], [status: number, name: string][]> = {
    database: [
      [500, 'InternalServerErrorException'],
      [503, 'ServiceUnavailableError'],
      [504, 'DatabaseUnavailableException'],
      [429, 'ThrottlingException'],
      [400, 'StatementTimeoutException'],
    ],
    queue: [[503, 'ServiceUnavailable']],
    bucket: [[503, 'SlowDown']],
    topic: [[500, 'InternalFailure']],
  };
  const refusals = errors[service].flatMap(([status, name]): Passage[] => [
    { kind: 'refuse', status, name },
    { kind: 'lose-answer', status, name },
  ]);
  const inPart: Passage[] = action === 'SendMessageBatch' ? [{ kind: 'in-part' }] : [];
  return random.pick([...refusals, ...anywhere, ...inPart] as [Passage, ...Passage[]]);
}
