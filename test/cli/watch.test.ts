import { beforeAll, describe, expect, it } from 'vitest';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';
import { connectionTo, runCli } from './run-cli.ts';

const db = await databaseOfFile();
const now = new Date();

beforeAll(async () => {
  await recordEvents(db.database, [trackedEvent({ pagwId: 'PAGW-1' })], now);
});

/** Ctrl-C comes while the second look is printed. */
async function watchTwice(args: string[]) {
  const interrupted = new AbortController();
  const looks: string[] = [];
  const stdout = {
    isTTY: true,
    columns: 100,
    write: (text: string) => {
      if (text.startsWith('\u001b[2J')) looks.push('');
      else looks[looks.length - 1] += text;
      if (looks.length === 2) interrupted.abort();
    },
  };
  const connection = connectionTo(db, now);
  const run = await runCli([...args, '--watch', '1'], { connection, stdout, signal: interrupted.signal });
  return { run, looks };
}

describe('--watch', () => {
  it.each([[['request', 'list']], [['request', 'show', 'PAGW-1']], [['retry', 'list']], [['stuck']]])(
    'of `pagw %s` looks again on a clean screen until Ctrl-C, which is no failure',
    async (args) => {
      const { run, looks } = await watchTwice(args);
      expect(run.code).toBe(0);
      expect(looks).toHaveLength(2);
      expect(looks[1]).toBe(looks[0]);
      expect(run.stderr).toMatch(/again in 1s · Ctrl-C ends/);
    },
  );

  it('ends at what does not pass by itself, and leaves the screen as it was', async () => {
    const written: string[] = [];
    const run = await runCli(['request', 'show', 'PAGW-NONE', '--watch'], {
      connection: connectionTo(db, now),
      stdout: { isTTY: true, columns: 100, write: (text: string) => written.push(text) },
    });
    expect(run.code).toBe(5);
    expect(written).toEqual([]);
  });

  it('takes whole seconds', async () => {
    expect((await runCli(['stuck', '--watch', '0'])).code).toBe(64);
  });
});
