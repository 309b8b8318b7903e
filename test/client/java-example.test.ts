import { execFile, execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEventLines } from '../../lib/client/read-event-lines.ts';

const run = promisify(execFile);
const example = fileURLToPath(new URL('../../examples/java/', import.meta.url));
const readme = readFileSync(`${example}README.md`, 'utf8');
/** The signatures of the AWS SDK for Java 2.x that the README uses; the SDK itself is in no registry the tests may ask. */
const sdkTypes = fileURLToPath(new URL('support/aws-sdk-java/', import.meta.url));
const golden = readFileSync(`${example}expected-events.jsonl`, 'utf8');
const title = 'the Java example';
const jdk = findJdk();
if (!jdk) console.warn(`Not tested: ${title}, because no javac of version 17 or later is on the PATH.`);

describe.skipIf(!jdk)(title, () => {
  let classes: string;
  beforeAll(async () => {
    classes = await mkdtemp(join(tmpdir(), 'pagw-java-'));
    const sources = globSync(`${example}src/**/*.java`);
    await run('javac', ['--release', '17', '-Xlint:all', '-Werror', '-d', classes, ...sources]);
  });
  afterAll(() => rm(classes, { recursive: true, force: true }));

  const meet = async (...queue: string[]) => {
    const { stdout, stderr } = await run('java', ['-cp', classes, 'pagw.tracker.Example', ...queue]);
    return { stdout, counts: JSON.parse(stderr) as Record<string, number> };
  };

  it('sends what the contract accepts, as in its golden file', async () => {
    const { stdout, counts } = await meet();
    const { accepted, rejected } = readEventLines(stdout);
    expect(rejected).toEqual([]);
    expect(accepted.map(({ event }) => JSON.stringify(event))).toEqual(golden.trimEnd().split('\n'));
    expect(counts).toMatchObject({
      called: 8,
      delivered: 5,
      droppedInvalid: 2,
      droppedClosed: 1,
      buffered: 0,
    });
  });

  it('compiles the class of its README against the types of the AWS SDK 2.x that the README names', async () => {
    const [, sender = ''] = /```java\n(final class SqsQueueSender.*?)```/s.exec(readme) ?? [];
    const folder = join(classes, 'sdk');
    await mkdir(folder);
    const imports = [
      'java.util.List',
      'java.util.concurrent.TimeUnit',
      'java.util.stream.IntStream',
      'software.amazon.awssdk.services.sqs.SqsAsyncClient',
      'software.amazon.awssdk.services.sqs.model.*',
    ];
    const head = `package pagw.tracker;\n${imports.map((name) => `import ${name};\n`).join('')}`;
    await writeFile(join(folder, 'SqsQueueSender.java'), `${head}${sender}`);
    const sources = [join(folder, 'SqsQueueSender.java'), ...globSync(`${sdkTypes}**/*.java`)];
    await run('javac', [
      '--release',
      '17',
      '-Xlint:all',
      '-Werror',
      '-cp',
      classes,
      '-d',
      folder,
      ...sources,
    ]);
  });

  it('gives events of two requests ids of their own, though they are numbered alike', async () => {
    const folder = join(classes, 'numbered');
    await mkdir(folder);
    const source = join(folder, 'NumberedAlike.java');
    await writeFile(source, NUMBERED_ALIKE);
    await run('javac', ['--release', '17', '-cp', classes, '-d', folder, source]);
    const path = [folder, classes].join(delimiter);
    const { stdout } = await run('java', ['-cp', path, 'pagw.tracker.NumberedAlike']);
    const ids = stdout.trim().split(/\s+/);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  it('writes printable ASCII, one message a line', async () => {
    const { stdout } = await meet();
    expect(stdout).toMatch(/^(\[[\x20-\x7e]+\]\r?\n)+$/);
  });

  it.each([
    ['dead', { delivered: 0, droppedInvalid: 2, droppedClosed: 6 }],
    ['full', { delivered: 0, droppedBufferFull: 4, droppedClosed: 4 }],
    ['refusing', { delivered: 0, droppedInvalid: 2, droppedRefused: 5, droppedClosed: 1 }],
  ])('accounts for every call when the queue is %s', async (queue, expected) => {
    const { stdout, counts } = await meet(queue);
    expect(stdout).toBe('');
    expect(counts).toMatchObject({ ...expected, called: 8, buffered: 0 });
  });
});

/** Prints the de-duplication ids under which one event id of two requests is sent. */
const NUMBERED_ALIKE = `package pagw.tracker;
final class NumberedAlike {
    public static void main(String[] args) {
        QueueSender printing = batch -> {
            batch.forEach(message -> System.out.println(message.deduplicationId()));
            return java.util.List.of();
        };
        var delivery = new EventDelivery(printing, 10);
        for (String pagwId : new String[] {"PAGW-1", "PAGW-2"}) {
            delivery.add(pagwId, () -> new TrackedEvent(
                    "evt-77", java.time.Instant.EPOCH, "anthem", pagwId, null, "PARSE_OK",
                    null, null, null, null, null, null, null, null, null, null));
        }
        delivery.close(java.time.Duration.ofSeconds(20));
    }
}
`;

it('the golden file of the Java example keeps the contract', () => {
  const { accepted, rejected } = readEventLines(golden);
  expect(rejected).toEqual([]);
  expect(accepted).toHaveLength(5);
});

function findJdk(): boolean {
  try {
    const version = execFileSync('javac', ['-version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number(/\d+/.exec(version)?.[0]) >= 17;
  } catch {
    return false;
  }
}
