import { CreateTopicCommand, DeleteTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/stuck-alarm.ts';
import { readCheck } from '../../lib/data-access/stuck-alarm.ts';
import { databaseOfFile } from '../support/database.ts';
import { startEmbeddedAws } from '../support/embedded-aws.ts';
import { forFile } from '../support/for-file.ts';
import { afterMinutes, recordHistory, type Step } from '../support/history.ts';
import { lambdaContext } from '../support/lambda.ts';
import { databaseSettings, logOfFunction, stubAws } from '../support/lambda-environment.ts';
import { openAsRole } from '../support/role-database.ts';

const start = new Date('2026-03-02T08:00:00Z');
const db = await databaseOfFile();
/** As on AWS: what the handler may do is its role's. */
const login = await forFile(openAsRole(db, 'pagw_writer'));
const { sns, sqs, endpoint, makeQueue } = await forFile(startEmbeddedAws());
const eventsQueueUrl = await makeQueue('events');
const pagerQueueUrl = await makeQueue('pager');
let topicArn = await createTopic();
const environment = {
  ...databaseSettings(db),
  EVENTS_QUEUE_URL: eventsQueueUrl,
  TOPIC_ARN: topicArn,
  RUNBOOK_URL: 'https://example.org/runbook',
  STACK_NAME: 'PagwEventTracker-dev',
};
stubAws({ RDS_DATA: login.dataApiUrl, SQS: endpoint, SNS: endpoint });
const logged = logOfFunction();
let made = 0;

beforeEach(() =>
  db.database.execute(
    'TRUNCATE request_tracker, event_tracker, incident, incident_notification, stuck_check CASCADE',
  ),
);

/** The topic of the on-call, whose pager is a queue. */
async function createTopic(): Promise<string> {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'incidents' }));
  await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: 'arn:aws:sqs:us-east-1:000000000000:pager' }),
  );
  return TopicArn;
}

function run(at: Date, env: NodeJS.ProcessEnv = environment) {
  return createHandler(env, { now: () => at })({}, lambdaContext('stuck-alarm'));
}

/** What the pager got since it was last asked. */
async function paged(): Promise<{ subject: string; text: string; attributes: Record<string, string> }[]> {
  const pages = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: pagerQueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return pages;
    for (const { Body = '', ReceiptHandle } of Messages) {
      const { Subject, Message, MessageAttributes } = JSON.parse(Body);
      const attributes = Object.fromEntries(
        Object.entries<{ Value: string }>(MessageAttributes).map(([name, { Value }]) => [name, Value]),
      );
      pages.push({ subject: Subject, text: Message, attributes });
      await sqs.send(new DeleteMessageCommand({ QueueUrl: pagerQueueUrl, ReceiptHandle }));
    }
  }
}

const hangs: Step[] = [
  [0, 'PARSE_OK'],
  [0, 'VAL_START'],
];

/** Requests of a tenant of their own, that begin at `at` and hang in VALIDATION. */
async function hang(tenant: string, count: number, at: Date): Promise<string[]> {
  const ids = Array.from({ length: count }, () => `PAGW-ALARM-${++made}`);
  for (const pagwId of ids) await recordHistory(db.database, { pagwId, tenant }, at, hangs);
  return ids;
}

const kinds = (pages: { attributes: Record<string, string> }[], tenant: string) =>
  pages.filter(({ attributes }) => attributes.tenant === tenant).map(({ attributes }) => attributes.kind);

describe('stuck-alarm', () => {
  it('names a tracker that has no stack by the options that find it', async () => {
    await hang('url', 1, start);
    const { STACK_NAME: _, ...local } = environment;
    const options = '--url http://localhost:5200';
    await run(afterMinutes(start, 15), { ...local, TRACKER_OPTIONS: options });
    const pages = await paged();
    expect(pages.find(({ attributes }) => attributes.tenant === 'url')?.text).toContain(
      `--reason WHY ${options} `,
    );
    await db.database.execute("DELETE FROM incident WHERE tenant = 'url'");
  });

  it('tells an incident once, with cause and key, however often it runs', async () => {
    await hang('once', 2, start);
    expect(await run(afterMinutes(start, 14))).toMatchObject({ stuck: 0, sent: 0 });
    expect(await run(afterMinutes(start, 15))).toMatchObject({ stuck: 2, sent: 1, failed: 0 });
    for (const minute of [15, 16, 17, 30]) await run(afterMinutes(start, minute));
    const pages = await paged();
    expect(pages).toHaveLength(1);
    expect(pages[0]?.subject).toBe('[WARN] once - VALIDATION - 2 stuck');
    expect(pages[0]?.text.split('\n')).toEqual([
      '[WARN] once · VALIDATION · 2 stuck (oldest 15m)',
      'Cause: VALIDATION began and gave no result (2 of 2). Began 08:00Z. New.',
      'Automatic: none.',
      `Do: See whether VALIDATION runs, and pause its retries while it does not. What it lost is sent again request by request. pagw retry pause --tenant once --stage VALIDATION --reason WHY --stack PagwEventTracker-dev     Then: pagw stuck --tenant once --stage VALIDATION --reason no-result --stack PagwEventTracker-dev     Then: pagw request resend ID --reason WHY --stack PagwEventTracker-dev     Runbook: https://example.org/runbook#requests-stuck     Incident: pagw incident show ${pages[0]?.attributes.incidentKey} --stack PagwEventTracker-dev`,
    ]);
    expect(pages[0]?.attributes).toMatchObject({
      kind: 'opened',
      level: 'warn',
      tenant: 'once',
      reason: 'no-result',
    });
    expect(pages[0]?.attributes.incidentKey).toMatch(/^stuck\/once\/VALIDATION\/[0-9a-f]{8}$/);
  });

  it('tells once when two runs coincide', async () => {
    const at = afterMinutes(start, 100);
    await hang('twins', 3, at);
    const late = afterMinutes(at, 15);
    await Promise.all([run(late), run(late), run(late), run(late)]);
    expect(kinds(await paged(), 'twins')).toEqual(['opened']);
  });

  it('tells growth, worsening, reminders and the end', async () => {
    const at = afterMinutes(start, 1_000);
    const told: (string | undefined)[] = [];
    const runAt = async (minute: number) => {
      await run(afterMinutes(at, minute));
      told.push(...kinds(await paged(), 'story').map((kind) => `${minute} ${kind}`));
    };
    const ids = await hang('story', 1, at);
    await runAt(15);
    ids.push(...(await hang('story', 4, afterMinutes(at, 10))));
    await runAt(26);
    ids.push(...(await hang('story', 5, afterMinutes(at, 20))));
    await runAt(36);
    await runAt(75);
    await runAt(76);
    await runAt(15 + 4 * 60);
    await runAt(300);
    for (const pagwId of ids)
      await recordHistory(db.database, { pagwId, tenant: 'story' }, afterMinutes(at, 300), [
        [0, 'VAL_OK'],
        [0, 'RESPONSE_OK', { metadata: { outcome: 'approved' } }],
      ]);
    await runAt(304);
    await runAt(305);
    await runAt(306);
    expect(told).toEqual(['15 opened', '36 worsened', '75 reminder', '255 reminder', '305 closed']);
  });

  it('tells next time what the topic did not take, and only the latest of it', async () => {
    const at = afterMinutes(start, 3_000);
    await hang('mute', 1, at);
    await sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
    expect(await run(afterMinutes(at, 15))).toMatchObject({ sent: 0 });
    await hang('mute', 10, afterMinutes(at, 1));
    const { failed } = await run(afterMinutes(at, 16));
    expect(failed).toBeGreaterThan(0);
    topicArn = await createTopic();
    expect(kinds(await paged(), 'mute')).toEqual([]);
    await run(afterMinutes(at, 17));
    const pages = (await paged()).filter(({ attributes }) => attributes.tenant === 'mute');
    expect(pages.map(({ attributes }) => attributes.kind)).toEqual(['worsened']);
    expect(pages[0]?.text).toContain('11 stuck');
    expect((await run(afterMinutes(at, 18))).sent).toBe(0);
  });

  it('holds back while ingest lags, and says so', async () => {
    const at = afterMinutes(start, 5_000);
    await hang('lagging', 1, at);
    await sqs.send(new SendMessageCommand({ QueueUrl: eventsQueueUrl, MessageBody: '{}' }));
    expect(await run(afterMinutes(at, 20))).toMatchObject({ heldBack: true, checked: 0, sent: 0 });
    expect(await readCheck(db.database)).toMatchObject({
      heldBackSince: afterMinutes(at, 20),
      lagSeconds: 3600,
    });
    await sqs.send(new PurgeQueueCommand({ QueueUrl: eventsQueueUrl }));
    expect(await run(afterMinutes(at, 21))).toMatchObject({ heldBack: false });
    expect(kinds(await paged(), 'lagging')).toEqual(['opened']);
    expect(await readCheck(db.database)).toMatchObject({
      checkedAt: afterMinutes(at, 21),
      heldBackSince: null,
    });
  });

  it('tells what is stuck where the queue does not answer for its lag, and that it was not measured', async () => {
    const at = afterMinutes(start, 5_500);
    await hang('unmeasured', 1, at);
    logged.length = 0;
    const gone = `${eventsQueueUrl}-gone`;
    expect(await run(afterMinutes(at, 20), { ...environment, EVENTS_QUEUE_URL: gone })).toMatchObject({
      heldBack: false,
    });
    expect(kinds(await paged(), 'unmeasured')).toEqual(['opened']);
    expect(logged.join('\n')).toContain('IngestLagError');
  });

  it('holds back while ingest takes messages and records none', async () => {
    const at = afterMinutes(start, 6_000);
    await hang('failing', 1, at);
    await sqs.send(new SendMessageCommand({ QueueUrl: eventsQueueUrl, MessageBody: '{}' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: eventsQueueUrl }));
    expect(await run(afterMinutes(at, 20))).toMatchObject({ heldBack: true, sent: 0 });
    const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
    await sqs.send(new DeleteMessageCommand({ QueueUrl: eventsQueueUrl, ReceiptHandle }));
    expect(await run(afterMinutes(at, 21))).toMatchObject({ heldBack: false });
    expect(kinds(await paged(), 'failing')).toEqual(['opened']);
  });

  it('holds back for half an hour at most, whatever goes on waiting', async () => {
    const at = afterMinutes(start, 6_500);
    await hang('patient', 1, at);
    const QueueUrl = await makeQueue('poisoned');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    const runPoisoned = async (minute: number) =>
      (await run(afterMinutes(at, minute), { ...environment, EVENTS_QUEUE_URL: QueueUrl })).heldBack;
    logged.length = 0;
    expect([await runPoisoned(20), await runPoisoned(49)]).toEqual([true, true]);
    expect(kinds(await paged(), 'patient')).toEqual([]);
    expect([await runPoisoned(50), await runPoisoned(51), await runPoisoned(500)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(kinds(await paged(), 'patient')).toContain('opened');
    expect(await readCheck(db.database)).toMatchObject({
      checkedAt: afterMinutes(at, 500),
      heldBackSince: null,
      laggingSince: afterMinutes(at, 20),
    });
    const lagging = logged.flatMap((line) => /"StuckLaggingSeconds":(\d+)/.exec(line)?.[1] ?? []).map(Number);
    expect(lagging).toEqual([0, 29, 30, 31, 480].map((minutes) => minutes * 60));
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    await runPoisoned(501);
    expect(await readCheck(db.database)).toMatchObject({ laggingSince: null });
  });

  it('holds back by the pace of ingest, not by the length of its queue', async () => {
    const at = afterMinutes(start, 7_000);
    await hang('paced', 1, at);
    const QueueUrl = await makeQueue('paced');
    for (let sent = 0; sent < 4; sent++)
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    const runPaced = (minute: number) =>
      run(afterMinutes(at, minute), { ...environment, EVENTS_QUEUE_URL: QueueUrl });
    await hang('others', 1, afterMinutes(at, 19));
    // One request with two events at one instant: a message each two minutes, so four take eight.
    expect(await runPaced(20)).toMatchObject({ heldBack: true, sent: 0 });
    expect(await readCheck(db.database)).toMatchObject({ lagSeconds: 480 });
    await hang('others', 4, afterMinutes(at, 20));
    expect(await runPaced(21)).toMatchObject({ heldBack: false });
    expect(await readCheck(db.database)).toMatchObject({ lagSeconds: 120 });
    expect(kinds(await paged(), 'paced')).toEqual(['opened']);
  });

  it('does not hold back for a queue that nothing has come through for long, and nothing is on', async () => {
    const at = afterMinutes(start, 8_000);
    await hang('quiet', 1, at);
    expect(await run(afterMinutes(at, 600))).toMatchObject({ heldBack: false });
    expect(await readCheck(db.database)).toMatchObject({ heldBackSince: null, lagSeconds: 0 });
    expect(kinds(await paged(), 'quiet')).toEqual(['opened']);
  });

  it('measures in all, by tenant and by stage', async () => {
    const at = afterMinutes(start, 9_000);
    await hang('measured', 2, at);
    logged.length = 0;
    await run(afterMinutes(at, 15));
    const records = logged.flatMap((line) => (line.includes('"_aws"') ? [JSON.parse(line)] : []));
    const dimensions = records.map((record) => record._aws.CloudWatchMetrics[0].Dimensions[0].sort().join());
    expect(new Set(dimensions)).toEqual(new Set(['service', 'service,tenant', 'service,stage']));
    expect(records.find(({ tenant }) => tenant === 'measured')).toMatchObject({
      RequestsOpen: 2,
      RequestsStuck: 2,
      OldestStuckSeconds: 900,
    });
    expect(records.find(({ stage }) => stage === 'VALIDATION').RequestsStuck).toBe(2);
    expect(records.find(({ tenant, stage }) => tenant === undefined && stage === undefined)).toMatchObject({
      DeadlineBreached: expect.any(Number),
    });
    expect(JSON.stringify(records)).not.toContain('PAGW-ALARM');
  });

  it.each([
    ['STUCK_LIMITS', '{"default":', 'are not JSON'],
    ['STUCK_LIMITS', '{"default":-5}', 'default:'],
    ['STUCK_LIMITS', '{"stages":{"PARSNIP":5}}', 'is not one of ORCHESTRATION'],
    ['STUCK_LIMITS', '{"stages":{"PARSING":{"start":5}}}', 'stages.PARSING'],
    ['DECISION_POLICY', '{"tenants":{"anthem":"never"}}', 'tenants.anthem: has no policy'],
    ['DECISION_POLICY', '{"default":{"standardDays":0}}', 'default'],
    ['TOPIC_ARN', '', 'TOPIC_ARN'],
  ])('does not start with %s=%s', (name, value, says) => {
    expect(() => createHandler({ ...environment, [name]: value }, { now: () => start })).toThrow(says);
  });
});
