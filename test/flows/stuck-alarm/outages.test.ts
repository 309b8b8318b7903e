import { beforeEach, describe, expect, it } from 'vitest';
import { findIncident, listOpenIncidents, listOutage } from '../../../lib/data-access/incidents.ts';
import { snoozeIncident } from '../../../lib/data-access/operate.ts';
import { retryNow } from '../../../lib/data-access/retry-orders.ts';
import type { IncidentGroup } from '../../../lib/data-access/stuck-requests.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { keepIncidents } from '../../../lib/flows/stuck-alarm/keep-incidents.ts';
import { runStuckAlarm } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../../support/database.ts';
import { afterMinutes, type RequestStep, recordSteps } from '../../support/history.ts';
import { incidentGroup } from '../../support/incident-group.ts';

const start = new Date('2026-03-02T08:00:00Z');
const at = (minute: number) => afterMinutes(start, minute);
const down = { errorCode: 'API_TIMEOUT', attempt: 5, metadata: { targetSystem: 'carelon' } };
const operator = { actedBy: 'maria', reason: 'carelon is back' };
const db = await databaseOfFile();
/** `minute kind` of each notice, and its text and tenants. */
let notices: string[];
let bodies: string[];
let named: string[][];
beforeEach(async () => {
  [notices, bodies, named] = [[], [], []];
  await db.database.execute(
    'TRUNCATE request_tracker, event_tracker, incident, incident_notification CASCADE',
  );
});

const detect = (minute: number) =>
  runStuckAlarm(db.database, {
    now: at(minute),
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    measureLag: async () => ({ waiting: 0, seconds: 0 }),
    publish: async ({ key, kind, body, tenants }) => {
      notices.push(`${minute} ${kind} ${key.split('/')[1]}`);
      bodies.push(body);
      named.push(tenants);
    },
  });

const tenantName = (place: number) => `plan-${String(place).padStart(2, '0')}`;

/** What happens at that minute to requests of many tenants. */
const record = (minute: number, ids: readonly [id: string, tenant: string][], type: string, fields = {}) =>
  recordSteps(
    db.database,
    start,
    ids.map(([pagwId, tenant]): RequestStep => ({ pagwId, tenant, step: [minute, type, fields] })),
  );

async function recover(minute: number, those: readonly [id: string, tenant: string][]) {
  await record(minute, those, 'DOWNSTREAM_OK', { metadata: down.metadata });
  await record(minute, those, 'RESPONSE_OK', { metadata: { outcome: 'approved' } });
}

/** 104 requests of twenty tenants: 5 each, and four more of the first. */
const ids = Array.from({ length: 104 }, (_, place): [string, string] => [
  `PAGW-${place}`,
  tenantName(place < 100 ? place % 20 : 0),
]);

describe('an outage over twenty tenants', () => {
  it('is one page, one OVER, under one key, with the tenants inside', async () => {
    await record(0, ids, 'DOWNSTREAM_ERROR', down);
    for (const minute of [1, 2, 10, 30]) await detect(minute);
    expect(notices).toEqual(['1 opened plan-00']);
    expect(bodies[0]).toMatch(/^\[PAGE\] 20 tenants · API_CONNECTOR · 104 stuck .*\n.*\(104 of 104\)/);
    expect(bodies[0]).toContain('\nTenants: plan-00 9, plan-01 5, ');
    expect(bodies[0]).toContain('pagw retry pause --stage API_CONNECTOR --downstream carelon --reason WHY');
    expect(named[0]).toHaveLength(20);
    // The first tenant's end first: nothing is over for the others.
    const [first, others] = [
      ids.filter(([, tenant]) => tenant === 'plan-00'),
      ids.filter(([, tenant]) => tenant !== 'plan-00'),
    ];
    await retryNow(db.database, { pagwId: 'PAGW-0', stage: null, ...operator }, at(31));
    await recover(40, first);
    for (const minute of [41, 50, 61]) await detect(minute);
    expect(notices.slice(1)).toEqual(['61 reminder plan-00']);
    expect(bodies[1]).toMatch(/^\[PAGE\] 19 tenants · API_CONNECTOR · 95 stuck /);
    expect(await listOpenIncidents(db.database)).toHaveLength(20);
    await recover(70, others);
    for (const minute of [71, 77, 80]) await detect(minute);
    expect(notices.slice(2)).toEqual(['71 closed plan-00']);
    expect(bodies[2]).toMatch(
      /^\[OVER\] 20 tenants · API_CONNECTOR · no longer stuck, after 1h10m \(at most 104\)/,
    );
    expect(await listOpenIncidents(db.database)).toEqual([]);
    const followed = await findIncident(db.database, {
      key: `${bodies[2]?.split('incident show ')[1]?.replace('plan-00', 'plan-07')}`,
    });
    expect(await listOutage(db.database, followed?.id ?? 0, 50)).toHaveLength(20);
  });

  it('that comes to them one after the other is told in progress notes, not for each', async () => {
    for (let place = 0; place < 20; place++) {
      const own = ids.filter(([, tenant]) => tenant === tenantName(place));
      await record(place, own, 'DOWNSTREAM_ERROR', down);
      await detect(place);
    }
    for (const minute of [20, 25, 30, 40]) await detect(minute);
    expect(notices).toEqual([
      '0 opened plan-00',
      '1 worsened plan-00',
      '11 spread plan-00',
      '25 spread plan-00',
    ]);
    expect(bodies.at(-1)).toMatch(/^\[PAGE\] 20 tenants/);
  });
});

describe('notices of a cause at several tenants', () => {
  const keep = (minute: number, ...groups: Partial<IncidentGroup>[]) =>
    keepIncidents(
      db.database,
      groups.map((fields) => incidentGroup({ oldestSince: start, ...fields })),
      at(minute),
    );
  const told = async () => {
    const { rows } = await db.database.execute<{ line: string }>(
      `SELECT kind || ' ' || notification.level || ' ' || incident.tenant AS line
       FROM incident_notification AS notification JOIN incident ON incident.id = incident_id ORDER BY notification.id`,
    );
    return rows.map(({ line }) => line);
  };

  it('page where the tenants together come to what pages, and not apart', async () => {
    await keep(0, { tenant: 'anthem', count: 3 });
    await keep(
      1,
      { tenant: 'anthem', count: 3 },
      { tenant: 'carelon', count: 4 },
      { tenant: 'humana', count: 4 },
    );
    await keep(
      2,
      { tenant: 'anthem', count: 3 },
      { tenant: 'carelon', count: 4 },
      { tenant: 'humana', count: 4 },
    );
    expect(await told()).toEqual(['opened warn anthem', 'worsened page anthem']);
  });

  it.each<[string, Partial<IncidentGroup>]>([
    ['stage', { stage: 'PARSING' }],
    ['code', { errorCode: 'AUTH_FAILED' }],
    ['downstream', { targetSystem: 'availity' }],
    ['kind of reason', { reason: 'no-result' }],
  ])('are apart where the %s is another', async (_, other) => {
    await keep(0, { tenant: 'anthem' }, { tenant: 'carelon', ...other });
    expect(await told()).toEqual(['opened warn anthem', 'opened warn carelon']);
  });

  it('are not silenced by a silence from before the others came', async () => {
    await keep(0, { tenant: 'anthem' });
    const [incident] = await listOpenIncidents(db.database);
    const until = at(300);
    await snoozeIncident(db.database, { key: incident?.key ?? '', until, ...operator }, at(1));
    const others = ['carelon', 'elevance', 'humana'].map((tenant) => ({ tenant, count: 9 }));
    await keep(2, { tenant: 'anthem' }, ...others);
    await keep(3, { tenant: 'anthem' }, ...others);
    expect(await told()).toEqual(['opened warn anthem', 'opened page carelon']);
  });

  it('end in one, and start afresh under a key of their own', async () => {
    await keep(0, { tenant: 'anthem' }, { tenant: 'carelon' });
    await keep(2, { tenant: 'carelon' });
    await keep(6);
    expect(await told()).toEqual(['opened warn anthem']);
    await keep(7);
    expect(await told()).toEqual(['opened warn anthem', 'closed warn anthem']);
    await keep(8, { tenant: 'carelon' });
    expect((await told()).at(-1)).toBe('opened warn carelon');
  });

  it('are told once by many runs at once', async () => {
    const groups = Array.from({ length: 20 }, (_, place) => ({ tenant: tenantName(place), count: 2 }));
    await Promise.all(Array.from({ length: 6 }, () => keep(0, ...groups)));
    await Promise.all(Array.from({ length: 6 }, () => keep(61, ...groups)));
    await Promise.all(Array.from({ length: 6 }, () => keep(70)));
    expect(await told()).toEqual(['opened page plan-00', 'reminder page plan-00', 'closed page plan-00']);
  });
});
