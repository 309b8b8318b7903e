import { request } from 'node:http';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { type ConsoleServer, json, startConsoleServer } from '../../lib/local/console/console-server.ts';
import { startQueueServer } from '../../lib/local/queues/queue-server.ts';
import { folderForFile } from '../support/for-file.ts';
import { findFreePorts } from './free-ports.ts';

type Headers = Record<string, string>;

const consolePort = await findFreePorts(2);
const queuesPort = consolePort + 1;
const directory = folderForFile();
const queues = await startQueueServer({ port: queuesPort, dataDirectory: directory });
const page: ConsoleServer = await startConsoleServer(consolePort, {
  'GET /': () => json(200, {}),
  'POST /': () => json(200, {}),
});
afterAll(async () => {
  await page.stop();
  await queues.stop();
});

const listQueues = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ListQueues' };
const ports: { port: number; name: string; path: string; program: Headers }[] = [
  { port: consolePort, name: 'console', path: '/', program: {} },
  {
    port: Number(new URL(inject('dataApiUrl')).port),
    name: 'Data API',
    path: '/Execute',
    // Understood, and found wanting: the body names no cluster.
    program: { 'content-type': 'application/json' },
  },
  { port: queuesPort, name: 'SQS and S3', path: '/', program: listQueues },
];

/** fetch sets Host and Origin itself. */
async function statusOf(port: number, path: string, method: string, headers: Headers): Promise<number> {
  return new Promise((settle, fail) => {
    const call = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      response.resume();
      settle(response.statusCode ?? 0);
    });
    call.once('error', fail).end(method === 'POST' ? '{}' : undefined);
  });
}

const foreign: [string, string, Headers][] = [
  ['a name of another site that points here', 'POST', { host: 'evil.example' }],
  ['a reading under such a name', 'GET', { host: 'evil.example:4782' }],
  ...[
    'localhost.',
    'localhost.evil.example',
    'sub.localhost',
    '127.0.0.1.nip.io',
    'localhost:4780.evil.example',
    'localhost:4780@evil.example',
    'evil.example@localhost',
    'localhost#evil.example',
    '2130706433',
    '127.1',
    '0.0.0.0',
    '[::ffff:127.0.0.1]',
    'localhost,evil.example',
  ].map((host): [string, string, Headers] => [`the host ${JSON.stringify(host)}`, 'POST', { host }]),
  ['a page of another site', 'POST', { origin: 'https://evil.example' }],
  ['a sandboxed page', 'POST', { origin: 'null' }],
  ['a page of another port', 'POST', { origin: 'http://localhost:3000' }],
  ['a form', 'POST', { origin: 'https://evil.example', 'content-type': 'text/plain' }],
  ['a form that hides its page', 'POST', { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }],
  ['a page of a neighbouring name', 'POST', { 'sec-fetch-site': 'same-site' }],
  [
    'a question whether a page may call',
    'OPTIONS',
    { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  ],
];

describe.each(ports)('the port of $name', ({ name, port, path, program }) => {
  it.each(foreign)('refuses %s', async (_, method, headers) => {
    expect(await statusOf(port, path, method, headers)).toBe(403);
    expect(await statusOf(port, path, method, { ...program, ...headers })).toBe(403);
  });

  it('answers programs', async () => {
    expect(await statusOf(port, path, 'POST', program)).toBe(name === 'Data API' ? 400 : 200);
    expect(await statusOf(port, path, 'POST', { ...program, host: `localhost:${port}` })).not.toBe(403);
  });
});

describe.each(ports.slice(1))('the port of $name, which has no pages,', ({ port, path, program }) => {
  it.each([
    'text/plain',
    'TEXT/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ])('refuses %s that nobody signed, even where the browser tells nothing of the page', async (type) => {
    expect(await statusOf(port, path, 'POST', { ...program, 'content-type': type })).toBe(403);
  });

  it('refuses a body of no type', async () => {
    expect(await statusOf(port, path, 'POST', {})).toBe(403);
  });

  it('refuses even the console', async () => {
    const own = { origin: `http://localhost:${consolePort}`, 'sec-fetch-site': 'same-site' };
    expect(await statusOf(port, path, 'POST', { ...program, ...own })).toBe(403);
  });
});
