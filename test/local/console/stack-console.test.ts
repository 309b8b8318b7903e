import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listActs } from '../../../lib/data-access/operate.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import type { ConsoleServer } from '../../../lib/local/console/console-server.ts';
import { startStackConsole } from '../../../lib/local/console/stack-console.ts';
import { databaseOfFile } from '../../support/database.ts';
import { freePort } from '../../support/free-port.ts';
import { openAsRole, type RoleDatabase } from '../../support/role-database.ts';
import { failedEvent } from '../../support/tracked-event.ts';

const JANE =
  'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_pagw-operate_0123456789abcdef/jane@example.org';
const db = await databaseOfFile();
let reader: RoleDatabase;
let operator: RoleDatabase;
let server: ConsoleServer & { address: string };
let origin: string;
let cookie: string;
let caller: () => Promise<string>;

beforeAll(async () => {
  [reader, operator] = await Promise.all([openAsRole(db, 'pagw_reader'), openAsRole(db, 'pagw_operator')]);
  const nextRetryAt = new Date(Date.now() + 3_600_000).toISOString();
  await recordEvents(db.database, [failedEvent({ retryable: true, nextRetryAt })], new Date());
  const tracker = {
    name: 'PagwEventTracker-dev',
    options: '--stack PagwEventTracker-dev --profile pagw-operate',
    reader: reader.database,
    operator: operator.database,
    caller: () => caller(),
    now: () => new Date(),
    retryPolicy: undefined,
    stuckLimits: '{"default":20}',
    replaying: {
      ...{ s3: new S3Client(), sqs: new SQSClient(), eventsQueueUrl: 'https://sqs/pagw-events.fifo' },
      phiGuard: undefined,
    },
  };
  server = await startStackConsole(tracker, await freePort());
  origin = new URL(server.address).origin;
  const admitted = await fetch(server.address, { redirect: 'manual' });
  cookie = admitted.headers.get('set-cookie')?.split(';')[0] ?? '';
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([reader?.close(), operator?.close()]);
});
beforeEach(() => {
  caller = async () => JANE;
});

const get = async (path: string) => (await fetch(origin + path, { headers: { cookie } })).text();

async function retryNow(): Promise<Response> {
  const hidden = (await get('/act?verb=retry&id=PAGW-TEST-1')).matchAll(
    /type="hidden" name="(\w+)" value="(.*?)"/g,
  );
  const fields = new URLSearchParams(
    [...hidden].map(([, name = '', value = '']) => [name, value] as [string, string]),
  );
  fields.set('reason', 'carelon answers again');
  return fetch(`${origin}/act`, { method: 'POST', headers: { cookie }, body: fields });
}

const acts = async () => (await listActs(db.database, {}, 10)).rows;

describe('the console of a stack', () => {
  it('answers only whoever came with its key', async () => {
    for (const path of ['/', '/?key=wrong', '/act?verb=retry&id=PAGW-TEST-1', '/console.js']) {
      const refused = await fetch(origin + path);
      expect([path, refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
        path,
        403,
        'KEY_NEEDED',
      ]);
    }
    const admitted = await fetch(server.address, { redirect: 'manual' });
    expect([admitted.status, admitted.headers.get('location')]).toEqual([303, '/']);
    expect(admitted.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  });

  it('shows each view as the reader, says which stack it is, and offers nothing that is of this machine', async () => {
    for (const path of [
      '/',
      '/stuck',
      '/retries',
      '/incidents',
      '/deadlines',
      '/search?q=PAGW-TEST-1',
      '/audit',
    ]) {
      const page = await get(path);
      expect([path, /data-failed|class="failure"/.test(page)]).toEqual([path, false]);
      expect(page).toContain('PagwEventTracker-dev');
      expect(page).not.toMatch(/\+15 min|no AWS account|\/healthz|\/system/);
    }
  });

  it('serves the section of the runbook that its pages lead to', async () => {
    const [, section] = /href="\/runbook#([\w-]+)"/.exec(await get('/request?id=PAGW-TEST-1')) ?? [];
    expect(section).toBeDefined();
    const runbook = await get('/runbook');
    expect(runbook).toContain(`<h2 id="${section}">`);
    const targets = [...runbook.matchAll(/href="#([\w-]+)"/g)].map(([, target]) => target);
    expect(targets.filter((target) => target !== 'main')).not.toEqual([]);
    for (const target of targets) expect(runbook).toContain(` id="${target}"`);
    expect(runbook.replace(/<code>.*?<\/code>/gs, '')).not.toMatch(/\*\*|\]\(/);
  });

  it('does nothing where AWS does not say who acts', async () => {
    caller = () =>
      Promise.reject(Object.assign(new Error('AWS does not say who you are.'), { hint: 'Sign in.' }));
    const refused = await retryNow();
    expect(refused.status).toBe(403);
    expect(await refused.text()).toMatch(/AWS does not say who you are[\s\S]*CALLER_UNKNOWN/);
    expect(await acts()).toEqual([]);
  });

  it('acts as the operator, in the name that AWS gives, whole', async () => {
    expect((await retryNow()).status).toBe(200);
    expect(await acts()).toMatchObject([
      { action: 'retry.run', actedBy: JANE, reason: 'carelon answers again' },
    ]);
  });
});
