import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../lib/data-access/database.ts';
import { migrate } from '../../lib/flows/migrate/migrate.ts';
import { type ConsoleServer, getScript, startConsoleServer } from '../../lib/local/console/console-server.ts';
import { viewRoutes } from '../../lib/local/console/get-view.tsx';
import { type DataApiEndpoint, startDataApi } from '../../lib/local/data-api/start-data-api.ts';
import { openLocalClock } from '../../lib/local/local-clock.ts';
import { type PostgresServer, startPostgres } from '../../lib/local/postgres/postgres-server.ts';
import { readRules } from '../../lib/views/view-page.ts';
import { dataApiClient, targetOf } from '../support/data-api-client.ts';
import { folderForFile } from '../support/for-file.ts';
import { freePort } from '../support/free-port.ts';
import { launchChromium } from './chromium.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

const directory = folderForFile();
let databasePort: number;
let postgres: PostgresServer;
let dataApi: DataApiEndpoint;
let console: ConsoleServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  databasePort = await freePort();
  postgres = await startDatabase();
  const { user, password } = postgres;
  const address = { host: '127.0.0.1', port: databasePort, user, password };
  dataApi = await startDataApi({ port: 0, postgres: address, defaultDatabase: 'postgres' });
  const database = openDatabase(dataApiClient(dataApi.url), targetOf('postgres'));
  await migrate(database, { migrationsFolder: MIGRATIONS });
  const clock = await openLocalClock(join(directory, 'clock.json'));
  const port = await freePort();
  const views = { database, clock, rules: readRules({}) };
  console = await startConsoleServer(port, { ...viewRoutes(views), 'GET /console.js': getScript });
  url = `http://127.0.0.1:${port}`;
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await console?.stop();
  await dataApi?.close();
  await postgres?.stop();
});

function startDatabase(): Promise<PostgresServer> {
  return startPostgres({ dataDirectory: join(directory, 'postgres'), port: databasePort, fsync: false });
}

it('an open page says by code that the database does not answer and what becomes of the events, and recovers by itself', async () => {
  const page = await browser.newPage();
  await page.goto(`${url}/stuck`);
  await page.getByText('No stuck requests').waitFor();

  await postgres.stop();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').innerText()).toMatch(
    /does not answer[\s\S]*none is lost[\s\S]*DATABASE_UNAVAILABLE/,
  );
  expect((await fetch(`${url}/stuck`)).status).toBe(503);

  postgres = await startDatabase();
  await page.getByText('No stuck requests').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

it('an open page whose tracker is gone says so in words within one refresh, and looks it, live or not', async () => {
  const live = await browser.newPage();
  const still = await browser.newPage();
  for (const page of [live, still]) await page.goto(`${url}/stuck`);
  await still.click('#live');
  await console.stop();
  for (const page of [live, still]) {
    await page.waitForSelector('#gone:not([hidden])', { timeout: 8_000 });
    expect(await page.textContent('#gone')).toMatch(/does not answer: what is shown is \d+ s old/);
    const opacity = await page.evaluate("getComputedStyle(document.getElementById('main')).opacity");
    expect(Number(opacity)).toBeLessThan(0.6);
  }
});
