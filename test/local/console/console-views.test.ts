import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../lib/data-access/database.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { keepIncidents } from '../../../lib/flows/stuck-alarm/keep-incidents.ts';
import {
  type ConsoleServer,
  getScript,
  startConsoleServer,
} from '../../../lib/local/console/console-server.ts';
import { viewRoutes } from '../../../lib/local/console/get-view.tsx';
import { openLocalClock } from '../../../lib/local/local-clock.ts';
import { viewNames } from '../../../lib/reports/place.ts';
import { readRules } from '../../../lib/views/read-rules.ts';
import { dataApiClient } from '../../support/data-api-client.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { freePort } from '../../support/free-port.ts';
import { incidentGroup } from '../../support/incident-group.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';

let directory: string;
let testDatabase: TestDatabase;
const servers: ConsoleServer[] = [];
let url: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pagw-console-'));
  testDatabase = await openTestDatabase();
  const { database } = testDatabase;
  const hostile = '<script>alert(1)</script>';
  await recordEvents(database, [failedEvent({ errorMessage: hostile, errorCode: hostile })], new Date());
  await recordEvents(database, [trackedEvent({ pagwId: 'PAGW-TEST-2', tenant: 'elevance' })], new Date());
  await keepIncidents(database, [incidentGroup({ errorCode: hostile, oldestSince: new Date() })], new Date());
  url = await serve(database);
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await testDatabase.close();
  await rm(directory, { recursive: true, force: true });
});

async function serve(database: TestDatabase['database']): Promise<string> {
  const port = await freePort();
  const clock = await openLocalClock(join(directory, 'clock.json'));
  const views = { database, clock, rules: readRules({}) };
  servers.push(await startConsoleServer(port, { ...viewRoutes(views), 'GET /console.js': getScript }));
  return `http://127.0.0.1:${port}`;
}

const ids: Readonly<Record<string, string>> = { request: 'PAGW-TEST-1', incident: '1' };

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
