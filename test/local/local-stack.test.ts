import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../lib/data-access/database.ts';
import { folderForFile } from '../support/for-file.ts';
import { PATIENTLY } from '../support/waiting.ts';
import { findFreePorts } from './free-ports.ts';
import { type RunningStack, runToEnd, startStack } from './running-stack.ts';

const REQUESTS = 60;
const EVENTS = 40;

const directory = folderForFile();
let port: number;
let stack: RunningStack | undefined;

// New each time: in between, a test file that runs beside this one may have taken them.
beforeEach(async () => {
  port = await findFreePorts(4);
});

afterEach(async () => {
  await stack?.kill('SIGTERM');
  stack = undefined;
});

async function start(name: string, ...args: string[]): Promise<RunningStack> {
  stack = await startStack(port, join(directory, name), ...args);
  return stack;
}

/** Events of many requests, each in order, all mixed. */
function interleaved(prefix: string): string {
  const lines: string[] = [];
  for (let number = 1; number <= EVENTS; number++) {
    for (let request = 1; request <= REQUESTS; request++) {
      const pagwId = `${prefix}-${request}`;
      const event = {
        tenant: 'anthem',
        pagwId,
        eventType: number % 2 === 1 ? 'PUBLISH_START' : 'PUBLISH_OK',
      };
      lines.push(JSON.stringify({ eventId: `${pagwId}#${number}`, ...event }));
    }
  }
  return lines.join('\n');
}

async function post(url: string, path: string, body: string): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${url}${path}`, { method: 'POST', body });
  return { status: response.status, answer: await response.json() };
}

async function recorded(database: Database, prefix: string): Promise<number> {
  const sql = 'SELECT count(*) AS events FROM event_tracker WHERE starts_with(pagw_id, :prefix)';
  const { rows } = await database.execute<{ events: number }>(sql, { prefix });
  return rows[0]?.events ?? 0;
}

async function untilRecorded(database: Database, prefix: string): Promise<void> {
  await expect.poll(() => recorded(database, prefix), PATIENTLY).toBe(REQUESTS * EVENTS);
}

/** Requests whose numbers have a gap, or whose events stand in another order than they were sent in. */
async function disorderly(database: Database): Promise<unknown[]> {
  const { rows } = await database.execute(`
    SELECT pagw_id
    FROM event_tracker
    GROUP BY pagw_id
    HAVING min(sequence_no) <> 1 OR max(sequence_no) <> count(*) OR count(DISTINCT event_id) <> count(*)
      OR array_agg(event_id ORDER BY sequence_no)
         <> array_agg(event_id ORDER BY substring(event_id FROM '[0-9]+$')::int)`);
  return rows;
}

// A start takes seconds of CPU time, a test several: on a busy machine that adds up.
describe('a local start', () => {
  it('records what POST /events took, in order and once, and finds it again after a stop', async () => {
    const first = await start('kept', '--no-demo');
    expect(first.banner).toContain('0 tenants, 0 requests');
    const total = { accepted: REQUESTS * EVENTS, rejected: [] };
    expect(await post(first.url, '/events', interleaved('STOP'))).toEqual({ status: 202, answer: total });
    await untilRecorded(first.database, 'STOP');
    expect(await disorderly(first.database)).toEqual([]);
    await post(first.url, '/clock', '{"advanceSeconds":900}');
    const { code } = await first.kill('SIGINT');
    expect(code).toBe(0);

    const second = await start('kept', '--no-demo');
    expect(second.banner).toContain(`1 tenant, ${REQUESTS} requests`);
    await post(second.url, '/events', interleaved('STOP'));
    await post(second.url, '/events', interleaved('AFTER'));
    await untilRecorded(second.database, 'AFTER');
    expect(await recorded(second.database, 'STOP')).toBe(REQUESTS * EVENTS);
    expect(await disorderly(second.database)).toEqual([]);
    const { answer } = await post(second.url, '/clock', '{"advanceSeconds":100}');
    expect(answer).toMatchObject({ aheadSeconds: 1_000 });
  });

  it('loses and doubles nothing when it is killed in mid-flow, again and again', async () => {
    let running = await start('killed');
    for (const prefix of ['FIRST', 'SECOND']) {
      const { status } = await post(running.url, '/events', interleaved(prefix));
      expect(status).toBe(202);
      await running.kill('SIGKILL');
      running = await start('killed');
    }
    for (const prefix of ['FIRST', 'SECOND']) await untilRecorded(running.database, prefix);
    expect(await disorderly(running.database)).toEqual([]);
  });

  it('ends, and says so, when PostgreSQL is killed; the next start goes on', async () => {
    const running = await start('orphaned', '--no-demo');
    const pidFile = join(directory, 'orphaned', 'postgres', 'cluster', 'postmaster.pid');
    const [processId] = (await readFile(pidFile, 'utf8')).split('\n');
    process.kill(Number(processId), 'SIGKILL');
    const { code, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('PostgreSQL has ended');
    const { url } = await start('orphaned', '--no-demo');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('names the port that is taken, and touches nothing', async () => {
    const squatter = createServer().listen(port + 1, '127.0.0.1');
    const data = join(directory, 'never');
    const { code, stderr } = await runToEnd(['--port', String(port), '--data', data]);
    await new Promise((settle) => squatter.close(settle));
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Port ${port + 1} is taken; .*--port`));
    expect(existsSync(data)).toBe(false);
  });

  it('refuses a directory that another start uses, and leaves that one alone', async () => {
    const { url } = await start('shared', '--no-demo');
    const other = await findFreePorts(4);
    const data = join(directory, 'shared');
    const { code, stderr } = await runToEnd(['--port', String(other), '--data', data, '--empty']);
    expect(code).toBe(1);
    expect(stderr).toContain('is in use by another start');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('forgets what was kept with --empty, even after a kill', async () => {
    const first = await start('forgotten', '--no-demo');
    await post(first.url, '/events', interleaved('GONE'));
    await untilRecorded(first.database, 'GONE');
    await first.kill('SIGKILL');
    const second = await start('forgotten', '--no-demo', '--empty');
    expect(second.banner).toContain('0 tenants, 0 requests');
  });

  it('empties no directory of somebody else', async () => {
    await writeFile(join(directory, 'thesis.txt'), 'years of work');
    const { code, stderr } = await runToEnd(['--port', String(port), '--data', directory, '--empty']);
    expect(code).toBe(1);
    expect(stderr).toContain('holds files of another program');
    expect(existsSync(join(directory, 'thesis.txt'))).toBe(true);
  });

  it('refuses arguments that make no sense with the exit code of wrong usage', async () => {
    const { code, stderr } = await runToEnd(['--port', 'http']);
    expect(code).toBe(64);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
