import { beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../lib/cli/connection.ts';
import { readLastCanary } from '../../../lib/data-access/canary.ts';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { refreshFlow, refreshSummary } from '../../../lib/data-access/summary.ts';
import { CANARY_TENANT, canaryMessage } from '../../../lib/domain/canary.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../../../lib/domain/sender-tenants.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { ingestMessages } from '../../../lib/flows/ingest/ingest-messages.ts';
import { recordCanary } from '../../../lib/flows/ingest/record-events.ts';
import { checkRequests } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { viewRoutes } from '../../../lib/local/console/get-view.tsx';
import { reports } from '../../../lib/reports/reports.ts';
import { runCli } from '../../cli/run-cli.ts';
import { databaseOfFile } from '../../support/database.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-08T12:00:00Z');
const sentAt = new Date('2026-03-08T11:59:59Z');
const db = await databaseOfFile();
let refused: string[] = [];

beforeAll(async () => {
  await ensurePartition(db.database, now);
});

/** Sends messages through ingest, each an event or several of one request. */
function ingest(...bodies: unknown[]) {
  refused = [];
  return ingestMessages(
    bodies.map((body, place) => ({
      messageId: `message-${place}`,
      groupId: `group-${place}`,
      body: JSON.stringify(body),
      sender: 'sender',
      sentAt,
    })),
    {
      database: db.database,
      quarantine: {
        setAside: async (_, rejections) => {
          refused.push(...rejections.map(({ code }) => code));
        },
      },
      rules: { retryPolicy: defaultRetryPolicy, jitter: () => 1 },
      senders: parseSenderTenants(undefined),
      now,
    },
  );
}

const failure = {
  tenant: 'anthem',
  pagwId: 'PAGW-1',
  eventId: 'failed',
  eventType: 'DOWNSTREAM_TIMEOUT',
  errorCode: 'API_TIMEOUT',
};

/** Everything that is in the database, by table and view: whatever is told is read from there. */
async function everyRow(): Promise<Record<string, unknown>> {
  const { rows: relations } = await db.database.execute<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND relname <> 'canary'
     ORDER BY 1`,
  );
  const contents: Record<string, unknown> = {};
  for (const { name } of relations) {
    const { rows } = await db.database.execute<{ rows: unknown }>(
      `SELECT coalesce(json_agg(one ORDER BY one::text), '[]') AS rows FROM ${name} AS one`,
    );
    contents[name] = rows[0]?.rows;
  }
  return contents;
}

const LISTS = ['request list', 'stuck', 'incident list', 'retry list', 'rejected list', 'audit'];
const REPORTS = reports.map(({ name }) => name).filter((name) => name !== 'timeline' && name !== 'search');

/** What each list, report and page says. */
async function everythingTold(): Promise<Record<string, string>> {
  const connection = { database: () => db.database, now: () => now, close: () => undefined };
  const told: Record<string, string> = {};
  const asJson = [...LISTS, ...REPORTS.map((name) => `report ${name}`)].map((line) => `${line} -o json`);
  for (const line of [...asJson, 'export --format csv']) {
    const args = line.split(' ');
    const { code, stdout, stderr } = await runCli(args, {
      connection: connection as unknown as Connection,
      env: {},
    });
    if (code !== 0 && code !== 10) throw new Error(`pagw ${line}: ${stderr}`);
    told[line] = stdout;
  }
  const rules = { retryPolicy: defaultRetryPolicy, stageLimits: defaultStageLimits };
  const routes = viewRoutes({ database: db.database, clock: { now: () => now } as never, rules });
  for (const [route, show] of Object.entries(routes)) {
    const url = new URL(`http://localhost${route.replace('GET ', '')}`);
    told[route] = String((await show({ url, cookies: '', port: 0 } as never)).body);
  }
  return told;
}

async function runScheduledFlows(): Promise<void> {
  const options = { database: db.database, now, mayGoOn: () => true };
  await refreshSummary(options);
  await refreshFlow(options);
  await checkRequests(db.database, {
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    now,
  });
}

test('a canary arrives, and nothing but that is to be found of it in any table, list, report or page', async () => {
  await ingest(failure);
  await runScheduledFlows();
  const rows = await everyRow();
  const told = await everythingTold();
  expect(Object.keys(told).length).toBeGreaterThan(20);
  expect(told['request list -o json']).toContain('PAGW-1');

  const result = await ingest(canaryMessage('c-1'), { ...failure, eventId: 'failed' }, canaryMessage('c-2'));
  expect(result).toMatchObject({ recorded: 0, duplicate: 1, rejected: 0, canaries: [sentAt, sentAt] });
  expect(result.failures.size + result.lostCanaries.length).toBe(0);
  expect(JSON.stringify(result.lines)).not.toContain('CANARY');
  expect(await everyRow()).toEqual(rows);
  await runScheduledFlows();
  expect(await everythingTold()).toEqual(told);
  expect(await readLastCanary(db.database)).toEqual({ pagwId: 'PAGW-CANARY-c-2', sentAt, arrivedAt: now });
});

test('a canary that is delivered again arrives again, and leaves one row', async () => {
  for (const _ of [1, 2]) expect((await ingest(canaryMessage('c-3'))).canaries).toEqual([sentAt]);
  const { rows } = await db.database.execute('SELECT pagw_id FROM canary');
  expect(rows).toEqual([{ pagwId: 'PAGW-CANARY-c-3' }]);
});

test('a canary that nothing records is lost, and holds nobody up', async () => {
  await db.database.execute(
    `ALTER TABLE event_tracker ADD CONSTRAINT no_canary CHECK (tenant <> '${CANARY_TENANT}') NOT VALID`,
  );
  const result = await ingest(canaryMessage('c-4'), { ...failure, eventId: 'next' });
  await db.database.execute('ALTER TABLE event_tracker DROP CONSTRAINT no_canary');
  expect(result).toMatchObject({ recorded: 1, canaries: [] });
  expect(result.lostCanaries).toHaveLength(1);
  expect((await readLastCanary(db.database))?.pagwId).toBe('PAGW-CANARY-c-3');
});

test('a month without its partition is made for a canary as for any event', async () => {
  const later = new Date('2031-01-01T00:00:00Z');
  const canary = trackedEvent({ tenant: CANARY_TENANT, pagwId: 'PAGW-CANARY-c-5' });
  await recordCanary(db.database, canary, later, later);
  expect((await readLastCanary(db.database))?.pagwId).toBe('PAGW-CANARY-c-5');
});

test("an event in the canary's name that is not the canary's is set aside, not taken back with it", async () => {
  const result = await ingest({ ...failure, tenant: ' PAGW-Canary', eventId: 'pretends' });
  expect(result).toMatchObject({ recorded: 0, rejected: 1, canaries: [] });
  expect(refused).toEqual(['TENANT_RESERVED']);
});
