import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programsWithinReach } from '../../../lib/local/postgres/postgres-binaries.ts';
import { type PostgresServer, startPostgres } from '../../../lib/local/postgres/postgres-server.ts';
import { freePort } from '../../support/free-port.ts';

let dataDirectory: string;
let port: number;
let servers: PostgresServer[];
let starters: ChildProcess[];

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'pagw-test-'));
  port = await freePort();
  servers = [];
  starters = [];
});
afterEach(async () => {
  for (const starter of starters) starter.kill('SIGKILL');
  for (const server of servers) await server.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

async function start(
  options: { port?: number; onProgress?: (step: string) => void } = {},
): Promise<PostgresServer> {
  const server = await startPostgres({ dataDirectory, port, fsync: false, ...options });
  servers.push(server);
  return server;
}

async function query(server: PostgresServer, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: server.connectionString('postgres') });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Starts a server from a process of its own, which then waits. */
async function startElsewhere(): Promise<ChildProcess> {
  const code = `
    const { startPostgres } = await import(process.argv[1]);
    await startPostgres({ dataDirectory: process.argv[2], port: Number(process.argv[3]), fsync: false });
    console.log('started');
    setInterval(() => undefined, 1000);`;
  const module = new URL('../../../lib/local/postgres/postgres-server.ts', import.meta.url).href;
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', code];
  const child = spawn(process.execPath, [...flags, module, dataDirectory, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  starters.push(child);
  await new Promise((settle) => child.stdout?.once('data', settle));
  return child;
}

async function kill(process: ChildProcess): Promise<void> {
  const gone = new Promise((settle) => process.once('exit', settle));
  process.kill('SIGKILL');
  await gone;
}

it('runs PostgreSQL 17 in UTF-8 and UTC, on the loopback interface only', async () => {
  const server = await start();
  expect(
    await query(
      server,
      `SELECT split_part(current_setting('server_version'), '.', 1) AS version,
         current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS zone,
         current_setting('listen_addresses') AS addresses, upper('é') AS upper`,
    ),
  ).toEqual([{ version: '17', encoding: 'UTF8', zone: 'UTC', addresses: '127.0.0.1', upper: 'É' }]);
});

it('keeps data and password between starts', async () => {
  const first = await start();
  await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  const steps: string[] = [];
  const second = await start({ onProgress: (step) => steps.push(step) });
  expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  expect(second.password).toBe(first.password);
  expect(steps).toEqual(['starting PostgreSQL']);
});

it('keeps the password where only its owner can read it, and asks for it', async () => {
  const server = await start();
  const file = join(dataDirectory, 'superuser-password');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toBe(server.password);
  const stranger = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: 'guess',
    database: 'postgres',
  });
  await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' });
});

it('writes no values of refused statements into its log', async () => {
  const server = await start();
  await query(server, 'CREATE TABLE member (id text PRIMARY KEY)');
  await query(server, `INSERT INTO member VALUES ('W123456789')`);
  await expect(query(server, `INSERT INTO member VALUES ('W123456789')`)).rejects.toThrow();
  await expect(query(server, `SELECT 'W123456789'::int`)).rejects.toThrow();
  expect(await readFile(join(dataDirectory, 'server.log'), 'utf8')).not.toContain('W123456789');
});

it('brings back what was committed after the server was killed', async () => {
  const first = await start();
  await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
  process.kill(first.processId, 'SIGKILL');
  await first.exited;
  expect(await query(await start(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

it('takes over from a server whose starter was killed', async () => {
  const starter = await startElsewhere();
  await kill(starter);
  const steps: string[] = [];
  const server = await start({ onProgress: (step) => steps.push(step) });
  expect(steps).toContain('stopped the server that a killed process left behind');
  expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('leaves the server of a living process alone', async () => {
  const starter = await startElsewhere();
  await expect(start({ port: await freePort() })).rejects.toThrow(
    `${dataDirectory} is in use by process ${starter.pid}; stop that one, or choose another directory with --data.`,
  );
  await kill(starter);
  await start();
});

describe.runIf(process.getuid?.() === 0)('started by root', () => {
  it('runs below a directory that only root may enter, and takes it up again', async () => {
    const closed = await mkdtemp(join(tmpdir(), 'pagw-test-'));
    try {
      expect((await stat(closed)).mode & 0o077).toBe(0);
      for (const start of ['first', 'second']) {
        const server = await startPostgres({ dataDirectory: join(closed, 'data'), port, fsync: false });
        servers.push(server);
        expect(await query(server, 'SELECT 1 AS one'), start).toEqual([{ one: 1 }]);
        expect((await stat(join(closed, 'data'))).mode & 0o077).toBe(0);
        await server.stop();
      }
    } finally {
      await rm(closed, { recursive: true, force: true });
    }
  });

  it.runIf(process.platform === 'linux')(
    'keeps nothing of root: no user, group, capability or variable',
    async () => {
      process.env.PAGW_TEST_SECRET = 'W123456789';
      const server = await start();
      delete process.env.PAGW_TEST_SECRET;
      const facts = await readFile(`/proc/${server.processId}/status`, 'utf8');
      const fact = (name: string) => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(facts)?.[1];
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) expect(fact(set), set).toMatch(/^0+$/);
      expect(fact('Groups')).toBe('');
      expect(`${fact('Uid')} ${fact('Gid')}`.split(/\s+/)).not.toContain('0');
      const environment = (await readFile(`/proc/${server.processId}/environ`, 'utf8')).split('\0');
      expect(environment.join('\n')).not.toContain('W123456789');
    },
  );

  it("runs a copy of programs that only root may reach, and takes nobody else's", async () => {
    const closed = await mkdtemp(join(tmpdir(), 'pagw-test-'));
    const native = join(closed, 'native');
    await mkdir(join(native, 'bin'), { recursive: true });
    await writeFile(join(closed, 'package.json'), JSON.stringify({ version: basename(closed) }));
    for (const program of ['initdb', 'postgres']) await writeFile(join(native, 'bin', program), program);
    const programs = { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
    const nobody = { name: 'nobody', uid: 65_534, gid: 65_534 };
    const copy = join(tmpdir(), `pagw-postgres-${basename(closed)}`);
    try {
      const reachable = await programsWithinReach(programs, nobody);
      expect(reachable).toEqual({ initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres') });
      expect(await readFile(reachable.postgres, 'utf8')).toBe('postgres');
      expect(await programsWithinReach(programs, nobody)).toEqual(reachable);
      expect(await programsWithinReach(programs, undefined)).toEqual(programs);
      await chown(copy, nobody.uid, nobody.gid);
      await expect(programsWithinReach(programs, nobody)).rejects.toThrow(
        `${copy} was made by another user; remove it, then start again.`,
      );
    } finally {
      await rm(closed, { recursive: true, force: true });
      await rm(copy, { recursive: true, force: true });
    }
  });
});

it('says which port is taken', async () => {
  const first = await start();
  const elsewhere = await mkdtemp(join(tmpdir(), 'pagw-test-'));
  try {
    await expect(startPostgres({ dataDirectory: elsewhere, port: first.port })).rejects.toMatchObject({
      name: 'PortInUseError',
      message: `Port ${first.port} is taken; stop the program that listens on it, or choose another with --port.`,
    });
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
});
