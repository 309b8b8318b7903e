import { spawn } from 'node:child_process';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientCounts } from '../../lib/client/client-counts.ts';
import { freePort } from '../support/free-port.ts';
import { accountedFor } from './support/client-counts.ts';
import { drainQueue } from './support/drain-queue.ts';
import { type LocalEventsQueue, openLocalEventsQueue } from './support/local-events-queue.ts';

const LONG_MS = '20000';
const SHORT_MS = '200';
const producer = fileURLToPath(new URL('support/exiting-producer.ts', import.meta.url));

let queue: LocalEventsQueue;
beforeAll(async () => {
  queue = await openLocalEventsQueue();
});
afterAll(() => queue.remove());

interface Ending {
  code: number | null;
  counts: ClientCounts;
  stderr: string;
}

async function runProducer(...args: string[]): Promise<Ending> {
  const child = spawn(process.execPath, [producer, ...args]);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk;
  });
  const code = await new Promise<number | null>((settle) => child.once('close', settle));
  return { code, counts: JSON.parse(output.stdout) as ClientCounts, stderr: output.stderr };
}

describe('at the end of its process', () => {
  it.each(['by itself', 'close', 'signal'])('what waits is delivered when it ends: %s', async (ending) => {
    const { code, counts } = await runProducer(ending, queue.queueUrl, LONG_MS);
    expect(code).toBe(0);
    expect(counts).toMatchObject({ called: 25, delivered: 25, buffered: 0 });
    const events = await drainQueue(queue.sqs, queue.queueUrl, 'durationMs');
    expect(events).toEqual({
      'PAGW-0': [0, 3, 6, 9, 12, 15, 18, 21, 24],
      'PAGW-1': [1, 4, 7, 10, 13, 16, 19, 22],
      'PAGW-2': [2, 5, 8, 11, 14, 17, 20, 23],
    });
  });

  it('a dead queue holds it up no longer than its deadline', async () => {
    const { code, counts } = await runProducer(
      'by itself',
      `http://127.0.0.1:${await freePort()}/q`,
      SHORT_MS,
    );
    expect(code).toBe(0);
    expect(counts).toMatchObject({ called: 25, delivered: 0, dropped: { closed: 25 }, buffered: 0 });
  });

  it('a queue that never answers holds it up no longer than its deadline', async () => {
    const { url, stop } = await startMuteServer();
    const { code, counts } = await runProducer('by itself', url, SHORT_MS);
    await stop();
    expect(code).toBe(0);
    expect(counts).toMatchObject({ called: 25, delivered: 0, dropped: { closed: 25 }, buffered: 0 });
  });

  it.each([
    ['exit', 0, ''],
    ['throw', 1, 'the business code failed'],
  ])(
    'an abrupt end stays what it is, and every call is accounted for: %s',
    async (ending, status, message) => {
      const { code, counts, stderr } = await runProducer(ending, queue.queueUrl, LONG_MS);
      expect(code).toBe(status);
      expect(stderr).toContain(message);
      expect(accountedFor(counts)).toBe(25);
      expect(counts).toMatchObject({ dropped: { closed: 25 }, buffered: 0 });
    },
  );
});

/** Accepts connections and says nothing. */
async function startMuteServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/q`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((settle) => server.close(settle));
    },
  };
}
