import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SQSEvent } from 'aws-lambda';
import { createEventIds } from '../../lib/client/event-ids.ts';
import { kindOf, writeJourney } from '../../lib/local/demo/journeys.ts';
import { synthesiseBundles } from '../bundle/synthesise-bundles.ts';
import { type Aim, printAims } from '../report/aim.ts';
import { number, printTable, withSpread } from '../report/print-table.ts';
import { median, quantile } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { HANDLER_NODE_OPTIONS, handlerEnvironment } from '../server/handler-environment.ts';
import type { HandlerCost } from './handler-process.ts';

const DATABASE = 'handler';
const JOURNEYS = 200;
const MESSAGES = 10;
/** Events a message, and the CPU time that one may cost. */
const SHAPES = [
  { eventsEach: 10, mostMicros: 30 },
  { eventsEach: 1, mostMicros: 80 },
];
const HANDLERS = ['ingest', 'two bare calls'] as const;

/**
 * The CPU time of the ingest function's own process, SDK and log lines included, beside that of a handler that does nothing but
 * its two calls; the database is in others.
 */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const rounds = quick ? 3 : 5;
  const invocations = quick ? 200 : 500;
  const server = await startBenchServer();
  const { bundles, remove } = await synthesiseBundles();
  const file = bundles.find(({ flow }) => flow === 'ingest')?.file;
  if (file === undefined) throw new Error('There is no bundle of ingest.');
  await server.create(DATABASE);
  const files = [file, fileURLToPath(new URL('bare-handler.ts', import.meta.url))];
  const children = files.map((handler) => startHandler(handler, server));
  const rows: string[][] = [];
  const aims: Aim[] = [];
  const messages = new Messages();
  try {
    for (const { eventsEach, mostMicros } of SHAPES) {
      const costs = HANDLERS.map(() => ({ micros: [] as number[], latencies: [] as number[] }));
      // The first two rounds warm up and are not counted. Handlers take turns, so that a busy machine is busy for both.
      for (let round = 0; round < rounds + 2; round++) {
        const batches = Array.from({ length: invocations }, () => messages.batch(eventsEach));
        for (const [place, { micros, latencies }] of costs.entries()) {
          const { cpuMicros, latenciesMs } = await invokeAll(children[place] as ChildProcess, batches);
          if (round < 2) continue;
          micros.push(cpuMicros / (invocations * MESSAGES * eventsEach));
          latencies.push(...latenciesMs);
        }
      }
      for (const [place, { micros, latencies }] of costs.entries())
        rows.push([
          `${MESSAGES} messages × ${eventsEach}`,
          HANDLERS[place] as string,
          withSpread(median(micros), micros, 1),
          number(quantile(latencies, 0.5), 1),
          number(quantile(latencies, 0.99), 1),
        ]);
      aims.push({
        text: `handler, ${MESSAGES} messages of ${eventsEach}: CPU of an event`,
        reached: median(costs[0]?.micros ?? []),
        below: mostMicros,
        unit: 'µs',
      });
    }
  } finally {
    // Each ends by itself, so that Node's --cpu-prof writes what it saw.
    for (const child of children) child.disconnect();
    await remove();
    await server.stop();
  }
  printTable(
    `The ingest function's process: ${number(invocations)} invocations a round, median of ${rounds} rounds (lowest–highest)`,
    ['a batch', 'handler', 'CPU of an event, µs', 'invocation p50, ms', 'p99, ms'],
    rows,
  );
  printAims(aims);
}

function startHandler(file: string, server: BenchServer): ChildProcess {
  return fork(fileURLToPath(new URL('handler-process.ts', import.meta.url)), [file], {
    execArgv: [...HANDLER_NODE_OPTIONS, ...process.execArgv],
    env: {
      ...handlerEnvironment(server, DATABASE),
      EVENTS_QUEUE_URL: 'http://127.0.0.1:9/000000000000/pagw-events.fifo',
      POWERTOOLS_SERVICE_NAME: 'pagw-ingest',
    },
    // Log lines go where Lambda reads them: into a pipe or a file, never to a terminal.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
}

async function invokeAll(child: ChildProcess, batches: readonly SQSEvent[]): Promise<HandlerCost> {
  child.send(batches);
  const [reply] = (await once(child, 'message')) as [{ answer: HandlerCost } | { failure: string }];
  if ('failure' in reply) throw new Error(reply.failure);
  return reply.answer;
}

/**
 * What Lambda hands over: messages of ten requests, the events of a message of one. Requests are as the demo's stage workers
 * report them, a new one in the place of each that has ended; ids are drawn as the producers' client draws them.
 */
class Messages {
  readonly #live: object[][] = [];
  readonly #newEventId = createEventIds();
  #requests = 0;
  #sent = 0;

  batch(eventsEach: number): SQSEvent {
    const sentAt = String(Date.now());
    const records = Array.from({ length: MESSAGES }, (_, place) => {
      const events = this.#next(place, eventsEach);
      this.#sent += 1;
      return {
        messageId: `00000000-0000-4000-8000-${String(this.#sent).padStart(12, '0')}`,
        receiptHandle: 'handle',
        body: JSON.stringify(events.length === 1 ? events[0] : events),
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: sentAt,
          SenderId: 'AROAEXAMPLE:bench',
          ApproximateFirstReceiveTimestamp: sentAt,
          MessageGroupId: String(place),
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:pagw-events.fifo',
        awsRegion: 'us-east-1',
      };
    });
    return { Records: records };
  }

  #next(place: number, eventsEach: number): object[] {
    let left = this.#live[place] ?? [];
    if (left.length < eventsEach) left = this.#begin();
    this.#live[place] = left.slice(eventsEach);
    return left.slice(0, eventsEach);
  }

  #begin(): object[] {
    this.#requests += 1;
    const number = this.#requests % JOURNEYS;
    const pagwId = `PAGW-20251226-${String(number).padStart(5, '0')}-${randomBytes(4).toString('hex').toUpperCase()}`;
    const { segments } = writeJourney(number, kindOf(number), new Date());
    return segments
      .flatMap(({ steps }) => steps)
      .map(({ event }) => ({ ...event, pagwId, eventId: this.#newEventId() }));
  }
}
