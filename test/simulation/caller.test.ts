import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CALL_HEADER, type Caller, runAs, tellCallersApart } from './caller.ts';

let server: Server;
let callers: ReturnType<typeof tellCallersApart>;
/** What came, by path. */
const came = new Map<string, Caller | undefined>();
beforeEach(async () => {
  callers = tellCallersApart(() => 0.25);
  server = createServer(({ url = '', headers }, response) => {
    came.set(url, callers.calls.get(Number(headers[CALL_HEADER])));
    response.end();
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
});
afterEach(() => {
  callers.end();
  server.close();
});

function call(path: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  return new Promise((settle, fail) => {
    const onAnswer = (answer: IncomingMessage) => answer.resume().once('end', settle);
    request({ port, path, host: '127.0.0.1' }, onAnswer).once('error', fail).end();
  });
}

const caller = (): Caller => ({ underWay: 0, onCallOver: () => undefined });

it('knows a call as its own caller’s, while others run and after its first answer', async () => {
  const [one, other] = [caller(), caller()];
  const work = async (name: string) => {
    await call(`/${name}/first`);
    await Promise.all([call(`/${name}/second`), call(`/${name}/third`)]);
  };
  await Promise.all([runAs(one, () => work('one')), runAs(other, () => work('other')), call('/nobody')]);
  expect(came.get('/nobody')).toBeUndefined();
  expect(['first', 'second', 'third'].map((place) => came.get(`/one/${place}`) === one)).not.toContain(false);
  expect(['first', 'second', 'third'].map((place) => came.get(`/other/${place}`) === other)).not.toContain(
    false,
  );
  expect([one.underWay, other.underWay]).toEqual([0, 0]);
});

it('gives callers their own chance, and a patience that does not end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const inner = tellCallersApart(() => 0.5);
  const ended: string[] = [];
  const { chance, signal } = runAs(caller(), () => {
    setTimeout(() => ended.push('caller'), 5_000);
    return { chance: Math.random(), signal: AbortSignal.timeout(1) };
  });
  setTimeout(() => ended.push('anybody'), 5_000);
  vi.advanceTimersByTime(6_000);
  await once(AbortSignal.timeout(2), 'abort');
  inner.end();
  vi.useRealTimers();
  expect(ended).toEqual(['anybody']);
  expect(chance).toBe(0.5);
  expect(signal.aborted).toBe(false);
});
