import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/cli/connection.ts';
import { openEmptyDatabase, type TestDatabase } from '../support/database.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T12:00:00Z');
let db: TestDatabase;
let connection: Connection;

afterEach(() => db.close());

describe('pagw migrate', () => {
  beforeEach(async () => {
    db = await openEmptyDatabase();
    connection = connectionTo(db, now);
  });

  it('shows what is pending, applies it, and then has nothing to do', async () => {
    const before = await runCli(['migrate', 'status', '-o', 'json'], { connection });
    const states = JSON.parse(before.stdout).migrations.map((row: { state: string }) => row.state);
    expect(new Set(states)).toEqual(new Set(['pending']));
    for (const verb of [
      'request show PAGW-1',
      'request list',
      'stuck',
      'retry list',
      'report flow',
      'incident list',
    ])
      expect((await runCli(verb.split(' '), { connection })).stderr, verb).toContain('pagw migrate status');
    const up = await runCli(['migrate', 'up', '-o', 'json'], { connection });
    expect(up.code).toBe(0);
    expect(JSON.parse(up.stdout).applied).toHaveLength(states.length);
    const again = await runCli(['migrate', 'up'], { connection });
    expect(again).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('Nothing to apply') });
  });

  it('asks before it touches a deployed database', async () => {
    const deployed: Connection = { ...connection, kind: 'deployed', name: 'PagwEventTracker-dev' };
    const up = await runCli(['migrate', 'up'], { connection: deployed, answer: '' });
    expect(up).toMatchObject({ code: 2, stdout: '' });
  });

  it('tells with exit code 10 that an applied file was changed or is missing, and applies nothing', async () => {
    await runCli(['migrate', 'up'], { connection });
    await db.database.execute(
      `UPDATE schema_migration SET checksum = repeat('0', 64) WHERE version = 'V003'`,
    );
    await db.database.execute(
      `INSERT INTO schema_migration (version, name, checksum) VALUES ('V999', 'V999__x.sql', repeat('0', 64))`,
    );
    const { code, stdout } = await runCli(['migrate', 'status'], { connection });
    expect(code).toBe(10);
    expect(stdout).toMatch(/V003\S+ +✗ changed/);
    expect(stdout).toMatch(/V999\S+ +✗ file missing/);
    const up = await runCli(['migrate', 'up', '-o', 'json'], { connection });
    expect(up.code).toBe(1);
    expect(JSON.parse(up.stderr).message).toContain('was changed after it was applied');
  });
});
