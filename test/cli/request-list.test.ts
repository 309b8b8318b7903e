import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/cli/connection.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-02T10:00:00Z');
const db = await databaseOfFile();
let connection: Connection;

/** 45 requests of three tenants, recorded 15 at a time: many share their time. */
beforeAll(async () => {
  connection = connectionTo(db, now);
  for (let batch = 0; batch < 3; batch++) {
    const events = Array.from({ length: 15 }, (_, number) =>
      trackedEvent({
        pagwId: `PAGW-${batch}-${String(number).padStart(2, '0')}`,
        tenant: ['anthem', 'carelon', 'elevance'][number % 3] ?? '',
        stage: number < 5 ? 'ENRICHMENT' : 'PARSING',
        stated: { status: number < 5 ? 'ENRICHED' : 'DENIED' },
      }),
    );
    await recordEvents(db.database, events, new Date(`2026-03-01T1${batch}:00:00Z`));
  }
});

async function ids(...args: string[]): Promise<string[]> {
  const { stdout } = await runCli(['request', 'list', '-o', 'jsonl', '--limit', '500', ...args], {
    connection,
  });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).pagwId);
}

describe('pagw request list', () => {
  it('pages through all requests, newest first, each once, though many share their time', async () => {
    const pages: string[] = [];
    let after: string | null = null;
    do {
      const cursor: string[] = after === null ? [] : ['--after', after];
      const { stdout } = await runCli(['request', 'list', '-o', 'json', '--limit', '7', ...cursor], {
        connection,
      });
      const page = JSON.parse(stdout);
      pages.push(...page.requests.map((request: { pagwId: string }) => request.pagwId));
      after = page.next;
    } while (after !== null);
    expect(pages).toEqual([...pages].sort().reverse());
    expect(new Set(pages).size).toBe(45);
    expect(pages).toEqual(await ids());
  });

  it('narrows by tenant in any case, status, stage by any of its names, and open', async () => {
    expect(await ids('--tenant', 'ANTHEM')).toHaveLength(15);
    expect(await ids('--status', 'denied')).toHaveLength(30);
    expect(await ids('--stage', 'request-enricher')).toHaveLength(15);
    expect(await ids('--open', '--tenant', 'elevance')).toHaveLength(3);
    expect(await ids('--tenant', 'nobody')).toEqual([]);
  });

  it('narrows by when a request was first heard of, by duration, day and time', async () => {
    expect(await ids('--since', '22h30m')).toHaveLength(15);
    expect(await ids('--since', '2026-03-01', '--until', '2026-03-01T11:00:00Z')).toHaveLength(15);
    expect(await ids('--until', '2026-03-01')).toEqual([]);
  });

  it('says how many there are when counting is cheap, and how to go on', async () => {
    const { stdout, stderr } = await runCli(['request', 'list', '--limit', '10'], { connection });
    expect(stdout.trim().split('\n')).toHaveLength(11);
    expect(stderr).toMatch(/^10 of 45 requests; go on with --after \S+\n$/);
    const narrowed = await runCli(['request', 'list', '--limit', '10', '--open'], { connection });
    expect(narrowed.stderr).toMatch(/^10 requests; go on/);
  });

  it('takes one line a request at 80 columns, with ids and names as they are', async () => {
    const { database } = db;
    const tenant = 'anthem-ca';
    const pagwId = 'PAGW-20251226-00005-A7CEB2B3';
    const stated = { status: 'BUSINESS_VALIDATED' } as const;
    const later = new Date(now.getTime() - 22 * 3_600_000);
    await recordEvents(
      database,
      [trackedEvent({ pagwId, tenant, stage: 'RESPONSE_BUILDER', stated })],
      later,
    );
    const { stdout } = await runCli(['request', 'list', '--tenant', tenant, '--color', 'never'], {
      connection,
      columns: 80,
    });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    await database.execute('DELETE FROM request_tracker WHERE tenant = :tenant', { tenant });
  });

  it('fits into 100 columns', async () => {
    const { stdout } = await runCli(['request', 'list', '--color', 'never'], { connection, columns: 100 });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each([
    ['request', 'list'],
    ['stuck'],
    ['retry', 'list'],
    ['incident', 'list'],
    ['rejected', 'list'],
    ['audit'],
    ['export'],
    ['report', 'distribution'],
    ['report', 'flow'],
    ['report', 'cms'],
    ['report', 'deadlines'],
    ['report', 'deadlines', '--board', 'pipe'],
  ])('refuses a tenant that exists nowhere: %s %s %s', async (...words) => {
    const { code, stdout, stderr } = await runCli([...words, '--tenant', 'nobody', '-o', 'table'], {
      connection,
    });
    expect(stderr).toContain('No tenant of this name is known.');
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
  });

  it('is fine when nothing matches, and says so beside the data', async () => {
    const empty = await runCli(['request', 'list', '--status', 'EXPIRED'], { connection });
    expect(empty).toEqual({ code: 0, stdout: '', stderr: 'No request matches.\n' });
  });

  it.each([
    [['--status', 'DONE'], 'Name one of RECEIVED'],
    [['--since', 'last year'], '--since takes a duration'],
    [['--since', '1d', '--until', '2d'], '--since is not before --until'],
    [['--limit', '0'], 'Give a whole number from 1'],
    [['--after', 'x'], '--after takes what the page before printed'],
  ])('refuses %j with exit code 64', async (args, sentence) => {
    const { code, stderr } = await runCli(['request', 'list', ...args], { connection });
    expect(code).toBe(64);
    expect(stderr).toContain(sentence);
  });
});
