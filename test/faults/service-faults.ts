import type { Random } from '../../lib/local/demo/random.ts';
import type { Passage, ServiceCall } from '../simulation/service-door.ts';
import type { Fault, Trial } from './trial.ts';

function of(
  service: ServiceCall['service'],
  passage: Passage | ((random: Random) => Passage),
  action?: string,
): NonNullable<Fault['passage']> {
  return (call, random) =>
    call.service === service && (action ?? call.action) === call.action && random.chance(0.7)
      ? typeof passage === 'function'
        ? passage(random)
        : passage
      : undefined;
}

/** Longer than one waits for an answer gladly, and sometimes longer than it is waited for at all. */
const late = (random: Random): Passage => ({ kind: 'late', milliseconds: random.between(100, 4_000) });

/** Poison has to be set aside, which the bucket is asked for. */
async function withPoison(trial: Trial): Promise<void> {
  for (const group of ['a', 'b', 'c']) trial.world.producePoison(group);
  await trial.work();
}

/** Something is stuck, so that there is something to tell; and due, so that there is something to send. */
async function withSomethingToSend(trial: Trial): Promise<void> {
  await trial.work(['ingest', 'ingest', 'ingest', 'ingest']);
  trial.world.now += 20 * 60_000;
  await trial.work(['retry', 'stuck-alarm']);
}

export const serviceFaults: readonly Fault[] = [
  {
    name: 'S3 answers 503',
    passage: of('bucket', { kind: 'refuse', status: 503, name: 'SlowDown' }),
    during: withPoison,
  },
  {
    name: 'S3 keeps the object and answers 500',
    passage: of('bucket', { kind: 'lose-answer', status: 500, name: 'InternalError' }),
    during: withPoison,
  },
  { name: 'S3 cuts the connection', passage: of('bucket', { kind: 'cut' }), during: withPoison },
  { name: 'S3 takes up to 4 s to answer', passage: of('bucket', late), during: withPoison },
  { name: 'S3 never answers', passage: of('bucket', { kind: 'vanish' }), during: withPoison },
  {
    name: 'S3 keeps the object and never answers',
    passage: of('bucket', { kind: 'vanish-after' }),
    during: withPoison,
  },
  {
    name: 'SNS answers 500',
    passage: of('topic', { kind: 'refuse', status: 500, name: 'InternalFailure' }),
    during: withSomethingToSend,
  },
  {
    name: 'SNS publishes and answers 500',
    passage: of('topic', { kind: 'lose-answer', status: 500, name: 'InternalFailure' }),
    during: withSomethingToSend,
  },
  { name: 'SNS cuts the connection', passage: of('topic', { kind: 'cut' }), during: withSomethingToSend },
  { name: 'SNS takes up to 4 s to answer', passage: of('topic', late), during: withSomethingToSend },
  { name: 'SNS never answers', passage: of('topic', { kind: 'vanish' }), during: withSomethingToSend },
  {
    name: 'SNS publishes and never answers',
    passage: of('topic', { kind: 'vanish-after' }),
    during: withSomethingToSend,
  },
  {
    name: 'SQS takes every second retry command',
    passage: of('queue', { kind: 'in-part' }, 'SendMessageBatch'),
    during: withSomethingToSend,
  },
  {
    name: 'SQS refuses retry commands',
    passage: of('queue', { kind: 'refuse', status: 503, name: 'ServiceUnavailable' }, 'SendMessageBatch'),
    during: withSomethingToSend,
  },
  {
    name: 'SQS takes retry commands and answers 503',
    passage: of(
      'queue',
      { kind: 'lose-answer', status: 503, name: 'ServiceUnavailable' },
      'SendMessageBatch',
    ),
    during: withSomethingToSend,
  },
  {
    name: 'SQS takes retry commands and never answers',
    passage: of('queue', { kind: 'vanish-after' }, 'SendMessageBatch'),
    during: withSomethingToSend,
  },
  {
    name: 'SQS changes no visibility, and the database is away',
    passage: ({ service, action }) =>
      service === 'database'
        ? { kind: 'refuse', status: 504, name: 'DatabaseUnavailableException' }
        : action === 'ChangeMessageVisibilityBatch'
          ? { kind: 'refuse', status: 503, name: 'ServiceUnavailable' }
          : undefined,
  },
];
