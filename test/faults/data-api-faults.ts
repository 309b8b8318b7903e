import type { Random } from '../../lib/local/demo/random.ts';
import type { Passage, ServiceCall } from '../simulation/service-door.ts';
import { lambdaContext } from '../support/lambda.ts';
import type { Fault, Trial } from './trial.ts';

const SHARE = 0.4;

/** Of the calls of the Data API, so many meet this. */
function sometimes(passage: Passage, share = SHARE) {
  return ({ service }: ServiceCall, random: Random): Passage | undefined =>
    service === 'database' && random.chance(share) ? passage : undefined;
}

const answers: readonly [status: number, name: string][] = [
  [429, 'ThrottlingException'],
  [500, 'InternalServerErrorException'],
  [503, 'ServiceUnavailableError'],
  [504, 'DatabaseUnavailableException'],
  [400, 'StatementTimeoutException'],
];

/** Time enough to say what is left on the queue, and hardly any more. */
async function withLittleTime(trial: Trial): Promise<void> {
  trial.context = (flow) => ({ ...lambdaContext(flow), getRemainingTimeInMillis: () => 8_300 });
  await trial.work(['ingest', 'ingest']);
  trial.context = lambdaContext;
}

/** A sleeping cluster answers so until it is awake. */
function resumingOnce(): NonNullable<Fault['passage']> {
  let asked = 0;
  return ({ service }) =>
    service === 'database' && asked++ % 7 === 0
      ? { kind: 'refuse', status: 400, name: 'DatabaseResumingException' }
      : undefined;
}

export const dataApiFaults: readonly Fault[] = [
  ...answers.flatMap(([status, name]): Fault[] => [
    { name: `Data API answers ${status} ${name}`, passage: sometimes({ kind: 'refuse', status, name }) },
    {
      name: `Data API does the work and answers ${status} ${name}`,
      passage: sometimes({ kind: 'lose-answer', status, name }),
    },
  ]),
  { name: 'Data API cuts the connection', passage: sometimes({ kind: 'cut' }) },
  { name: 'Data API never answers', passage: sometimes({ kind: 'vanish' }, 1), during: withLittleTime },
  {
    name: 'Data API does the work and never answers',
    passage: sometimes({ kind: 'vanish-after' }, 0.5),
    during: withLittleTime,
  },
  { name: 'Data API is resuming', passage: resumingOnce(), during: (trial) => trial.work(['ingest']) },
];
