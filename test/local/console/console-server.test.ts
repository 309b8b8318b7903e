import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parsePhiGuard } from '../../../lib/domain/phi-guard.ts';
import {
  getHealthz,
  type HealthCheck,
  postClock,
  postEvents,
} from '../../../lib/local/console/api-routes.ts';
import { type ConsoleServer, startConsoleServer } from '../../../lib/local/console/console-server.ts';
import { openLocalClock } from '../../../lib/local/local-clock.ts';
import { localAddresses } from '../../../lib/local/local-environment.ts';
import { type QueueServer, startQueueServer } from '../../../lib/local/queues/queue-server.ts';
import { folderForFile } from '../../support/for-file.ts';
import { findFreePorts } from '../free-ports.ts';

const directory = folderForFile();
let queues: QueueServer;
let server: ConsoleServer;
let url: string;
let port: number;
let checks: Record<string, HealthCheck>;

beforeAll(async () => {
  port = await findFreePorts(4);
  url = `http://127.0.0.1:${port}`;
  queues = await startQueueServer({ port: port + 2, dataDirectory: directory });
  const clock = await openLocalClock(join(directory, 'clock.json'));
  const unsteady = () => Promise.resolve(checks.part?.() ?? 'well');
  server = await startConsoleServer(port, {
    'GET /healthz': getHealthz({ part: unsteady, other: async () => 'well' }),
    'POST /events': postEvents(queues.sqs, localAddresses(port).eventsQueueUrl),
    'POST /clock': postClock(clock),
  });
});

afterAll(async () => {
  await server.stop();
  await queues.stop();
});

beforeEach(() => {
  checks = {};
});

function eventOf(pagwId: string, extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { eventId: `${pagwId}-1`, tenant: 'anthem', pagwId, eventType: 'PARSE_OK', ...extra };
}

async function post(path: string, body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, { method: 'POST', body, headers });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

/** fetch sets Host itself. */
function statusFor(headers: Record<string, string>, method = 'POST'): Promise<number | undefined> {
  return new Promise((settle, fail) => {
    const request = httpRequest(`${url}/clock`, { method, headers }, (response) => {
      response.resume();
      settle(response.statusCode);
    });
    request.once('error', fail).end(method === 'POST' ? '{"advanceSeconds":1}' : undefined);
  });
}

async function received(): Promise<{ group: string | undefined; events: unknown }[]> {
  const { Messages = [] } = await queues.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: localAddresses(port).eventsQueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages.map(({ Body, Attributes }) => ({
    group: Attributes?.MessageGroupId,
    events: JSON.parse(Body ?? 'null'),
  }));
}

describe('POST /events at the strict level of the PHI guard', () => {
  it.each([
    {
      metadataKeys: [],
      accepted: 1,
      rejected: [{ line: 2, code: 'METADATA_PHI_SUSPECTED', path: '/metadata/*' }],
    },
    { metadataKeys: ['callerWish'], accepted: 2, rejected: [] },
  ])(
    'takes free text under known keys alone: $metadataKeys',
    async ({ metadataKeys, accepted, rejected }) => {
      const strict = parsePhiGuard(JSON.stringify({ level: 'strict', metadataKeys }));
      const route = postEvents(queues.sqs, localAddresses(port).eventsQueueUrl, strict);
      const strictPort = await findFreePorts(1);
      const strictServer = await startConsoleServer(strictPort, { 'POST /events': route });
      const wish = 'the aunt wants a call';
      const events = [
        eventOf(`PAGW-STRICT-${accepted}1`, { metadata: { diagnosisCount: 3, disposition: 'APPROVED' } }),
        eventOf(`PAGW-STRICT-${accepted}2`, { metadata: { callerWish: wish } }),
      ];
      const response = await fetch(`http://127.0.0.1:${strictPort}/events`, {
        method: 'POST',
        body: events.map((event) => JSON.stringify(event)).join('\n'),
      });
      const text = await response.text();
      await strictServer.stop();
      expect(response.status).toBe(202);
      expect(JSON.parse(text)).toMatchObject({ accepted, rejected });
      expect(text).not.toContain(wish);
      expect(JSON.stringify(await received()).includes(wish)).toBe(rejected.length === 0);
    },
  );
});

describe('POST /events', () => {
  it('puts the valid ones on the queue as they came and tells what is wrong with the others', async () => {
    const valid = eventOf('PAGW-1', { errorMessage: 'naïve 😀' });
    const lines = [valid, { ...valid, eventType: '' }, 'no event'].map((event) => JSON.stringify(event));
    expect(await post('/events', lines.join('\n'))).toEqual({
      status: 202,
      answer: {
        accepted: 1,
        rejected: [
          { line: 2, code: 'FIELD_MISSING', path: '/eventType', hint: expect.any(String) },
          { line: 3, code: 'FIELD_INVALID', path: '', hint: expect.any(String) },
        ],
      },
    });
    expect(await received()).toEqual([{ group: 'PAGW-1', events: valid }]);
  });

  it.each([
    ['one event', JSON.stringify(eventOf('PAGW-2')), 1],
    ['an array of several requests', JSON.stringify([eventOf('PAGW-3'), eventOf('PAGW-4')]), 2],
    ['gzip', gzipSync(JSON.stringify(eventOf('PAGW-5'))), 1],
    ['only invalid events', JSON.stringify([{}]), 0],
  ])('answers 202 for %s', async (name, body, accepted) => {
    const { status, answer } = await post(
      '/events',
      body,
      name === 'gzip' ? { 'content-encoding': 'gzip' } : {},
    );
    expect(status).toBe(202);
    expect(answer.accepted).toBe(accepted);
  });

  it('takes a CloudEvent whose attributes are headers', async () => {
    const { eventId: _, ...data } = eventOf('PAGW-6');
    const attributes = { 'ce-specversion': '1.0', 'ce-id': 'caf%C3%A9', 'ce-time': '2026-01-02T03:04:05Z' };
    expect(await post('/events', JSON.stringify(data), attributes)).toMatchObject({
      status: 202,
      answer: { accepted: 1 },
    });
    const events = { specversion: '1.0', id: 'café', time: '2026-01-02T03:04:05Z', data };
    expect(await received()).toContainEqual({ group: 'PAGW-6', events });
  });

  it.each([
    ['without its id', JSON.stringify(eventOf('PAGW-7')), { 'ce-specversion': '1.0' }, '/id'],
    ['of another version', '{}', { 'ce-specversion': '0.3', 'ce-id': '1' }, '/specversion'],
    ['whose data are lines', '{}\n{}', { 'ce-specversion': '1.0', 'ce-id': '1' }, '/data'],
    [
      'whose data nest without end',
      `${'['.repeat(9_000)}${']'.repeat(9_000)}`,
      { 'ce-specversion': '1.0', 'ce-id': '1' },
      '/data',
    ],
  ])('refuses a CloudEvent of headers %s', async (_, body, headers, path) => {
    expect(await post('/events', body, headers as Record<string, string>)).toMatchObject({
      status: 202,
      answer: { accepted: 0, rejected: [{ line: 1, path }] },
    });
  });

  it.each([
    ['nothing', '', 400, 'MESSAGE_EMPTY'],
    ['no JSON', 'hello', 400, 'MESSAGE_NOT_JSON'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe]), 400, 'UNREADABLE_BODY'],
    ['more than 10 MB', 'x'.repeat(10 * 1024 * 1024 + 1), 413, 'BODY_TOO_LARGE'],
  ])('refuses %s', async (_, body, status, code) => {
    expect(await post('/events', body)).toMatchObject({
      status,
      answer: { code, message: expect.any(String) },
    });
  });

  it('refuses what unpacks to more than 10 MB, and what only claims to be gzip', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    expect((await post('/events', gzipSync('x'.repeat(10 * 1024 * 1024 + 1)), gzip)).status).toBe(413);
    expect((await post('/events', '{}', gzip)).status).toBe(400);
    expect((await post('/events', '{}', { 'content-encoding': 'br, gzip' })).status).toBe(400);
    expect((await post('/events', gzipSync('{}'), { 'content-encoding': 'br, gzip' })).status).toBe(400);
  });

  it.each([
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['Deflate, GZIP', (text: string) => gzipSync(deflateSync(text))],
    ['gzip, identity, br', (text: string) => brotliCompressSync(gzipSync(text))],
  ])('takes %s', async (coding, pack) => {
    const body = pack(JSON.stringify(eventOf('PAGW-11')));
    expect((await post('/events', body, { 'content-encoding': coding })).status).toBe(202);
    const bomb = pack('x'.repeat(10 * 1024 * 1024 + 1));
    expect((await post('/events', bomb, { 'content-encoding': coding })).status).toBe(413);
  });

  it('takes content codings in any case, x-gzip for gzip, and identity for none', async () => {
    for (const coding of ['GZIP', 'Gzip', 'x-gzip', 'X-GZip', 'gzip, identity', ' gzip ']) {
      const body = gzipSync(JSON.stringify(eventOf('PAGW-7')));
      expect([coding, (await post('/events', body, { 'content-encoding': coding })).status]).toEqual([
        coding,
        202,
      ]);
    }
    for (const coding of ['identity', 'Identity', ''])
      expect((await post('/events', '[{}]', { 'content-encoding': coding })).status).toBe(202);
    for (const coding of ['compress', 'gzip, compress', 'gzip, gzip, gzip, gzip', '__proto__'])
      expect((await post('/events', '{}', { 'content-encoding': coding })).status).toBe(415);
  });

  it('takes one event id of two requests for two events', async () => {
    const two = ['PAGW-DD-1', 'PAGW-DD-2'].map((pagwId) => eventOf(pagwId, { eventId: 'evt-77' }));
    expect((await post('/events', JSON.stringify(two))).answer).toEqual({ accepted: 2, rejected: [] });
    const groups = new Set<string | undefined>();
    while (!(groups.has('PAGW-DD-1') && groups.has('PAGW-DD-2')))
      for (const { group } of await received()) groups.add(group);
  });

  it('refuses one line alone that is nested too deep', async () => {
    const deep = `{"tenant":"anthem","pagwId":"PAGW-8","eventType":"X","x":${'['.repeat(6_000)}${']'.repeat(6_000)}}`;
    const lines = [JSON.stringify(eventOf('PAGW-8')), deep, JSON.stringify(eventOf('PAGW-9'))];
    expect(await post('/events', lines.join('\n'))).toMatchObject({
      status: 202,
      answer: { accepted: 2, rejected: [{ line: 2, code: 'FIELD_INVALID', path: '/x' }] },
    });
  });

  it('never repeats what was sent', async () => {
    const secret = 'Jane-Roe-1970-01-01';
    const event = eventOf('PAGW-6', { metadata: { patientName: secret }, attempt: secret });
    const { answer } = await post('/events', JSON.stringify([event, secret, eventOf(secret.repeat(9))]));
    expect(answer.rejected).toHaveLength(3);
    expect(JSON.stringify(answer)).not.toContain(secret);
  });
});

describe('POST /clock', () => {
  it('moves forward', async () => {
    const { status, answer } = await post('/clock', '{"advanceSeconds":900}');
    expect(status).toBe(200);
    expect(answer.aheadSeconds).toBeGreaterThanOrEqual(900);
  });

  it.each(['', '{}', '{"advanceSeconds":-1}', '{"advanceSeconds":0.5}', '{"advanceSeconds":1e12}', '[900]'])(
    'refuses %j',
    async (body) => {
      expect(await post('/clock', body)).toMatchObject({ status: 400, answer: { code: 'BAD_CLOCK' } });
    },
  );
});

describe('GET /healthz', () => {
  it('answers 200 while every part is well', async () => {
    const response = await fetch(`${url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ok',
      parts: { part: { ok: true, state: 'well' } },
    });
  });

  it('answers 503 and says which part is not, and why', async () => {
    checks.part = () => Promise.reject(new Error('it sleeps'));
    const response = await fetch(`${url}/healthz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'failing',
      parts: { part: { ok: false, state: 'it sleeps' }, other: { ok: true, state: 'well' } },
    });
  });
});

describe('the console', () => {
  it.each(['/', '/stuck?tenant=%00', '/nothing', '/healthz', '/console.js', '/events'])(
    'lets no page be framed, sniffed or kept: %s',
    async (path) => {
      const { headers } = await fetch(`${url}${path}`);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': expect.stringMatching(
          /default-src 'self';.*base-uri 'none'; form-action 'self'; frame-ancestors 'none'/,
        ),
      });
    },
  );

  it('answers 404 and 405 with what there is', async () => {
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    const wrongMethod = await fetch(`${url}/events`);
    expect(wrongMethod.status).toBe(405);
    expect(await wrongMethod.json()).toMatchObject({ message: expect.stringContaining('POST') });
  });

  it.each([
    ['a page of another site', { origin: 'https://evil.example' }, 403],
    ['a page of another port', { origin: 'http://localhost:3000' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['a cross-site form', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a name of its own that points here', { host: 'evil.example' }, 403],
    ['a program on this machine', {}, 200],
  ])('answers %s', async (_, headers, status) => {
    expect(await statusFor(headers)).toBe(status);
  });

  it('answers its own pages', async () => {
    const own = {
      host: `localhost:${port}`,
      origin: `http://localhost:${port}`,
      'sec-fetch-site': 'same-origin',
    };
    expect(await statusFor(own)).toBe(200);
  });

  it('hides even its readings from a name that is not its own', async () => {
    expect(await statusFor({ host: 'evil.example' }, 'GET')).toBe(403);
  });
});
