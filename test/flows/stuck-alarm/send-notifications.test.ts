import { beforeEach, describe, expect, it } from 'vitest';
import { listIncidents } from '../../../lib/data-access/incidents.ts';
import { claimNotifications } from '../../../lib/data-access/notifications.ts';
import { snoozeIncident } from '../../../lib/data-access/operate.ts';
import type { IncidentGroup } from '../../../lib/data-access/stuck-requests.ts';
import { keepIncidents } from '../../../lib/flows/stuck-alarm/keep-incidents.ts';
import { sendNotifications } from '../../../lib/flows/stuck-alarm/send-notifications.ts';
import { databaseOfFile } from '../../support/database.ts';
import { afterMinutes } from '../../support/history.ts';
import { incidentGroup } from '../../support/incident-group.ts';

const start = new Date('2026-03-02T08:00:00Z');
const db = await databaseOfFile();
beforeEach(() => db.database.execute('TRUNCATE incident, incident_notification CASCADE'));

const group = (fields: Partial<IncidentGroup> = {}) => incidentGroup({ oldestSince: start, ...fields });

const keep = (minute: number, ...groups: IncidentGroup[]) =>
  keepIncidents(db.database, groups, afterMinutes(start, minute));

/** Sends, and answers `kind text` of what went out. */
async function send(minute: number, ...refuse: string[]): Promise<string[]> {
  const out: string[] = [];
  await sendNotifications(
    db.database,
    async ({ tenant, kind }) => {
      if (refuse.includes(tenant)) throw new Error('The topic is gone.');
      out.push(`${tenant} ${kind}`);
    },
    afterMinutes(start, minute),
  );
  return out;
}

describe('notifications', () => {
  it('are sent again, under the same id, by a later run when the one that took them died', async () => {
    await keep(0, group());
    const [taken] = await claimNotifications(db.database, 10, 240, start);
    expect(await send(1)).toEqual([]);
    const [again] = await claimNotifications(db.database, 10, 240, afterMinutes(start, 5));
    expect(again).toEqual(taken);
    expect(await send(10)).toEqual(['anthem opened']);
    expect(await send(20)).toEqual([]);
  });

  it('that could not be sent do not keep back those that can', async () => {
    await keep(0, group({ tenant: 'refused', errorCode: 'AUTH_FAILED' }), group());
    expect(await send(0, 'refused')).toEqual(['anthem opened']);
    expect(await send(1)).toEqual(['refused opened']);
  });

  it('that a slow topic leaves no time for are sent by the next run, at once', async () => {
    await keep(0, group(), group({ tenant: 'elevance', errorCode: 'AUTH_FAILED' }));
    const out: string[] = [];
    const publish = async ({ tenant }: { tenant: string }) => void out.push(tenant);
    const counts = await sendNotifications(db.database, publish, start, undefined, () => out.length === 0);
    expect(counts).toEqual({ sent: 1, failed: 1 });
    expect(await send(1)).toHaveLength(1);
  });

  it('of one change are written once, by whichever of many runs comes first', async () => {
    await Promise.all(Array.from({ length: 8 }, () => keep(0, group())));
    await Promise.all(Array.from({ length: 8 }, () => keep(20, group({ count: 40 }))));
    await Promise.all(Array.from({ length: 8 }, () => keep(40)));
    const { rows } = await db.database.execute('SELECT kind FROM incident_notification ORDER BY id');
    expect(rows).toEqual([{ kind: 'opened' }, { kind: 'worsened' }, { kind: 'closed' }]);
  });

  it('are few, though a producer puts an id into its error codes', async () => {
    const codes = Array.from({ length: 30 }, (_, number) =>
      group({ errorCode: `ERR_${number}F${number * 7919}` }),
    );
    await keep(0, ...codes);
    expect((await listIncidents(db.database, {}, 100)).rows).toMatchObject([{ count: 30, level: 'page' }]);
  });

  it('show nothing of what an error code may give away', async () => {
    await keep(0, group({ errorCode: 'SSN 123-45-6789 NOT FOUND' }));
    const { rows } = await db.database.execute<{ text: string }>(
      'SELECT subject || body AS text FROM incident_notification',
    );
    expect(rows[0]?.text).not.toContain('123-45-6789');
  });

  it('stop while an incident is snoozed, but for decisions that come to 75 or 90 % of their time or become overdue', async () => {
    await keep(0, group());
    await send(0);
    const {
      rows: [incident],
    } = await listIncidents(db.database, {}, 1);
    const snooze = {
      key: incident?.key ?? '',
      until: afterMinutes(start, 120),
      reason: 'known',
      actedBy: 'ann',
    };
    expect(await snoozeIncident(db.database, snooze, afterMinutes(start, 1))).toBe(true);
    await keep(70, group({ count: 500 }));
    expect(await send(70)).toEqual([]);
    const clocks = (minute: number) => ({ count: 500, riskAt: afterMinutes(start, minute) });
    await keep(80, group({ ...clocks(80), atRisk: 1 }));
    expect(await send(80)).toEqual(['anthem worsened']);
    // Another one soon after: notified of with those of some minutes.
    await keep(82, group({ ...clocks(82), atRisk: 2 }));
    expect(await send(82)).toEqual([]);
    await keep(90, group({ ...clocks(85), atRisk: 2, urgent: 1 }));
    expect(await send(90)).toEqual(['anthem worsened']);
    await keep(105, group({ ...clocks(85), atRisk: 2, urgent: 1 }));
    expect(await send(105)).toEqual([]);
    await keep(106, group({ ...clocks(106), urgent: 3 }));
    expect(await send(106)).toEqual(['anthem worsened']);
    await keep(300, group({ ...clocks(106), breached: 2 }));
    expect(await send(300)).toEqual(['anthem worsened']);
  });

  it('come daily in the end', async () => {
    const notified: string[] = [];
    for (let minute = 0; minute <= 4 * 24 * 60; minute += 20) {
      await keep(minute, group());
      for (const each of await send(minute)) notified.push(`${minute / 60} ${each}`);
    }
    expect(notified).toEqual(
      [0, 1, 4, 24, 48, 72, 96].map((hour) => `${hour} anthem ${hour === 0 ? 'opened' : 'reminder'}`),
    );
  });

  it('pass over what goes and comes back within minutes', async () => {
    await keep(0, group());
    await keep(2);
    await keep(4, group());
    expect(await send(4)).toEqual(['anthem opened']);
    await keep(9);
    expect(await send(9)).toEqual(['anthem closed']);
    await keep(10, group());
    expect(await send(10)).toEqual(['anthem opened']);
  });

  it('tell a deadline at risk that is missed as the same incident, worse', async () => {
    const cause = { stage: 'RESPONSE_BUILDER', errorCode: null, targetSystem: null };
    await keep(
      0,
      group({ ...cause, reason: 'deadline-at-risk', atRisk: 1, nextDueAt: afterMinutes(start, 60) }),
    );
    await keep(60, group({ ...cause, reason: 'deadline-breached', breached: 1 }));
    const { rows } = await db.database.execute<{ body: string }>(
      'SELECT body FROM incident_notification ORDER BY id',
    );
    expect(rows[0]?.body).toContain('Deadline: 1 at risk, the first breaches in 1h.');
    expect(rows[1]?.body).toMatch(
      /^\[BREACH\] anthem · RESPONSE_BUILDER · 1 stuck .*\nCause: RESPONSE_BUILDER moves, but its decision is overdue \(1 of 1\)\./,
    );
    expect((await listIncidents(db.database, {}, 10)).rows).toMatchObject([
      { reason: 'deadline-breached', level: 'breach' },
    ]);
  });
});
