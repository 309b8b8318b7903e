import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/cli/connection.ts';
import { readerGone } from '../../lib/cli/output/open-output.ts';
import { folderForFile } from '../support/for-file.ts';
import { mockedClient } from '../support/mocked-client.ts';
import { runCli } from './run-cli.ts';

const sqs = mockedClient(SQSClient);
const connection = {
  kind: 'local',
  sqs: sqs as unknown as SQSClient,
  eventsQueueUrl: 'http://queue.test/000000000000/pagw-events.fifo',
  close: () => undefined,
} as Connection;

const folder = folderForFile();
let sent: { group: string; events: { eventId: string }[] }[];

beforeEach(() => {
  sent = [];
  answer(() => undefined);
});

/** Takes every message but those of the group for which a code is given. */
function answer(refusal: (group: string) => string | undefined): void {
  sqs.reset();
  sqs.on(SendMessageBatchCommand).callsFake((input: SendMessageBatchCommand['input']) => ({
    Successful: (input.Entries ?? []).map(({ Id }) => ({ Id })),
    Failed: (input.Entries ?? []).flatMap(({ Id, MessageGroupId: group = '', MessageBody = '' }) => {
      const code = refusal(group);
      if (code === undefined) sent.push({ group, events: [JSON.parse(MessageBody)].flat() });
      return code === undefined ? [] : { Id, SenderFault: true, Code: code };
    }),
  }));
}

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function eventLine(pagwId: string, number: number, fields: object = {}): string {
  return JSON.stringify({
    eventId: `${pagwId}-${number}`,
    tenant: 'anthem',
    pagwId,
    eventType: 'PARSE_OK',
    ...fields,
  });
}

const MIXED = [
  eventLine('PAGW-1', 1),
  '{"tenant":"anthem","eventType":"PARSE_OK"}',
  '',
  'no JSON, and a secret',
  eventLine('PAGW-1', 2, { metadata: { memberName: 'Jane Roe' } }),
  eventLine('PAGW-2', 1),
].join('\n');

describe('pagw event validate', () => {
  it('names line, code and path of each refused event, repeats no value, and ends with 1', async () => {
    const file = await fileOf('mixed.ndjson', MIXED);
    const { code, stdout, stderr } = await runCli(['event', 'validate', '-f', file, '-o', 'json']);
    expect(code).toBe(1);
    const { refused } = JSON.parse(stdout);
    expect(refused.map((row: Record<string, unknown>) => [row.line, row.code, row.path])).toEqual([
      [2, 'FIELD_MISSING', '/pagwId'],
      [4, 'MESSAGE_NOT_JSON', ''],
      [5, 'METADATA_PHI_SUSPECTED', '/metadata/memberName'],
    ]);
    expect(stderr).toBe('2 events valid, 3 refused.\n');
    expect(stdout + stderr).not.toMatch(/Jane|secret/);
  });

  it('warns of types, stages and fields that are near a known name, repeats no value, and refuses none', async () => {
    const event = { tenant: 'anthem', pagwId: 'PAGW-1' };
    const stdin = [
      { ...event, eventType: 'PARSE_OKK' },
      { ...event, eventType: 'PARSE_OKK', stage: 'PARSNIG' },
      { ...event, eventType: 'CALLBACK_OK', durationMS: 5, 'stage of Jane Roe': 1 },
      { ...event, eventType: 'ZZZZZZZZZZZZZZZZ', stage: 'request-parser', entirelyElse: 1 },
      { ...event, eventType: 'NOTIFY_OK', metadata: { deliveredAt: '2026-03-15 10:00' } },
    ]
      .map((each) => JSON.stringify(each))
      .join('\n');
    const { code, stdout, stderr } = await runCli(['event', 'validate', '-f', '-', '-o', 'json'], { stdin });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).warnings).toEqual([
      { path: '/eventType', didYouMean: 'PARSE_OK', events: 2 },
      { path: '/stage', didYouMean: 'PARSING', events: 1 },
      { path: '/durationMS', didYouMean: 'durationMs', events: 1 },
      {
        path: '/metadata/deliveredAt',
        didYouMean: 'ISO 8601 with a zone, such as 2025-12-26T14:51:34.578Z, in the years 1970 to 9999',
        events: 1,
      },
    ]);
    expect(stderr).toContain('/eventType of 2 events: not understood; did you mean PARSE_OK?');
    expect(stdout + stderr).not.toMatch(/Jane|OKK|PARSNIG/);
  });

  it.each([
    ['one event over several lines', JSON.stringify(JSON.parse(eventLine('PAGW-1', 1)), undefined, 2), 1],
    ['an array', `[${eventLine('PAGW-1', 1)},\n${eventLine('PAGW-1', 2)}]`, 2],
    [
      'lines that end in CR LF, after a byte order mark',
      `\uFEFF${eventLine('PAGW-1', 1)}\r\n${eventLine('PAGW-1', 2)}\r\n`,
      2,
    ],
    [
      'arrays of events, one a line',
      `[${eventLine('PAGW-1', 1)},${eventLine('PAGW-1', 2)}]\n[${eventLine('PAGW-2', 1)}]`,
      3,
    ],
  ])('reads %s', async (_, text, events) => {
    const { code, stderr } = await runCli(['event', 'validate', '-f', '-'], { stdin: text });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `${events} ${events === 1 ? 'event' : 'events'} valid, 0 refused.\n`,
    });
  });

  it('ends with 1 when nobody reads what it found', async () => {
    const stdout = {
      write: () => {
        throw readerGone();
      },
    };
    for (const [stdin, code] of [
      [MIXED, 1],
      [eventLine('PAGW-1', 1), 1],
    ] as const)
      for (const verb of ['validate', 'send']) {
        const args = ['event', verb, '-f', '-', '-o', 'json'];
        expect(await runCli(args, { connection, stdin, stdout })).toMatchObject({ code });
      }
  });

  it.each(['', ' \n\n', '\ufeff\n', '[]'])(
    'refuses %j, which holds no event, as send does',
    async (stdin) => {
      for (const verb of ['validate', 'send']) {
        const { code, stdout, stderr } = await runCli(['event', verb, '-f', '-'], { connection, stdin });
        expect(code).toBe(1);
        expect(stdout + stderr).toContain('MESSAGE_EMPTY');
        expect(stdout + stderr).toContain('Send at least one event.');
      }
    },
  );

  it.each([
    ['is not there', join(tmpdir(), 'pagw-no-such-file'), 'there is no such file'],
    ['is a directory', tmpdir(), 'it is a directory'],
  ])('says that a file %s', async (_, file, reason) => {
    const { code, stderr } = await runCli(['event', 'validate', '-f', file]);
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot be read: ${reason}.`);
  });

  it('says that text is not UTF-8 instead of recording something else', async () => {
    const { code, stderr } = await runCli(['event', 'validate', '-f', '-'], {
      stdin: Uint8Array.of(0x7b, 0xff, 0x7d),
    });
    expect(code).toBe(1);
    expect(stderr).toContain('Standard input cannot be read: it is not UTF-8 text.');
  });
});

describe('the PHI guard at its strict level', () => {
  const line = eventLine('PAGW-1', 1, { metadata: { callerWish: 'the aunt wants a call' } });
  const strict = JSON.stringify({ level: 'strict' });

  it('is asked for when validating, with keys that the tracker knows', async () => {
    const validate = (...more: string[]) =>
      runCli(['event', 'validate', '-f', '-', '-o', 'json', ...more], { stdin: line });
    expect((await validate()).code).toBe(0);
    const refused = [{ line: 1, code: 'METADATA_PHI_SUSPECTED', path: '/metadata/*' }];
    expect(JSON.parse((await validate('--strict')).stdout)).toMatchObject({ refused });
    expect((await validate('--strict', '--metadata-key', 'callerWish')).code).toBe(0);
  });

  it('is what the tracker has when sending', async () => {
    const send = (phiGuard: string | undefined) =>
      runCli(['event', 'send', '-f', '-', '-o', 'json'], {
        connection: { ...connection, phiGuard },
        stdin: line,
      });
    expect(JSON.parse((await send(undefined)).stdout)).toMatchObject({ sent: 1, rejected: 0 });
    expect(JSON.parse((await send(strict)).stdout)).toMatchObject({ sent: 0, rejected: 1 });
  });
});

describe('pagw event send', () => {
  it('sends what is valid, each request in order, and tells the rest by line; then ends with 1', async () => {
    const { code, stdout, stderr } = await runCli(['event', 'send', '-f', '-', '-o', 'json'], {
      connection,
      stdin: MIXED,
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ sent: 2, messages: 2, requests: 2, rejected: 3, notTaken: [] });
    expect(sent.map(({ group }) => group)).toEqual(['PAGW-1', 'PAGW-2']);
    expect(stderr).toContain('line 2: FIELD_MISSING at /pagwId.');
  });

  it('tells whoever watches how much of the file is sent, in percent, and nothing of a pipe', async () => {
    const lines = Array.from({ length: 4_500 }, (_, number) => eventLine(`PAGW-${number}`, number)).join(
      '\n',
    );
    const send = (file: string) =>
      runCli(['event', 'send', '-f', file], { connection, columns: 80, stdin: lines });
    expect((await send(await fileOf('watched.ndjson', lines))).stderr).toMatch(/2,000 events sent · \d+ %/);
    expect((await send('-')).stderr).not.toContain('%');
  });

  it('keeps the order of a request over a file of many parts, packed or not', async () => {
    const lines = Array.from({ length: 5_000 }, (_, number) => eventLine(`PAGW-${number % 7}`, number));
    const file = await fileOf('many.ndjson.gz', gzipSync(lines.join('\n')));
    const { code, stderr } = await runCli(['event', 'send', '-f', file], { connection });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^✓ 5,000 events of 7 requests sent in \d+ messages\.\n$/);
    for (let request = 0; request < 7; request++) {
      const group = `PAGW-${request}`;
      const ids = sent
        .filter((message) => message.group === group)
        .flatMap(({ events }) => events.map((e) => e.eventId));
      expect(ids).toEqual(lines.flatMap((_, number) => (number % 7 === request ? `${group}-${number}` : [])));
    }
  });

  it('holds back all later events of a request that the queue refused', async () => {
    answer((group) => (group === 'PAGW-0' ? 'InvalidMessageContents' : undefined));
    const lines = Array.from({ length: 4_500 }, (_, number) => eventLine(`PAGW-${number % 2}`, number));
    const { code, stdout, stderr } = await runCli(['event', 'send', '-f', '-', '-o', 'json'], {
      connection,
      stdin: lines.join('\n'),
    });
    expect(code).toBe(1);
    const notTaken = [{ pagwId: 'PAGW-0', events: 2_250, code: 'InvalidMessageContents' }];
    expect(JSON.parse(stdout)).toMatchObject({ sent: 2_250, notTaken });
    expect(stderr).toContain('PAGW-0: the queue did not take 2,250 events');
  });

  it('says how far it came when the queue stops answering, and that it may be tried again', async () => {
    sqs.reset();
    sqs.on(SendMessageBatchCommand).rejects(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    const { code, stderr } = await runCli(['event', 'send', '-f', '-', '-o', 'json'], {
      connection,
      stdin: eventLine('PAGW-1', 1),
    });
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'QUEUE_UNAVAILABLE', retryable: true });
  });
});
