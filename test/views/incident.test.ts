import { beforeAll, describe, expect, it } from 'vitest';
import { listIncidents } from '../../lib/data-access/incidents.ts';
import { snoozeIncident } from '../../lib/data-access/operate.ts';
import { readRules } from '../../lib/views/view-page.ts';
import { viewPages } from '../../lib/views/view-pages.ts';
import { databaseOfFile } from '../support/database.ts';
import { now, viewContext } from '../support/view-fixtures.ts';
import { textOf } from '../support/view-text.ts';

const db = await databaseOfFile();
beforeAll(async () => {
  await db.database.execute(
    `INSERT INTO incident (key, tenant, stage, reason, opened_at, closed_at, seen_at, level, count, peak_count, oldest_since, trend_count, trend_at)
     SELECT key, 'anthem', 'PARSING', 'retries-exhausted', at - interval '1 hour', CASE WHEN closed THEN at END, at, level, count, 50, at, 1, at
     FROM (VALUES ('small', 'page', 3, false), ('large', 'page', 41, false), ('late', 'breach', 1, false),
       ('over', 'page', 0, true), ('warned', 'warn', 49, false)) AS made (key, level, count, closed),
       (VALUES (:now::timestamptz)) AS clock (at)`,
    { now },
  );
  await db.database.execute(
    `INSERT INTO incident_notification (incident_id, kind, level, subject, body, written_at, sent_at)
     SELECT id, 'opened', 'page', 'subject', '[PAGE] told first', :now::timestamptz, :now::timestamptz FROM incident WHERE key = 'large'`,
    { now },
  );
  const operator = { actedBy: 'maria', reason: 'known outage' };
  const until = new Date(now.getTime() + 3_600_000);
  await snoozeIncident(db.database, { key: 'large', until, ...operator }, now);
});

const show = (key: string) =>
  viewPages.incident.show({
    database: db.database,
    parameters: { key },
    context: viewContext(),
    rules: readRules({}),
  });

describe('incidents', () => {
  it('are listed worst first, closed ones last, page by page', async () => {
    const keys: string[] = [];
    let after: string | undefined;
    do {
      const { rows, next } = await listIncidents(db.database, { closed: true }, 2, after);
      keys.push(...rows.map(({ key }) => key));
      after = next ?? undefined;
    } while (after !== undefined);
    expect(keys).toEqual(['late', 'large', 'small', 'warned', 'over']);
    expect((await listIncidents(db.database, {}, 9)).rows.map(({ key }) => key)).not.toContain('over');
  });

  it('have a page each: how it stands, what to do, what was told, who silenced it and why', async () => {
    const text = textOf(await show('large'));
    for (const part of [
      'snoozed by maria',
      'What to do',
      'fix the cause at PARSING',
      '[PAGE] told first',
      'incident.snooze',
      'known outage',
    ])
      expect(text).toContain(part);
  });

  it('say when they are over, and ask for nothing then', async () => {
    const text = textOf(await show('over'));
    expect(text).toContain('over after 1h');
    expect(text).not.toContain('What to do');
    await expect(show('nowhere')).rejects.toMatchObject({ code: 'INCIDENT_UNKNOWN' });
  });
});
