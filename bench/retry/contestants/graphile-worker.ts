import { Pool } from 'pg';
import { type Contestant, type OpenContestant, WORKERS } from '../contestant.ts';

/** The little of graphile-worker that is called here. */
interface GraphileWorkerModule {
  Logger: new (factory: () => () => undefined) => object;
  makeWorkerUtils(options: { connectionString: string }): Promise<{
    migrate(): Promise<void>;
    release(): Promise<void>;
  }>;
  run(options: {
    taskList: Record<string, () => void>;
    noHandleSignals: boolean;
    preset: { worker: Record<string, unknown> };
  }): Promise<{ stop(): Promise<void> }>;
}

/** Not written into the import, so that the project's type check does not need the package. */
const PACKAGE: string = 'graphile-worker';
const TASK = 'retry';
/** What its own documentation has for throughput: a local queue, and completions in batches without waiting. */
const BATCHED = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
const JOBS_AT_ONCE = 24;

/** graphile-worker with its batched modes on. */
export const open: OpenContestant = async ({ connectionString }): Promise<Contestant> => {
  const { Logger, makeWorkerUtils, run } = (await import(PACKAGE)) as GraphileWorkerModule;
  const silent = new Logger(() => () => undefined);
  const utils = await makeWorkerUtils({ connectionString });
  await utils.migrate();
  const pool = new Pool({ connectionString, max: 1 });
  let due = 0;
  return {
    prepare: async (jobs) => {
      due = jobs;
      await pool.query(
        `SELECT graphile_worker.add_jobs(array(
           SELECT json_populate_record(null::graphile_worker.job_spec, json_build_object(
             'identifier', '${TASK}', 'payload', json_build_object('pagwId', 'PAGW-' || number, 'attempt', 2)))
           FROM generate_series(1, $1::int) AS number))`,
        [jobs],
      );
      await pool.query('VACUUM (ANALYZE)');
    },
    work: async () => {
      let done = 0;
      let finish = () => {};
      const finished = new Promise<void>((settle) => {
        finish = settle;
      });
      const taskList = {
        [TASK]: () => {
          done += 1;
          if (done === due) finish();
        },
      };
      const runners = await Promise.all(
        Array.from({ length: WORKERS }, () =>
          run({
            taskList,
            noHandleSignals: true,
            preset: {
              worker: {
                ...BATCHED,
                connectionString,
                concurrentJobs: JOBS_AT_ONCE,
                maxPoolSize: JOBS_AT_ONCE,
                pollInterval: 100,
                logger: silent,
              },
            },
          }),
        ),
      );
      await finished;
      // What is done is noted in batches: a job counts when its row is gone.
      await Promise.all(runners.map((runner) => runner.stop()));
      return done;
    },
    verify: async () => {
      const { rows } = await pool.query('SELECT count(*)::int AS left FROM graphile_worker._private_jobs');
      if (rows[0].left !== 0) throw new Error(`${rows[0].left} jobs are left.`);
    },
    close: async () => {
      await utils.release();
      await pool.end();
    },
  };
};
