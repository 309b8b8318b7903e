import type { SendMessageBatchResult } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { parseRetryQueues } from '../../../lib/domain/retry-command.ts';
import { takenEntries } from '../../../lib/flows/retry/send-retry-commands.ts';
import { failedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();
const common = 'https://sqs.us-east-1.amazonaws.com/1/pagw-retries.fifo';
const connector = 'https://sqs.us-east-1.amazonaws.com/1/pagw-api-connector-queue.fifo';

const fail = (stage: string, count = 1) =>
  bench.record(...Array.from({ length: count }, () => failedEvent({ pagwId: bench.newRequest(), stage })));

describe('where retry commands go', () => {
  it('is the stage’s own queue, else the common one', async () => {
    await fail('API_CONNECTOR');
    await fail('PARSING');
    bench.pass(61);
    await bench.run({ queues: parseRetryQueues(`{"api-connector":"${connector}"}`, common) });
    expect(bench.queue.inputs.map(({ QueueUrl }) => QueueUrl).sort()).toEqual([connector, common]);
  });

  it('may be nowhere: the stage is named, its failures stay due, and the other stages’ go out', async () => {
    await fail('API_CONNECTOR');
    await fail('PARSING', 300);
    bench.pass(61);
    const queues = parseRetryQueues(`{"API_CONNECTOR":"${connector}"}`, undefined);
    const { counts, troubles, complete } = await bench.run({ queues });
    expect(complete).toBe(true);
    expect([...troubles]).toEqual([['PARSING', 'NO_QUEUE']]);
    expect(bench.queue.commands.map(({ stage }) => stage)).toEqual(['API_CONNECTOR']);
    expect(counts.dispatched).toBe(1);
    // One batch showed that there is no queue; the rest was left alone.
    expect(counts.released).toBeLessThan(150);
    expect((await bench.run()).counts.dispatched).toBe(300);
  });

  it('gives back only what a queue did not take of a batch', async () => {
    await fail('PARSING', 20);
    bench.pass(61);
    bench.queue.behave = ({ Entries }) => ({ failed: (Entries ?? []).slice(0, 3).map(({ Id = '' }) => Id) });
    const { counts, troubles } = await bench.run();
    expect(counts).toMatchObject({ dispatched: 14, released: 6 });
    expect(troubles.size).toBe(0);
    bench.queue.behave = () => ({});
    expect((await bench.run()).counts.dispatched).toBe(6);
    expect(new Set(bench.queue.commands.map(({ token }) => token)).size).toBe(20);
    expect(bench.queue.commands).toHaveLength(20);
  });

  it('survives a queue that refuses: nothing is lost, and other queues are served', async () => {
    await fail('API_CONNECTOR', 40);
    await fail('PARSING', 40);
    bench.pass(61);
    const refusal = Object.assign(new Error('no'), { name: 'AccessDenied' });
    bench.queue.behave = ({ QueueUrl }) => (QueueUrl === connector ? { refuses: refusal } : {});
    const queues = parseRetryQueues(`{"API_CONNECTOR":"${connector}"}`, common);
    const { counts, troubles } = await bench.run({ queues });
    expect([...troubles]).toEqual([['API_CONNECTOR', 'AccessDenied']]);
    expect(bench.queue.commands.filter(({ stage }) => stage === 'PARSING')).toHaveLength(40);
    expect(counts.dispatched).toBe(40);
    bench.queue.behave = () => ({});
    expect((await bench.run({ queues })).counts.dispatched).toBe(40);
  });

  it('takes any request id, and characters that SQS refuses', async () => {
    await bench.record(
      failedEvent({ pagwId: 'Ärztin 1', stated: { payload: { bucket: null, key: 'a\ufffeb' } } }),
      failedEvent({ pagwId: 'PAGW-PLAIN' }),
    );
    bench.pass(61);
    await bench.run();
    const sent = (bench.queue.inputs[0]?.Entries ?? []).map((entry, place) => ({
      ...entry,
      ...bench.queue.commands[place],
    }));
    const odd = sent.find(({ pagwId }) => pagwId === 'Ärztin 1');
    expect(odd?.MessageGroupId).toMatch(/^[0-9a-f]{64}$/);
    expect(odd?.MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
    expect(odd?.MessageBody).not.toContain('\ufffe');
    expect(odd?.payload?.key).toBe('a\ufffeb');
    expect(sent.map(({ MessageGroupId }) => MessageGroupId)).toContain('PAGW-PLAIN');
  });
});

it('takes for sent what the answer names as taken, and not as refused as well', () => {
  const answer = { Successful: [{ Id: '0' }, { Id: '1' }, { Id: '7' }], Failed: [{ Id: '1' }, { Id: '2' }] };
  expect([...takenEntries(['a', 'b', 'c', 'd'], answer as Partial<SendMessageBatchResult>)]).toEqual(['a']);
});

describe('parseRetryQueues', () => {
  it.each([
    ['not JSON', '{', 'RETRY_QUEUES are not JSON'],
    ['no object', '[1]', 'RETRY_QUEUES are not valid'],
    ['no URL', '{"PARSING":"queue"}', 'PARSING: is not a queue URL'],
  ])('names what is wrong: %s', (_, json, message) => {
    expect(() => parseRetryQueues(json, undefined)).toThrow(message);
  });

  it('refuses a common queue that is no URL', () => {
    expect(() => parseRetryQueues(undefined, 'pagw-retries.fifo')).toThrow('RETRY_QUEUE_URL');
  });
});
