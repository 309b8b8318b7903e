import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/cli/connection.ts';
import { openOutput } from '../../lib/cli/output/open-output.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { folderForFile } from '../support/for-file.ts';
import { failedEvent } from '../support/tracked-event.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T10:05:00Z');
const hostile = { errorCode: '=cmd|0', errorMessage: '@SUM(1+1)\u202e\u001b[31m\nnext', serviceName: '+1' };
const db = await databaseOfFile();
let connection: Connection;
const folder = folderForFile();

beforeAll(async () => {
  connection = connectionTo(db, now);
  const recordedAt = new Date('2026-03-01T10:00:05Z');
  const metadata = { targetSystem: '=1+2' };
  await recordEvents(db.database, [failedEvent({ pagwId: '=1+1', metadata, ...hostile })], recordedAt);
  await recordEvents(db.database, [failedEvent({ pagwId: 'Ünï  code' })], recordedAt);
});

const COMMANDS = [
  ['request', 'list'],
  ['request', 'show', '=1+1'],
  ['report', 'errors'],
  ['doctor'],
  ['completion', 'bash'],
  ['--help'],
  ['request', 'show', '--help'],
  ['--version'],
];

/** A device that is always full. */
describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  it.each(COMMANDS)('ends `pagw %s …` with 1 and a sentence, whatever the format', async (...words) => {
    for (const format of ['table', 'json', 'jsonl', 'csv']) {
      const full = openSync('/dev/full', 'w');
      const { code, stderr } = await runCli([...words, '-o', format], {
        connection,
        stdout: openOutput(full),
      });
      closeSync(full);
      expect([format, code]).toEqual([format, 1]);
      expect(stderr).toContain('The output cannot be written: the disk is full.');
    }
  });
});

it('output to a file is whole, of any length', () => {
  const file = join(folder, 'whole');
  const descriptor = openSync(file, 'w');
  const text = 'naïve 😀 '.repeat(40_000);
  const output = openOutput(descriptor);
  output.write(text);
  output.close?.();
  expect(readFileSync(file, 'utf8')).toBe(text);
});

describe('in each format, what producers wrote', () => {
  it('is no formula in CSV', async () => {
    for (const command of [
      ['request', 'list'],
      ['request', 'show', '=1+1'],
      ['report', 'errors'],
    ]) {
      const { stdout } = await runCli([...command, '-o', 'csv'], { connection });
      expect(stdout).toMatch(/'=/);
      expect(stdout).not.toMatch(/(^|,)"?[=+@]/m);
    }
  });

  it('commands nothing, and is shown', async () => {
    for (const format of ['table', 'json', 'jsonl', 'csv']) {
      const { stdout } = await runCli(['request', 'show', '=1+1', '-o', format], { connection });
      expect(stdout.replace(/\r?\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(stdout).toContain('@SUM(1+1)\\u202e\\u001b[31m\\nnext');
    }
  });

  it('keeps its blanks', async () => {
    expect((await runCli(['request', 'list'], { connection })).stdout).toContain('Ünï  code');
    expect((await runCli(['request', 'show', 'Ünï  code'], { connection })).code).toBe(0);
  });
});

it('CSV begins with a byte order mark when asked to, and nothing else does', async () => {
  const marked = await runCli(['request', 'list', '-o', 'csv', '--bom'], { connection });
  const plain = await runCli(['request', 'list', '-o', 'csv'], { connection });
  expect(marked.stdout).toBe(`\ufeff${plain.stdout}`);
  expect(await runCli(['request', 'list', '--bom'], { connection })).toMatchObject({
    code: 64,
    stderr: 'pagw: --bom is for CSV alone.\nAdd -o csv.\n',
  });
});
