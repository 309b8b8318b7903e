import { execFile, execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEventLines } from '../../lib/client/read-event-lines.ts';
import { canonicalStatus, eventTypes, stages } from '../../lib/domain/event-catalogue.ts';

const run = promisify(execFile);
const example = fileURLToPath(new URL('../../examples/java/', import.meta.url));
/** The signatures of the AWS SDK for Java 2.x that SqsQueueSender uses. */
const sdkTypes = fileURLToPath(new URL('support/aws-sdk-java/', import.meta.url));
const golden = readFileSync(`${example}expected-events.jsonl`, 'utf8');
const title = 'the Java example';
const jdk = findJdk();
if (!jdk) console.warn(`Not tested: ${title}, because no javac of version 17 or later is on the PATH.`);

describe.skipIf(!jdk)(title, () => {
  let classes: string;
  beforeAll(async () => {
    classes = await mkdtemp(join(tmpdir(), 'pagw-java-'));
    // The SDK is in no registry the tests may ask: SqsQueueSender is compiled against its signatures.
    const sources = [...globSync(`${example}src/**/*.java`), ...globSync(`${sdkTypes}**/*.java`)];
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

  it('has the stages and types of the contract, each as its own name', async () => {
    const constants = await constantsOf(classes, 'pagw.tracker.EventTracker');
    const named = (prefix: string) =>
      Object.entries(constants)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => {
          expect(name).toBe(`${prefix}${value}`);
          return value;
        });
    expect(named('STAGE_').sort()).toEqual([...stages].sort());
    expect(named('EVENT_')).toHaveLength(38);
    expect([...eventTypes.keys()]).toEqual(expect.arrayContaining(named('EVENT_')));
    const statuses = Object.entries(constants).filter(([name]) => name.startsWith('STATUS_'));
    expect(statuses.map(([, value]) => canonicalStatus(value))).toEqual(['STARTED', 'COMPLETED', 'FAILED']);
  });

  it('takes the calls of the review as they are written there', async () => {
    const folder = await compiled(classes, 'ReviewCall', REVIEW_CALL);
    const { stdout } = await run('java', [
      '-cp',
      [folder, classes].join(delimiter),
      'pagw.tracker.ReviewCall',
    ]);
    const { accepted, rejected } = readEventLines(stdout);
    expect(rejected).toEqual([]);
    expect(accepted.map(({ event }) => event)).toMatchObject([
      { stage: 'PARSER', eventType: 'PARSE_OK', status: 'COMPLETED', durationMs: 12 },
    ]);
  });

  it('tells of drops by kind, and goes on whatever it is told back', async () => {
    const folder = await compiled(classes, 'Dropping', DROPPING);
    const { stdout } = await run('java', ['-cp', [folder, classes].join(delimiter), 'pagw.tracker.Dropping']);
    const drops = stdout.trim().split('\n').sort();
    expect(drops).toEqual(['CLOSED null 1', 'INVALID null 1', 'REFUSED InvalidMessageContents 1']);
  });

  it('sends over HTTP with the JDK alone: what is taken, what is refused, what is away', async () => {
    const answers = [
      [202, '{"accepted":1,"rejected":[]}'],
      [202, '{"accepted":0,"rejected":[{"line":1,"code":"FIELD_INVALID","path":"/tenant"}]}'],
      [503, '{}'],
    ] as const;
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk;
      });
      request.on('end', () => {
        const [status, answer] = answers[bodies.push(body) - 1] ?? [500, ''];
        response.writeHead(status).end(answer);
      });
    });
    await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
    const { port } = server.address() as AddressInfo;
    const folder = await compiled(classes, 'OverHttp', OVER_HTTP);
    const path = [folder, classes].join(delimiter);
    const { stdout } = await run('java', ['-cp', path, 'pagw.tracker.OverHttp', `http://127.0.0.1:${port}`]);
    server.close();
    expect(bodies).toEqual(['[1]', '[2]', '[3]']);
    expect(stdout.trim().split('\n')).toEqual(['[2] true HTTP 202', '[3] false HTTP 503']);
  });

  it('offers again what the answer of SQS names in neither list, and what it names in both', async () => {
    const folder = await compiled(classes, 'HalfAnswered', HALF_ANSWERED);
    const path = [folder, classes].join(delimiter);
    const { stdout } = await run('java', ['-cp', path, 'pagw.tracker.HalfAnswered']);
    expect(stdout.trim().split('\n')).toEqual([
      '1 true Refused',
      '2 false NotAnswered',
      '3 false KmsThrottled',
    ]);
  });

  it('gives events of two requests ids of their own, though they are numbered alike', async () => {
    const folder = await compiled(classes, 'NumberedAlike', NUMBERED_ALIKE);
    const path = [folder, classes].join(delimiter);
    const { stdout } = await run('java', ['-cp', path, 'pagw.tracker.NumberedAlike']);
    const ids = stdout.trim().split(/\s+/);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  it('goes on whatever the queue throws or answers, and sends no more than 1 MiB in a call', async () => {
    const folder = await compiled(classes, 'Hostile', HOSTILE);
    const path = [folder, classes].join(delimiter);
    const { stdout } = await run('java', ['-cp', path, 'pagw.tracker.Hostile']);
    const { largest, groups, flushed, counts } = JSON.parse(stdout);
    expect(largest).toBeGreaterThan(512 * 1024);
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
    expect(groups).toEqual(['PAGW-1']);
    expect(flushed).toBe(true);
    expect(counts).toMatchObject({ called: 66, delivered: 61, droppedInvalid: 5, buffered: 0 });
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

/** Compiles a program of this file against the example; answers where. */
async function compiled(classes: string, name: string, program: string): Promise<string> {
  const folder = join(classes, name);
  await mkdir(folder);
  const source = join(folder, `${name}.java`);
  await writeFile(source, program);
  await run('javac', ['--release', '17', '-cp', classes, '-d', folder, source]);
  return folder;
}

/** The String constants of a class, as javap tells them. */
async function constantsOf(classes: string, name: string): Promise<Record<string, string>> {
  const { stdout } = await run('javap', ['-constants', '-cp', classes, name]);
  const found = stdout.matchAll(/public static final java\.lang\.String (\w+) = "(.*)";/g);
  return Object.fromEntries([...found].map(([, constant = '', value = '']) => [constant, value]));
}

/** The call of the review's text, word for word. */
const REVIEW_CALL = `package pagw.tracker;
final class ReviewCall {
    public static void main(String[] args) {
        QueueSender printing = batch -> {
            batch.forEach(message -> System.out.println(message.body()));
            return java.util.List.of();
        };
        String pagwId = "PAGW-1", tenant = "anthem";
        long duration = 12;
        try (var eventTrackerService =
                new EventTrackerService(printing, new EventTrackerService.Origin("parser", "pod-1"))) {
            eventTrackerService.logStageComplete(
                pagwId, tenant, "PARSER", EventTracker.EVENT_PARSE_OK, 
                duration, 
                "{\\"diagnosisCount\\":3,\\"procedureCount\\":5}"  // <-- metadata
            );
        }
    }
}
`;

const DROPPING = `package pagw.tracker;
final class Dropping {
    public static void main(String[] args) {
        QueueSender refusing = batch -> batch.stream()
                .map(message -> new QueueSender.Failure(message, true, "InvalidMessageContents"))
                .toList();
        var tracker = new EventTrackerService(
                refusing, new EventTrackerService.Origin("parser", "pod-1"), 10, java.time.Clock.systemUTC(),
                new java.util.Random(1), drop -> {
                    // Still telling when the program is about to end.
                    long until = System.nanoTime() + 100_000_000;
                    while (System.nanoTime() < until) Thread.onSpinWait();
                    System.out.println(drop.reason() + " " + drop.code() + " " + drop.count());
                    throw new IllegalStateException("told");
                });
        tracker.logStageStart("PAGW-1", "anthem", "PARSER", "PARSE_START");
        tracker.logStageStart(null, "anthem", "PARSER", "PARSE_START");
        tracker.flush(java.time.Duration.ofSeconds(20));
        tracker.close();
        tracker.logStageStart("PAGW-1", "anthem", "PARSER", "PARSE_START");
        tracker.close();
    }
}
`;

const OVER_HTTP = `package pagw.tracker;
final class OverHttp {
    public static void main(String[] args) throws Exception {
        var sender = new HttpQueueSender(java.net.URI.create(args[0]));
        var batch = java.util.stream.Stream.of("[1]", "[2]", "[3]")
                .map(body -> new QueueSender.QueueMessage(body, body, body))
                .toList();
        for (var failure : sender.sendBatch(batch)) {
            System.out.println(failure.message().body() + " " + failure.senderFault() + " " + failure.code());
        }
    }
}
`;

/** Of four messages the answer takes the first and an unknown one, refuses the second, leaves the third out, and has the last twice. */
const HALF_ANSWERED = `package pagw.tracker;
import java.util.List;
import software.amazon.awssdk.services.sqs.model.*;
final class HalfAnswered {
    public static void main(String[] args) throws Exception {
        var answer = new SendMessageBatchResponse() {
            public List<SendMessageBatchResultEntry> successful() {
                return List.of(taken("0"), taken("3"), taken("77"), taken(""), taken(null));
            }
            public List<BatchResultErrorEntry> failed() {
                return List.of(refused("1", true, "Refused"), refused("3", true, "KmsThrottled"), refused("x", true, "Odd"), refused(null, null, null));
            }
        };
        var sender = new SqsQueueSender(
                request -> java.util.concurrent.CompletableFuture.completedFuture(answer), "https://sqs/events.fifo");
        var batch = java.util.stream.Stream.of("0", "1", "2", "3")
                .map(body -> new QueueSender.QueueMessage(body, body, body))
                .toList();
        for (var failure : sender.sendBatch(batch)) {
            System.out.println(failure.message().body() + " " + failure.senderFault() + " " + failure.code());
        }
    }
    static SendMessageBatchResultEntry taken(String id) {
        return new SendMessageBatchResultEntry() {
            public String id() { return id; }
        };
    }
    static BatchResultErrorEntry refused(String id, Boolean senderFault, String code) {
        return new BatchResultErrorEntry() {
            public String id() { return id; }
            public Boolean senderFault() { return senderFault; }
            public String code() { return code; }
        };
    }
}
`;

/** Prints the de-duplication ids under which one event id of two requests is sent. */
const NUMBERED_ALIKE = `package pagw.tracker;
final class NumberedAlike {
    public static void main(String[] args) {
        QueueSender printing = batch -> {
            batch.forEach(message -> System.out.println(message.deduplicationId()));
            return java.util.List.of();
        };
        var delivery = new EventDelivery(printing, 10, drop -> {});
        for (String pagwId : new String[] {"PAGW-1", "PAGW-2"}) {
            delivery.add(pagwId, () -> new TrackedEvent(
                    "evt-77", java.time.Instant.EPOCH, "anthem", pagwId, null, "PARSE_OK",
                    null, null, null, null, null, null, null, null, null, null, Details.NONE));
        }
        delivery.close(java.time.Duration.ofSeconds(20));
    }
}
`;

/** A queue that fails in every way before it takes; events of the widest values, and such as nobody takes. */
const HOSTILE = `package pagw.tracker;
import java.util.List;
final class Hostile {
    static int calls = 0;
    static int largest = 0;
    public static void main(String[] args) {
        var groups = new java.util.TreeSet<String>();
        QueueSender hostile = batch -> {
            calls++;
            if (calls == 1) throw new NoClassDefFoundError("sdk");
            if (calls == 2) return null;
            if (calls == 3) throw new IllegalStateException("closed");
            if (calls == 4) return java.util.Arrays.asList((QueueSender.Failure) null);
            batch.forEach(message -> groups.add(message.groupId()));
            largest = Math.max(largest, batch.stream().mapToInt(message -> message.body().length()).sum());
            return List.of();
        };
        var tracker = new EventTrackerService(
                hostile, new EventTrackerService.Origin("parser", "pod-1"), 1_000, java.time.Clock.systemUTC(),
                new java.util.Random(1), drop -> { throw new StackOverflowError(); });
        String wide = "\u00e9".repeat(4_000);
        String metadata = ("{'a':'" + wide + wide + "'}").replace('\\'', '"');
        for (int number = 0; number < 60; number++)
            tracker.logStageError(
                    number % 2 == 0 ? "PAGW-1" : " PAGW-1 ", "anthem", "PARSER", "PARSE_FAIL", 1, "X", wide, null, metadata, Details.NONE);
        String huge = "x".repeat(2_000_000);
        tracker.logStageStart("PAGW-1", huge, "PARSER", "PARSE_START");
        tracker.logStageStart("PAGW-1", "anthem", huge, "PARSE_START");
        tracker.logStageStart(huge, "anthem", "PARSER", huge);
        tracker.logStageStart("PAGW-1", "anthem", "PARSER", "PARSE_START", huge, null);
        tracker.logStageStart("PAGW-1", "anthem", "PARSER", "PARSE_START", null, Details.NONE.withPayload(huge, null));
        tracker.logStageStart("PAGW-1", null, null, "PARSE_START", null, null);
        boolean flushed = tracker.flush(java.time.Duration.ofSeconds(Long.MAX_VALUE));
        tracker.close();
        String told = "{'largest':" + largest + ",'groups':['" + String.join("','", groups) + "'],'flushed':" + flushed;
        System.out.println(told.replace('\\'', '"') + ",\\"counts\\":" + tracker.counts().toJson() + "}");
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
