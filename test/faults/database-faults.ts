import { setTimeout as delay } from 'node:timers/promises';
import { serverProcesses, signal } from './server-processes.ts';
import type { Fault, Trial } from './trial.ts';

/** Work goes on while something is done to the server, and again when it is done. */
async function meanwhile(trial: Trial, strike: () => Promise<unknown>): Promise<void> {
  const work = trial.work();
  await delay(trial.random.between(0, 60));
  const struck = strike();
  await Promise.all([work, struck]);
}

async function kill(trial: Trial): Promise<void> {
  const { postgres } = trial.bed;
  process.kill(postgres.processId, 'SIGKILL');
  await postgres.exited;
  await trial.bed.startAgain();
}

/** With all its processes, as a machine that is suspended. */
async function suspend(trial: Trial, milliseconds: number): Promise<void> {
  const ids = await serverProcesses(trial.bed);
  signal(ids, 'SIGSTOP');
  await delay(milliseconds);
  signal(ids, 'SIGCONT');
}

async function restart(trial: Trial): Promise<void> {
  await trial.bed.postgres.stop();
  await trial.bed.startAgain();
}

/** Whatever runs at that moment, again and again. */
async function cutConnections(trial: Trial): Promise<void> {
  const database = trial.world.target.database ?? '';
  for (let cuts = 0; cuts < 6; cuts++) {
    await trial.bed.sql(
      'postgres',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND backend_type = 'client backend'`,
    );
    await delay(trial.random.between(0, 25));
  }
}

async function takeConnections(trial: Trial): Promise<void> {
  const database = trial.world.target.database ?? '';
  await trial.bed.sql('postgres', `ALTER DATABASE ${database} CONNECTION LIMIT 1`);
  try {
    await cutConnections(trial);
    await trial.work();
  } finally {
    await trial.bed.sql('postgres', `ALTER DATABASE ${database} CONNECTION LIMIT -1`);
  }
}

/** Somebody keeps a lock on what ingest writes, as a report or a migration may. */
async function holdLock(trial: Trial): Promise<void> {
  const database = trial.world.target.database ?? '';
  await trial.bed.sql(database, 'BEGIN; LOCK TABLE request_tracker; SELECT pg_sleep(0.5); COMMIT');
}

export const databaseFaults: readonly Fault[] = [
  {
    name: 'PostgreSQL killed (SIGKILL) and started again',
    during: (trial) => meanwhile(trial, () => kill(trial)),
  },
  {
    name: 'PostgreSQL suspended (SIGSTOP) for up to 2 s',
    during: (trial) => meanwhile(trial, () => suspend(trial, trial.random.between(300, 2_000))),
  },
  {
    // Longer than a call of the Data API may take.
    name: 'PostgreSQL suspended (SIGSTOP) for a minute',
    during: (trial) => meanwhile(trial, () => suspend(trial, 60_000)),
  },
  { name: 'PostgreSQL restarted in order', during: (trial) => meanwhile(trial, () => restart(trial)) },
  {
    name: 'connections cut in mid-statement',
    during: (trial) => meanwhile(trial, () => cutConnections(trial)),
  },
  { name: 'out of connections', during: (trial) => meanwhile(trial, () => takeConnections(trial)) },
  {
    name: 'the requests’ table locked by somebody',
    during: (trial) => meanwhile(trial, () => holdLock(trial)),
  },
];
