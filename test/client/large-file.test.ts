import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { folderForFile } from '../support/for-file.ts';

const HEAP_MIB = 96;
const reader = fileURLToPath(new URL('support/read-large-file.ts', import.meta.url));
const event = (number: number) =>
  JSON.stringify({
    eventId: `e-${number}`,
    tenant: 'anthem',
    pagwId: `PAGW-${number % 500}`,
    eventType: 'PARSE_OK',
    occurredAt: '2025-12-26T14:51:34.578Z',
    metadata: { text: 'lorem ipsum '.repeat(70) },
  });
const lines = Array.from({ length: 10_500 }, (_, number) => event(number));
const withBad = (bad: string) => lines.with(7_000, bad);

const folder = folderForFile();

it.each([
  ['a line that is no JSON', withBad('{"bad":').join('\n'), 'MESSAGE_NOT_JSON'],
  ['a line that is no event', withBad('{"tenant":"anthem"}').join('\n'), 'FIELD_MISSING'],
  ['an array with an element that is no event', `[${withBad('{}').join(',\n')}]`, 'FIELD_MISSING'],
])(
  'of 10 MB with %s, that one is refused by number and the rest read, in bounded memory',
  async (_, text, code) => {
    expect(text.length).toBeGreaterThan(10_000_000);
    const file = join(folder, 'events');
    await writeFile(file, text);
    const { stdout } = await promisify(execFile)(process.execPath, [
      `--max-old-space-size=${HEAP_MIB}`,
      reader,
      file,
    ]);
    const { accepted, rejected } = JSON.parse(stdout) as { accepted: number; rejected: object[] };
    expect(accepted).toBe(10_499);
    expect(rejected).toMatchObject([{ line: 7_001, code }]);
  },
);
