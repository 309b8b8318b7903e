import { lambdaContext } from '../support/lambda.ts';
import type { Fault, Trial } from './trial.ts';

/** Our own machine's clock is wrong: the database's counts, so every row has today's time. */
async function withClockAt(trial: Trial, year: string): Promise<void> {
  const { world } = trial;
  const wrong = Date.parse(`${year}-01-01T00:00:00Z`) - Date.now();
  const before = Date.now() - 5_000;
  world.handlerClock = { isMachineClock: true, now: () => new Date(Date.now() + wrong) };
  try {
    await trial.work(['ingest', 'ingest', 'retry', 'stuck-alarm', 'maintain']);
  } finally {
    world.handlerClock = undefined;
  }
  const { rows } = await world.database.execute<{ astray: number }>(
    'SELECT count(*) AS astray FROM event_tracker WHERE created_at > :until::timestamptz OR created_at < :since::timestamptz',
    { until: new Date(Date.now() + 5_000), since: new Date(before) },
  );
  if (rows[0]?.astray !== 0) throw new Error(`${rows[0]?.astray} events were recorded at a wrong time.`);
}

/** The clock that all flows go by is put ahead or back between two invocations. */
async function jump(trial: Trial, seconds: number): Promise<void> {
  await trial.work(['ingest', 'ingest']);
  trial.world.now += seconds * 1_000;
  await trial.work();
}

type Damage = (objects: Trial['world']['door']['objects']) => void;

const damages: Readonly<Record<string, Damage>> = {
  missing: (objects) => objects.clear(),
  'cut short': (objects) => {
    for (const [key, { body }] of objects) objects.set(key, damaged(body.subarray(0, body.length / 2)));
  },
  altered: (objects) => {
    for (const [key, { body }] of objects)
      objects.set(key, damaged(Buffer.concat([Buffer.from([1]), body.subarray(1)])));
  },
};

function damaged(body: Buffer) {
  return { body, sha256: Buffer.from('damaged').toString('base64') };
}

/** An old month is archived, and its objects are damaged before it is dropped: then it has to stay. */
async function damageArchive(trial: Trial, damage: Damage): Promise<void> {
  const { world } = trial;
  await trial.comeToRest();
  world.closeAll();
  await trial.comeToRest();
  const stays = await eventsOf(trial);
  world.now += 200 * 86_400_000;
  world.archiveAfterDays = '90';
  let looks = 0;
  trial.onCall = ({ service, action }) => {
    // The last look at an object before its month goes.
    if (service !== 'bucket' || action !== 'HEAD') return;
    looks += 1;
    damage(world.door.objects);
  };
  await world
    .openHandler('maintain')({}, lambdaContext('maintain'))
    .catch(() => undefined);
  trial.onCall = undefined;
  world.archiveAfterDays = 'off';
  if ((await eventsOf(trial)) !== stays) throw new Error('Events went whose archive is damaged.');
  if (looks === 0) throw new Error('No month was to be dropped.');
}

async function eventsOf({ world }: Trial): Promise<number> {
  const { rows } = await world.database.execute<{ events: number }>(
    'SELECT count(*) AS events FROM event_tracker',
  );
  return rows[0]?.events ?? 0;
}

export const clockAndArchiveFaults: readonly Fault[] = [
  ...['1970', '2100'].map(
    (year): Fault => ({
      name: `our clock stands in ${year}`,
      inNow: true,
      isAlone: true,
      during: (trial) => withClockAt(trial, year),
    }),
  ),
  { name: 'the clock jumps an hour ahead', during: (trial) => jump(trial, 3_600) },
  { name: 'the clock jumps three days ahead', during: (trial) => jump(trial, 3 * 86_400) },
  ...Object.entries(damages).map(
    ([name, damage]): Fault => ({
      name: `archived objects ${name} before their month is dropped`,
      isAlone: true,
      during: (trial) => damageArchive(trial, damage),
    }),
  ),
];
