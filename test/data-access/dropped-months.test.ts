import { beforeAll, describe, expect, it } from 'vitest';
import { viewPages } from '../../lib/views/view-pages.ts';
import { connectionTo, runCli } from '../cli/run-cli.ts';
import { openArchiveBucket } from '../support/archive-bucket.ts';
import { forFile } from '../support/for-file.ts';
import { openOldMonth } from '../support/old-month.ts';
import { viewContext } from '../support/view-fixtures.ts';
import { textOf } from '../support/view-text.ts';

const archivedAt = new Date('2026-08-01T10:00:00Z');
const MISSING =
  'Events of requests that arrived in 2026-03 were archived and dropped: unless put back, they are missing here';
const archive = await forFile(openArchiveBucket());
const month = await forFile(openOldMonth(archive));

/** Ends in April, under names of which nothing else knows. */
beforeAll(async () => {
  await month.record('OLD-1', [
    [0, 'RECEIVED'],
    [1, 'FAXED_OK', { stage: 'FAX_GATE', durationMs: 5 }],
    [2, 'DOWNSTREAM_TIMEOUT', { errorCode: 'FAX_BUSY', metadata: { targetSystem: 'faxhub' } }],
    [60 * 24 * 40, 'RESPONSE_OK', { request: { status: 'APPROVED' } }],
    [60 * 24 * 40 + 1, 'WORKFLOW_COMPLETE'],
  ]);
});

const pagw = (...args: string[]) => runCli(args, { connection: connectionTo(month, archivedAt) });
const page = async (name: 'search' | 'failures' | 'distribution', now: Date, parameters = {}) =>
  textOf(
    await viewPages[name].show({
      database: month.database,
      parameters: { time: '30d', ...parameters },
      context: viewContext({ now }),
    } as never),
  );

const ASKED = [
  ['report', 'errors'],
  ['report', 'errors', '--tenant', 'anthem'],
  ['report', 'search', 'targetSystem=faxhub'],
  ['report', 'search', 'stage=FAX_GATE'],
  ['report', 'search', 'type=FAXED_OK'],
];

describe('while its month is here', () => {
  it.each(ASKED)('%s %s %s answers without a word of caution', async (...args) => {
    const run = await pagw(...args, '--since', '2026-03-01', '-o', 'json');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('OLD-1');
  });
});

describe('once its month was dropped', () => {
  beforeAll(async () => {
    await month.archive(archivedAt);
    await month.drop(archivedAt);
    expect(await month.rows()).toEqual([]);
  });

  it.each(ASKED)('%s %s %s says once what is missing, and the fields stay', async (...args) => {
    const run = await pagw(...args, '--since', '2026-03-01', '-o', 'json');
    expect(run.code).toBe(0);
    expect(run.stderr.split('were archived and dropped')).toHaveLength(2);
    expect(run.stderr).toContain(MISSING);
    expect(Object.values(JSON.parse(run.stdout))).toContainEqual([]);
  });

  it('goes by when events were recorded: a request of March was decided in April', async () => {
    expect((await pagw('report', 'errors', '--since', '2026-04-10')).stderr).toContain(MISSING);
    expect((await pagw('report', 'errors', '--since', '2026-04-11')).stderr).not.toContain('dropped');
    const before = await pagw('report', 'errors', '--since', '2026-02-01', '--until', '2026-03-01');
    expect(before.stderr).not.toContain('dropped');
  });

  it('is said on the pages too', async () => {
    const april = new Date('2026-04-05T10:00:00Z');
    for (const name of ['search', 'failures', 'distribution'] as const) {
      const parameters = name === 'search' ? { type: 'RESPONSE_OK' } : {};
      expect(await page(name, april, parameters), name).toContain(MISSING);
      expect(await page(name, archivedAt, parameters), name).not.toContain('dropped');
    }
  });

  it('says of a name that is not known that it may have gone; the summary knows stages and types', async () => {
    const refused = await pagw('report', 'search', 'errorCode=FAX_BUSY', '--since', '2026-03-01');
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain(MISSING);
    expect((await pagw('retry', 'list', '--downstream', 'faxhub')).code).toBe(0);
    expect((await pagw('retry', 'list', '--downstream', 'faxbus')).stderr).toContain(MISSING);
    const misspelt = await pagw('report', 'search', 'stage=FAX_GATES');
    expect(misspelt).toMatchObject({ code: 5, stderr: expect.not.stringContaining('dropped') });
  });

  it('leads from the timeline of a report to the archive', async () => {
    const run = await pagw('report', 'timeline', 'OLD-1');
    expect(run.stderr).toContain(
      '5 events of it are in the archive; `pagw request show OLD-1` reads them back.',
    );
  });
});
