import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/cli/connection.ts';
import { type CheckResult, doctorChecks } from '../../lib/cli/doctor.ts';
import { type Database, openDatabase } from '../../lib/data-access/database.ts';
import { DatabaseError } from '../../lib/data-access/database-error.ts';
import { noteDoubtfulNames } from '../../lib/data-access/doubtful-names.ts';
import { ensurePartitions } from '../../lib/data-access/maintain.ts';
import { answerMeant } from '../../lib/domain/answer.ts';
import { eventTypes } from '../../lib/domain/event-catalogue.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { dataApiClient } from '../support/data-api-client.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { mockedClient } from '../support/mocked-client.ts';
import { openAsRole, type RoleDatabase } from '../support/role-database.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const sqs = mockedClient(SQSClient);
const cloudFormation = mockedClient(CloudFormationClient);
let logins: Record<'reader' | 'writer', RoleDatabase>;
let db: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  const any = await openTestDatabase();
  logins = { reader: await openAsRole(any, 'pagw_reader'), writer: await openAsRole(any, 'pagw_writer') };
  await any.close();
});

afterAll(async () => {
  await logins.reader.close();
  await logins.writer.close();
});

beforeEach(async () => {
  db = await openTestDatabase();
  cloudFormation.reset();
  sqs.reset();
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
  const databases = {
    reader: readerIn(1),
    writer: logins.writer.on(db.target),
    operator: db.database,
    owner: db.database,
  };
  connection = connectionTo(db, now, {
    sqs: Object.assign(sqs, { config: {} }) as unknown as SQSClient,
    deadLetterQueueUrl: 'http://dead',
    database: (login) => databases[login],
  });
  await ensurePartitions(db.database, now);
  const events = Array.from({ length: 5 }, () =>
    trackedEvent({ pagwId: 'PAGW-1', metadata: { errorCount: 0 } }),
  );
  await recordEvents(db.database, events, now);
  await db.database.execute('UPDATE event_summary_progress SET refreshed_at = :at::timestamptz', {
    at: minutesAgo(20),
  });
});

afterEach(() => db.close());

/**
 * The reader, of whose timelines PostgreSQL says that they take this long, however busy the machine is.
 * @param asText whether the plan comes as text rather than parsed
 */
function readerIn(timelineMs: number, asText = false): Database {
  const reader = logins.reader.on(db.target);
  return {
    transaction: (work) => reader.transaction(work),
    execute: async (sql, values) => {
      const answer = await reader.execute<never>(sql, values);
      if (!sql.startsWith('EXPLAIN (ANALYZE')) return answer;
      const [{ 'QUERY PLAN': plans = [] } = {}] = answer.rows as { 'QUERY PLAN'?: object[] }[];
      const timed = plans.map((plan) => ({ ...plan, 'Planning Time': 0, 'Execution Time': timelineMs }));
      return { ...answer, rows: [{ 'QUERY PLAN': asText ? JSON.stringify(timed) : timed } as never] };
    },
  };
}

async function diagnose(...options: string[]) {
  const { code, stdout } = await runCli(['doctor', '-o', 'json', ...options], { connection });
  const results: CheckResult[] = JSON.parse(stdout).checks;
  const withOutcome = (wanted: CheckResult['outcome']) => results.filter(({ outcome }) => outcome === wanted);
  return { code, results, failed: withOutcome('fail'), left: withOutcome('not-applicable') };
}

const idsOf = (results: readonly { id: string }[]) => results.map(({ id }) => id);
const resultOf = (results: readonly CheckResult[], id: string) => results.find((result) => result.id === id);

/** Everything anybody can see in the database. */
async function everything(): Promise<Record<string, unknown>> {
  const { rows: tables } = await db.database.execute<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`,
  );
  const contents: Record<string, unknown> = {};
  for (const { name } of tables) {
    const { rows } = await db.database.execute(
      `SELECT count(*) AS held, md5(string_agg(content::text, ' ' ORDER BY content::text)) AS digest FROM ${name} AS content`,
    );
    contents[name] = rows[0];
  }
  const { rows: sequences } = await db.database.execute(
    `SELECT sequencename::text AS name, last_value FROM pg_sequences ORDER BY 1`,
  );
  const { rows: relations } = await db.database.execute(`SELECT count(*) AS relations FROM pg_class`);
  return { contents, sequences, relations };
}

describe('pagw doctor', () => {
  it('finds a new tracker well, says for each item what it saw and what does not apply, and leaves no trace', async () => {
    const untouched = await everything();
    const { code, failed, left, results } = await diagnose();
    // No row, no number drawn from a sequence, no relation.
    expect(await everything()).toEqual(untouched);
    expect(failed).toEqual([]);
    expect(idsOf(left)).toEqual(['log-timeline', 'retry-worker', 'states', 'canary']);
    expect(code).toBe(0);
    const evidence = (id: string) => resultOf(results, id)?.evidence;
    expect(evidence('service-methods')).toMatch(new RegExp(`^${eventTypes.size} event types in 5 statuses`));
    expect(evidence('timeline')).toBe('PAGW-1: 5 events, numbered 1 to 5');
    expect(evidence('concurrent-writes')).toContain('0 gaps, 0 doubles in the latest 1 request');
    expect(evidence('retry-query')).toContain('now 0 due, 0 overtaken');
    expect(evidence('timeline-speed')).toMatch(/^1 ms in PostgreSQL/);
    expect(evidence('metadata-size')).toContain('the latest 5 events');
  });

  it('goes through the 8 items before and the 7 after a deployment, then its own', async () => {
    const parts = doctorChecks.map(({ part }) => part);
    expect(parts).toEqual([
      ...Array(8).fill('before'),
      ...Array(7).fill('after'),
      ...Array(13).fill('tracker'),
    ]);
    expect(new Set(idsOf(doctorChecks)).size).toBe(doctorChecks.length);
    // Which are run is seen without a database, too; whether it answers is then said first.
    const nobody = openDatabase(dataApiClient('http://127.0.0.1:1', 1), db.target);
    connection = { ...connection, database: () => nobody };
    const asked = async (...options: string[]) => idsOf((await diagnose(...options)).results);
    const [before, after] = [idsOf(doctorChecks.slice(0, 8)), idsOf(doctorChecks.slice(8, 15))];
    const unasked = 'database-reachable';
    expect(await asked('--before-deployment')).toEqual([unasked, ...before]);
    expect(await asked('--after-deployment')).toEqual([unasked, ...after]);
    expect(await asked('--before-deployment', '--after-deployment')).toEqual([unasked, ...before, ...after]);
    expect(await asked('--only', 'queue', 'metadata')).toEqual([unasked, 'metadata', 'queue']);
    const { code, stderr } = await runCli(['doctor', '--only', 'indexes'], { connection });
    expect(code).toBe(64);
    expect(stderr).toContain('unique-indexes');
  });

  it('names each field in which a request is not what its events make of it, with --deep', async () => {
    const untouched = await everything();
    expect(resultOf((await diagnose('--deep', '--only', 'states')).results, 'states')).toMatchObject({
      outcome: 'pass',
      evidence: '1 request folded again',
    });
    expect(await everything()).toEqual(untouched);
    await db.database.execute(
      `UPDATE request_tracker SET status = 'MAPPED', main_stage = 'VALIDATION', state = jsonb_set(state::jsonb, '{progress}', '"MAPPED"')::json`,
    );
    await db.database.execute(`UPDATE decision_episode SET drugs = 'medical'`);
    const { code, results } = await diagnose('--deep', '--only', 'states');
    expect(code).toBe(10);
    expect(resultOf(results, 'states')).toMatchObject({
      outcome: 'fail',
      evidence: '1 request folded again; 1 differ: PAGW-1 in episode-1.drugs, main_stage, state, status',
    });
    expect(resultOf((await diagnose('--only', 'states')).results, 'states')).toMatchObject({
      outcome: 'not-applicable',
    });
  });

  it('prints three headed groups, each line within the terminal', async () => {
    await db.database.execute('DROP INDEX ux_event_tracker_pagw_seq');
    const { stdout, stderr } = await runCli(['doctor', '--color', 'never'], { connection, columns: 60 });
    const lines = stdout.split('\n');
    expect(lines.filter((line) => /^\S/.test(line))).toEqual([
      'Before deployment',
      'After deployment',
      "The tracker's own checks",
    ]);
    expect(stdout).toContain('  ✗ (pagw_id, sequence_no) is unique\n');
    expect(lines.filter((line) => /^ {4}/.test(line) && line.length > 60)).toEqual([]);
    expect(stderr).toBe('3 of 28 checks failed on the test tracker, 4 not applicable.\n');
  });

  it.each<[damages: string, sql: string[], found: Record<string, string>]>([
    [
      'a gap in a sequence, lost indexes, a month that is not there and a changed V005',
      [
        'DELETE FROM event_tracker WHERE sequence_no = 3',
        'DROP INDEX ux_event_tracker_pagw_event',
        'DROP INDEX ix_event_tracker_retry',
        'DROP TABLE event_tracker_2026_05',
        `UPDATE schema_migration SET checksum = repeat('0', 64) WHERE version = 'V005'`,
      ],
      {
        'concurrent-writes': 'PAGW-1 has 4 events, its last number is 5',
        timeline: 'PAGW-1: event 3 of 5 is not in its place',
        sequences: 'PAGW-1 has 4 events, its last number is 5',
        'unique-indexes': 'ux_event_tracker_pagw_event is missing',
        'index-use': 'missing or invalid: ix_event_tracker_retry',
        partitions: 'no partition for 2026-05',
        'v005-applied': 'V005__create_event_tracker.sql is not what was applied: its checksum differs',
        migrations: 'V005__create_event_tracker.sql is changed',
      },
    ],
    [
      'events that are gone, canaries that came and stopped coming, and a pending migration',
      [
        'DELETE FROM event_tracker',
        `INSERT INTO canary (pagw_id, sent_at, arrived_at) VALUES ('PAGW-CANARY-1', '2026-03-01 08:59:59Z', '2026-03-01 09:00:00Z')`,
        `DELETE FROM schema_migration WHERE version = 'V013'`,
      ],
      {
        'concurrent-writes': 'PAGW-1 has 0 events, its last number is 5',
        timeline: 'PAGW-1: event 1 of 5 is not in its place',
        sequences: 'PAGW-1 has 0 events, its last number is 5',
        canary: '3h ago, 1.00 s after it was sent',
        migrations: '1 pending, from V013__create_rejected_message.sql',
      },
    ],
    [
      'a lost sequence index, a changed V006, a roll-up that stands still and metadata that grew',
      [
        'DROP INDEX ux_event_tracker_pagw_seq',
        `UPDATE schema_migration SET checksum = repeat('0', 64) WHERE version = 'V006'`,
        `UPDATE event_summary_progress SET refreshed_at = refreshed_at - interval '4 hours'`,
        `UPDATE event_tracker SET metadata = (
           SELECT jsonb_object_agg(n, md5(n::text || sequence_no)) FROM generate_series(1, 100) AS n
         )`,
      ],
      {
        'unique-sequence': 'a second event with the number of the first was accepted; rolled back',
        'index-use': 'missing or invalid: ux_event_tracker_pagw_seq',
        'unique-indexes': 'ux_event_tracker_pagw_seq is missing',
        'v006-applied': 'V006__add_event_tracker_metadata.sql is not what was applied: its checksum differs',
        migrations: 'V006__add_event_tracker_metadata.sql is changed',
        growth: 'nobody has counted for 4h20m',
        'metadata-size': 'mean 4.1 kB, p95 4.1 kB, largest 4.1 kB, 97 % of a row; the latest 5 events',
      },
    ],
    [
      'a lost metadata index and a trigger that loses metadata',
      [
        'DROP INDEX ix_event_tracker_metadata',
        'CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.metadata := NULL; RETURN NEW; END $$',
        'CREATE TRIGGER forget BEFORE INSERT ON event_tracker FOR EACH ROW EXECUTE FUNCTION forget()',
      ],
      {
        'v006-applied': 'metadata is jsonb, but its index ix_event_tracker_metadata is missing',
        'index-use': 'missing or invalid: ix_event_tracker_metadata',
        metadata: 'what was stored is not what was sent',
      },
    ],
    [
      'a writer that may not insert',
      ['REVOKE INSERT ON event_tracker FROM pagw_writer'],
      Object.fromEntries(
        ['service-methods', 'unique-sequence', 'concurrent-writes', 'retry-query', 'metadata'].map((id) => [
          id,
          'ERROR: permission denied for table event_tracker; SQLState: 42501',
        ]),
      ),
    ],
    [
      'append_events that forgets to append',
      [
        `CREATE OR REPLACE FUNCTION append_events(
           requests appended_request[], states json, events appended_event[], details json,
           cleared json, decisions json, recorded_at timestamptz
         ) RETURNS json LANGUAGE sql AS $$
           SELECT json '[]' $$`,
      ],
      {
        'service-methods': '40 of 40 events did not come back, such as REQUEST_RECEIVED COMPLETED',
        'unique-sequence': 'a second event with the number of the first was accepted; rolled back',
        'concurrent-writes': 'a second writer of the same request did not wait for the first',
        'retry-query': "of 5 failures, PARSING is due; the query says nothing, the worker's nothing",
        metadata: 'what was stored is not what was sent',
      },
    ],
  ])('finds %s, says what to do, and ends with 10', async (_, damages, found) => {
    for (const sql of damages) await db.database.execute(sql);
    const { code, failed } = await diagnose();
    expect(Object.fromEntries(failed.map(({ id, evidence }) => [id, evidence]))).toEqual(found);
    expect(code).toBe(10);
    for (const { next } of failed) expect(next).toMatch(/\.$/);
  });

  it('finds a retry that is overdue, and one that has been overtaken', async () => {
    const due = minutesAgo(30).toISOString();
    await recordEvents(
      db.database,
      [failedEvent({ pagwId: 'PAGW-2', retry: null, nextRetryAt: due })],
      minutesAgo(40),
    );
    const overdue = await diagnose();
    expect(idsOf(overdue.failed)).toEqual(['retry-worker']);
    expect(resultOf(overdue.results, 'retry-worker')?.evidence).toBe(
      '0 dispatched in 24 h; 1 due, the oldest for 30m',
    );
    expect(resultOf(overdue.results, 'retry-query')?.evidence).toContain('now 1 due, 0 overtaken');
    // A stage whose retries wait for their next run says so.
    connection = { ...connection, stuckLimits: '{"retryOverdue":31}' };
    expect((await diagnose('--only', 'retry-worker')).failed).toEqual([]);
    await recordEvents(db.database, [trackedEvent({ pagwId: 'PAGW-2' })], now);
    await db.database.execute(
      `UPDATE event_tracker SET next_retry_at = :due::timestamptz WHERE status = 'FAILED'`,
      { due },
    );
    const { results } = await diagnose('--only', 'retry-query');
    expect(resultOf(results, 'retry-query')).toMatchObject({
      outcome: 'fail',
      evidence: '1 of 1 row has recovered or closed since, such as PAGW-2',
    });
  });

  it('counts what the retry worker has dispatched', async () => {
    const sent = trackedEvent({ eventType: 'RETRY_SCHEDULED', status: 'RETRY_SCHEDULED' });
    await recordEvents(db.database, [{ ...sent, pagwId: 'PAGW-1' }], minutesAgo(5));
    const { results } = await diagnose('--only', 'retry-worker');
    expect(resultOf(results, 'retry-worker')).toMatchObject({
      outcome: 'pass',
      evidence: '1 dispatched in 24 h, the last 5m ago; 0 due',
    });
  });

  it('finds a number that two events share', async () => {
    await db.database.execute('DROP INDEX ux_event_tracker_pagw_seq');
    await db.database.execute('UPDATE event_tracker SET sequence_no = 4 WHERE sequence_no = 5');
    const { results } = await diagnose('--only', 'duplicate-sequences');
    expect(resultOf(results, 'duplicate-sequences')).toMatchObject({
      outcome: 'fail',
      evidence: 'PAGW-1 has number 4 2 times',
    });
  });

  it('finds a metadata column that is no jsonb', async () => {
    await db.database.execute('ALTER TABLE event_tracker DROP COLUMN metadata CASCADE');
    const { results } = await diagnose('--only', 'v006-applied');
    expect(resultOf(results, 'v006-applied')).toMatchObject({
      outcome: 'fail',
      evidence: 'metadata is missing, not jsonb',
    });
  });

  it('finds a timeline slow by what PostgreSQL says it took, wherever it is asked from', async () => {
    const [reader, writer] = [readerIn(251, true), logins.writer.on(db.target)];
    connection = { ...connection, database: (login) => (login === 'reader' ? reader : writer) };
    const { failed } = await diagnose('--only', 'timeline-speed', 'timeline');
    expect(idsOf(failed)).toEqual(['timeline-speed']);
    expect(failed[0]?.evidence).toMatch(/^251 ms in PostgreSQL/);
  });

  it('has nothing to say of what an empty tracker lacks', async () => {
    await db.database.execute('DELETE FROM request_tracker');
    await db.database.execute('UPDATE event_summary_progress SET refreshed_at = NULL');
    const { code, left } = await diagnose();
    expect(code).toBe(0);
    expect(idsOf(left)).toEqual([
      'timeline',
      'growth',
      'log-timeline',
      'retry-worker',
      'timeline-speed',
      'metadata-size',
      'states',
      'canary',
    ]);
  });

  it('skips what writes where the operator may not be the writer, and judges by what is stored', async () => {
    const refusal = Object.assign(new Error('denied'), { name: 'AccessDeniedException' });
    const refused = () => Promise.reject(new DatabaseError('Not allowed.', 'misuse', undefined, refusal));
    const nobody: Database = { execute: refused, transaction: refused };
    const reader = readerIn(1);
    connection = { ...connection, database: (login) => (login === 'writer' ? nobody : reader) };
    const { code, left, results } = await diagnose('--before-deployment');
    expect(code).toBe(0);
    expect(idsOf(left)).toEqual(['service-methods', 'unique-sequence', 'retry-query', 'metadata']);
    expect(left[0]?.next).toContain('WriterSecretArn');
    expect(resultOf(results, 'concurrent-writes')?.evidence).toContain('0 gaps, 0 doubles');
  });

  it('looks for the saved query in a deployed stack', async () => {
    connection = { ...connection, kind: 'deployed', name: 'PagwEventTracker-dev' };
    // A deployed tracker's time is its database's.
    await db.database.execute('UPDATE event_summary_progress SET refreshed_at = now()');
    const resource = (LogicalResourceId: string) => ({
      LogicalResourceId,
      ResourceType: 'AWS::Logs::QueryDefinition',
      LastUpdatedTimestamp: now,
      ResourceStatus: 'CREATE_COMPLETE' as const,
    });
    const resources = cloudFormation.on(ListStackResourcesCommand);
    resources.resolvesOnce({
      StackResourceSummaries: [resource('Queriescoldstarts1')],
      NextToken: 'more',
    });
    resources.resolves({ StackResourceSummaries: [resource('Queriesrequesttimeline2')] });
    const found = await diagnose('--only', 'log-timeline');
    expect(resultOf(found.results, 'log-timeline')?.outcome).toBe('pass');
    resources.resolves({ StackResourceSummaries: [] });
    expect(idsOf((await diagnose('--only', 'log-timeline')).failed)).toEqual(['log-timeline']);
  });

  it('finds dead letters and a retry policy that does not parse', async () => {
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '3' } });
    connection = { ...connection, retryPolicy: '{"maxAttempts":0}' };
    const { failed } = await diagnose('--only', 'queue', 'retry-policy', 'decision-policy');
    expect(idsOf(failed)).toEqual(['queue', 'retry-policy']);
  });

  it('tells the decision policies, and plans that have none where others have', async () => {
    const check = async (decisionPolicy: string | undefined) => {
      connection = { ...connection, decisionPolicy };
      return resultOf((await diagnose('--only', 'decision-policy')).results, 'decision-policy');
    };
    const received = (pagwId: string, plan: string) =>
      trackedEvent({ pagwId, stage: 'ORCHESTRATOR', eventType: 'REQUEST_RECEIVED', stated: { plan } });
    await recordEvents(
      db.database,
      [received('P-1', 'H1'), received('P-2', 'H2'), received('P-3', 'H2')],
      now,
    );
    expect(await check(undefined)).toMatchObject({
      outcome: 'pass',
      evidence: 'default: expedited 72 hours, standard 7 days',
    });
    const some = await check('{"plans":{"h1":{"zone":"America/Chicago","standardBusinessDays":5}}}');
    expect(some).toMatchObject({ outcome: 'fail' });
    expect(some?.evidence).toContain(
      'h1: expedited 72 hours, standard 5 business days, no holidays stated in America/Chicago',
    );
    expect(some?.evidence).toMatch(/want of their own: H2 of anthem \(2 requests\)/);
    expect((await check('{"plans":{"H1":{},"H2":{}},"tenants":{"anthem":"off"}}'))?.evidence).toContain(
      'anthem: no timeframe',
    );
    expect(await check('{"plans":{"H1":null}}')).toMatchObject({ outcome: 'fail' });
  });

  it('tells whose answers nobody understands, and how many', async () => {
    const noted = {
      pagwId: 'PAGW-1',
      sender: 'AIDA',
      serviceName: 'pas-callback',
      path: '/metadata/disposition',
    };
    const answers = { ...noted, didYouMean: answerMeant };
    await noteDoubtfulNames(db.database, [answers, answers, { ...noted, didYouMean: 'receivedAt' }], now);
    const { results, failed } = await diagnose('--only', 'answers');
    expect(idsOf(failed)).toEqual(['answers']);
    expect(resultOf(results, 'answers')?.evidence).toContain(
      'pas-callback (2 events, /metadata/disposition)',
    );
  });

  it('leaves out what needs the database when it does not answer, and checks the rest', async () => {
    const nobody = openDatabase(dataApiClient('http://127.0.0.1:1', 1), db.target);
    connection = { ...connection, database: () => nobody };
    const { code, failed, results } = await diagnose();
    expect(code).toBe(10);
    expect(idsOf(failed)).toEqual(['database-reachable']);
    expect(idsOf(results.filter(({ outcome }) => outcome === 'pass'))).toEqual(['queue', 'retry-policy']);
    expect((await diagnose('--before-deployment')).code).toBe(10);
  });
});
