import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listActs } from '../../../lib/data-access/operate.ts';
import { pauseRetries } from '../../../lib/data-access/retry-orders.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../../../lib/domain/sender-tenants.ts';
import { ingestMessages } from '../../../lib/flows/ingest/ingest-messages.ts';
import { openQuarantine } from '../../../lib/flows/ingest/quarantine.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { actRoutes } from '../../../lib/local/console/acts.tsx';
import { type ConsoleServer, startConsoleServer } from '../../../lib/local/console/console-server.ts';
import { viewRoutes } from '../../../lib/local/console/get-view.tsx';
import { openLocalClock } from '../../../lib/local/local-clock.ts';
import { QUARANTINE_BUCKET } from '../../../lib/local/local-environment.ts';
import { type QueueServer, startQueueServer } from '../../../lib/local/queues/queue-server.ts';
import { readRules } from '../../../lib/views/view-page.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { folderForFile } from '../../support/for-file.ts';
import { freePort } from '../../support/free-port.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';
import { textOf } from '../../support/view-text.ts';

const directory = folderForFile();
let db: TestDatabase;
let server: ConsoleServer;
let url: string;
let queues: QueueServer;
let eventsQueueUrl: string;

beforeAll(async () => {
  db = await openTestDatabase();
  const nextRetryAt = new Date(Date.now() + 3_600_000).toISOString();
  await recordEvents(db.database, [failedEvent({ retryable: true, nextRetryAt })], new Date());
  const clock = await openLocalClock(join(directory, 'clock.json'));
  const views = { database: db.database, clock, rules: readRules({}) };
  queues = await startQueueServer({ port: await freePort(), dataDirectory: join(directory, 'queues') });
  const { s3, sqs } = queues;
  eventsQueueUrl = `${queues.endpoint}/000000000000/pagw-events.fifo`;
  const replaying = { s3, sqs, eventsQueueUrl, phiGuard: undefined };
  const port = await freePort();
  server = await startConsoleServer(port, {
    ...viewRoutes(views),
    ...actRoutes(views, { database: db.database, caller: async () => 'maria', replaying }),
  });
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await server?.stop();
  await queues?.stop();
  await db?.close();
});

const page = async (path: string) => (await fetch(`${url}${path}`)).text();

/** The fields of a page's form, as a browser without scripts would send them. */
async function formOf(path: string): Promise<URLSearchParams> {
  const hidden = (await page(path)).matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return new URLSearchParams(Object.fromEntries([...hidden].map(([, name, value]) => [name, value])));
}

const post = (fields: URLSearchParams) => fetch(`${url}/act`, { method: 'POST', body: fields });
const actions = async () => (await listActs(db.database, {}, 10)).rows.map(({ action }) => action);

describe('acting in the console', () => {
  it('is offered where a request is shown, asks why, and is written down with name and reason', async () => {
    expect(await page('/request?id=PAGW-TEST-1')).toContain('href="/act?verb=retry&amp;id=PAGW-TEST-1"');
    const fields = await formOf('/act?verb=retry&id=PAGW-TEST-1');
    expect((await post(fields)).status).toBe(400);
    fields.set('reason', 'x'.repeat(501));
    expect((await post(fields)).status).toBe(400);
    fields.set('reason', 'payer is back');
    const answer = await post(fields);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('Due now');
    expect((await listActs(db.database, {}, 10)).rows).toMatchObject([
      { action: 'retry.run', actedBy: 'maria', reason: 'payer is back', affected: 1 },
    ]);
    expect(await page('/audit')).toContain('payer is back');
    expect(await page('/audit?by=maria&action=retry&request=PAGW-TEST-1')).toContain('payer is back');
    for (const filter of [
      'by=mario',
      'action=retrie',
      'request=PAGW-NONE',
      'tenant=nobody',
      'stage=PARSING',
    ]) {
      const refused = await fetch(`${url}/audit?${filter}`);
      expect([filter, refused.status]).toEqual([filter, filter.startsWith('stage') ? 400 : 404]);
      if (filter === 'by=mario') expect(await refused.text()).toContain('Did you mean maria?');
    }
  });

  it('shows what a pause will hold, and does nothing before its form is sent', async () => {
    const path = '/act?verb=pause&stage=API_CONNECTOR';
    expect(await page(path)).toMatch(/Holds back 0 failures that wait/);
    expect(await actions()).not.toContain('retry.pause');
    const fields = await formOf(path);
    fields.set('reason', 'maintenance');
    expect((await post(fields)).status).toBe(200);
    expect(await actions()).toContain('retry.pause');
  });

  it('lets go what was paused for a tenant that nothing is heard of any more', async () => {
    const scope = { tenant: 'gone', stage: null, downstream: null };
    await pauseRetries(db.database, scope, { actedBy: 'ann', reason: 'leaves' }, new Date());
    const fields = await formOf('/act?verb=resume&tenant=gone');
    fields.set('reason', 'left');
    expect((await post(fields)).status).toBe(200);
    expect((await fetch(`${url}/act?verb=resume&tenant=gone`)).status).toBe(404);
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
    expect((await fetch(`${url}/act`, { method: 'POST', body: fields, headers: foreign })).status).toBe(403);
    expect((await fetch(`${url}/act?verb=pause&stage=PARSNIG`)).status).toBe(404);
    expect(await actions()).toEqual(before);
  });

  it('is done by its own form alone, whose fields are said once each', async () => {
    const before = await actions();
    const fields = await formOf('/act?verb=pause&stage=PARSING');
    fields.set('reason', 'x');
    const parts = new FormData();
    for (const [name, value] of fields) parts.set(name, value);
    const json = { headers: { 'content-type': 'application/json' } };
    const stated = JSON.stringify(Object.fromEntries(fields));
    for (const sent of [{ body: parts }, { body: fields.toString() }, { body: stated, ...json }])
      expect((await fetch(`${url}/act`, { method: 'POST', ...sent })).status).toBe(415);
    for (const [name, value] of fields) {
      const twice = new URLSearchParams(fields);
      twice.append(name, value);
      expect([name, (await post(twice)).status]).toEqual([name, 400]);
    }
    expect((await fetch(`${url}/act?verb=pause&stage=PARSING&stage=MAPPING`)).status).toBe(400);
    expect(await actions()).toEqual(before);
  });

  const setUp = async (event: { pagwId: string } & Parameters<typeof trackedEvent>[0], fields = '') => {
    await recordEvents(db.database, [trackedEvent(event)], new Date());
    if (fields !== '')
      await db.database.execute(`UPDATE request_tracker SET ${fields} WHERE pagw_id = :id`, {
        id: event.pagwId,
      });
  };
  const act = async (path: string, given: Record<string, string>) => {
    const fields = await formOf(path);
    for (const [name, value] of Object.entries({ reason: 'worker killed', ...given }))
      fields.set(name, value);
    const answer = await post(fields);
    return { status: answer.status, text: await answer.text() };
  };

  /** As the pump does it. */
  async function deliver(messageId: string, body: string) {
    await ingestMessages([{ messageId, groupId: 'group', body, sender: null, sentAt: new Date() }], {
      database: db.database,
      quarantine: openQuarantine(queues.s3, QUARANTINE_BUCKET, db.database),
      rules: { retryPolicy: defaultRetryPolicy, jitter: () => 0 },
      senders: parseSenderTenants(undefined),
      now: new Date(),
    });
  }

  async function deliverNext() {
    const { Messages: [message] = [] } = await queues.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: eventsQueueUrl, WaitTimeSeconds: 5 }),
    );
    await deliver(message?.MessageId ?? '', message?.Body ?? '');
    await queues.sqs.send(
      new DeleteMessageCommand({ QueueUrl: eventsQueueUrl, ReceiptHandle: message?.ReceiptHandle }),
    );
  }

  it('replays a refused message, and its page says what became of it, with a link there', async () => {
    await deliver('m-1', JSON.stringify({ pagwId: 'ORPHAN', eventType: 'PARSE_OK' }));
    expect(await page('/rejection?id=1')).toContain('href="/act?verb=replay&amp;id=1"');
    expect(await act('/act?verb=replay&id=1', {})).toMatchObject({ status: 200 });
    await deliverNext();
    expect(await page('/rejection?id=1')).toMatch(/refused again.*href="\/rejection\?id=2"/s);
    await setUp({ pagwId: 'ORPHAN', eventId: 'names-the-tenant' });
    expect(await act('/act?verb=replay&id=2', { reason: 'the tenant is known now' })).toMatchObject({
      status: 200,
    });
    await deliverNext();
    expect(textOf(await page('/rejected'))).toMatch(/recorded as #2 of ORPHAN.*recorded as #2 of ORPHAN/s);
    expect((await listActs(db.database, {}, 1)).rows).toMatchObject([
      { action: 'rejected.replay', actedBy: 'maria', reason: 'the tenant is known now', affected: 1 },
    ]);
  });

  it('sends nothing again that the contract still refuses, or that is not kept any more', async () => {
    await deliver(
      'm-3',
      JSON.stringify({
        pagwId: 'MASKED',
        tenant: 'anthem',
        eventType: 'PARSE_OK',
        metadata: { memberName: 'x' },
      }),
    );
    const { rows } = await db.database.execute<{ id: number; key: string }>(
      'SELECT id, body_key AS key FROM rejected_message ORDER BY id DESC LIMIT 1',
    );
    const path = `/act?verb=replay&id=${rows[0]?.id}`;
    expect(await page(path)).toContain('The contract still refuses it');
    expect(await page(path)).not.toContain('<form action="/act"');
    await queues.s3.send(new DeleteObjectCommand({ Bucket: QUARANTINE_BUCKET, Key: rows[0]?.key }));
    expect(await page(path)).toContain('not kept any more');
    expect((await fetch(`${url}/act?verb=replay&id=999`)).status).toBe(404);
    expect((await fetch(`${url}/rejection?id=x`)).status).toBe(400);
  });

  it('resends, to a downstream that may have the case only once that is accepted', async () => {
    const event = { stage: 'API_CONNECTOR', eventType: 'DOWNSTREAM_START', status: 'STARTED' } as const;
    await setUp(
      { pagwId: 'SENT', ...event },
      `stuck_reason = 'no-result', stuck_since = created_at, external_reference_id = 'EXT-1', target_system = 'carelon'`,
    );
    const path = '/act?verb=resend&id=SENT';
    expect(await page(path)).toContain('carelon may have this case already (reference EXT-1)');
    expect((await act(path, {})).status).toBe(409);
    expect(await act(path, { accept: 'yes' })).toMatchObject({ status: 200 });
    expect((await listActs(db.database, { pagwId: 'SENT' }, 5)).rows).toMatchObject([
      { action: 'request.resend', actedBy: 'maria', reason: 'worker killed' },
    ]);
  });

  it('closes a request as one of the ends, with a second person while its clock runs', async () => {
    await setUp({ pagwId: 'GIVEN-UP' });
    const path = '/act?verb=close&id=GIVEN-UP';
    expect((await act(path, { as: 'approved', second: 'kim' })).status).toBe(400);
    expect((await act(path, { as: 'void', second: 'Maria' })).status).toBe(409);
    expect(await act(path, { as: 'void', second: 'kim' })).toMatchObject({ status: 200 });
    expect((await act(path, { as: 'void', second: 'kim' })).text).toContain('closed already');
    await recordEvents(
      db.database,
      [
        trackedEvent({
          pagwId: 'UNTOLD',
          eventId: 'u-1',
          eventType: 'RESPONSE_OK',
          stage: 'RESPONSE_BUILDER',
          status: 'COMPLETED',
          metadata: { outcome: 'denied' },
        }),
        trackedEvent({
          pagwId: 'UNTOLD',
          eventId: 'u-2',
          eventType: 'NOTIFY_FAIL',
          stage: 'SUBSCRIPTION_HANDLER',
          status: 'FAILED',
          lane: 'side',
        }),
      ],
      new Date(),
    );
    expect((await act('/act?verb=close&id=UNTOLD', { as: 'void' })).text).toMatch(
      /closed already.*on the delivery board.*Give the provider/s,
    );
  });

  it('retries a group at a rate, after showing how many and which', async () => {
    const nextRetryAt = new Date(Date.now() + 3_600_000).toISOString();
    const failure = { errorCode: 'GROUPED', retryable: true, nextRetryAt };
    await recordEvents(
      db.database,
      ['G-1', 'G-2'].map((pagwId) => failedEvent({ pagwId, ...failure })),
      new Date(),
    );
    const path = '/act?verb=batch&errorCode=GROUPED';
    const shown = await page(path);
    for (const part of ['2 failures', 'G-1', 'G-2']) expect(shown).toContain(part);
    expect((await act(path, { rate: '0' })).status).toBe(400);
    expect((await act(path, { rate: '30' })).text).toContain('2 failures, 30 a minute');
    expect((await fetch(`${url}/act?verb=batch`)).status).toBe(400);
  });

  it('snoozes an incident for a time that is offered', async () => {
    await db.database.execute(
      `INSERT INTO incident (key, tenant, stage, reason, opened_at, seen_at, level, count, peak_count, oldest_since, trend_count, trend_at)
       VALUES ('stuck/a/b/c', 'anthem', 'PARSING', 'failed', now(), now(), 'page', 1, 1, now(), 1, now())`,
    );
    const path = '/act?verb=snooze&key=stuck/a/b/c';
    expect((await act(path, { for: '99' })).status).toBe(400);
    expect((await act(path, { for: '3600' })).text).toContain('Silent for 1h');
    expect((await fetch(`${url}/act?verb=snooze&key=nothing`)).status).toBe(404);
  });
});
