import { beforeAll, describe, expect, it } from 'vitest';
import { keepLoadSample } from '../../lib/data-access/load.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { refreshFlow, refreshSummary } from '../../lib/data-access/summary.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { runStuckAlarm } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { consoleLinks } from '../../lib/local/console/console-page.tsx';
import { type ViewName, viewNames } from '../../lib/reports/report.ts';
import { reportTimes, sinceOf } from '../../lib/views/pages/report-time.tsx';
import { readRules } from '../../lib/views/view-page.ts';
import { viewPages } from '../../lib/views/view-pages.ts';
import { databaseOfFile } from '../support/database.ts';
import { linksOf, tableRows, totalsOf, unlinkedNumbers } from '../support/page-links.ts';
import { readText } from '../support/sanitise-html.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';

const now = new Date('2026-03-10T12:30:00Z');
const HOUR = 3_600_000;
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * HOUR);
const rules = readRules({});
const LIMITS = { groups: 500, requests: 200, events: 1_000 };
/** More than one page of a list of each kind, and more tenants than a bar has room for. */
const TENANTS = Array.from({ length: 9 }, (_, place) => `payer-${place}`);
const REQUESTS = 260;

const db = await databaseOfFile();

beforeAll(async () => {
  for (const month of ['2026-02-01', '2026-03-01']) await ensurePartition(db.database, new Date(month));
  for (let place = 0; place < REQUESTS; place++) await recordJourney(place);
  await runStuckAlarm(db.database, {
    rules: { limits: rules.stageLimits, policy: defaultDecisionPolicy },
    measureLag: async () => ({ seconds: 0 }) as never,
    publish: async () => undefined as never,
    now,
  });
  await refreshSummary({ database: db.database, now: hoursAgo(5), mayGoOn: () => true });
  await refreshFlow({ database: db.database, now: hoursAgo(5), mayGoOn: () => true });
  for (const at of [...reportTimes.map((time) => sinceOf(time, now)).reverse(), now])
    await keepLoadSample(db.database, at);
  await db.database.execute(
    `INSERT INTO rejected_message (message_id, position, tenant, code, path, rule, hint, body_bucket, body_key, body_bytes, sent_at, rejected_at)
     SELECT 'm-' || n, 0, CASE WHEN n % 2 = 0 THEN 'payer-1' END, 'TENANT_MISMATCH', '/tenant', 'tenant', 'x', 'b', 'k', 1, at, at
     FROM generate_series(1, 230) AS n, LATERAL (SELECT :now::timestamptz - n * interval '10 minutes' AS at) AS rejected`,
    { now },
  );
});

/** Decided, failed for good, waiting for a retry, without a result, or under way, at some time of the last nine days. */
async function recordJourney(place: number): Promise<void> {
  const at = place % 4 === 0 ? (place % 20) + 0.01 : (place % 210) + 0.01;
  const ids = {
    pagwId: `PAGW-${place}`,
    tenant: TENANTS[place % 2 === 0 ? 0 : place % TENANTS.length] ?? '',
    occurredAt: hoursAgo(at).toISOString(),
  };
  const began = trackedEvent({
    ...ids,
    durationMs: 10 + place,
    stated: place % 5 === 0 ? { priority: 'EXPEDITED' } : null,
  });
  await recordEvents(db.database, [began], hoursAgo(at));
  const downstream = { stage: 'API_CONNECTOR', eventType: 'DOWNSTREAM_FAIL' };
  const next = [
    trackedEvent({
      ...ids,
      stage: 'RESPONSE_BUILDER',
      eventType: 'RESPONSE_OK',
      durationMs: 900,
      stated: { status: place % 8 === 1 ? 'APPROVED' : 'DENIED' },
    }),
    failedEvent({
      ...ids,
      retryable: false,
      retry: null,
      errorCode: place % 8 === 2 ? null : 'PARSE_VALIDATION_ERROR',
    }),
    failedEvent({ ...ids, ...downstream, errorCode: 'API_TIMEOUT', metadata: { targetSystem: 'carelon' } }),
    trackedEvent({ ...ids, ...downstream, eventType: 'DOWNSTREAM_START', status: 'STARTED' }),
  ][(place + 3) % 4];
  if (next !== undefined) await recordEvents(db.database, [next], hoursAgo(Math.max(0.001, at - 0.02)));
  if (place % 12 === 2)
    await recordEvents(db.database, [failedEvent({ ...ids, retryable: false, retry: null })], hoursAgo(at));
}

const pages = new Map<string, string>();

async function open(href: string): Promise<string> {
  const known = pages.get(href);
  if (known !== undefined) return known;
  const url = new URL(href, 'http://console');
  const view = (url.pathname === '/' ? 'overview' : url.pathname.slice(1)) as ViewName;
  const { tenant = null, ...parameters } = Object.fromEntries(url.searchParams);
  const context = { now, zone: 'UTC', tenant, links: consoleLinks, limits: LIMITS };
  const html = String(await viewPages[view].show({ database: db.database, parameters, context, rules }));
  pages.set(href, html);
  return html;
}

/** How many rows of a list fit on its page. */
const FITS: Readonly<Record<string, number>> = {
  'Events found': 50,
  Requests: 50,
  'Requests decided': 50,
  'Requests that failed': 200,
  'Stuck requests': 200,
  'Failures waiting for a retry': 200,
  'Rejected messages': 200,
  'Decisions at risk': 200,
};

/**
 * Rows of each list. A search answers in bounded time, so its page may be short: what it goes on with counts too, up to
 * what fits on one.
 */
async function rowsListed(html: string): Promise<[caption: string, rows: number][]> {
  const found = tableRows(html).get('Events found') ?? 0;
  const older = linksOf(html).find(({ href, text }) => href.startsWith('/search') && text === 'Older ones');
  if (older === undefined || found >= 50) return [...tableRows(html)];
  const later = new Map(await rowsListed(await open(older.href))).get('Events found') ?? 0;
  return [...tableRows(html).set('Events found', Math.min(50, found + later))];
}

const starts = viewNames
  .filter((view) => !['request', 'incident', 'rejection'].includes(view))
  .flatMap((view) => [
    `${view === 'overview' ? '/' : `/${view}`}`,
    `${view === 'overview' ? '/' : `/${view}`}?tenant=payer-0`,
  ]);

describe('every number', () => {
  it.each([
    ...starts,
    '/incident?id=1',
    '/rejection?id=1',
    '/latency?time=24h',
    '/distribution?time=7d',
    '/distribution?time=30d',
  ])('of %s leads to its rows', async (start) => {
    const html = await open(start);
    expect(unlinkedNumbers(html).filter((number) => !/^(#|Attempt): /.test(number))).toEqual([]);
    const wrong: string[] = [];
    for (const { href, text, count } of linksOf(html)) {
      if (count === undefined) continue;
      const target = await open(href);
      const totals = totalsOf(target);
      const lists = (await rowsListed(target)).filter(([caption]) => caption in FITS);
      const shows = lists.some(([caption, rows]) =>
        totals.some((total) => rows === Math.min(Number(total.replace(/[,+]/g, '')), FITS[caption] ?? 0)),
      );
      if (!totals.includes(count) || (count !== '0' && !shows && !href.startsWith('/stuck')))
        wrong.push(`${text} → ${href} says ${totals.join(' and ')}, lists ${JSON.stringify(lists)}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each(reportTimes.flatMap((time) => [`/?time=${time}`, `/?time=${time}&tenant=payer-0`]))(
    'that adds up in a chart of %s is the number of the rows it leads to',
    async (start) => {
      const figures = (await open(start)).matchAll(
        /<div class="load-name"><a href="([^"]+)">([^<]+)<\/a>.*?<strong class="num">([\d,]+)<\/strong>/gs,
      );
      const wrong: string[] = [];
      const names: string[] = [];
      for (const [, href = '', name = '', figure = ''] of figures) {
        names.push(name);
        const totals = totalsOf(await open(readText(href)));
        if (!totals.includes(figure)) wrong.push(`${name} ${figure} → ${href} says ${totals.join(' and ')}`);
      }
      expect(names).toEqual(['Events', 'Failures', 'Received', 'Answered']);
      expect(wrong).toEqual([]);
    },
  );

  it.each(['/latency', '/latency?time=30d', '/latency?tenant=payer-0'])(
    'that is the longest or the p95 of %s leads to the requests that took so long',
    async (start) => {
      const links = linksOf(await open(start)).filter(({ href }) => href.includes('least='));
      expect(links.length).toBeGreaterThanOrEqual(8);
      for (const { href } of links) {
        const target = await open(href);
        expect(tableRows(target).get('Events found')).toBeGreaterThanOrEqual(1);
        expect(target).toMatch(/that took [^<]+ or longer/);
      }
      const longest = links.map(({ href }) =>
        Number(new URL(href, 'http://console').searchParams.get('least')),
      );
      const tookLongest = links[longest.indexOf(Math.max(...longest))];
      expect(await open(tookLongest?.href ?? '')).toContain(`<td class="num">${tookLongest?.text}</td>`);
    },
  );

  it.each(['q=PAGW-12', 'q=status%3DFAILED', 'time=7d'])(
    'of requests received is no filter of the search %s, which says so',
    async (words) => {
      await expect(open(`/search?received=24h&${words}`)).rejects.toThrow(
        'The filter “received” is of the list of requests; a search has none.',
      );
    },
  );

  it('of a chosen decision leads to it, page by page', async () => {
    const [approved] = linksOf(await open('/deadlines?tenant=payer-0')).filter(({ href }) =>
      href.includes('outcome=decided'),
    );
    expect(approved?.count).toMatch(/^\d+$/);
    expect(tableRows(await open(approved?.href ?? '')).get('Requests decided')).toBe(
      Math.min(50, Number(approved?.count)),
    );
  });

  it('covers every tenant where none is chosen', async () => {
    for (const start of ['/latency?time=30d', '/distribution?time=30d']) {
      const html = await open(start);
      for (const tenant of TENANTS) expect(html).toContain(`<bdi>${tenant}</bdi>`);
    }
  });
});
