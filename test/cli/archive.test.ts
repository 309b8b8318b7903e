import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/cli/connection.ts';
import { ARCHIVED_COLUMNS, type ArchivedValue } from '../../lib/data-access/archive.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { readArchiveFile, writeArchiveFile } from '../../lib/flows/retention/archive-object.ts';
import { archiveRequests } from '../../lib/flows/retention/archive-requests.ts';
import { dropArchivedMonths } from '../../lib/flows/retention/drop-archived-months.ts';
import { openArchiveBucket } from '../support/archive-bucket.ts';
import { copyRequests } from '../support/copy-requests.ts';
import { databaseOfFile } from '../support/database.ts';
import { forFile } from '../support/for-file.ts';
import { recordHistory } from '../support/history.ts';
import { HAPPY_WITH_RETRY, rollUp } from '../support/history-ages.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-08-01T10:00:00Z');
const db = await databaseOfFile();
const archive = await forFile(openArchiveBucket());
let connection: Connection;
let shownBefore: string;

const pagw = (...args: string[]) => runCli(args, { connection });
const show = async () => (await pagw('request', 'show', 'PAGW-1', '-o', 'json')).stdout;
const eventsOf = (stdout: string) => JSON.parse(stdout).events;

beforeAll(async () => {
  connection = connectionTo(db, now, { s3: archive.s3 });
  for (const day of ['2026-03-01', '2026-04-01', '2026-08-01'])
    await ensurePartition(db.database, new Date(day));
  await recordHistory(db.database, { pagwId: 'PAGW-1' }, new Date('2026-03-01T10:00:00Z'), HAPPY_WITH_RETRY);
  await recordHistory(db.database, { pagwId: 'PAGW-2' }, new Date('2026-04-01T10:00:00Z'), HAPPY_WITH_RETRY);
  await recordHistory(db.database, { pagwId: 'PAGW-OPEN' }, new Date('2026-04-02T10:00:00Z'), [
    [0, 'PARSE_START'],
  ]);
  shownBefore = await show();
  await rollUp(db, now);
  const options = { database: db.database, now, mayGoOn: () => true };
  await archiveRequests(options, archive, 90);
  await dropArchivedMonths(options, archive, 90);
});

describe('pagw archive', () => {
  it('lists months: what is archived, and what a month waits for', async () => {
    const { months } = JSON.parse((await pagw('archive', 'list', '-o', 'json')).stdout);
    expect(months).toMatchObject([
      { month: '2026-08', archivedRequests: 0, droppedAt: null },
      { month: '2026-04', openRequests: 1, closedRequests: 0, archivedRequests: 1, droppedAt: null },
      {
        month: '2026-03',
        openRequests: 0,
        archivedRequests: 1,
        archivedEvents: 15,
        objects: 1,
        droppedAt: now.toISOString(),
      },
    ]);
    const { stdout } = await pagw('archive', 'list');
    expect(stdout).toMatch(/2026-04 +◐ archiving, waits for open requests +1 /);
    expect(stdout).toMatch(/2026-03 +✓ archived /);
  });

  it('says where it stopped counting a month', async () => {
    await copyRequests(db.database, 'PAGW-OPEN', 1, 9_999);
    const { stdout } = await pagw('archive', 'list');
    expect(stdout).toMatch(/2026-04 .* 10,000\+ +– +1 /);
    await db.database.execute("DELETE FROM request_tracker WHERE pagw_id LIKE 'PAGW-OPEN-%'");
    await db.database.execute("DELETE FROM event_tracker WHERE pagw_id LIKE 'PAGW-OPEN-%'");
  });

  it('lists the objects of a month, and those of one tenant', async () => {
    const { stdout } = await pagw('archive', 'list', '2026-03');
    expect(stdout).toMatch(
      /2026-03-01 +anthem +1 +15 .*s3:\/\/archive\/events\/received_on=2026-03-01\/tenant=anthem\//,
    );
    const other = await pagw('archive', 'list', '2026-03', '--tenant', 'elevance');
    expect(other).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining('No tenant of this name'),
    });
    const later = await pagw('archive', 'list', '2027-03');
    expect(later).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing of 2027-03 is archived.\n' });
  });

  it('is not needed to see an archived timeline', async () => {
    const shown = await show();
    expect(eventsOf(shown)).toEqual(eventsOf(shownBefore));
    expect(JSON.parse(shown).request).toMatchObject({ archivedAt: now.toISOString() });
    expect((await pagw('request', 'show', 'PAGW-1')).stdout).toMatch(/Archived +2026-08-01/);
  });

  it('restores a request once, with a reason, and keeps it for the days asked for', async () => {
    const restore = () => pagw('archive', 'restore', 'PAGW-1', '--days', '7', '-y', '--reason', 'audit');
    expect((await restore()).stderr).toBe('Put 15 events of PAGW-1 back; they stay until 2026-08-08.\n');
    expect((await restore()).stderr).toBe('The events of PAGW-1 are in the database already.\n');
    expect((await pagw('archive', 'list')).stdout).toMatch(/2026-03 +↻ restored, kept until 2026-08-08/);
    expect(eventsOf(await show())).toEqual(eventsOf(shownBefore));
    const { rows } = await db.database.execute('SELECT action, affected, reason FROM operator_action');
    expect(rows).toEqual([
      { action: 'archive.restore', affected: 15, reason: 'audit' },
      { action: 'archive.restore', affected: 0, reason: 'audit' },
    ]);
  });

  describe('of an object that is not what was archived', () => {
    const files = { right: new Uint8Array(), other: new Uint8Array(), key: '' };
    const put = (Body: Uint8Array) =>
      archive.s3.send(new PutObjectCommand({ Bucket: archive.bucket, Key: files.key, Body }));
    beforeAll(async () => {
      const { rows } = await db.database.execute<{ key: string }>(
        'SELECT key FROM archive_object ORDER BY received_on',
      );
      const [march, april] = await Promise.all(
        rows.map(async ({ key }) => {
          const { Body } = await archive.s3.send(new GetObjectCommand({ Bucket: archive.bucket, Key: key }));
          return (await Body?.transformToByteArray()) ?? new Uint8Array();
        }),
      );
      Object.assign(files, { right: march, other: april, key: rows[0]?.key });
      await db.database.execute(`DELETE FROM event_tracker WHERE pagw_id = 'PAGW-1'`);
    });
    afterAll(() => put(files.right));

    const changed = async (change: (value: unknown, column: string | undefined) => unknown) => {
      const events = await readArchiveFile(files.right);
      const columns = ARCHIVED_COLUMNS.map(([name]) => name);
      return writeArchiveFile(
        events.map((event) => event.map((value, place) => change(value, columns[place]) as ArchivedValue)),
      );
    };

    it.each<[string, string, () => Uint8Array | Promise<Uint8Array>]>([
      ['is empty', 'is no file of events', () => new Uint8Array()],
      ['was cut', 'is no file of events', () => files.right.slice(0, -200)],
      ['lost its beginning', 'is no file of events', () => files.right.slice(100)],
      ['is another month’s', 'what was archived of PAGW-1', () => files.other],
      [
        'was altered',
        'what was archived of PAGW-1',
        () => changed((value) => (value === 'PARSE_OK' ? 'PARSE_FAIL' : value)),
      ],
      [
        'lacks an event',
        'what was archived of PAGW-1',
        async () => writeArchiveFile((await readArchiveFile(files.right)).slice(1)),
      ],
      [
        'lacks a column',
        'what was archived of PAGW-1',
        () => changed((value, column) => (column === 'occurred_at' ? null : value)),
      ],
    ])('that %s, each command says so and what to do, and puts nothing back', async (_, says, bytes) => {
      await put(await bytes());
      const hint = 'The bucket keeps earlier versions of its objects';
      for (const [words, code] of [
        [['request', 'show', 'PAGW-1'], 1],
        [['archive', 'restore', 'PAGW-1', '-y', '--reason', 'x'], 1],
        [['archive', 'restore', '2026-03', '-y', '--reason', 'x'], 1],
      ] as const) {
        const told = await pagw(...words);
        expect([words, told.code, told.stderr]).toEqual([words, code, expect.stringContaining(says)]);
        expect(told.stderr).toContain(hint);
      }
      const { rows } = await db.database.execute(`SELECT FROM event_tracker WHERE pagw_id = 'PAGW-1'`);
      expect(rows).toEqual([]);
    });
  });

  it('tells which objects of a month could not be read, and of a timeline that it cannot be', async () => {
    await db.database.execute(`DELETE FROM event_tracker WHERE pagw_id = 'PAGW-1'`);
    const { rows } = await db.database.execute<{ key: string }>(
      `SELECT key FROM archive_object WHERE received_on < '2026-04-01'`,
    );
    for (const { key } of rows)
      await archive.s3.send(new DeleteObjectCommand({ Bucket: archive.bucket, Key: key }));
    const gone = `${rows[0]?.key} is not in the archive any more.`;
    const restored = await pagw('archive', 'restore', '2026-03', '-y', '--reason', 'x');
    expect(restored).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`2026-03-01 · anthem: ${gone}`),
    });
    expect(restored.stderr).toContain('Put 0 events of 2026-03 back; 1 object could not be read.');
    expect(await pagw('request', 'show', 'PAGW-1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(gone),
    });
  });

  it('says what is wrong with a word it does not take', async () => {
    expect(await pagw('archive', 'list', '2026-13')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('2026-03'),
    });
    expect(await pagw('archive', 'restore', 'PAGW-NONE', '-y', '--reason', 'x')).toMatchObject({ code: 5 });
    expect(await pagw('archive', 'restore', 'PAGW-1', '-y')).toMatchObject({ code: 64 });
    expect(await pagw('archive', 'restore', 'PAGW-1', '--days', '0', '-y', '--reason', 'x')).toMatchObject({
      code: 64,
    });
  });

  it('holds no plan and no tenant that are not known', async () => {
    const hold = (...words: string[]) => pagw('archive', 'hold', ...words, '--reason', 'Doe v. Plan');
    expect(await hold('--plan', 'anthm')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/No plan of this name is known.*Did you mean anthem\?/s),
    });
    expect(await hold('--tenant', 'anthm')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Did you mean anthem?'),
    });
    expect(JSON.parse((await pagw('archive', 'holds', '-o', 'json')).stdout).holds).toEqual([]);
    expect((await hold('--plan', ' ')).code).toBe(64);
    expect((await hold('--plan', ' ANTHEM ')).code).toBe(0);
    expect((await hold('--plan', 'anthem')).stderr).toContain('One release ends it');
  });
});
