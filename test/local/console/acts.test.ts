import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listActs } from '../../../lib/data-access/operate.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { actRoutes } from '../../../lib/local/console/acts.tsx';
import { type ConsoleServer, startConsoleServer } from '../../../lib/local/console/console-server.ts';
import { viewRoutes } from '../../../lib/local/console/get-view.tsx';
import { openLocalClock } from '../../../lib/local/local-clock.ts';
import { readRules } from '../../../lib/views/read-rules.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { freePort } from '../../support/free-port.ts';
import { failedEvent } from '../../support/tracked-event.ts';

let directory: string;
let db: TestDatabase;
let server: ConsoleServer;
let url: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pagw-acts-'));
  db = await openTestDatabase();
  const nextRetryAt = new Date(Date.now() + 3_600_000).toISOString();
  await recordEvents(db.database, [failedEvent({ retryable: true, nextRetryAt })], new Date());
  const clock = await openLocalClock(join(directory, 'clock.json'));
  const views = { database: db.database, clock, rules: readRules({}) };
  const port = await freePort();
  server = await startConsoleServer(port, { ...viewRoutes(views), ...actRoutes(views, 'maria') });
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await server?.stop();
  await db?.close();
  await rm(directory, { recursive: true, force: true });
});

const page = async (path: string) => (await fetch(`${url}${path}`)).text();

/** The fields of a page's form, as a browser without scripts would send them. */
async function formOf(path: string): Promise<URLSearchParams> {
  const hidden = (await page(path)).matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return new URLSearchParams(Object.fromEntries([...hidden].map(([, name, value]) => [name, value])));
}

const post = (fields: URLSearchParams) => fetch(`${url}/act`, { method: 'POST', body: fields.toString() });
const actions = async () => (await listActs(db.database, {}, 10)).rows.map(({ action }) => action);

describe('acting in the console', () => {
  it('is offered where a request is shown, asks why, and is written down with name and reason', async () => {
    expect(await page('/request?id=PAGW-TEST-1')).toContain('href="/act?verb=retry&amp;id=PAGW-TEST-1"');
    const fields = await formOf('/act?verb=retry&id=PAGW-TEST-1');
    expect((await post(fields)).status).toBe(400);
    fields.set('reason', 'payer is back');
    const answer = await post(fields);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('due now');
    expect((await listActs(db.database, {}, 10)).rows).toMatchObject([
      { action: 'retry.run', actedBy: 'maria', reason: 'payer is back', affected: 1 },
    ]);
    expect(await page('/audit')).toContain('payer is back');
  });

  it('shows what a pause will hold, and does nothing before its form is sent', async () => {
    const path = '/act?verb=pause&stage=API_CONNECTOR';
    expect(await page(path)).toMatch(/failures that wait or have used up/);
    expect(await actions()).not.toContain('retry.pause');
    const fields = await formOf(path);
    fields.set('reason', 'maintenance');
    expect((await post(fields)).status).toBe(200);
    expect(await actions()).toContain('retry.pause');
  });

  it('is refused without the token that its own form holds, from other sites, and for names that exist nowhere', async () => {
    const before = await actions();
    const forged = new URLSearchParams({
      verb: 'pause',
      stage: 'PARSING',
      reason: 'x',
      token: 'a'.repeat(64),
    });
    expect((await post(forged)).status).toBe(400);
    const fields = await formOf('/act?verb=pause&stage=PARSING');
    fields.set('reason', 'x');
    const foreign = { origin: 'https://example.org' };
    expect(
      (await fetch(`${url}/act`, { method: 'POST', body: fields.toString(), headers: foreign })).status,
    ).toBe(403);
    expect((await fetch(`${url}/act?verb=pause&stage=PARSNIG`)).status).toBe(404);
    expect(await actions()).toEqual(before);
  });
});
