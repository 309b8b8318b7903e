import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { FifoQueue } from '../support/fifo-queue.ts';
import { CALL_HEADER } from './caller.ts';

export interface ServiceCall {
  service: 'database' | 'queue' | 'bucket' | 'topic';
  /** `Execute`, `SendMessageBatch`, `PUT`, `Publish` … */
  action: string;
  body: string;
  /** As `tellCallersApart` numbers it; undefined for calls of nobody's. */
  number?: number;
}

/**
 * What becomes of a call.
 * - `pass`: it is carried out and answered.
 * - `refuse`: it is not carried out; the error is answered.
 * - `lose-answer`: it is carried out, and the error answered.
 * - `vanish`: it is not carried out and never answered: whoever called is gone.
 * - `vanish-after`: it is carried out and never answered.
 * - `cut`: the connection ends without an answer.
 * - `in-part`: of a batch of messages, the queue takes every second one.
 * - `late`: it is carried out and answered after so many milliseconds.
 */
export type Passage =
  | { kind: 'pass' | 'vanish' | 'vanish-after' | 'cut' | 'in-part' }
  | { kind: 'late'; milliseconds: number }
  | { kind: 'refuse' | 'lose-answer'; status: number; name: string; message?: string };

export const PASS: Passage = { kind: 'pass' };

export interface SentCommand {
  token: string;
  pagwId: string;
  tenant: string;
  stage: string;
  attempt: number;
  sentAt: number;
}

/** What stands between handlers and the services they call: the Data API behind it is real, the rest is kept here. */
export interface ServiceDoor {
  url: string;
  /** Retry commands that the queue took, in order, those dropped as the same within five minutes left out. */
  commands: SentCommand[];
  /** Ids of notifications that the topic took, in order. */
  published: string[];
  objects: Map<string, { body: Buffer; sha256: string }>;
  /** How many calls came. */
  calls: number;
  close(): Promise<void>;
}

export interface ServiceDoorOptions {
  dataApiUrl: () => string;
  /** The queue of events, for the messages' visibility and the depth. */
  events: Pick<FifoQueue, 'changeVisibility' | 'size'>;
  /** Epoch milliseconds. */
  now: () => number;
  /** Asked of each call as it comes; may take its time. */
  decide: (call: ServiceCall) => Passage | Promise<Passage>;
  /** Told of each call that was carried out, before it is answered, if it is. */
  onServed?: (call: ServiceCall) => void;
}

/** SQS drops the same de-duplication id within this time. */
const DEDUPLICATION_MS = 5 * 60_000;

export async function openServiceDoor(options: ServiceDoorOptions): Promise<ServiceDoor> {
  const server = createServer((request, response) => {
    answer(door, options, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const door: ServiceDoor = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands: [],
    published: [],
    objects: new Map(),
    calls: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((settle) => server.close(settle));
    },
  };
  return door;
}

interface Answer {
  status: number;
  body: string | Buffer;
  headers: Record<string, string>;
}

async function answer(
  door: ServiceDoor,
  options: ServiceDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const number = request.headers[CALL_HEADER];
  const call = { ...callOf(request, body), ...(number !== undefined && { number: Number(number) }) };
  door.calls += 1;
  const passage = await options.decide(call);
  if (passage.kind === 'vanish') return;
  if (passage.kind === 'cut') return void request.socket.destroy();
  const inPart = passage.kind === 'in-part';
  const served =
    passage.kind === 'refuse' ? undefined : await serve(door, options, call, request, body, inPart);
  if (served !== undefined) options.onServed?.(call);
  if (passage.kind === 'vanish-after') return;
  if (passage.kind === 'late') await delay(passage.milliseconds);
  const { status, body: text, headers } = 'name' in passage ? errorOf(call, passage) : (served as Answer);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

function callOf({ headers, method = '', url = '' }: IncomingMessage, body: Buffer): ServiceCall {
  const target = headers['x-amz-target'];
  if (typeof target === 'string')
    return { service: 'queue', action: target.split('.').at(-1) ?? '', body: body.toString() };
  if (method === 'POST' && headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
    return { service: 'topic', action: 'Publish', body: body.toString() };
  if (method === 'POST') return { service: 'database', action: url.slice(1), body: body.toString() };
  return { service: 'bucket', action: method, body: '' };
}

function errorOf(
  { service }: ServiceCall,
  { status, name, message = 'Injected.' }: { status: number; name: string; message?: string },
): Answer {
  const xml = `<ErrorResponse><Error><Code>${name}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  const ofBucket = `<Error><Code>${name}</Code><Message>${message}</Message></Error>`;
  if (service === 'topic') return { status, body: xml, headers: { 'content-type': 'text/xml' } };
  if (service === 'bucket') return { status, body: ofBucket, headers: { 'content-type': 'application/xml' } };
  const body = JSON.stringify({ __type: name, message });
  return { status, body, headers: { 'x-amzn-errortype': name } };
}

async function serve(
  door: ServiceDoor,
  options: ServiceDoorOptions,
  call: ServiceCall,
  request: IncomingMessage,
  body: Buffer,
  inPart: boolean,
): Promise<Answer> {
  switch (call.service) {
    case 'database':
      return passOn(options.dataApiUrl(), request.url ?? '/', call.body);
    case 'queue':
      return serveQueue(door, options, call, inPart);
    case 'topic': {
      const fields = new URLSearchParams(call.body);
      const place = [...fields].find(([, value]) => value === 'notificationId')?.[0].replace(/\.Name$/, '');
      door.published.push(fields.get(`${place}.Value.StringValue`) ?? '');
      const xml =
        '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>';
      return { status: 200, body: xml, headers: { 'content-type': 'text/xml' } };
    }
    case 'bucket':
      return serveBucket(door, request, body);
  }
}

async function passOn(dataApiUrl: string, path: string, body: string): Promise<Answer> {
  const passed = await fetch(new URL(path, dataApiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const type = passed.headers.get('x-amzn-errortype');
  return {
    status: passed.status,
    body: await passed.text(),
    headers: type ? { 'x-amzn-errortype': type } : {},
  };
}

function serveQueue(
  door: ServiceDoor,
  { events, now }: ServiceDoorOptions,
  { action, body }: ServiceCall,
  inPart: boolean,
): Answer {
  const json = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value), headers: {} });
  const input = JSON.parse(body) as { Entries?: QueueEntry[] };
  const entries = input.Entries ?? [];
  if (action === 'GetQueueAttributes')
    return json({
      Attributes: {
        ApproximateNumberOfMessages: String(events.size),
        ApproximateNumberOfMessagesNotVisible: '0',
      },
    });
  if (action === 'ChangeMessageVisibilityBatch') {
    for (const { ReceiptHandle = '', VisibilityTimeout = 0 } of entries)
      events.changeVisibility(now() / 1_000, ReceiptHandle, VisibilityTimeout);
    return json({ Successful: entries.map(({ Id }) => ({ Id })), Failed: [] });
  }
  const taken = inPart ? entries.filter((_, place) => place % 2 === 0) : entries;
  for (const { MessageBody = '{}' } of taken) {
    const command = { ...(JSON.parse(MessageBody) as SentCommand), sentAt: now() };
    const isDropped = door.commands.some(
      ({ token, sentAt }) => token === command.token && command.sentAt - sentAt < DEDUPLICATION_MS,
    );
    if (!isDropped) door.commands.push(command);
  }
  const failed = entries.filter((entry) => !taken.includes(entry));
  return json({
    Successful: taken.map(({ Id, MessageBody = '' }) => ({
      Id,
      MessageId: Id,
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    })),
    Failed: failed.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })),
  });
}

interface QueueEntry {
  Id: string;
  MessageBody?: string;
  ReceiptHandle?: string;
  VisibilityTimeout?: number;
}

function serveBucket(door: ServiceDoor, { method, url = '' }: IncomingMessage, body: Buffer): Answer {
  const key = decodeURIComponent(url.split('?', 1)[0] ?? '');
  if (method === 'PUT') {
    door.objects.set(key, { body, sha256: createHash('sha256').update(body).digest('base64') });
    return { status: 200, body: '', headers: { etag: '"e"' } };
  }
  const object = door.objects.get(key);
  if (object === undefined) {
    const text = method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>';
    return { status: 404, body: text, headers: { 'content-type': 'application/xml' } };
  }
  const headers = { 'content-type': 'application/octet-stream', 'x-amz-checksum-sha256': object.sha256 };
  return { status: 200, body: method === 'HEAD' ? '' : object.body, headers };
}
