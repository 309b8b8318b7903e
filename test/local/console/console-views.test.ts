import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../lib/data-access/database.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { keepIncidents } from '../../../lib/flows/stuck-alarm/keep-incidents.ts';
import { postZone } from '../../../lib/local/console/choose-zone.tsx';
import {
  type ConsoleServer,
  getScript,
  startConsoleServer,
} from '../../../lib/local/console/console-server.ts';
import { viewRoutes } from '../../../lib/local/console/get-view.tsx';
import { openLocalClock } from '../../../lib/local/local-clock.ts';
import { viewNames } from '../../../lib/reports/report.ts';
import { readRules } from '../../../lib/views/view-page.ts';
import { eventWith } from '../../domain/support/message.ts';
import { dataApiClient } from '../../support/data-api-client.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { folderForFile } from '../../support/for-file.ts';
import { freePort } from '../../support/free-port.ts';
import { incidentGroup } from '../../support/incident-group.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';

const directory = folderForFile();
let testDatabase: TestDatabase;
const servers: ConsoleServer[] = [];
let url: string;

beforeAll(async () => {
  testDatabase = await openTestDatabase();
  const { database } = testDatabase;
  const hostile = '<script>alert(1)</script>';
  await recordEvents(database, [failedEvent({ errorMessage: hostile, errorCode: hostile })], new Date());
  await recordEvents(database, [trackedEvent({ pagwId: 'PAGW-TEST-2', tenant: 'elevance' })], new Date());
  const delegated = { pagwId: 'PAGW-TEST-3', request: { delegate: 'evicore' } };
  await recordEvents(database, [eventWith(delegated)], new Date());
  await keepIncidents(database, [incidentGroup({ errorCode: hostile, oldestSince: new Date() })], new Date());
  await database.execute(
    `INSERT INTO rejected_message (message_id, position, tenant, code, path, rule, hint, body_bucket, body_key, body_bytes, sent_at, rejected_at)
     VALUES ('m-1', 0, 'anthem', 'FIELD_INVALID', '/stage', 'format', 'Correct it.', 'b', 'k', 1, now(), now())`,
  );
  url = await serve(database);
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await testDatabase.close();
});

async function serve(database: TestDatabase['database']): Promise<string> {
  const port = await freePort();
  const clock = await openLocalClock(join(directory, 'clock.json'));
  const views = { database, clock, rules: readRules({}) };
  const routes = { ...viewRoutes(views), 'GET /console.js': getScript, 'POST /zone': postZone };
  servers.push(await startConsoleServer(port, routes));
  return `http://127.0.0.1:${port}`;
}

const SHOWN_ID = 'PAGW-TEST-1';
const ids: Readonly<Record<string, string>> = { request: SHOWN_ID, incident: '1', rejection: '1' };

const addressOf = (view: string) =>
  view === 'overview' ? '/' : `/${view}${ids[view] === undefined ? '' : `?id=${ids[view]}`}`;

describe('the console', () => {
  it.each(viewNames)('serves view %s as a page whose only script is its own', async (view) => {
    const answer = await fetch(`${url}${addressOf(view)}`);
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(html.match(/<script[^>]*>/g)).toEqual(['<script src="/console.js">']);
    expect(html).toContain('aria-label="Tenant"');
    expect(html).not.toMatch(/(href|src|action)="(https?:)?\/\//);
  });

  it.each(viewNames)('leads from %s to a page for each tenant', async (view) => {
    const html = await (await fetch(`${url}${addressOf(view)}`)).text();
    const tenants = /<nav class="tenants".*?<\/nav>/s.exec(html)?.[0] ?? '';
    const links = [...tenants.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links).toHaveLength(3);
    for (const link of links)
      expect([link, (await fetch(`${url}${link.replaceAll('&amp;', '&')}`)).status]).toEqual([link, 200]);
  });

  it.each([
    ['held=us&due=overdue', 200, 'Nothing of the kind is left to do.'],
    ['held=Provider&board=pipe', 200, 'Nothing of the kind is left to do.'],
    ['held=EviCore&tenant=elevance', 200, 'Nothing of the kind is left to do.'],
    ['held=evicor', 404, 'Did you mean evicore?'],
    ['held=delegate', 404, 'DELEGATE_UNKNOWN'],
  ])('tells who holds nothing from who is unknown: %s', async (query, status, text) => {
    const answer = await fetch(`${url}/deadlines?${query}`);
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(text)]);
  });

  it.each(viewNames)('gives the rows of each table of %s as JSON, as many as the page has', async (view) => {
    const html = await (await fetch(`${url}${addressOf(view)}`)).text();
    const tables = html.split('<table>').slice(1);
    const links = [...html.matchAll(/class="download"><a href="([^"]+)" download/g)].map(
      ([, link = '']) => link,
    );
    expect(links).toHaveLength(tables.length);
    expect(new Set(links).size).toBe(links.length);
    for (const [place, link] of links.entries()) {
      const answer = await fetch(`${url}${link.replaceAll('&amp;', '&')}`);
      const { rows } = (await answer.json()) as { rows: object[] };
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[a-z0-9-]+\.json"$/);
      expect(rows).toHaveLength((tables[place]?.split('<tbody>')[1]?.match(/<tr>/g) ?? []).length);
    }
  });

  it('names the tables that a page has, and answers in JSON what is wrong with a question for rows', async () => {
    const ask = async (path: string) => {
      const answer = await fetch(`${url}${path}`);
      return [answer.status, (await answer.json()) as { message: string }] as const;
    };
    const [status, { message }] = await ask('/search?format=json&table=Nothing');
    expect([status, message]).toEqual([400, 'The filter “table” is none of “Requests”.']);
    expect(await ask('/request?id=nobody&format=json&table=Events')).toMatchObject([
      404,
      { code: 'REQUEST_UNKNOWN' },
    ]);
    expect((await fetch(`${url}/search?format=xml`)).status).toBe(400);
  });

  describe('the zone of its times', () => {
    const choose = (fields: Record<string, string>) =>
      fetch(`${url}/zone`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
    const page = async (cookie: string) =>
      (await fetch(`${url}/request?id=PAGW-TEST-1`, { headers: { cookie } })).text();
    const name = () => `pagw-zone-${new URL(url).port}`;

    it('is kept in a cookie of this port, and leads back to where it was chosen', async () => {
      const answer = await choose({ zone: 'Asia/Kolkata', back: '/stuck?stage=PARSING' });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/stuck?stage=PARSING']);
      expect(answer.headers.get('set-cookie')).toMatch(
        new RegExp(`^${name()}=Asia/Kolkata; HttpOnly; SameSite=Strict; Path=/; Max-Age=\\d+$`),
      );
    });

    it('tells the times on its clocks and says whose they are', async () => {
      const clock = (html: string) => /<time datetime="([^"]+)">([^<]+)<\/time> ([^<\s]+)/.exec(html) ?? [];
      const [, iso = '', shown = '', zone] = clock(await page(`${name()}=Asia/Kolkata`));
      expect(zone).toBe('Asia/Kolkata');
      expect(Date.parse(`${shown.replace(' ', 'T')}+05:30`)).toBe(
        Math.floor(Date.parse(iso) / 1_000) * 1_000,
      );
      expect(await page(`${name()}=Asia/Kolkata`)).toContain('Time, Asia/Kolkata');
    });

    it.each([
      '',
      'pagw-zone-1=Asia/Kolkata',
      'NAME=Mars/Olympus',
      'NAME=',
      'NAME="><script>',
      'other=1; NAME=UTC',
    ])('is UTC with the cookie %s', async (cookie) =>
      expect(await page(cookie.replace('NAME', name()))).toContain('Time, UTC'),
    );

    it.each([['//evil.example'], ['https://evil.example'], ['/\\evil.example'], ['/a\r\nset-cookie: a=b']])(
      'leads nowhere else: %j',
      async (back) => expect((await choose({ zone: 'UTC', back })).headers.get('location')).toBe('/'),
    );

    it('refuses what no clock shows, and the pages of other sites', async () => {
      expect((await choose({ zone: 'Mars/Olympus' })).status).toBe(400);
      const headers = { origin: 'http://evil.example' };
      const body = new URLSearchParams({ zone: 'UTC' });
      expect((await fetch(`${url}/zone`, { method: 'POST', headers, body })).status).toBe(403);
    });
  });

  it('shows one tenant in any case, and names it', async () => {
    const html = await (await fetch(`${url}/search?tenant=ELEVANCE`)).text();
    expect(html).toContain('PAGW-TEST-2');
    expect(html).not.toContain('PAGW-TEST-1');
    expect(html).toMatch(/aria-current="true"><bdi>elevance/);
  });

  it('finds a request by the beginning of its id, and none by a beginning that means nothing', async () => {
    expect(await (await fetch(`${url}/search?q=PAGW-TEST-`)).text()).toContain('/request?id=PAGW-TEST-2');
    expect(await (await fetch(`${url}/search?q=PAG`)).text()).not.toContain('/request?id=');
  });

  it.each([
    ['in lower case', 'pagw-test-1'],
    ['with punctuation around', '“PAGW-TEST-1”,'],
    ['within an address', 'http://tracker.example/request?id=PAGW-TEST-1&tenant=anthem'],
  ])('opens the request of an exact id %s', async (_, query) => {
    const address = `${url}/search?q=${encodeURIComponent(query)}`;
    const answer = await fetch(address, { redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/request?id=PAGW-TEST-1');
    const inTenant = await fetch(`${address}&tenant=anthem`, { redirect: 'manual' });
    expect(inTenant.headers.get('location')).toBe('/request?id=PAGW-TEST-1&tenant=anthem');
  });

  it('finds a request by how its id ends, in any case, from four characters on', async () => {
    const page = async (query: string) => (await fetch(`${url}/search?q=${query}`)).text();
    expect(await page('est-2')).toContain('/request?id=PAGW-TEST-2');
    expect(await page('est-2')).not.toContain('/request?id=PAGW-TEST-1');
    expect(await page('t-2')).not.toContain('/request?id=PAGW-TEST-2');
    expect(await page('pagw-te')).toContain('/request?id=PAGW-TEST-2');
  });

  it("says the same of another tenant's id as of one that nobody has", async () => {
    const page = async (id: string) =>
      (await (await fetch(`${url}/search?tenant=anthem&q=${id}`)).text()).replaceAll(id, 'ID');
    const answer = await page('PAGW-TEST-2');
    expect(answer).toContain('it may belong to another tenant');
    const sameTime = (html: string) => html.replaceAll(/\d\d:\d\d:\d\d|T[\d:.]+Z/g, '');
    expect(sameTime(answer)).toBe(sameTime(await page('PAGW-TEST-9')));
  });

  it.each([
    ['status=failed', 'events with status <bdi', 'PAGW-TEST-1', 'PAGW-TEST-2'],
    ['type=parse_ok', 'events with type <bdi', 'PAGW-TEST-2', 'PAGW-TEST-1'],
    ['stage=parser tenant=Elevance', '</bdi> and tenant <bdi', 'PAGW-TEST-2', 'PAGW-TEST-1'],
    ['errorCode="<script>alert(1)</script>"', 'events with error code', 'PAGW-TEST-1', 'PAGW-TEST-2'],
    ['is:open tenant=elevance', 'requests in flight with tenant', 'PAGW-TEST-2', 'PAGW-TEST-1'],
    ['is:open status=failed', 'events of requests in flight with status', 'PAGW-TEST-1', 'PAGW-TEST-2'],
  ])('searches %s as fields of the event, and says so', async (query, understood, found, other) => {
    const answer = await fetch(`${url}/search?q=${encodeURIComponent(query)}`);
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(html).toContain(understood);
    expect(html).toContain(`/request?id=${found}`);
    expect(html).not.toContain(`/request?id=${other}`);
  });

  it.each([
    ['status=FAILD', 'STATUS_UNKNOWN', 'Did you mean FAILED?'],
    ['stage=PARSNG', 'STAGE_UNKNOWN', 'Did you mean PARSING?'],
    ['type=PARSE_OKAY', 'TYPE_UNKNOWN', 'Did you mean PARSE_OK'],
    ['tenant=antem', 'TENANT_UNKNOWN', 'Did you mean anthem?'],
    ['errorCode=ALERT', 'ERROR_CODE_UNKNOWN', 'Did you mean'],
  ])('refuses %s with the nearest names', async (query, code, hint) => {
    const answer = await fetch(`${url}/search?q=${encodeURIComponent(query)}`);
    const html = await answer.text();
    expect(answer.status).toBe(404);
    expect(html).toContain(`<code>${code}</code>`);
    expect(html).toContain(hint);
  });

  it.each([
    ['/stuck?error=NO_SUCH', 'ERROR_CODE_UNKNOWN'],
    ['/failures?error=NO_SUCH', 'ERROR_CODE_UNKNOWN'],
    ['/stuck?target=nowhere', 'DOWNSTREAM_UNKNOWN'],
    ['/flow?type=NO_SUCH', 'REQUEST_TYPE_UNKNOWN'],
    ['/rejected?code=NO_SUCH', 'REJECTION_CODE_UNKNOWN'],
  ])('refuses a filter whose name exists nowhere: %s', async (address, code) => {
    const answer = await fetch(`${url}${address}`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain(`<code>${code}</code>`);
  });

  it.each([
    (id: string) => id.toLowerCase(),
    (id: string) => `${id}.`,
    (id: string) => `(“${id}”)`,
    (id: string) => `http://localhost:4780/request?id=${id}`,
  ])('leads from the address of a request to it, however its id was written down: %s', async (written) => {
    const answer = await fetch(`${url}/request?id=${encodeURIComponent(written(SHOWN_ID))}&show=all`, {
      redirect: 'manual',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/request?show=all&id=${SHOWN_ID}`,
    ]);
    expect((await fetch(`${url}/request?id=${SHOWN_ID}`, { redirect: 'manual' })).status).toBe(200);
  });

  it('names the requests that an unknown id may mean, and none of another tenant', async () => {
    const part = await (await fetch(`${url}/request?id=EST-1`)).text();
    expect(part).toContain(`Did you mean ${SHOWN_ID}?`);
    const other = await (await fetch(`${url}/request?id=EST-1&tenant=elevance`)).text();
    expect(other).toContain('REQUEST_UNKNOWN');
    expect(other).not.toContain(SHOWN_ID);
  });

  it.each(['/stuck?error=-&target=-', '/failures?error=-', '/rejected?code=FIELD_MISSING'])(
    'takes the filter %s, which names what may be',
    async (address) => expect((await fetch(`${url}${address}`)).status).toBe(200),
  );

  it('completes statuses, stages and tenants in the search box', async () => {
    const html = await (await fetch(`${url}/search`)).text();
    for (const words of ['is:open', 'status=FAILED', 'stage=API_CONNECTOR', 'tenant=elevance'])
      expect(html).toContain(`<option value="${words}"`);
  });

  it.each([
    ['/request?id=PAGW-NONE', 404, 'No request of this id is known here.', 'REQUEST_UNKNOWN'],
    ['/request', 400, 'No request was named.', 'ID_MISSING'],
    ['/retries?state=x', 400, 'The filter “state” is none of', 'BAD_FILTER'],
  ])('says of %s what is wrong, by code, and the way on', async (address, status, message, code) => {
    const answer = await fetch(`${url}${address}`);
    const html = await answer.text();
    expect(answer.status).toBe(status);
    expect(html).toContain(`<p class="failure-message">${message}`);
    expect(html).toContain(`<code>${code}</code>`);
  });

  it('answers a page with code 503 while the database does not answer', async () => {
    const client = dataApiClient(`http://127.0.0.1:${await freePort()}`, 1);
    const dead = await serve(openDatabase(client, testDatabase.target));
    for (const view of viewNames) {
      const answer = await fetch(`${dead}${addressOf(view)}`);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('<code>DATABASE_UNAVAILABLE</code>');
    }
  });

  it('serves its script', async () => {
    const answer = await fetch(`${url}/console.js`);
    expect(answer.headers.get('content-type')).toContain('javascript');
    expect(await answer.text()).toContain('localStorage');
  });
});
