import { beforeAll, describe, expect, it } from 'vitest';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { consoleLinks } from '../../lib/local/console/console-page.tsx';
import { FlowMap } from '../../lib/views/pages/flow-map.tsx';
import { readRules, type ViewParameters } from '../../lib/views/view-page.ts';
import { viewPages } from '../../lib/views/view-pages.ts';
import { databaseOfFile } from '../support/database.ts';
import { recordHistory } from '../support/history.ts';
import { linksOf, tableRows, totalsOf } from '../support/page-links.ts';
import { hostileTexts } from '../support/view-fixtures.ts';

const now = new Date('2026-03-01T12:00:00Z');
const start = new Date('2026-03-01T08:00:00Z');
const db = await databaseOfFile();

beforeAll(async () => {
  await ensurePartition(db.database, now);
  for (const place of [1, 2, 3])
    await recordHistory(db.database, { pagwId: `PAGW-${place}` }, start, [
      [0, 'PARSE_OK', { request: { type: 'PAS_SUBMIT', priority: 'STANDARD' } }],
      [1, 'VAL_OK'],
      [3, 'RESPONSE_OK', { request: { status: 'APPROVED' } }],
    ]);
  await recordHistory(db.database, { pagwId: 'PAGW-LOOP' }, start, [
    [0, 'PARSE_OK'],
    [1, 'VAL_FAIL', { errorCode: 'VALIDATION_FAILED', retryable: false, skewMinutes: -5 }],
    [2, 'PARSE_OK'],
    [3, 'VAL_OK'],
  ]);
});

async function open(parameters: ViewParameters = {}, tenant: string | null = null): Promise<string> {
  const context = {
    ...{ now, zone: 'UTC', tenant, links: consoleLinks },
    limits: { groups: 500, requests: 200, events: 1_000 },
  };
  return String(
    await viewPages.flow.show({ database: db.database, parameters, context, rules: readRules({}) }),
  );
}

describe('the flow page', () => {
  it('draws hand-overs with their numbers in titles and tables, and says what it clamped', async () => {
    const html = await open();
    expect(html).toContain('<title>PARSING to VALIDATION: 5, median wait 1m, p95 1m</title>');
    expect(html).toMatch(/class="hand-over back"/);
    expect(html).toMatch(/1 wait was below zero by the clocks of the services/);
    expect(tableRows(html).get('Hand-overs')).toBe(3);
    expect(html).toMatch(/goes on after <bdi>VALIDATION<\/bdi>[\s\S]*to <bdi>PARSING<\/bdi>/);
  });

  it('leads from each number to the requests behind it', async () => {
    const counts = linksOf(await open()).filter(
      ({ href, count }) => count !== undefined && href.startsWith('/flow'),
    );
    expect(counts.length).toBeGreaterThan(6);
    for (const { href, count } of counts) {
      const { tenant: _, ...parameters } = Object.fromEntries(new URL(href, 'http://console').searchParams);
      const rows = await open(parameters);
      expect([href, totalsOf(rows)]).toEqual([href, expect.arrayContaining([count])]);
      expect(tableRows(rows).get('Requests')).toBeGreaterThan(0);
    }
  });

  it('says why it is empty, and refuses filters that make no sense', async () => {
    expect(await open({}, 'nobody')).toContain('No request had an event in the last 7 days.');
    await expect(open({ lanes: 'fast' })).rejects.toThrow(/none of main, all/);
    await expect(open({ from: 'PARSING' })).rejects.toThrow(/go together/);
  });

  it('draws as few hand-overs back as can be, however early requests come to a stage', () => {
    const names = ['CONVERSION', 'PARSING', 'VALIDATION', 'ENRICHMENT'];
    const html = String(
      FlowMap(mapOf(names, (place) => [undefined, ...names.slice(2), 'CONVERSION'][place])),
    );
    expect(html).toContain('<title>ENRICHMENT to CONVERSION');
    expect(html).not.toContain('hand-over back');
  });

  it('names the stages of any process whole, and says how much of it is drawn', async () => {
    const stages = Array.from(
      { length: 20 },
      (_, place) => `T${place}_PRINT_AND_SEND_CONFIRMATION_OF_RECEIPT`,
    );
    const html = String(FlowMap(mapOf(stages, (place) => stages[(place + 1) % 20])));
    expect(html).not.toContain('…');
    expect(html).toMatch(
      /Drawn: the 16 most visited of 20 stages, and 15 of the 20 pairs that requests went between/,
    );
    expect(String(FlowMap(mapOf(['PARSING', 'VALIDATION'], () => 'PARSING')))).not.toContain('Drawn');
  });

  it('shows whatever stages are called as text', () => {
    const html = String(
      FlowMap(mapOf(hostileTexts, (place) => hostileTexts[(place + 3) % hostileTexts.length])),
    );
    expect(html).not.toMatch(/<(script|img|iframe)|[\ud800-\udbff](?![\udc00-\udfff])/);
    expect(html.match(/class="stage"/g)).toHaveLength(hostileTexts.length);
  });
});

function mapOf(names: readonly string[], next: (place: number) => string | undefined) {
  const stages = names.map((stage) => ({ stage, visits: 2, failed: 1, first: 1, last: 1, open: 1 }));
  const edges = names.map((from, place) => ({
    ...{ from, to: next(place) ?? '', count: place + 1 },
    ...{ medianWaitMs: 5, p95WaitMs: 9, maxWaitMs: 50, failedShare: 0.5, wentBackShare: 0, clampedCount: 0 },
  }));
  return { stages, edges, variants: [{ path: [...names], count: 1, share: 1, openCount: 0 }] };
}
