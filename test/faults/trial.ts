import type { Context } from 'aws-lambda';
import type { Random } from '../../lib/local/demo/random.ts';
import { type Comparison, compareWithModel } from '../simulation/compare-with-model.ts';
import { PASS, type Passage, type ServiceCall } from '../simulation/service-door.ts';
import type { TestBed } from '../simulation/test-bed.ts';
import { type Flow, type Handler, World } from '../simulation/world.ts';
import { lambdaContext } from '../support/lambda.ts';

/** What a fault needs for itself: a disk, a setting. */
export interface OwnBed {
  bed: TestBed;
  close(): Promise<void>;
}

/** A fault of one kind, as often as asked, in one database. */
export interface Fault {
  /** As the table names it. */
  name: string;
  /** What becomes of a call while the fault lasts. */
  passage?: (call: ServiceCall, random: Random) => Passage | undefined;
  /** Goes on beside the work, and is over when the fault is. @default the work alone, once */
  during?: (trial: Trial) => Promise<unknown>;
  /** The tracker's time is the machine's. */
  inNow?: boolean;
  /** Each time in a database of its own. */
  isAlone?: boolean;
  /** In a bed of its own; refused where this machine or its user cannot make one. */
  openBed?: () => Promise<OwnBed>;
  /** Instead of work and comparison: answers what was wrong after it. */
  instead?: (
    bed: TestBed,
    time: number,
    random: Random,
  ) => Promise<Omit<Outcome, 'recoverySeconds'> & { recoverySeconds?: number }>;
}

export interface Outcome {
  lost: number;
  doubled: number;
  faults: string[];
  /** From the end of the fault until nothing was left to do, by the tracker's clock: rests on the queue included. */
  recoverySeconds: number;
  /** Calls that the fault befell; undefined where it befalls something else than calls. */
  befell?: number;
}

const START = new Date('2026-03-02T08:00:00Z');
const REQUESTS = 4;
const MESSAGES = 40;
const MOST_ROUNDS = 20;

/** The work of the tracker, with a fault in it. */
export class Trial {
  readonly bed: TestBed;
  readonly random: Random;
  readonly world: World;
  /** What is left of an invocation's time. */
  context: (flow: Flow) => Context = lambdaContext;
  /** Told of each call. */
  onCall: ((call: ServiceCall) => void) | undefined;
  #fault: Fault | undefined;
  #befell = 0;
  #passedAt = performance.now();
  readonly #handlers: Partial<Record<Flow, Handler[]>> = {};

  private constructor(bed: TestBed, world: World) {
    this.bed = bed;
    this.world = world;
    this.random = world.random;
  }

  static async open(bed: TestBed, seed: string, start = START): Promise<Trial> {
    const made: { trial?: Trial } = {};
    const world = await World.open({
      ...{ bed, seed, start, requests: 0 },
      decide: (call) => made.trial?.decide(call) ?? PASS,
    });
    made.trial = new Trial(bed, world);
    return made.trial;
  }

  decide(call: ServiceCall): Passage {
    this.onCall?.(call);
    const passage = this.#fault?.passage?.(call, this.random);
    if (passage !== undefined && passage.kind !== 'pass') this.#befell++;
    return passage ?? PASS;
  }

  /** New requests, the fault in the middle of their work, and all that is recorded held against the model after it. */
  async go(fault: Fault): Promise<Outcome> {
    const { world } = this;
    this.#fault = fault;
    this.#befell = 0;
    // A fault of calls lasts until one met it.
    for (let rounds = 0; rounds === 0 || (this.#awaitsCall(fault) && rounds < MOST_ROUNDS); rounds++) {
      world.addRequests(REQUESTS);
      for (let sent = 0; sent < MESSAGES; sent++) world.produce();
      await (fault.during ?? ((trial: Trial) => trial.work()))(this);
    }
    const unmet = this.#awaitsCall(fault) ? ['The fault befell no call.'] : [];
    this.#fault = undefined;
    this.passTime();
    const endedAt = world.now;
    await this.comeToRest();
    const recoverySeconds = (world.now - endedAt) / 1_000;
    const { lost, doubled, faults } = await this.compare();
    return {
      ...{ lost, doubled, recoverySeconds, faults: [...unmet, ...faults] },
      ...(fault.passage === undefined ? {} : { befell: this.#befell }),
    };
  }

  #awaitsCall(fault: Fault): boolean {
    return fault.passage !== undefined && this.#befell === 0;
  }

  compare(): Promise<Comparison> {
    const { world } = this;
    return compareWithModel({ database: world.database, sent: world.sent, door: world.door });
  }

  /** The clock goes on with the machine's. */
  passTime(): void {
    const now = performance.now();
    this.world.now += Math.max(1, Math.round(now - this.#passedAt));
    this.#passedAt = now;
  }

  /** Every flow at once, as they are scheduled; failures are what a fault brings with it. */
  async work(flows: readonly Flow[] = ['ingest', 'ingest', 'ingest', 'retry', 'stuck-alarm']): Promise<void> {
    this.passTime();
    await Promise.allSettled(flows.map((flow) => this.run(flow)));
  }

  /** One invocation; false when ingest had nothing to take. */
  async run(flow: Flow): Promise<boolean> {
    const idle = this.#handlers[flow] ?? [];
    this.#handlers[flow] = idle;
    const isOrdinary = this.world.handlerClock === undefined;
    const handler = (isOrdinary ? idle.pop() : undefined) ?? this.world.openHandler(flow);
    try {
      if (flow === 'ingest') return await this.world.ingest(handler, this.context(flow));
      await handler({}, this.context(flow));
      return true;
    } finally {
      if (isOrdinary) idle.push(handler);
    }
  }

  /** Until the queue is empty and nothing is due. */
  async comeToRest(): Promise<void> {
    const { world } = this;
    for (let rounds = 0; world.queue.size > 0; rounds++) {
      if (rounds > 500) throw new Error(`${world.queue.size} messages stay on the queue.`);
      this.passTime();
      const took = await Promise.all([this.run('ingest'), this.run('ingest')]);
      const freeAt = world.queue.nextFreeAt(world.now / 1_000);
      if (!took.includes(true) && freeAt !== undefined) world.now = Math.max(world.now, freeAt * 1_000);
    }
    await this.run('retry');
    await this.run('stuck-alarm');
  }

  async close(): Promise<void> {
    await this.world.close();
  }
}
