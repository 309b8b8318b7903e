import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { openEmptyDatabase, type TestDatabase } from '../support/database.ts';
import { recordHistory } from '../support/history.ts';
import { HAPPY_WITH_RETRY } from '../support/history-ages.ts';
import { sqsEvent } from '../support/lambda.ts';
import { type DeployedBundle, type DeployedBundles, synthesiseBundles } from './deployed-bundles.ts';
import { EXPECTED_CALLS } from './expected-calls.ts';
import { RecordedCalls } from './recorded-calls.ts';
import { emittedMetrics, readMetrics } from './tracker-metrics.ts';

// Each step is a process of its own, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const twoHoursAgo = new Date(Date.now() - 2 * HOUR_MS).toISOString();
const logged: Record<string, unknown>[] = [];
const recorded = new RecordedCalls();
let deployed: DeployedBundles;
let db: TestDatabase;
let server: FauxqsServer;
let sqs: SQSClient;
let sns: SNSClient;
let s3: S3Client;
let local: Record<string, string>;

beforeAll(async () => {
  deployed = await synthesiseBundles();
  db = await openEmptyDatabase();
  server = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = { endpoint, region: 'us-east-1', credentials };
  sqs = new SQSClient(config);
  sns = new SNSClient(config);
  s3 = new S3Client({ ...config, forcePathStyle: true });
  for (const Bucket of ['quarantine', 'archive']) await s3.send(new CreateBucketCommand({ Bucket }));
  local = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_RDS_DATA: inject('dataApiUrl'),
    AWS_ENDPOINT_URL: endpoint,
    CLUSTER_ARN: db.target.resourceArn,
    SECRET_ARN: db.target.secretArn,
    DATABASE_NAME: db.target.database,
    QUARANTINE_BUCKET: 'quarantine',
    ARCHIVE_BUCKET: 'archive',
    EVENTS_QUEUE_URL: await makeQueue('pagw-events.fifo'),
    RETRY_QUEUE_URL: await makeQueue('pagw-retries.fifo'),
    TOPIC_ARN: await makeTopic('on-call'),
  };
}, 600_000);

afterAll(async () => {
  sqs.destroy();
  sns.destroy();
  s3.destroy();
  await server.stop();
  await db.close();
});

async function makeQueue(name: string): Promise<string> {
  const attributes = name.endsWith('.fifo') ? { Attributes: { FifoQueue: 'true' } } : {};
  await sqs.send(new CreateQueueCommand({ QueueName: name, ...attributes }));
  return `http://127.0.0.1:${server.port}/000000000000/${name}`;
}

async function makeTopic(name: string): Promise<string> {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
  await makeQueue(name);
  const Endpoint = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
  return TopicArn;
}

function bundle(name: string): DeployedBundle {
  const found = deployed.bundles.get(name);
  if (found === undefined) throw new Error(`${name} is not deployed`);
  return found;
}

async function invoke(
  name: string,
  event: unknown = {},
  from = bundle(name),
  remainingMs = 120_000,
): Promise<unknown> {
  const { answer, logged: lines } = await recorded.invoke(name, from, event, { local, remainingMs });
  logged.push(...lines);
  return answer;
}

/** The bodies of what waits in a queue. */
async function received(name: string): Promise<unknown[]> {
  const QueueUrl = `http://127.0.0.1:${server.port}/000000000000/${name}`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body = '' }) => JSON.parse(Body));
}

async function appliedMigrations(): Promise<unknown[]> {
  const { rows } = await db.database.execute('SELECT * FROM schema_migration ORDER BY 1', {});
  return rows;
}

/** As CloudFormation sends it: all properties of the template, as they are now. */
const schemaEvent = (RequestType: 'Create' | 'Update' | 'Delete', properties: object = {}) => ({
  RequestType,
  ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'pagw-schema' }),
  ResourceProperties: { ServiceToken: 'arn', migrations: 'digest', ...properties },
});

/** The deployed bundle with its migrations changed. */
function bundleWith(name: string, change: (migrationsFolder: string) => void): DeployedBundle {
  const original = bundle('migrate.isComplete');
  const directory = join(inject('runDirectory'), `bundle-${name}`);
  cpSync(original.directory, directory, { recursive: true });
  change(join(directory, 'migrations'));
  return { ...original, directory };
}

const migrationNames = readdirSync('migrations').filter((name) => name.startsWith('V'));
const nextMigration = () => `V${String(migrationNames.length + 1).padStart(3, '0')}`;

const message = (fields: Record<string, unknown>) => ({
  body: { tenant: 'anthem', occurredAt: twoHoursAgo, ...fields },
});
const newestVersion = () => migrationNames.sort().at(-1)?.replace(/__.*/, '');

describe('the bundles of a deployment, run one after another on an empty database', () => {
  test('migrate is asked again while the schema is not complete, and goes on where it stopped', async () => {
    const event = schemaEvent('Create');
    expect(await invoke('migrate.onEvent', event)).toEqual({ PhysicalResourceId: 'pagw-schema' });
    // No time for a single file.
    expect(await invoke('migrate.isComplete', event, bundle('migrate.isComplete'), 59_000)).toEqual({
      IsComplete: false,
    });
    expect(await appliedMigrations()).toEqual([]);
  });

  test('migrate makes the schema when the stack is created', async () => {
    const event = schemaEvent('Create');
    expect(await invoke('migrate.isComplete', event)).toEqual({
      IsComplete: true,
      Data: { SchemaVersion: newestVersion() },
    });
    expect(await appliedMigrations()).toHaveLength(migrationNames.length);
  });

  test('migrate finds nothing to do when the stack is updated with the same migrations', async () => {
    const before = await appliedMigrations();
    const event = schemaEvent('Update');
    expect(await invoke('migrate.onEvent', event)).toEqual({ PhysicalResourceId: 'pagw-schema' });
    expect(await invoke('migrate.isComplete', event)).toMatchObject({ IsComplete: true });
    expect(await appliedMigrations()).toEqual(before);
  });

  test('migrate fails the deployment with the SQL error of a bad migration, and the rollback finds nothing of it', async () => {
    const before = await appliedMigrations();
    const broken = bundleWith('broken', (folder) =>
      writeFileSync(
        join(folder, `${nextMigration()}__break_things.sql`),
        'CREATE TABLE half_made (n int);\n\nALTER TABLE not_there ADD COLUMN n int;\n',
      ),
    );
    // What it throws is what the provider framework reports as the resource's reason.
    await expect(invoke('migrate.isComplete', schemaEvent('Update'), broken)).rejects.toThrow(
      /__break_things\.sql failed and was rolled back: .*relation "not_there" does not exist.*SQLState: 42P01/,
    );
    expect(await appliedMigrations()).toEqual(before);
    expect(await invoke('migrate.isComplete', schemaEvent('Update'))).toMatchObject({ IsComplete: true });
    const { rows } = await db.database.execute(`SELECT to_regclass('half_made')::text AS left_over`);
    expect(rows).toEqual([{ leftOver: null }]);
  });

  test('migrate limits the reader to the tenants the stage names, and a rollback lifts that again', async () => {
    const limits = async () =>
      (
        await db.database.execute('SELECT qual FROM pg_policies WHERE roles = :roles::name[]', {
          roles: '{pagw_reader}',
        })
      ).rows;
    const limited = schemaEvent('Update', { readerTenants: ['Anthem '] });
    expect(await invoke('migrate.isComplete', limited)).toMatchObject({ IsComplete: true });
    expect(await limits()).toContainEqual({ qual: expect.stringContaining("= 'anthem'") });
    expect(await invoke('migrate.isComplete', schemaEvent('Update'))).toMatchObject({ IsComplete: true });
    expect(await limits()).toEqual([]);
  });

  test('migrate is asked again about the reader while a report holds a table', async () => {
    const limited = schemaEvent('Update', { readerTenants: ['anthem'] });
    await db.database.transaction(async (report) => {
      await report.execute('SELECT count(*) AS n FROM request_tracker');
      expect(await invoke('migrate.isComplete', limited)).toEqual({ IsComplete: false });
    });
    expect(await invoke('migrate.isComplete', limited)).toMatchObject({ IsComplete: true });
    expect(await invoke('migrate.isComplete', schemaEvent('Update'))).toMatchObject({ IsComplete: true });
  });

  test('migrate of an older release leaves a newer schema as it is', async () => {
    const before = await appliedMigrations();
    const newer = bundleWith('newer', (folder) =>
      writeFileSync(join(folder, `${nextMigration()}__add_note.sql`), 'CREATE TABLE note (n int);\n'),
    );
    expect(await invoke('migrate.isComplete', schemaEvent('Update'), newer)).toMatchObject({
      IsComplete: true,
      Data: { SchemaVersion: nextMigration() },
    });
    // The deployment fails later, and CloudFormation asks once more with the release before.
    expect(await invoke('migrate.isComplete', schemaEvent('Update'))).toEqual({
      IsComplete: true,
      Data: { SchemaVersion: nextMigration() },
    });
    expect(await appliedMigrations()).toHaveLength(before.length + 1);
  });

  test('ingest records what a queue message holds', async () => {
    const event = sqsEvent(
      message({ pagwId: 'PAGW-BUNDLE-1', eventType: 'PARSE_START', eventId: 'e-1' }),
      message({
        pagwId: 'PAGW-BUNDLE-2',
        eventType: 'PARSE_FAIL',
        eventId: 'e-2',
        errorCode: 'TIMEOUT',
        retryable: true,
        nextRetryAt: twoHoursAgo,
      }),
    );
    expect(await invoke('ingest.handler', event)).toEqual({ batchItemFailures: [] });
    const { rows } = await db.database.execute(
      'SELECT pagw_id, sequence_no, event_type FROM event_tracker ORDER BY pagw_id',
      {},
    );
    expect(rows).toEqual([
      { pagwId: 'PAGW-BUNDLE-1', sequenceNo: 1, eventType: 'PARSE_START' },
      { pagwId: 'PAGW-BUNDLE-2', sequenceNo: 1, eventType: 'PARSE_FAIL' },
    ]);
  });

  test('retry sends what is due to the retries queue', async () => {
    expect(await invoke('retry.handler')).toMatchObject({ dispatched: 1, complete: true });
    expect(await received('pagw-retries.fifo')).toMatchObject([
      { pagwId: 'PAGW-BUNDLE-2', stage: 'PARSING' },
    ]);
  });

  test('ingest sets aside what is refused', async () => {
    expect(await invoke('ingest.handler', sqsEvent({ body: 'no event' }))).toEqual({ batchItemFailures: [] });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'quarantine' }));
    expect(Contents).toHaveLength(1);
  });

  test('ingest lets a message rest while the database is out of reach', async () => {
    const event = sqsEvent(message({ pagwId: 'PAGW-BUNDLE-5', eventType: 'PARSE_START' }));
    const [itemIdentifier] = event.Records.map(({ messageId }) => messageId);
    const cutOff = { ...local, AWS_ENDPOINT_URL_RDS_DATA: 'http://127.0.0.1:9' };
    const { answer } = await recorded.invoke('ingest.handler', bundle('ingest.handler'), event, {
      local: cutOff,
    });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier }] });
  });

  test('retry sends to a stage’s own queue where it has one', async () => {
    const start = new Date(twoHoursAgo);
    const due = { errorCode: 'TIMEOUT', retryable: true, nextRetryAt: twoHoursAgo };
    await recordHistory(db.database, { pagwId: 'PAGW-BUNDLE-4' }, start, [[0, 'VAL_FAIL', due]]);
    const { environment, ...retry } = bundle('retry.handler');
    const RETRY_QUEUES = JSON.stringify({ VALIDATION: await makeQueue('pagw-validation.fifo') });
    const ofItsOwn = { ...retry, environment: { ...environment, RETRY_QUEUES } };
    expect(await invoke('retry.handler', {}, ofItsOwn)).toMatchObject({ dispatched: 1 });
    expect(await received('pagw-validation.fifo')).toMatchObject([{ pagwId: 'PAGW-BUNDLE-4' }]);
  });

  test('stuck-alarm tells on-call of what makes no progress, with the way to the runbook', async () => {
    const start = new Date(twoHoursAgo);
    await recordHistory(db.database, { pagwId: 'PAGW-BUNDLE-3' }, start, [[0, 'PARSE_START']]);
    expect(await invoke('stuck-alarm.handler')).toMatchObject({ stuck: 1, sent: 1, failed: 0 });
    const [notice] = await received('on-call');
    expect(JSON.stringify(notice)).toContain(String(bundle('stuck-alarm.handler').environment.RUNBOOK_URL));
  });

  test('maintain does every task', async () => {
    expect(await invoke('maintain.handler')).toMatchObject({ skipped: [] });
  });

  test('maintain keeps a month of which an object is missing, and drops the ones after it', async () => {
    const months = [230, 170].map((days) => new Date(Date.now() - days * DAY_MS));
    const [closed, open] = [HAPPY_WITH_RETRY, HAPPY_WITH_RETRY.slice(0, 3)];
    for (const start of months) {
      await ensurePartition(db.database, start);
      await recordHistory(db.database, { pagwId: `PAGW-${start.getTime()}-1` }, start, closed);
      await recordHistory(db.database, { pagwId: `PAGW-${start.getTime()}-2` }, start, open);
    }
    expect(await invoke('maintain.handler')).toMatchObject({ counts: { requestsArchived: 2 } });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'archive' }));
    const [first] = Contents.map(({ Key = '' }) => Key).sort();
    await s3.send(new DeleteObjectCommand({ Bucket: 'archive', Key: first }));
    for (const start of months)
      await recordHistory(db.database, { pagwId: `PAGW-${start.getTime()}-2` }, start, closed.slice(3));
    await expect(invoke('maintain.handler')).rejects.toThrow(/Upkeep failed in dropArchivedMonths/);
    const { rows } = await db.database.execute('SELECT month::text AS month FROM archived_month');
    expect(rows).toEqual([{ month: `${months[1]?.toISOString().slice(0, 7)}-01` }]);
  });

  test('widget draws what is stuck', async () => {
    expect(await invoke('widget.handler', { view: 'stuck' })).toContain('PAGW-BUNDLE-3');
  });

  test('migrate leaves the data alone when the stack is deleted', async () => {
    const before = await appliedMigrations();
    const event = schemaEvent('Delete');
    expect(await invoke('migrate.onEvent', event)).toEqual({ PhysicalResourceId: 'pagw-schema' });
    expect(await invoke('migrate.isComplete', event)).toEqual({ IsComplete: true });
    expect(await appliedMigrations()).toEqual(before);
  });

  test('every call to AWS on the way is one of those that the policies are held to, and each of those was made', () => {
    const { 'rotate.handler': _, ...expected } = EXPECTED_CALLS;
    const calls = Object.keys(expected).map((name) => [name, recorded.of(name)]);
    expect(Object.fromEntries(calls)).toEqual(expected);
    expect(Object.keys(EXPECTED_CALLS).sort()).toEqual([...deployed.bundles.keys()].sort());
  });

  test('every metric that an alarm or a graph reads was emitted on the way, with those dimensions', () => {
    const read = readMetrics(deployed);
    const emitted = emittedMetrics(logged);
    expect(read.size).toBeGreaterThan(10);
    expect([...read].filter((metric) => !emitted.has(metric))).toEqual([]);
  });

  test('the saved query finds a request’s timeline in what was logged on the way', () => {
    const queries = deployed.ofType('AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties);
    const query = queries.find(({ Name }) => Name === 'pagw/request timeline')?.QueryString as string;
    const [, field = ''] = /filter (\w+) = '/.exec(query) ?? [];
    const [, fields = ''] = /^fields (.*)$/m.exec(query) ?? [];
    const found = logged.filter((line) => line[field] === 'PAGW-BUNDLE-2');
    const shown = found.map((line) =>
      Object.fromEntries(fields.split(', ').flatMap((name) => (name in line ? [[name, line[name]]] : []))),
    );
    expect(shown).toEqual([
      {
        service: 'pagw-ingest',
        message: 'event',
        sequenceNo: 1,
        stage: 'PARSING',
        eventType: 'PARSE_FAIL',
        status: 'FAILED',
        outcome: 'RECORDED',
      },
      { service: 'pagw-retry', message: 'retry sent', stage: 'PARSING', attempt: 2 },
    ]);
  });
});
