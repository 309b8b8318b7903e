import { beforeEach, describe, expect, it } from 'vitest';
import { listIncidents, listOpenIncidents } from '../../../lib/data-access/incidents.ts';
import { pauseRetries, resumeRetries, retryNow } from '../../../lib/data-access/retry-orders.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { runRetries } from '../../../lib/flows/retry/run-retries.ts';
import { runStuckAlarm } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../../support/database.ts';
import { afterMinutes, recordHistory, type StepFields } from '../../support/history.ts';
import { openRetryQueue } from '../../support/retry-queue.ts';

const start = new Date('2026-03-02T08:00:00Z');
const at = (minute: number) => afterMinutes(start, minute);
const down: StepFields = {
  errorCode: 'API_TIMEOUT',
  attempt: 5,
  metadata: { targetSystem: 'carelon' },
};
const operator = { actedBy: 'maria', reason: 'carelon is down' };
const db = await databaseOfFile();
let notified: string[];
const queue = openRetryQueue();
beforeEach(() =>
  db.database.execute('TRUNCATE request_tracker, event_tracker, incident, incident_notification CASCADE'),
);

async function detect(minute: number): Promise<void> {
  await runStuckAlarm(db.database, {
    now: at(minute),
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    measureLag: async () => ({ waiting: 0, seconds: 0 }),
    publish: async ({ tenant, kind, body }) =>
      void notified.push(`${tenant} ${kind}: ${body.split('\n')[0]}`),
  });
}

async function retry(minute: number): Promise<void> {
  await runRetries({
    database: db.database,
    sqs: queue.sqs,
    queues: () => 'https://sqs.us-east-1.amazonaws.com/1/pagw-retries.fifo',
    policy: defaultRetryPolicy,
    now: () => at(minute),
    leaseSeconds: 300,
    batchSize: 50,
    mayGoOn: () => true,
  });
}

const record = (pagwId: string, tenant: string, minute: number, type: string, fields: StepFields = {}) =>
  recordHistory(db.database, { pagwId, tenant }, start, [[minute, type, fields]]);

async function answer(pagwId: string, tenant: string, minute: number) {
  await record(pagwId, tenant, minute, 'DOWNSTREAM_OK', { metadata: { targetSystem: 'carelon' } });
  await record(pagwId, tenant, minute, 'RESPONSE_OK', { metadata: { outcome: 'approved' } });
}

async function openOf(tenant: string) {
  const open = await listOpenIncidents(db.database);
  return open
    .filter((incident) => incident.tenant === tenant)
    .map(({ key, reason, count, awaited }) => ({ key, reason, count, awaited }));
}

describe('an incident whose retries are sent', () => {
  it('stays one, under one key, until outcomes move its requests on: one page, one OVER', async () => {
    notified = [];
    const tenant = 'elevance';
    await record('PAGW-R-1', tenant, 0, 'DOWNSTREAM_ERROR', down);
    await detect(1);
    const [opened] = await openOf(tenant);
    expect(opened).toMatchObject({ reason: 'retries-exhausted', count: 1, awaited: 0 });
    await retryNow(db.database, { pagwId: 'PAGW-R-1', stage: null, ...operator }, at(2));
    await retry(3);
    for (const minute of [4, 7, 10, 13]) await detect(minute);
    expect(await openOf(tenant)).toEqual([{ ...opened, awaited: 1 }]);
    // Sent, and never begun: overdue, and still the same.
    await detect(30);
    expect(await openOf(tenant)).toEqual([{ ...opened, reason: 'retry-overdue' }]);
    await record('PAGW-R-1', tenant, 31, 'DOWNSTREAM_START', { metadata: { targetSystem: 'carelon' } });
    for (const minute of [32, 40]) await detect(minute);
    expect(await openOf(tenant)).toMatchObject([{ key: opened?.key, awaited: 1 }]);
    await record('PAGW-R-1', tenant, 41, 'DOWNSTREAM_OK', { metadata: { targetSystem: 'carelon' } });
    for (const minute of [42, 48]) await detect(minute);
    expect(await openOf(tenant)).toEqual([]);
    expect(notified.map((line) => line.slice(0, line.indexOf(':')))).toEqual([
      'elevance opened',
      'elevance closed',
    ]);
  });

  it('says in its reminders that a retry was sent and its outcome is awaited', async () => {
    notified = [];
    const tenant = 'humana';
    await record('PAGW-R-2', tenant, 100, 'DOWNSTREAM_ERROR', down);
    await detect(101);
    await retryNow(db.database, { pagwId: 'PAGW-R-2', stage: null, ...operator }, at(155));
    await retry(156);
    await detect(162);
    expect(notified.at(-1)).toContain('reminder');
    expect(notified.at(-1)).toContain('1 with a retry sent or planned, outcome awaited');
    expect(notified.at(-1)).not.toContain('stuck (oldest');
  });

  it('tells of another cause apart, when the retry fails for another reason', async () => {
    notified = [];
    const tenant = 'centene';
    await record('PAGW-R-3', tenant, 200, 'DOWNSTREAM_ERROR', down);
    await detect(201);
    await retryNow(db.database, { pagwId: 'PAGW-R-3', stage: null, ...operator }, at(202));
    await retry(203);
    await record('PAGW-R-3', tenant, 204, 'DOWNSTREAM_ERROR', {
      ...down,
      attempt: 6,
      errorCode: 'AUTH_FAILED',
    });
    for (const minute of [225, 231]) await detect(minute);
    const { rows } = await listIncidents(db.database, { tenant, closed: true }, 10);
    expect(rows.map(({ errorCode, closedAt }) => [errorCode, closedAt === null])).toEqual([
      ['AUTH_FAILED', true],
      ['API_TIMEOUT', false],
    ]);
  });
});

describe('an incident in other orders', () => {
  it('is one when some recover in the middle, and a pause comes between', async () => {
    notified = [];
    const tenant = 'carelon';
    const ids = ['PAGW-O-1', 'PAGW-O-2', 'PAGW-O-3'];
    for (const id of ids) await record(id, tenant, 400, 'DOWNSTREAM_ERROR', down);
    await detect(401);
    const [opened] = await openOf(tenant);
    for (const id of ids) await retryNow(db.database, { pagwId: id, stage: null, ...operator }, at(402));
    await retry(403);
    await answer('PAGW-O-1', tenant, 404);
    await record('PAGW-O-2', tenant, 404, 'DOWNSTREAM_ERROR', { ...down, attempt: 6 });
    for (const minute of [405, 409]) await detect(minute);
    expect(await openOf(tenant)).toEqual([{ ...opened, count: 2, awaited: 1 }]);
    const scope = { tenant, stage: 'API_CONNECTOR', downstream: 'carelon' };
    await pauseRetries(db.database, scope, operator, at(410));
    await retryNow(db.database, { pagwId: 'PAGW-O-2', stage: null, ...operator }, at(411));
    for (const minute of [412, 425, 440]) await detect(minute);
    expect(await openOf(tenant)).toMatchObject([{ key: opened?.key, count: 2 }]);
    await resumeRetries(db.database, scope, operator, at(441));
    await retry(442);
    for (const id of ids.slice(1)) await answer(id, tenant, 443);
    await detect(444);
    // None is left, and the minutes until it is over say so.
    expect(await openOf(tenant)).toMatchObject([{ key: opened?.key, count: 0, awaited: 0 }]);
    for (const minute of [446, 452]) await detect(minute);
    expect(await openOf(tenant)).toEqual([]);
    expect(notified.map((line) => line.slice(0, line.indexOf(':')))).toEqual([
      'carelon opened',
      'carelon closed',
    ]);
  });

  it('is one notification for two tenants of one cause, whichever recovers first', async () => {
    notified = [];
    const tenants = ['anthem', 'anthem-ca'];
    for (const tenant of tenants) await record(`PAGW-T-${tenant}`, tenant, 500, 'DOWNSTREAM_ERROR', down);
    await detect(501);
    // The first of them, under whose key both are told of.
    await answer('PAGW-T-anthem', 'anthem', 502);
    for (const minute of [503, 509]) await detect(minute);
    expect(await openOf('anthem-ca')).toMatchObject([{ count: 1, awaited: 0 }]);
    await retryNow(db.database, { pagwId: 'PAGW-T-anthem-ca', stage: null, ...operator }, at(510));
    await retry(511);
    for (const minute of [512, 530]) await detect(minute);
    expect(await openOf('anthem-ca')).toMatchObject([{ reason: 'retry-overdue', count: 1 }]);
    await answer('PAGW-T-anthem-ca', 'anthem-ca', 531);
    for (const minute of [532, 538]) await detect(minute);
    expect([...(await openOf('anthem')), ...(await openOf('anthem-ca'))]).toEqual([]);
    expect(notified.map((line) => line.slice(line.indexOf(' ') + 1, line.indexOf(':')))).toEqual([
      'opened',
      'closed',
    ]);
  });
});

describe('a pause', () => {
  it('lets nothing it holds back page as overdue', async () => {
    notified = [];
    const tenant = 'aetna';
    const scope = { tenant, stage: 'API_CONNECTOR', downstream: null };
    await pauseRetries(db.database, scope, operator, at(300));
    await record('PAGW-P-1', tenant, 300, 'DOWNSTREAM_ERROR', { ...down, attempt: 1 });
    for (const minute of [320, 330, 360]) await detect(minute);
    expect(notified.filter((line) => line.startsWith(tenant))).toEqual([]);
    await resumeRetries(db.database, scope, operator, at(361));
    // However long it was held, its limit runs from the resume on.
    for (const minute of [362, 366, 370]) await detect(minute);
    expect(notified.filter((line) => line.startsWith(tenant))).toEqual([]);
    for (const minute of [380, 383]) await detect(minute);
    expect(notified.filter((line) => line.startsWith(tenant))).toEqual([
      expect.stringContaining('aetna opened'),
    ]);
  });
});
