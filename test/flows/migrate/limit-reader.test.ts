import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../lib/data-access/database.ts';
import { explainTimeline } from '../../../lib/data-access/doctor.ts';
import { noteDoubtfulNames } from '../../../lib/data-access/doubtful-names.ts';
import { eventDistribution } from '../../../lib/data-access/event-reports.ts';
import { readFlow } from '../../../lib/data-access/flow.ts';
import { insertRejectedMessages } from '../../../lib/data-access/ingest.ts';
import { keepLoadSample } from '../../../lib/data-access/load.ts';
import { keepReaderLimited, limitReader } from '../../../lib/data-access/migrate.ts';
import { metricTenants } from '../../../lib/data-access/named-in-metrics.ts';
import { recordOperatorAction } from '../../../lib/data-access/operate.ts';
import { freezeFigures } from '../../../lib/data-access/published-figures.ts';
import { listTenants } from '../../../lib/data-access/requests.ts';
import { holdHistory } from '../../../lib/data-access/retention.ts';
import { pauseRetries, requestRetryBatch } from '../../../lib/data-access/retry-orders.ts';
import { refreshDecisions, refreshFlow, refreshSummary } from '../../../lib/data-access/summary.ts';
import { parseDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { parseStageLimits } from '../../../lib/domain/stage-limits.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { runStuckAlarm } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { viewNames } from '../../../lib/reports/report.ts';
import { readRules } from '../../../lib/views/view-page.ts';
import { drawWidget } from '../../../lib/views/widget/draw-widget.tsx';
import { databaseOfFile } from '../../support/database.ts';
import { forFile } from '../../support/for-file.ts';
import { recordHistory } from '../../support/history.ts';
import { openAsRole } from '../../support/role-database.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const start = new Date('2026-03-01T08:00:00Z');
const now = new Date('2026-03-01T12:00:00Z');
const operator = { actedBy: 'kim', reason: 'a drill' };
/** Of the tenant that the reader must not see; nothing else has it. */
const HIDDEN = 'HIDDEN-1';

/** Tables without a tenant's rows. A new one belongs here, or gets a column `tenant`, or is named in `tenant_table`. */
const OF_NO_TENANT = [
  // Counts alone.
  'archived_month',
  // The canary alone, which is no tenant's.
  'canary',
  'decision_changed_day',
  'decision_open_month',
  // Whether there is an event bus.
  'event_outlet',
  'event_summary_changed_day',
  'event_summary_changed_hour',
  'event_summary_progress',
  // Names of tasks alone.
  'exclusive_task',
  // Times and ids alone.
  'flow_changed_day',
  'flow_changed_hour',
  'flow_changed_request',
  'reader_scope',
  // Ids and times alone.
  'retry_claim',
  'schema_failure',
  'schema_function',
  'schema_migration',
  'stuck_check',
];

const db = await databaseOfFile();
let owner: Database;
const reader = await forFile(openAsRole(db, 'pagw_reader'));
const writer = await forFile(openAsRole(db, 'pagw_writer'));

beforeAll(async () => {
  owner = db.database;
  for (const [tenant, pagwId] of [
    ['anthem', 'SHOWN-1'],
    ['elevance', HIDDEN],
  ] as const)
    await fill(tenant, pagwId);
  await decide('DECIDED');
  // Days are merged once they are over.
  const daysLater = new Date(now.getTime() + 3 * 86_400_000);
  await refreshSummary({ database: owner, now: daysLater, mayGoOn: () => true });
  await refreshFlow({ database: owner, now: daysLater, mayGoOn: () => true });
  await owner.execute(
    `INSERT INTO decision_changed_day
     SELECT DISTINCT date_trunc('day', resolved_at, 'UTC') FROM decision_episode WHERE resolved_at IS NOT NULL`,
  );
  await refreshDecisions({ database: owner, now: daysLater, mayGoOn: () => true });
  const rules = { limits: parseStageLimits(undefined), policy: parseDecisionPolicy(undefined) };
  const measureLag = async () => ({ seconds: 0, waiting: 0 });
  await runStuckAlarm(owner, { rules, measureLag, now, publish: async () => undefined });
  // Beside the notice of both: one that tells of each alone.
  await owner.execute(
    `INSERT INTO incident_notification (incident_id, kind, level, subject, body, written_at)
     SELECT id, 'reminder', 'warn', tenant, tenant, :now::timestamptz FROM incident`,
    { now },
  );
  await owner.execute(
    `INSERT INTO outgoing_event (kind, tenant, detail, written_at)
     SELECT 'stuck', tenant, '{}', :now::timestamptz FROM incident`,
    { now },
  );
  await keepLoadSample(owner, now);
  await metricTenants(owner, []);
  // Afterwards: a failure whose retry is held back is not stuck.
  for (const tenant of ['anthem', 'elevance', null])
    await pauseRetries(
      owner,
      { tenant, stage: tenant === null ? 'MAPPING' : null, downstream: null },
      operator,
      now,
    );
  await limitReader(owner, ['anthem']);
});

/** A row of the tenant in every table that can hold one. */
async function fill(tenant: string, pagwId: string): Promise<void> {
  await recordHistory(owner, { pagwId, tenant }, start, [
    [0, 'PARSE_START', { correlationId: 'shared', externalReference: 'shared' }],
    [
      1,
      'PARSE_FAIL',
      { errorCode: 'TIMEOUT', retryable: true, nextRetryAt: start.toISOString(), metadata: { note: tenant } },
    ],
  ]);
  await holdHistory(owner, { tenant }, operator, now);
  await freezeFigures(
    owner,
    { year: 2026, tenant, rows: [] },
    operator,
    generateKeyPairSync('ed25519').privateKey,
    now,
  );
  await requestRetryBatch(owner, { filter: { tenant }, ratePerMinute: 1, ...operator }, now);
  await owner.execute(
    `INSERT INTO resend (pagw_id, tenant, stage, cause, after_sequence_no, attempt, reason, requested_by, requested_at)
     VALUES (:pagw_id, :tenant, 'PARSING', 'no-result', 1, 2, 'why', 'kim', :now::timestamptz)`,
    { pagw_id: pagwId, tenant, now },
  );
  await owner.execute(
    `INSERT INTO retry_batch_failure (batch_id, pagw_id, tenant, stage, sequence_no)
     SELECT max(id), :pagw_id, :tenant, 'PARSING', 2 FROM retry_batch`,
    { pagw_id: pagwId, tenant },
  );
  await recordOperatorAction(
    owner,
    { action: 'retry.run', filter: { pagwId }, affected: 1, ...operator },
    now,
  );
  const typo = { sender: null, serviceName: null, path: '/stage', didYouMean: 'PARSING' };
  await noteDoubtfulNames(owner, [{ pagwId, ...typo }], now);
  const place = { bodyBucket: 'b', bodyKey: pagwId, bodyBytes: 1, sentAt: now };
  const reason = { code: 'FIELD_INVALID', path: '', rule: 'contract', hint: 'x' };
  await insertRejectedMessages(
    owner,
    [{ messageId: pagwId, position: 0, tenant, pagwId, eventId: pagwId, ...reason, ...place }],
    now,
  );
  await owner.execute(
    `WITH object AS (
       INSERT INTO archive_object (tenant, received_on, bucket, key, bytes, sha256, request_count, event_count, archived_at)
       VALUES (:tenant, '2026-03-01', 'b', :pagw_id, 1, repeat('0', 64), 1, 1, :now::timestamptz)
       RETURNING id
     )
     INSERT INTO archived_request (pagw_id, tenant, first_sequence_no, last_sequence_no, object_id, event_count, digest, event_keys)
     SELECT :pagw_id, :tenant, 1, 1, id, 1, repeat('0', 64), '{}' FROM object`,
    { tenant, pagw_id: pagwId, now },
  );
  await owner.execute(
    `INSERT INTO archived_hour VALUES ('2026-03-01', :tenant, 'PARSING', 'PARSE_OK', 'COMPLETED', 1, 0, 0, NULL, '{}', '{}')`,
    { tenant },
  );
}

/** A decided request of each tenant, old enough for nobody to watch it. */
async function decide(name: string): Promise<void> {
  await owner.execute(
    `WITH request (id, tenant) AS (VALUES ('SHOWN-', 'anthem'), ('HIDDEN-', 'elevance')),
     decided AS (
       INSERT INTO request_tracker (
         pagw_id, tenant, received_on, received_at, status, completed_at, determination, decided_at, clock_stopped_at, watch_at
       )
       SELECT
         id || :name, tenant, '2026-03-01', :at::timestamptz, 'APPROVED', :at::timestamptz,
         'APPROVED', :at::timestamptz, :at::timestamptz, NULL
       FROM request
     )
     INSERT INTO decision_episode (
       pagw_id, episode, tenant, plan, kind, drugs, priority, requested_priority, received_at, resolution, resolved_at
     )
     SELECT id || :name, 1, tenant, tenant, 'request', 'none', 'STANDARD', 'STANDARD', :at::timestamptz, 'APPROVED', :at::timestamptz
     FROM request`,
    { name, at: start },
  );
}

async function names(database: Database, sql: string): Promise<string[]> {
  return (await database.execute<{ name: string }>(sql)).rows.map(({ name }) => name);
}

const guardedTables = () =>
  names(owner, 'SELECT held_in::text AS name FROM tenant_table WHERE NOT is_partition');
const relations = () =>
  names(
    owner,
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY 1`,
  );

/** Every row of a relation as text, as far as `database`'s login sees it. */
async function rowsOf(database: Database, relation: string): Promise<string[]> {
  return names(database, `SELECT to_json(of_all)::text AS name FROM ${relation} AS of_all`);
}

/** Counts over all tenants: none of their rows is of one. */
const OVER_TENANTS = ['event_tracker_summary_day_total', 'event_tracker_summary_total', 'outage'];

const isOfElevance = (row: string) => /elevance|HIDDEN/.test(row);

describe('a reader limited to anthem', () => {
  it('sees no row of elevance in any table or view, and anthem’s in each', async () => {
    const tenantTables = await guardedTables();
    expect(tenantTables.length).toBeGreaterThanOrEqual(9);
    for (const relation of await relations()) {
      const rows = await rowsOf(reader.database, relation);
      if (relation !== 'tenant_table') expect(rows.filter(isOfElevance), relation).toEqual([]);
      if (!tenantTables.includes(relation)) continue;
      // Else this test could not fail.
      if (OVER_TENANTS.includes(relation)) {
        expect((await rowsOf(owner, relation)).length, relation).toBeGreaterThan(0);
        expect(rows, relation).toEqual([]);
        continue;
      }
      const filled = (await rowsOf(owner, relation)).some(isOfElevance);
      expect(filled, `${relation}: fill() gives it no row of each tenant`).toBe(true);
      expect(rows.length, relation).toBeGreaterThan(0);
    }
  });

  it('sees a pause that holds back everybody', async () => {
    const rows = await rowsOf(reader.database, 'retry_pause');
    expect(rows.map((row) => JSON.parse(row).tenant)).toEqual(['anthem', null]);
  });

  async function hiddenId(view: string): Promise<string> {
    const table = view === 'incident' ? 'incident' : view === 'rejection' ? 'rejected_message' : null;
    if (table === null) return HIDDEN;
    const { rows } = await owner.execute<{ id: number }>(`SELECT id FROM ${table} WHERE tenant = 'elevance'`);
    return String(rows[0]?.id);
  }

  it.each(viewNames)('finds nothing of elevance in view %s, whatever it asks for', async (view) => {
    const rules = readRules({});
    const parameters = {
      id: await hiddenId(view),
      q: 'shared',
      time: '7d',
    };
    for (const [tenant, asked] of [
      [null, parameters],
      [null, { ...parameters, tenant: 'elevance' }],
      ['elevance', parameters],
    ] as const) {
      const question = { view, describe: false, theme: 'light' as const, parameters: asked };
      const options = { database: reader.database, tenant, rules, now, functionArn: 'arn:aws:lambda:x' };
      const { html } = await drawWidget(question, options);
      // The tenant that is fixed or asked for heads the widget; the id asked for is repeated when it is not found.
      const named = tenant ?? ('tenant' in asked ? asked.tenant : '\0');
      const told = html.replaceAll(named, '').replaceAll(view === 'request' ? HIDDEN : '\0', '');
      expect(told).not.toMatch(/elevance|HIDDEN/);
      const seen = await drawWidget(question, { ...options, database: owner });
      if (view !== 'latency' && tenant !== null) expect(seen.html).not.toBe(html);
    }
  });

  it('is told of no other tenant by lists, reports and statistics', async () => {
    expect(await listTenants(reader.database)).toEqual(['anthem']);
    expect(await listTenants(owner)).toEqual(['anthem', 'elevance']);
    const span = { since: start, until: now };
    expect((await eventDistribution(reader.database, { tenant: 'elevance', ...span })).rows).toEqual([]);
    expect((await eventDistribution(owner, { tenant: 'elevance', ...span })).rows).not.toEqual([]);
    await owner.execute('ANALYZE event_tracker');
    const values = `SELECT coalesce(most_common_vals::text, '') AS name FROM pg_stats WHERE schemaname = 'public' AND attname = 'tenant'`;
    expect((await names(owner, values)).some(isOfElevance)).toBe(true);
    expect((await names(reader.database, values)).some(isOfElevance)).toBe(false);
  });

  it('is told by a report over days of all tenants what its own add up to', async () => {
    const days = { since: new Date('2026-03-01T00:00:00Z'), until: new Date('2026-03-03T00:00:00Z') };
    const ofAll = await eventDistribution(reader.database, { tenant: null, ...days });
    expect(ofAll).toEqual(await eventDistribution(owner, { tenant: 'anthem', ...days }));
    expect(ofAll).not.toEqual(await eventDistribution(owner, { tenant: null, ...days }));
    const flowOfAll = await readFlow(reader.database, { tenant: null, ...days });
    expect(flowOfAll.requestCount).toBeGreaterThan(0);
    expect(flowOfAll).toEqual(await readFlow(owner, { tenant: 'anthem', ...days }));
    expect(flowOfAll).not.toEqual(await readFlow(owner, { tenant: null, ...days }));
  });

  it('reads no month but through its parent, one that is made later included', async () => {
    await writer.database.execute(`SELECT ensure_event_partition('2031-03-01')`);
    await recordEvents(owner, [trackedEvent({ pagwId: 'SHOWN-2031' })], new Date('2031-03-01T00:00:00Z'));
    expect(await rowsOf(reader.database, 'event_tracker_2026_03')).toEqual([]);
    expect(await rowsOf(reader.database, 'event_tracker_2031_03')).toEqual([]);
    expect(await rowsOf(owner, 'event_tracker_2031_03')).toHaveLength(1);
    expect((await rowsOf(reader.database, 'event_tracker')).some((row) => row.includes('SHOWN-2031'))).toBe(
      true,
    );
  });

  it('is judged before its own conditions, so that no error tells what it may not see', async () => {
    const sql = `SELECT pagw_id AS name FROM event_tracker WHERE 1 / (CASE tenant WHEN 'elevance' THEN 0 ELSE 1 END) = 1`;
    await expect(names(owner, sql)).rejects.toMatchObject({ sqlState: '22012' });
    expect(new Set(await names(reader.database, sql))).toEqual(new Set(['SHOWN-1', 'SHOWN-2031']));
  });

  it.each([
    'SELECT limit_reader(NULL)',
    'UPDATE reader_scope SET tenants = NULL',
    'ALTER TABLE event_tracker DISABLE ROW LEVEL SECURITY',
    'SET ROLE pagw_writer',
  ])('cannot widen its view: %s', async (sql) => {
    await expect(reader.database.execute(sql)).rejects.toMatchObject({ sqlState: '42501' });
  });

  it('looks a timeline and the stuck list up by their indexes', async () => {
    const timeline = await explainTimeline(reader.database, '2026-03-01');
    expect(timeline).toMatchObject({
      scannedTables: [],
      indexes: [expect.stringContaining('pagw_id'), expect.stringContaining('pagw_id')],
    });
    const { rows } = await reader.database.transaction(async (transaction) => {
      await transaction.execute('SET LOCAL enable_seqscan = off');
      return transaction.execute<Record<string, string>>(
        `EXPLAIN SELECT pagw_id FROM request_tracker
         WHERE stuck_reason IS NOT NULL AND tenant = 'anthem' ORDER BY stuck_since, pagw_id LIMIT 100`,
      );
    });
    const plan = rows.flatMap((row) => Object.values(row)).join('\n');
    expect(plan).toContain('ix_request_tracker_stuck');
    expect(plan).not.toContain('Sort');
  });
});

describe('the writer beside a limited reader', () => {
  it('sees and records for every tenant, and lifts nothing', async () => {
    const event = trackedEvent({ pagwId: HIDDEN, tenant: 'elevance' });
    expect(await recordEvents(writer.database, [event], now)).toMatchObject([{ outcome: 'RECORDED' }]);
    expect(await listTenants(writer.database)).toEqual(['anthem', 'elevance']);
    await expect(writer.database.execute('SELECT limit_reader(NULL)')).rejects.toMatchObject({
      sqlState: '42501',
    });
    await expect(writer.database.execute('UPDATE reader_scope SET tenants = NULL')).rejects.toMatchObject({
      sqlState: '42501',
    });
  });

  it('plans as if there were no limit', async () => {
    const sql = `EXPLAIN (COSTS OFF) UPDATE request_tracker SET next_stage = 'X' WHERE pagw_id = 'SHOWN-1'`;
    const plan = async (database: Database) => (await database.execute(sql)).rows;
    expect(await plan(writer.database)).toEqual(await plan(owner));
  });
});

describe('what holds a tenant’s rows', () => {
  it('is guarded without exception, or said to hold none', async () => {
    const guarded = await names(
      owner,
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relrowsecurity`,
    );
    const tables = await names(
      owner,
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`,
    );
    const unguarded = tables.filter((table) => !guarded.includes(table)).sort();
    expect(unguarded, 'a table without `tenant` is not in OF_NO_TENANT').toEqual(OF_NO_TENANT);
  });

  it('has a policy for the reader and one for the flows', async () => {
    const policies = await names(
      owner,
      `SELECT tablename || ' ' || array_to_string(ARRAY(SELECT unnest(roles) ORDER BY 1), ',') AS name
       FROM pg_policies WHERE schemaname = 'public'`,
    );
    const wanted = (await guardedTables()).flatMap((table) => [
      `${table} pagw_reader`,
      `${table} pagw_maintainer,pagw_writer`,
    ]);
    expect(policies.sort()).toEqual(wanted.sort());
  });

  it('is read by every view with the rights of whoever asks, and by no function that the reader may call with its owner’s', async () => {
    const views = await names(
      owner,
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
         AND NOT coalesce(reloptions @> '{security_invoker=true}', false)`,
    );
    expect(views, 'not WITH (security_invoker = true)').toEqual([]);
    const definers = (who: string) =>
      names(
        owner,
        `SELECT proname AS name FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace AND prosecdef AND has_function_privilege('${who}', oid, 'EXECUTE')
         ORDER BY 1`,
      );
    expect(await definers('pagw_reader')).toEqual([]);
    // Both make a month; one answers whether it had to, the other nothing.
    expect(await definers('pagw_writer')).toEqual(['ensure_event_partition', 'keep_archived_month']);
    // An operator of one tenant may bring forward what another waits for, if it is named: all of its deeds are written down.
    expect(await definers('pagw_operator')).toContain('retry_now');
  });

  it('is covered when a later migration makes it', async () => {
    await owner.execute('CREATE TABLE made_later (tenant text NOT NULL)');
    await owner.execute(`INSERT INTO made_later VALUES ('anthem'), ('elevance')`);
    await keepReaderLimited(owner);
    expect(await names(reader.database, 'SELECT tenant AS name FROM made_later')).toEqual(['anthem']);
    await owner.execute('DROP TABLE made_later');
  });
});

describe('the limit', () => {
  it('names several tenants, in any order and number, and changes nothing when asked for again', async () => {
    await limitReader(owner, ['elevance', 'anthem', 'elevance']);
    expect(await listTenants(reader.database)).toEqual(['anthem', 'elevance']);
    const asked = `SELECT limit_reader('{anthem,elevance}') AS changed`;
    expect((await owner.execute<{ changed: number }>(asked)).rows).toEqual([{ changed: 0 }]);
  });

  it('takes any name for a name', async () => {
    await limitReader(owner, [`o'x") OR (true`]);
    expect(await listTenants(reader.database)).toEqual([]);
  });

  it('is refused when it names nobody, and stays what it was', async () => {
    await expect(limitReader(owner, [])).rejects.toMatchObject({ sqlState: '22023' });
    expect(await listTenants(reader.database)).toEqual([]);
  });

  it('is lifted again without a trace', async () => {
    await limitReader(owner, null);
    expect(await listTenants(reader.database)).toEqual(['anthem', 'elevance']);
    expect(await names(owner, 'SELECT policyname AS name FROM pg_policies')).toEqual([]);
    const guarded = `SELECT relname AS name FROM pg_class WHERE relrowsecurity`;
    expect(await names(owner, guarded)).toEqual([]);
  });

  it('is set by two at once without harm', async () => {
    await Promise.all([
      limitReader(owner, ['anthem']),
      limitReader(owner, ['anthem']),
      keepReaderLimited(owner),
    ]);
    expect(await listTenants(reader.database)).toEqual(['anthem']);
  });

  it('waits for a table in use, not for ever', async () => {
    await limitReader(owner, ['anthem']);
    await expect(
      owner.transaction(async (transaction) => {
        await transaction.execute('LOCK TABLE request_tracker IN ACCESS SHARE MODE');
        await limitReader(owner, null);
      }),
    ).rejects.toMatchObject({ sqlState: '55P03' });
    expect(await listTenants(reader.database)).toEqual(['anthem']);
  });
});
