import { describe, expect, it } from 'vitest';
import type { Database } from '../../../lib/data-access/database.ts';
import { insertRejectedMessages } from '../../../lib/data-access/ingest.ts';
import { claimNotifications } from '../../../lib/data-access/notifications.ts';
import { recordOperatorAction, snoozeIncident } from '../../../lib/data-access/operate.ts';
import { markRejectedReplayed } from '../../../lib/data-access/rejected-messages.ts';
import {
  cancelRetryBatch,
  pauseRetries,
  requestRetryBatch,
  resumeRetries,
  retryNow,
} from '../../../lib/data-access/retry-orders.ts';
import { wakeExhaustedRequests } from '../../../lib/data-access/stuck-alarm.ts';
import { parseDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { parseStageLimits } from '../../../lib/domain/stage-limits.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { closeRequest } from '../../../lib/flows/operate/close-request.ts';
import { runStuckAlarm } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { viewNames } from '../../../lib/reports/report.ts';
import { reports } from '../../../lib/reports/reports.ts';
import { readRules } from '../../../lib/views/view-page.ts';
import { drawWidget } from '../../../lib/views/widget/draw-widget.tsx';
import { connectionTo, runCli } from '../../cli/run-cli.ts';
import { openArchiveBucket } from '../../support/archive-bucket.ts';
import { databaseOfFile } from '../../support/database.ts';
import { forFile } from '../../support/for-file.ts';
import { openOldMonth } from '../../support/old-month.ts';
import { openAsRole } from '../../support/role-database.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-01T10:05:00Z');
const later = new Date('2026-03-01T12:00:00Z');
const kim = { actedBy: 'kim', reason: 'a drill' };
const db = await databaseOfFile();
const writer = await forFile(openAsRole(db, 'pagw_writer'));
const operator = await forFile(openAsRole(db, 'pagw_operator'));
const reader = await forFile(openAsRole(db, 'pagw_reader'));

const record = (database: Database, ...events: Parameters<typeof recordEvents>[1]) =>
  recordEvents(database, events, now);

async function deeds(): Promise<string[]> {
  const { rows } = await db.database.execute<{ action: string }>(
    'SELECT action FROM operator_action ORDER BY id',
  );
  return rows.map(({ action }) => action);
}

it('a login of the writer records, retries, checks and tells', async () => {
  const { database } = writer;
  const pagwId = 'PAGW-WRITER-1';
  expect(await record(database, failedEvent({ pagwId }))).toMatchObject([{ outcome: 'RECORDED' }]);
  const due = new Date('2026-03-01T11:00:00Z');
  const { rows } = await database.execute(
    `SELECT * FROM claim_due_retries(:due::timestamptz, 10, '[]', '[]')`,
    { due },
  );
  expect(rows).toHaveLength(1);
  expect(await record(database, trackedEvent({ pagwId }))).toMatchObject([{ outcome: 'RECORDED' }]);
  await wakeExhaustedRequests(database, now);
  const rules = { limits: parseStageLimits(undefined), policy: parseDecisionPolicy(undefined) };
  const measureLag = async () => ({ seconds: 0, waiting: 0 });
  expect(
    await runStuckAlarm(database, { rules, measureLag, now: later, publish: async () => undefined }),
  ).toMatchObject({ stuck: 1, sent: 1 });
  expect(await claimNotifications(database, 10, 60, later)).toEqual([]);
});

describe('a login of the reader', () => {
  it.each(reports.map((report) => [report.name, report] as const))(
    'reads the report %s',
    async (_name, report) => {
      const words = { timeline: ['PAGW-WRITER-1'], search: ['shared=yes'] }[report.name] ?? [];
      const filters = Object.fromEntries(
        (report.filters ?? []).flatMap(({ name, standard }) => (standard ? [[name, standard]] : [])),
      );
      const question = { tenant: 'anthem', now, since: new Date('2026-01-01T00:00:00Z'), filters, words };
      await expect(report.read(reader.database, { ...question, limit: 100 })).resolves.toBeDefined();
    },
  );

  it.each(viewNames)('looks at the view %s', async (view) => {
    const { rows } = await db.database.execute<{ id: number }>('SELECT max(id) AS id FROM incident');
    const id = { incident: String(rows[0]?.id), rejection: '1' }[view as string] ?? 'PAGW-WRITER-1';
    const question = { view, describe: false, theme: 'light' as const, parameters: { id } };
    const { failure } = await drawWidget(question, {
      ...{ database: reader.database, tenant: null, rules: readRules({}), now: later },
      functionArn: 'arn:aws:lambda:x',
    });
    // Nothing was refused in this test's database.
    expect(failure?.status ?? 200).toBe(view === 'rejection' ? 404 : 200);
  });
});

it.each([
  ['request', 'list'],
  ['request', 'show', 'PAGW-WRITER-1'],
  ['stuck', '--group-by', 'tenant'],
  ['audit'],
  ['export', '--format', 'csv', '--since', '2026-01-01'],
  ['export', '--format', 'xes', '--since', '2026-01-01'],
  ['archive', 'list'],
  ['retry', 'batches'],
])('the reader’s login is enough for pagw %s %s', async (...words) => {
  const connection = connectionTo(db, later, {
    database: (login) => ({ reader })[login as 'reader'].database,
  });
  const { code, stderr } = await runCli(words, { connection });
  expect(stderr).not.toMatch(/✗/);
  expect(code).toBe(0);
});

describe('a login of the operator', () => {
  it('does by hand what there is to do, and each deed is written down with it', async () => {
    const { database } = operator;
    const pagwId = 'PAGW-OPERATOR-1';
    await record(writer.database, failedEvent({ pagwId }));
    const scope = { tenant: null, stage: 'MAPPING', downstream: null };
    expect(await retryNow(database, { pagwId, stage: null, ...kim }, now)).toMatchObject([{ attempt: 1 }]);
    const { id, matched } = await requestRetryBatch(
      database,
      { filter: {}, ratePerMinute: 5, ...kim },
      later,
    );
    expect(matched).toBe(1);
    expect(await cancelRetryBatch(database, id, kim, later)).toBe(true);
    expect(await cancelRetryBatch(database, id, kim, later)).toBe(false);
    expect(await pauseRetries(database, scope, kim, now)).toBe(true);
    expect(await resumeRetries(database, scope, kim, now)).toBe(true);
    expect(await resumeRetries(database, scope, kim, now)).toBe(false);
    const [incident] = (await database.execute<{ key: string }>('SELECT key FROM incident')).rows;
    expect(await snoozeIncident(database, { key: incident?.key ?? '', until: later, ...kim }, now)).toBe(
      true,
    );
    expect(await snoozeIncident(database, { key: 'none', until: later, ...kim }, now)).toBe(false);
    await recordOperatorAction(database, { action: 'rejected.replay', filter: {}, affected: 1, ...kim }, now);
    expect(await closeRequest(database, { pagwId, end: 'withdrawn', ...kim }, now)).toBe('needs-second');
    for (const second of ['Kim', ' ', 'k\u200Bim', 'ＫＩＭ'])
      expect(await closeRequest(database, { pagwId, end: 'withdrawn', second, ...kim }, now)).toBe(
        'needs-second',
      );
    expect(await closeRequest(database, { pagwId, end: 'withdrawn', second: 'lee', ...kim }, now)).toBe(
      'closed',
    );
    expect(await closeRequest(database, { pagwId, end: 'withdrawn', ...kim }, now)).toBe('already-closed');
    expect(await closeRequest(database, { pagwId: 'NONE', end: 'void', ...kim }, now)).toBe('not-found');
    expect(await deeds()).toEqual([
      'retry.run',
      'retry.batch',
      'retry.batch.cancel',
      'retry.pause',
      'retry.resume',
      'incident.snooze',
      'rejected.replay',
      'request.close',
    ]);
  });

  it('marks as replayed what the writer set aside', async () => {
    const place = { bodyBucket: 'b', bodyKey: 'k', bodyBytes: 1, sentAt: now };
    const reason = { code: 'INVALID', path: '', rule: 'r', hint: 'h' };
    await insertRejectedMessages(
      writer.database,
      [{ messageId: 'm', position: 0, tenant: null, pagwId: null, eventId: null, ...reason, ...place }],
      now,
    );
    expect(await markRejectedReplayed(operator.database, [1, 99], now)).toBe(1);
  });

  it('ends a request on what came last, also when that comes while it is read', async () => {
    const pagwId = 'PAGW-OPERATOR-2';
    await record(writer.database, trackedEvent({ pagwId }));
    let raced = false;
    const racing: Database = {
      execute: async (sql, values, options) => {
        if (sql.includes('close_request') && !raced) {
          raced = true;
          await record(writer.database, trackedEvent({ pagwId }));
        }
        return operator.database.execute(sql, values, options);
      },
      transaction: (work) => operator.database.transaction(work),
    };
    expect(await closeRequest(racing, { pagwId, end: 'void', second: 'lee', ...kim }, now)).toBe('closed');
    const { rows } = await db.database.execute(
      'SELECT sequence_no, event_id, event_type FROM event_tracker WHERE pagw_id = :pagw_id ORDER BY 1',
      { pagw_id: pagwId },
    );
    expect(rows).toHaveLength(3);
    expect(rows[2]).toEqual({ sequenceNo: 3, eventId: 'pagw:closed:3', eventType: 'REQUEST_CLOSED' });
    expect((await deeds()).filter((action) => action === 'request.close')).toHaveLength(2);
  });

  it('does not end a request that is decided while it is read', async () => {
    const pagwId = 'PAGW-OPERATOR-3';
    await record(writer.database, trackedEvent({ pagwId }));
    const deciding: Database = {
      execute: async (sql, values, options) => {
        if (sql.includes('read_request_states'))
          await record(
            writer.database,
            trackedEvent({
              pagwId,
              eventId: 'decided',
              eventType: 'RESPONSE_OK',
              stated: { status: 'DENIED' },
            }),
          );
        return operator.database.execute(sql, values, options);
      },
      transaction: (work) => operator.database.transaction(work),
    };
    expect(await closeRequest(deciding, { pagwId, end: 'void', second: 'lee', ...kim }, now)).toBe(
      'already-closed',
    );
  });
});

it('the maintainer’s login archives and drops a month, the writer’s puts it back, the reader’s reads it', async () => {
  const archive = await openArchiveBucket();
  const month = await openOldMonth(archive);
  const august = new Date('2026-08-15T03:00:00Z');
  const [maintainer, restorer, reader] = await Promise.all([
    openAsRole(month, 'pagw_maintainer'),
    openAsRole(month, 'pagw_writer'),
    openAsRole(month, 'pagw_reader'),
  ]);
  try {
    await month.record('PAGW-1');
    expect(await month.compact(august, maintainer.database)).toMatchObject({ requestsCompacted: 1 });
    const before = await month.timeline('PAGW-1');
    const { database } = maintainer;
    expect(await month.archive(august, { database })).toMatchObject({ requestsArchived: 1 });
    expect(await month.drop(august, { database })).toEqual({ monthsDropped: 1, monthsLocked: 0 });
    expect(await month.timeline('PAGW-1', reader.database)).toEqual(before);
    const until = new Date('2026-09-01T00:00:00Z');
    expect(await month.restoreMonth(until, restorer)).toBeGreaterThan(0);
    expect(await month.timeline('PAGW-1', reader.database)).toEqual(before);
  } finally {
    for (const login of [maintainer, restorer, reader]) await login.close();
    await month.close();
    await archive.close();
  }
});
