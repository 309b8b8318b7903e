import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../../lib/domain/sender-tenants.ts';
import { ingestMessages } from '../../lib/flows/ingest/ingest-messages.ts';
import { openQuarantine } from '../../lib/flows/ingest/quarantine.ts';
import { databaseOfFile } from '../support/database.ts';
import { startEmbeddedAws } from '../support/embedded-aws.ts';
import { forFile } from '../support/for-file.ts';
import { connectionTo, runCli } from './run-cli.ts';

const BUCKET = 'quarantine';
const now = new Date('2026-03-01T12:00:00Z');
const sentAt = new Date('2026-03-01T11:00:00Z');
const db = await databaseOfFile();
const { s3, sqs, makeQueue, makeBucket } = await forFile(startEmbeddedAws());
const eventsQueueUrl = await makeQueue('pagw-events.fifo');
const connection = connectionTo(db, now, { s3, sqs, eventsQueueUrl });

beforeAll(() => makeBucket(BUCKET));

beforeEach(async () => {
  await db.database.execute('TRUNCATE rejected_message RESTART IDENTITY');
  await db.database.execute('TRUNCATE request_tracker CASCADE');
});

async function ingest(messageId: string, body: unknown, at = sentAt): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  await ingestMessages([{ messageId, groupId: 'group', body: text, sender: null, sentAt: at }], {
    database: db.database,
    quarantine: openQuarantine(s3, BUCKET, db.database),
    rules: { retryPolicy: defaultRetryPolicy, jitter: () => 0 },
    senders: parseSenderTenants(undefined),
    now: at,
  });
}

/** Delivers what is on the queue, as the pump does; answers the bodies. */
async function deliver(): Promise<unknown[]> {
  const bodies: unknown[] = [];
  for (;;) {
    const QueueUrl = connection.eventsQueueUrl;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies;
    for (const { MessageId = '', Body = '', ReceiptHandle } of Messages) {
      bodies.push(JSON.parse(Body));
      await ingest(MessageId, Body, now);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

async function eventsOf(pagwId: string): Promise<Record<string, unknown>[]> {
  const { code, stdout } = await runCli(['request', 'show', pagwId, '-o', 'json'], { connection });
  return code === 0 ? JSON.parse(stdout).events : [];
}

const orphan = { pagwId: 'PAGW-1', eventType: 'PARSE_OK' };
const named = { ...orphan, tenant: 'anthem' };

describe('pagw rejected', () => {
  it('lists what was refused, latest first, and narrows by code, tenant and whether it waits', async () => {
    await ingest('m-1', orphan);
    await ingest('m-2', { ...named, metadata: { memberName: 'Jane Roe' } }, now);
    const { code, stdout } = await runCli(['rejected', 'list', '-o', 'json'], { connection });
    expect(code).toBe(0);
    const codes = JSON.parse(stdout).rejected.map((row: { code: string }) => row.code);
    expect(codes).toEqual(['METADATA_PHI_SUSPECTED', 'TENANT_UNKNOWN']);
    const narrowed = await runCli(['rejected', 'list', '-o', 'jsonl', '--tenant', 'anthem'], { connection });
    expect(narrowed.stdout.trim().split('\n')).toHaveLength(1);
    expect(narrowed.stdout).not.toContain('Jane');
    const none = await runCli(['rejected', 'list', '--code', 'mixed_requests', '--waiting'], { connection });
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'No refused event matches.\n' });
  });

  it('pages through refusals of one moment, each once', async () => {
    await ingest(
      'm-1',
      Array.from({ length: 25 }, () => ({ ...orphan, eventType: '' })),
    );
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const cursor: string[] = after === null ? [] : ['--after', after];
      const { stdout } = await runCli(['rejected', 'list', '-o', 'json', '--limit', '10', ...cursor], {
        connection,
      });
      const page = JSON.parse(stdout);
      seen.push(...page.rejected.map((row: { id: number }) => row.id));
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index));
  });

  it('shows the reason without the body, and the body only when asked', async () => {
    const event = { ...named, metadata: { memberName: 'Jane Roe' } };
    await ingest('m-1', event);
    const plain = await runCli(['rejected', 'show', '1'], { connection });
    expect(plain.stdout).toContain('METADATA_PHI_SUSPECTED');
    expect(plain.stdout).toContain('s3://quarantine/rejected/2026-03-01/m-1');
    expect(plain.stdout).not.toContain('Jane');
    const body = await runCli(['rejected', 'show', '1', '--body'], { connection });
    expect(JSON.parse(body.stdout)).toEqual(event);
  });

  it('says with exit code 5 what is not there: the refusal, or its body', async () => {
    expect(await runCli(['rejected', 'show', '7'], { connection })).toMatchObject({ code: 5, stdout: '' });
    await ingest('m-1', orphan);
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'rejected/2026-03-01/m-1' }));
    const gone = await runCli(['rejected', 'show', '1', '--body'], { connection });
    expect(gone).toMatchObject({ code: 5, stdout: '' });
    expect(gone.stderr).toContain('is not kept any more');
  });
});

describe('pagw rejected replay', () => {
  it('sends the event again once its cause is cured, with the identity and time it had', async () => {
    await ingest('m-1', orphan);
    await ingest('m-2', { ...named, eventType: 'PARSE_START' });
    const { code, stderr } = await runCli(['rejected', 'replay', '1'], { connection });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '✓ 1 event sent again.\n' });
    await deliver();
    expect((await eventsOf('PAGW-1'))[1]).toMatchObject({ eventId: 'm-1', occurredAt: sentAt.toISOString() });
    const { rows } = await db.database.execute('SELECT action, filter, affected FROM operator_action');
    expect(rows).toEqual([{ action: 'rejected.replay', filter: { id: 1 }, affected: 1 }]);
  });

  it('refuses a second time unless told to, and then records nothing twice', async () => {
    await ingest('m-1', orphan);
    await ingest('m-2', { ...named, eventType: 'PARSE_START' });
    await runCli(['rejected', 'replay', '1'], { connection });
    const second = await runCli(['rejected', 'replay', '1'], { connection });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('Refused event 1 was replayed just now.');
    expect((await runCli(['rejected', 'replay', '1', '--again'], { connection })).code).toBe(0);
    expect(await deliver()).toHaveLength(2);
    expect(await eventsOf('PAGW-1')).toHaveLength(2);
  });

  it('sends of a message only the event that was refused', async () => {
    const other = { ...named, pagwId: 'PAGW-2', eventId: 'other' };
    await ingest('m-1', [named, other, { ...named, eventId: 'last' }]);
    expect(await eventsOf('PAGW-1')).toHaveLength(2);
    expect((await runCli(['rejected', 'replay', '1'], { connection })).code).toBe(0);
    expect(await deliver()).toEqual([{ ...other, occurredAt: sentAt.toISOString() }]);
    expect(await eventsOf('PAGW-2')).toHaveLength(1);
  });

  it('takes a message that held too many events apart', async () => {
    await ingest(
      'm-1',
      Array.from({ length: 1_001 }, (_, number) => ({ ...named, eventId: `e-${number}` })),
    );
    expect((await runCli(['rejected', 'replay', '1'], { connection })).code).toBe(0);
    await deliver();
    const ids = (await eventsOf('PAGW-1')).map(({ eventId }) => eventId);
    expect(ids).toEqual(Array.from({ length: 1_001 }, (_, number) => `e-${number}`));
  });

  it('does not send what the contract still refuses, and says how to correct it', async () => {
    await ingest('m-1', 'not JSON');
    await ingest('m-2', { ...named, metadata: { memberName: 'Jane Roe' } });
    for (const id of ['1', '2']) {
      const { code, stderr } = await runCli(['rejected', 'replay', id], { connection });
      expect(code).toBe(1);
      expect(stderr).toContain('pagw rejected show ID --body');
      expect(stderr).not.toContain('Jane');
    }
    expect(await deliver()).toEqual([]);
    const { stdout } = await runCli(['rejected', 'list', '--waiting', '-o', 'jsonl'], { connection });
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  it.each([
    { level: 'strict', metadataKeys: [], code: 1, sent: 0 },
    { level: 'strict', metadataKeys: ['callerWish'], code: 0, sent: 1 },
    { level: 'patterns', metadataKeys: [], code: 0, sent: 1 },
  ])('judges free text as the tracker does now: $level, $metadataKeys', async ({ code, sent, ...guard }) => {
    const wish = 'the aunt wants a call';
    await ingest('m-1', { ...orphan, metadata: { callerWish: wish } });
    const phiGuard = JSON.stringify(guard);
    const replay = await runCli(['rejected', 'replay', '1'], { connection: { ...connection, phiGuard } });
    expect(replay.code).toBe(code);
    expect(replay.stdout + replay.stderr).not.toContain(wish);
    expect(await deliver()).toHaveLength(sent);
  });

  it('replays all with a code after asking, and none when the answer is no', async () => {
    for (let number = 0; number < 12; number++)
      await ingest(`m-${number}`, { ...orphan, pagwId: `PAGW-${number}` });
    const replay = ['rejected', 'replay', '--code', 'tenant_unknown'];
    const no = await runCli(replay, { connection, answer: 'n' });
    expect(no).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing was done.') });
    const nobody = await runCli(replay, { connection });
    expect(nobody).toMatchObject({ code: 64, stderr: expect.stringContaining('Send 12 refused events') });
    const dry = await runCli([...replay, '--dry-run'], { connection });
    expect(dry).toMatchObject({ code: 0, stderr: '12 events of 12 messages to replay.\n' });
    const part = await runCli([...replay, '--limit', '5', '-y'], { connection });
    expect(part).toMatchObject({ code: 0, stderr: '✓ 5 events sent again.\n' });
    const rest = await runCli(replay, { connection, answer: 'y' });
    expect(rest).toMatchObject({ code: 0, stderr: '✓ 7 events sent again.\n' });
    expect(await deliver()).toHaveLength(12);
  });

  it('tells what became of a replay: refused again, with the new refusal, or recorded, with its number', async () => {
    await ingest('m-1', orphan);
    await runCli(['rejected', 'replay', '1', '--reason', 'known by now'], { connection });
    await deliver();
    const list = await runCli(['rejected', 'list'], { connection });
    expect(list.stdout).toMatch(/^ *2 .*waiting$/m);
    expect(list.stdout).toMatch(/^ *1 .*refused again as 2$/m);
    const shown = await runCli(['rejected', 'show', '1'], { connection });
    expect(shown.stdout).toContain('refused again as 2, TENANT_UNKNOWN');
    // The producer itself sends it again, with its tenant and the id that it has: that is followed, too.
    await ingest('m-9', { ...named, eventId: 'm-1' });
    const { rejected } = JSON.parse(
      (await runCli(['rejected', 'list', '-o', 'json'], { connection })).stdout,
    );
    expect(rejected).toMatchObject([
      { id: 2, replayedAt: null, recordedNo: 1 },
      { id: 1, recordedNo: 1, refusedAgainId: 2, refusedAgainCode: 'TENANT_UNKNOWN' },
    ]);
  });

  it('refuses one that is nested too deep again, forced or not, and goes on with those behind it', async () => {
    const deep = `${'{"a":'.repeat(6_000)}1${'}'.repeat(6_000)}`;
    await ingest('m-0', `{"pagwId":"PAGW-1","eventType":"PARSE_OK","metadata":${deep}}`);
    await ingest('m-1', { ...orphan, pagwId: 'PAGW-2' });
    await db.database.execute("UPDATE rejected_message SET code = 'TENANT_UNKNOWN'");
    const replay = ['rejected', 'replay', '--code', 'TENANT_UNKNOWN', '-y', '-o', 'json'];
    const { code, stdout, stderr } = await runCli([...replay, '--force'], { connection });
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 1, replayed: 1, refusedAgain: 1 });
    expect(stderr).toContain('1: still refused, METADATA_TOO_DEEP at /metadata; not sent.');
    expect(await deliver()).toHaveLength(1);
  });

  it('passes what is not kept any more', async () => {
    await ingest('m-0', orphan);
    await ingest('m-1', { ...orphan, pagwId: 'PAGW-2' });
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'rejected/2026-03-01/m-0' }));
    const replay = ['rejected', 'replay', '--code', 'TENANT_UNKNOWN', '-y'];
    const { code, stderr } = await runCli(replay, { connection });
    expect(code).toBe(1);
    expect(stderr).toContain('1 event sent again, 1 not kept any more.');
    expect(await deliver()).toHaveLength(1);
  });

  it('keeps id, request and time of an envelope whose data is text or stands in base64', async () => {
    const data = JSON.stringify({ pagwId: 'PAGW-3', eventType: 'PARSE_OK' });
    const envelope = { specversion: '1.0', source: '/x', type: 't', time: '' };
    await ingest('m-0', { ...envelope, id: 'ce-1', data, data_base64: null });
    await ingest('m-1', { ...envelope, id: 'ce-2', data_base64: Buffer.from(data).toString('base64') });
    await ingest('m-2', { ...named, pagwId: 'PAGW-3', eventType: 'PARSE_START' });
    await runCli(['rejected', 'replay', '--code', 'TENANT_UNKNOWN', '-y'], { connection });
    await deliver();
    expect((await eventsOf('PAGW-3')).slice(1)).toMatchObject([
      { eventId: 'ce-1', occurredAt: sentAt.toISOString() },
      { eventId: 'ce-2', occurredAt: sentAt.toISOString() },
    ]);
  });

  it('wants an id or a code, not both and not neither', async () => {
    expect((await runCli(['rejected', 'replay'], { connection })).code).toBe(64);
    expect((await runCli(['rejected', 'replay', '1', '--code', 'X'], { connection })).code).toBe(64);
  });
});
