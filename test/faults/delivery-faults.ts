import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SQSEvent } from 'aws-lambda';
import { lambdaContext } from '../support/lambda.ts';
import type { Fault, Trial } from './trial.ts';

const HANDLER_PROCESS = fileURLToPath(new URL('./handler-process.ts', import.meta.url));

/** The same delivery to several handlers at once; only the first one's answer reaches the queue. */
async function deliverTo(trial: Trial, handlers: number): Promise<void> {
  const { world } = trial;
  for (let received = world.receive(); received !== undefined; received = world.receive()) {
    const { event, messages } = received;
    const answers = await Promise.all(
      Array.from({ length: handlers }, () => world.openHandler('ingest')(event, lambdaContext('ingest'))),
    );
    world.settle(messages, answers[0] as never);
  }
}

/** A handler is still at it when the messages come again, to another one. */
async function expireWhileRunning(trial: Trial): Promise<void> {
  const { world } = trial;
  for (let round = 0; round < 3; round++) {
    const slow = trial.run('ingest');
    await delay(trial.random.between(0, 8));
    world.now += 91_000;
    await Promise.all([slow, trial.run('ingest'), trial.run('ingest')]);
  }
}

async function shuffleGroups(trial: Trial): Promise<void> {
  const { world } = trial;
  for (let received = world.receive(); received !== undefined; received = world.receive()) {
    const groups = [
      ...Map.groupBy(received.event.Records, ({ attributes }) => attributes.MessageGroupId).values(),
    ];
    const event: SQSEvent = { Records: groups.toSorted(() => trial.random.next() - 0.5).flat() };
    world.settle(
      received.messages,
      (await world.openHandler('ingest')(event, lambdaContext('ingest'))) as never,
    );
  }
}

let position = 0;

/** Among a batch of one request's events, one place further each time. */
async function poisonAt(trial: Trial): Promise<void> {
  const { world } = trial;
  const group = world.requestIds.at(-1) ?? '';
  for (let place = 0; place < 10; place++) {
    if (place === position % 10) world.producePoison(group);
    else world.produce(group);
  }
  position += 1;
  await trial.work();
}

/** All the messages of one request, each to a handler of its own at the same moment. */
async function hotRequest(trial: Trial): Promise<void> {
  const { world } = trial;
  const hot = world.requestIds.at(-1) ?? '';
  await trial.comeToRest();
  for (let sent = 0; sent < 10; sent++) world.produce(hot);
  const received = world.receive();
  if (received === undefined) return;
  await Promise.all(
    Array.from({ length: 10 }, () => world.openHandler('ingest')(received.event, lambdaContext('ingest'))),
  );
}

/** A handler in a process of its own is killed; what it was given comes again after its time. */
async function killProcess(trial: Trial): Promise<void> {
  const { world, random } = trial;
  const received = world.receive();
  if (received === undefined) return;
  const child = spawn(process.execPath, ['--import', 'tsx', HANDLER_PROCESS], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, ...world.environment },
  });
  await new Promise((ready) => child.once('message', ready));
  const ended = new Promise((settle) => child.once('exit', settle));
  child.send({ event: received.event, now: world.now });
  const answered = new Promise((settle) => child.once('message', settle));
  await Promise.race([answered, delay(random.between(0, 120))]);
  child.kill('SIGKILL');
  await ended;
}

export const deliveryFaults: readonly Fault[] = [
  { name: 'every message delivered to five handlers at once', during: (trial) => deliverTo(trial, 5) },
  { name: 'visibility ends while the handler runs', during: expireWhileRunning },
  { name: 'groups out of order', during: shuffleGroups },
  { name: 'poison in each position of a batch', during: poisonAt },
  { name: 'ten handlers on one hot request', during: hotRequest },
  { name: 'a handler’s process killed in mid-batch', during: killProcess },
  {
    name: 'an invocation vanishes at any call',
    passage: (_, random) =>
      random.chance(0.25) ? { kind: random.pick(['vanish', 'vanish-after']) } : undefined,
    during: async (trial) => {
      for (let round = 0; round < 2; round++)
        void Promise.allSettled(
          (['ingest', 'ingest', 'retry', 'stuck-alarm'] as const).map((flow) => trial.run(flow)),
        );
      await delay(400);
      trial.world.now += 7 * 60_000;
    },
  },
  { name: 'two runs of each schedule at once', during: (trial) => twoOfEach(trial) },
];

/** Told and sent once, however many look at it. */
async function twoOfEach(trial: Trial): Promise<void> {
  const { world } = trial;
  await trial.comeToRest();
  world.now += 20 * 60_000;
  const before = { published: world.door.published.length, commands: world.door.commands.length };
  await trial.work(['retry', 'retry', 'stuck-alarm', 'stuck-alarm', 'maintain', 'maintain']);
  const twice = (all: readonly string[]) => all.filter((one, place) => all.indexOf(one) !== place);
  const doubled = [
    ...twice(world.door.published.slice(before.published)),
    ...twice(world.door.commands.slice(before.commands).map(({ token }) => token)),
  ];
  if (doubled.length > 0) throw new Error(`Sent twice: ${doubled.join(' ')}.`);
}
