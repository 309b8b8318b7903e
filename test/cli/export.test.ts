import { beforeAll, describe, expect, it } from 'vitest';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { openArchiveBucket } from '../support/archive-bucket.ts';
import { forFile } from '../support/for-file.ts';
import { openOldMonth } from '../support/old-month.ts';
import { trackedEvent } from '../support/tracked-event.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-08-01T10:00:00Z');
const HOSTILE = `<&>"' ]]> ü`;
const archive = await forFile(openArchiveBucket());
const month = await forFile(openOldMonth(archive));

beforeAll(async () => {
  await month.record('LOG-1');
  const long = Array.from({ length: 3_100 }, (_, place) =>
    trackedEvent({ pagwId: 'LOG-2', eventId: `long-${place}` }),
  );
  await recordEvents(month.database, long, new Date('2026-03-02T10:00:00Z'));
  await month.record(
    'LOG-3',
    [[0, 'PARSE_START', { workerId: HOSTILE }]],
    'elevance',
    new Date('2026-03-03T10:00:00Z'),
  );
});

const run = (...args: string[]) =>
  runCli(['export', ...args], { connection: connectionTo(month, now, { s3: archive.s3 }) });
const idsOf = (csv: string) =>
  csv
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => `${line.split(',')[0]} ${line.split(',')[4]}`);

describe('pagw export', () => {
  it('writes every event of every request once, in order, however long a history is', async () => {
    const { code, stdout, stderr } = await run();
    expect(code).toBe(0);
    const ids = idsOf(stdout);
    expect(new Set(ids).size).toBe(ids.length);
    const wanted = (pagwId: string, count: number) =>
      Array.from({ length: count }, (_, place) => `${pagwId} ${place + 1}`);
    expect(ids).toEqual(
      [...wanted('LOG-3', 1), ...wanted('LOG-1', 15), ...wanted('LOG-2', 3_100)].sort(byRequest),
    );
    expect(stderr).toBe('3,116 events of 3 requests written.\n');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGHUP', 129],
    ['SIGTERM', 143],
  ])('says that what it wrote is cut off when %s ends it', async (reason, code) => {
    const interrupted = new AbortController();
    const { signal } = interrupted;
    const stdout = { write: () => interrupted.abort(reason) };
    const connection = connectionTo(month, now, { s3: archive.s3 });
    expect(await runCli(['export'], { connection, signal, stdout })).toMatchObject({
      code,
      stderr: expect.stringContaining('Interrupted.\nWhat was written is cut off. Run the command again.\n'),
    });
  });

  it('narrows by tenant and by when a request was first heard of', async () => {
    expect(idsOf((await run('--tenant', 'elevance')).stdout)).toEqual(['LOG-3 1']);
    expect(idsOf((await run('--until', '2026-03-02')).stdout)).toHaveLength(15);
    expect(await run('--tenant', 'nobody')).toMatchObject({ code: 5, stdout: '' });
    expect(await run('-o', 'json')).toMatchObject({ code: 64, stdout: '' });
  });

  it('writes XES: extensions, globals, classifiers, then a trace a request, with nothing that XML cannot hold', async () => {
    const { stdout } = await run('--format', 'xes', '--since', '2026-03-02T12:00:00Z');
    expect(stdout).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<log xes.version="1849.2016">\n {2}<extension /,
    );
    expect(stdout.endsWith('</event>\n  </trace>\n</log>\n')).toBe(true);
    expect(stdout).toContain(
      '<string key="concept:name" value="PARSING"/><string key="lifecycle:transition" value="start"/><date key="time:timestamp" value="2026-03-03T10:00:00.000Z"/>',
    );
    expect(stdout).toContain(`value="&lt;&amp;&gt;&quot;' ]]&gt; ü"`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
    const { stdout: all } = await run('--format', 'xes');
    expect(all.match(/<trace>/g)).toHaveLength(3);
    expect(all.match(/<\/trace>/g)).toHaveLength(3);
    expect(all.match(/<event>/g)).toHaveLength(3_116);
  });

  it('reads what is archived as if it were there', async () => {
    const before = await run('--until', '2026-03-02');
    await month.archive(now);
    await month.database.execute('DELETE FROM event_tracker WHERE pagw_id = :id', { id: 'LOG-1' });
    const after = await run('--until', '2026-03-02');
    expect(after.stdout).toBe(before.stdout);
  });
});

/** anthem before elevance, and each by its arrival. */
function byRequest(one: string, other: string): number {
  const [a = '', b = ''] = [one, other].map((id) => id.split(' ')[0] ?? '');
  return a === b ? Number(one.split(' ')[1]) - Number(other.split(' ')[1]) : a < b ? -1 : 1;
}
