import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/cli/connection.ts';
import { databaseOfFile } from '../support/database.ts';
import { startEmbeddedAws } from '../support/embedded-aws.ts';
import { forFile } from '../support/for-file.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T12:00:00Z');
const db = await databaseOfFile();
const { sqs, makeQueue } = await forFile(startEmbeddedAws());
let connection: Connection;
let queues = 0;

beforeEach(async () => {
  await db.database.execute('DELETE FROM operator_action');
  const eventsQueueUrl = await makeQueue(`queue-${++queues}.fifo`);
  const deadLetterQueueUrl = await makeQueue(`queue-${++queues}.fifo`);
  connection = connectionTo(db, now, { sqs, eventsQueueUrl, deadLetterQueueUrl });
});

async function setAside(...ids: string[]): Promise<void> {
  for (const id of ids)
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: connection.deadLetterQueueUrl,
        MessageBody: `{"secret":"${id}"}`,
        MessageGroupId: `PAGW-${id[0]}`,
        MessageDeduplicationId: id,
      }),
    );
}

/** What the events queue holds: group, de-duplication id and body, in the order of delivery. */
async function delivered(): Promise<string[]> {
  const QueueUrl = connection.eventsQueueUrl;
  const seen: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return seen;
    for (const { Attributes, Body, ReceiptHandle } of Messages) {
      seen.push(`${Attributes?.MessageGroupId} ${Attributes?.MessageDeduplicationId} ${Body}`);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

const actions = async () =>
  (await db.database.execute('SELECT action, reason, acted_by, affected FROM operator_action')).rows;
const pagw = (...args: string[]) => runCli(['dead-letters', ...args], { connection, env: { USER: 'ann' } });

describe('pagw dead-letters', () => {
  it('counts them and shows whose they are, never what is in them', async () => {
    await setAside('a1', 'b1');
    const { code, stdout, stderr } = await pagw('list', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).deadLetters).toMatchObject([{ group: 'PAGW-a' }, { group: 'PAGW-b' }]);
    expect(stdout + stderr).not.toContain('secret');
  });

  it('says so when there are none', async () => {
    expect(await pagw('list')).toMatchObject({ code: 0, stdout: '', stderr: 'There are no dead letters.\n' });
    expect(await pagw('redrive', '--reason', 'x')).toMatchObject({ code: 0, stdout: '' });
    expect(await actions()).toEqual([]);
  });

  it('moves nothing and writes nothing down on a dry run', async () => {
    await setAside('a1');
    const { code, stdout, stderr } = await pagw('redrive', '--reason', 'x', '--dry-run', '-o', 'json');
    expect({ code, ...JSON.parse(stdout) }).toEqual({ code: 0, total: 1, moved: 0, notTaken: 0 });
    expect(stderr).toContain('PAGW-a');
    expect(await delivered()).toEqual([]);
    expect(await actions()).toEqual([]);
  });

  it('asks before it sends, and needs a reason', async () => {
    await setAside('a1');
    const refused = await runCli(['dead-letters', 'redrive', '--reason', 'x'], { connection, answer: 'n' });
    expect(refused.code).toBe(2);
    expect((await pagw('redrive', '-y')).code).toBe(64);
    expect(await delivered()).toEqual([]);
  });

  it('sends all again in the order of each request, with their ids, and says who did it', async () => {
    // One that was only looked at is out of sight for some seconds; a sample must not cost the order.
    await setAside('a1', 'a2', 'b1', 'a3', 'b2');
    const sent = await pagw('redrive', '--reason', 'database fixed', '-y', '-o', 'json');
    expect(sent).toMatchObject({ code: 0 });
    expect(JSON.parse(sent.stdout)).toEqual({ total: 5, moved: 5, notTaken: 0 });
    const seen = await delivered();
    expect(seen.filter((line) => line.includes('PAGW-a'))).toEqual(
      ['a1', 'a2', 'a3'].map((id) => `PAGW-a ${id} {"secret":"${id}"}`),
    );
    expect(seen).toHaveLength(5);
    expect(await actions()).toEqual([
      { action: 'dead-letters.redrive', reason: 'database fixed', actedBy: 'ann', affected: 5 },
    ]);
  });

  it('sends letters that are too large for one call in several, in the order of each request', async () => {
    const note = { DataType: 'String', StringValue: 'n'.repeat(1_000) };
    const most = 1024 * 1024;
    const withNote = most - 'note'.length - note.DataType.length - note.StringValue.length;
    const letters = [
      ['a1', 'é'.repeat(most / 2), {}],
      ['b1', 'x'.repeat(withNote), { note }],
      ['a2', 'x'.repeat(most / 2), {}],
      ['c1', 'x'.repeat(withNote / 2), { note }],
      ['c2', 'small', {}],
    ] as const;
    for (const [id, MessageBody, MessageAttributes] of letters)
      await sqs.send(
        new SendMessageCommand({
          ...{ QueueUrl: connection.deadLetterQueueUrl, MessageBody, MessageAttributes },
          ...{ MessageGroupId: `PAGW-${id[0]}`, MessageDeduplicationId: id },
        }),
      );
    const sent = await pagw('redrive', '--reason', 'database fixed', '-y', '-o', 'json');
    expect(JSON.parse(sent.stdout)).toEqual({ total: 5, moved: 5, notTaken: 0 });
    const ids = (await delivered()).map((line) => line.slice('PAGW-a '.length, 'PAGW-a a1'.length));
    expect(ids.toSorted()).toEqual(['a1', 'a2', 'b1', 'c1', 'c2']);
    expect(ids.indexOf('a1')).toBeLessThan(ids.indexOf('a2'));
    expect(ids.indexOf('c1')).toBeLessThan(ids.indexOf('c2'));
  });
});
