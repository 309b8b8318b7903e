import { type Contestant, type OpenContestant, WORKERS } from '../contestant.ts';

/** The little of pg-boss that is called here. */
interface Boss {
  on(event: 'error', listener: (error: Error) => void): unknown;
  start(): Promise<unknown>;
  stop(options: { graceful: boolean }): Promise<void>;
  createQueue(name: string): Promise<void>;
  insert(queue: string, jobs: { data: object }[]): Promise<unknown>;
  fetch(queue: string, options: { batchSize: number }): Promise<{ id: string }[]>;
  complete(queue: string, ids: string[]): Promise<unknown>;
}

interface PgBossModule {
  PgBoss: new (options: {
    connectionString: string;
    max: number;
    supervise: boolean;
    schedule: boolean;
  }) => Boss;
}

/** Not written into the import, so that the project's type check does not need the package. */
const PACKAGE: string = 'pg-boss';
const QUEUE = 'retries';
const BATCH = 100;

/** pg-boss: fetch a batch, complete it with one call. */
export const open: OpenContestant = async ({ connectionString }): Promise<Contestant> => {
  const { PgBoss } = (await import(PACKAGE)) as PgBossModule;
  const boss = new PgBoss({ connectionString, max: WORKERS, supervise: false, schedule: false });
  boss.on('error', (error) => console.error(error.message));
  await boss.start();
  await boss.createQueue(QUEUE);
  const drain = async () => {
    let done = 0;
    for (;;) {
      const jobs = await boss.fetch(QUEUE, { batchSize: BATCH });
      if (jobs.length === 0) return done;
      await boss.complete(
        QUEUE,
        jobs.map(({ id }) => id),
      );
      done += jobs.length;
    }
  };
  return {
    prepare: async (jobs) => {
      for (let from = 0; from < jobs; from += 5_000) {
        const count = Math.min(5_000, jobs - from);
        await boss.insert(
          QUEUE,
          Array.from({ length: count }, (_, number) => ({
            data: { pagwId: `PAGW-${from + number}`, stage: 'API_CONNECTOR', attempt: 2 },
          })),
        );
      }
    },
    work: async () => {
      const done = await Promise.all(Array.from({ length: WORKERS }, drain));
      return done.reduce((sum, count) => sum + count, 0);
    },
    verify: async () => {
      const left = await boss.fetch(QUEUE, { batchSize: 1 });
      if (left.length > 0) throw new Error('Jobs are left.');
    },
    close: () => boss.stop({ graceful: false }),
  };
};
