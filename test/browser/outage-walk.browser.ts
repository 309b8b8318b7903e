import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listActs } from '../../lib/data-access/operate.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../../lib/domain/sender-tenants.ts';
import { ingestMessages } from '../../lib/flows/ingest/ingest-messages.ts';
import { openQuarantine } from '../../lib/flows/ingest/quarantine.ts';
import type { ConsoleServer } from '../../lib/local/console/console-server.ts';
import { startStackConsole } from '../../lib/local/console/stack-console.ts';
import { QUARANTINE_BUCKET } from '../../lib/local/local-environment.ts';
import { type QueueServer, startQueueServer } from '../../lib/local/queues/queue-server.ts';
import { CarelonOutage, failing, lost } from '../support/carelon-outage.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { folderForFile } from '../support/for-file.ts';
import { freePort } from '../support/free-port.ts';
import { openAsRole, type RoleDatabase } from '../support/role-database.ts';
import { launchChromium } from './chromium.ts';

/** Where the walk's pictures go; none are kept where it is not set. */
const pictures = process.env.WALK_PICTURES;

let db: TestDatabase;
let reader: RoleDatabase;
let operator: RoleDatabase;
let outage: CarelonOutage;
const directory = folderForFile();
let queues: QueueServer;
let server: ConsoleServer & { address: string };
let browser: Browser;
let page: Page;
let minute = 0;

beforeAll(async () => {
  db = await openTestDatabase();
  [reader, operator] = await Promise.all([openAsRole(db, 'pagw_reader'), openAsRole(db, 'pagw_operator')]);
  outage = new CarelonOutage(db);
  queues = await startQueueServer({ port: await freePort(), dataDirectory: directory });
  const tracker = {
    ...{
      name: 'PagwEventTracker-dev',
      options: '--stack PagwEventTracker-dev',
      reader: reader.database,
      operator: operator.database,
    },
    ...{ retryPolicy: undefined, stuckLimits: undefined },
    caller: async () => 'maria',
    now: () => outage.at(minute),
    replaying: {
      ...{ s3: queues.s3, sqs: queues.sqs, eventsQueueUrl: eventsQueueUrl() },
      phiGuard: undefined,
    },
  };
  server = await startStackConsole(tracker, await freePort());
  browser = await launchChromium();
  // Forms and links alone: nothing of the walk needs a script.
  const context = await browser.newContext({
    ...{ viewport: { width: 1280, height: 720 }, baseURL: new URL(server.address).origin },
    javaScriptEnabled: false,
  });
  page = await context.newPage();
  await page.goto(server.address);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await queues?.stop();
  await Promise.all([reader?.close(), operator?.close()]);
  await db?.close();
});

const main = () => page.locator('main').innerText();

/** Without a pointer: by Tab, as far as the page's own order leads. */
async function tabTo(target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element.matches(':focus-visible'))) return;
  }
  throw new Error(`Tab leads nowhere to ${target} on ${page.url()}.`);
}

async function enter(target: Locator): Promise<void> {
  await tabTo(target);
  await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')]);
  await page.waitForLoadState();
}

const follow = (name: string | RegExp) => enter(page.locator('main').getByRole('link', { name }).first());

async function picture(name: string): Promise<void> {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `outage-${name}.png`), fullPage: true });
}

/** Looks at what is about to be done, as the button leads to it. @returns what that page says. */
async function preview(button: string): Promise<string> {
  await follow(button);
  await page.getByRole('button').last().waitFor();
  return main();
}

/** Sends the form that is open. @returns what it says was done. */
async function send(reason: string, answers: { as?: string; second?: string } = {}): Promise<string> {
  const given = { ...answers, reason };
  for (const name of ['as', 'second', 'reason'] as const)
    if (given[name] !== undefined) {
      await tabTo(page.locator(`form.act [name=${name}]:not([type=hidden])`));
      await page.keyboard.type(given[name]);
    }
  await enter(page.locator('form.act button'));
  return page.getByRole('status').innerText();
}

const eventsQueueUrl = () => `${queues.endpoint}/000000000000/pagw-events.fifo`;

/** What ingest makes of a message. */
async function ingest(messageId: string, body: string): Promise<void> {
  const now = outage.at(minute);
  await ingestMessages([{ messageId, groupId: 'group', body, sender: null, sentAt: now }], {
    database: db.database,
    quarantine: openQuarantine(queues.s3, QUARANTINE_BUCKET, db.database),
    rules: { retryPolicy: defaultRetryPolicy, jitter: () => 0 },
    senders: parseSenderTenants(undefined),
    now,
  });
}

const headings = () => outage.notified.map((body) => body.slice(0, body.indexOf('\n')));

describe('an outage at three in the morning', () => {
  it('is walked through by the console’s own links and forms, by keyboard and without scripts, and every act is written down', async () => {
    await outage.begin();
    minute = 3;
    await page.goto(`/request?id=${failing[0]}`);
    expect(await preview('Pause retries …')).toContain('Holds back 14 failures');
    await picture('1-pause');
    expect(await send('carelon is down')).toContain('Retries are held back.');
    for (minute of [6, 12, 20]) await outage.flows(minute);
    // Held back is not overdue: only the lost hand-offs are notified of.
    expect(headings()).toEqual(['[WARN] anthem · ENRICHMENT · 2 stuck (oldest 20m)']);
    expect(outage.queue.commands).toEqual([]);
    await page.goto('/retries');
    expect(await main()).toMatch(/carelon are paused by maria, 17m ago, because carelon is down/);
    expect(await page.locator('main tbody tr', { hasText: 'paused' }).count()).toBe(14);
    await picture('2-held-back');
    for (const path of ['/', '/stuck', '/incidents', '/deadlines', `/request?id=${failing[0]}`]) {
      await page.goto(path);
      expect(await main()).toMatch(/paused by maria, 17m ago, because carelon is down/);
    }

    minute = 22;
    await page.goto(`/request?id=${failing[0]}`);
    expect(await preview('Resume retries …')).toContain('Lets 14 failures go again');
    expect(await send('carelon is back')).toContain('Resumed');
    await page.goto('/retries?tenant=anthem');
    expect(await preview('Retry this group')).toContain('14 failures made due step by step');
    await picture('3-batch-preview');
    expect(await send('carelon is back')).toContain('Batch 1 has begun: 14 failures, 60 a minute');
    minute = 23;
    await outage.flows(minute);
    expect(outage.queue.commands.map(({ pagwId }) => pagwId).sort()).toEqual(failing);
    minute = 24;
    await outage.halfRecover(minute);
    minute = 25;
    await outage.flows(minute);
    expect(headings().slice(1)).toEqual(['[WARN] anthem · API_CONNECTOR · 7 stuck (oldest 1m)']);
    await page.goto('/stuck');
    await picture('4-half-exhausted');

    for (minute of [26, 26.5]) {
      await page.goto('/stuck?reason=hand-off-lost');
      const pagwId = lost[minute === 26 ? 0 : 1] ?? '';
      await follow(pagwId);
      expect(await preview('Resend …')).toContain('Sends it to CONVERSION once more, as attempt 1.');
      await picture(`5-resend-${pagwId.at(-1)}`);
      expect(await send('outbox restarted, publish lost')).toContain('Goes out within a minute');
      await page.goto(`/request?id=${pagwId}`);
      expect(await main()).toContain('Nothing yet: it was asked for');
    }
    minute = 27;
    await outage.flows(minute);
    expect(outage.queue.commands.slice(14)).toMatchObject(
      lost.map((pagwId) => ({ pagwId, stage: 'CONVERSION' })),
    );
    minute = 28;
    await outage.takeResent(minute);

    minute = 29;
    const given = failing.at(-1) ?? '';
    await page.goto(`/request?id=${given}`);
    expect(await preview('Close …')).toContain('Nothing of it is awaited, retried or alarmed any more.');
    await picture('6-close');
    expect(await send('sent twice by the provider', { as: 'void', second: 'kim' })).toContain(
      'Closed as void.',
    );
    await page.goto(`/request?id=${given}`);
    expect(await main()).toContain('closed: cancelled, no decision is awaited.');
    minute = 30;
    await page.goto('/stuck?reason=retries-exhausted');
    expect(await preview('Retry this group …')).toContain('6 failures made due step by step');
    expect(await send('carelon answers again')).toContain('Batch 2 has begun: 6 failures');
    minute = 31;
    await outage.flows(minute);
    await page.goto('/stuck');
    expect(await main()).toContain('6 more requests were sent again, or will be');
    await page.goto('/incidents');
    await follow('API_CONNECTOR');
    expect(await main()).toContain('Nothing yet: what was stuck was sent again');
    minute = 32;
    await outage.answer(failing.slice(7, 13), minute);
    for (minute of [33, 36, 40, 46]) await outage.flows(minute);

    expect(headings()).toEqual([
      '[WARN] anthem · ENRICHMENT · 2 stuck (oldest 20m)',
      '[WARN] anthem · API_CONNECTOR · 7 stuck (oldest 1m)',
      '[OVER] anthem · ENRICHMENT · no longer stuck, after 13m (at most 2)',
      '[OVER] anthem · API_CONNECTOR · no longer stuck, after 11m (at most 7)',
    ]);
    minute = 47;
    await page.goto('/stuck');
    expect(await main()).toContain('No stuck requests');
    // A producer that began to name the tenant once the outage was over.
    const late = { pagwId: 'PAGW-LATE-1', eventType: 'PARSE_OK' };
    await ingest('m-1', JSON.stringify(late));
    await ingest('m-2', JSON.stringify({ ...late, tenant: 'anthem', eventType: 'ORCH_START' }));
    await page.goto('/rejected');
    await follow('#1');
    expect(await preview('Replay …')).toContain('TENANT_UNKNOWN');
    expect(await send('the tenant is known now')).toContain('Sent again.');
    const QueueUrl = eventsQueueUrl();
    const { Messages = [] } = await queues.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }),
    );
    for (const { MessageId = '', Body = '' } of Messages) await ingest(MessageId, Body);
    await page.goto('/rejection?id=1');
    expect(await main()).toContain('recorded as #2 of PAGW-LATE-1');
    await follow('PAGW-LATE-1');
    expect(await main()).toContain('PARSE_OK');
    await page.goto('/audit');
    const trail = (await listActs(db.database, {}, 50)).rows;
    expect(
      trail.map(({ action, affected, outcome, actedBy }) => [action, affected, outcome, actedBy]),
    ).toEqual([
      ['rejected.replay', 1, null, 'maria'],
      ['retry.batch', 6, 'done, 6 recovered', 'maria'],
      ['request.close', 1, null, 'maria'],
      ['request.resend', 1, 'ended since', 'maria'],
      ['request.resend', 1, 'ended since', 'maria'],
      ['retry.batch', 14, 'done, 7 recovered, 7 failed again', 'maria'],
      ['retry.resume', 1, null, 'maria'],
      ['retry.pause', 1, 'resumed since', 'maria'],
    ]);
    const rows = await page.locator('main tbody tr').allInnerTexts();
    const shownIn = (row: string) => row.split('\t').filter((_, column) => [1, 2, 6].includes(column));
    expect(rows.map(shownIn)).toEqual(trail.map(({ action, reason }) => ['maria', action, reason]));
    await picture('7-audit');
    await page.goto(`/request?id=${lost[0]}`);
    expect(await main()).toMatch(/maria[\s\S]*outbox restarted, publish lost/);
    await picture('8-resent');
  });
});
