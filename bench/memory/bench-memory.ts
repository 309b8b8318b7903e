import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { viewNames } from '../../lib/reports/report.ts';
import { synthesiseBundles } from '../bundle/synthesise-bundles.ts';
import { type Aim, printAims } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { HANDLER_NODE_OPTIONS, handlerEnvironment } from '../server/handler-environment.ts';
import { fillYear, readJourney } from '../year/fill-year.ts';
import type { Chunk, Memory } from './handler-process.ts';

const DATABASE = 'memory';
const EVENTS = 100_000;
const INVOCATIONS = 10_000;
const QUICK_INVOCATIONS = 500;
const CHUNKS = 100;
const MOST_MIB = 256;
/** What is kept may grow by this much after the first tenth, in which memories of bounded size fill. */
const MOST_GROWTH = 1.15;

/** A function, what it is invoked with, and what gives it something to do before each chunk of invocations. */
interface Invoked {
  flow: string;
  events(): unknown[];
  work?: string;
}

const INVOKED: readonly Invoked[] = [
  { flow: 'ingest', events: ingestEvents },
  {
    flow: 'retry',
    events: () => [{}],
    work: `UPDATE event_tracker SET next_retry_at = now() - interval '1 s'
           WHERE id IN (SELECT id FROM event_tracker WHERE status = 'FAILED' AND retryable ORDER BY id DESC LIMIT 500)`,
  },
  {
    flow: 'stuck-alarm',
    events: () => [{}],
    work: 'UPDATE request_tracker SET watch_at = now() WHERE watched',
  },
  {
    flow: 'maintain',
    events: () => [{}],
    work: `INSERT INTO event_summary_changed_hour SELECT date_trunc('hour', now(), 'UTC') - ago * interval '1 hour' FROM generate_series(0, 24) AS ago
           ON CONFLICT DO NOTHING`,
  },
  { flow: 'widget', events: () => viewNames.map((view) => ({ view, time: '30d' })) },
];

/** The memory of each deployed function over ten thousand invocations in one process, each with work to do. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  const aws = await startFauxqs({ port: 0, logger: false });
  const { bundles, remove } = await synthesiseBundles();
  const rows: string[][] = [];
  const aims: Aim[] = [];
  try {
    await server.create(DATABASE);
    await fillYear(server, DATABASE, { events: EVENTS, days: 40, now: new Date() });
    const environment = await makeEnvironment(server, `http://127.0.0.1:${aws.port}`);
    const invocations = quick ? QUICK_INVOCATIONS : INVOCATIONS;
    for (const invoked of INVOKED) {
      const bundle = bundles.find(({ flow }) => flow === invoked.flow);
      if (bundle === undefined) throw new Error(`There is no bundle of ${invoked.flow}.`);
      const memory = await invoke(server, invoked, bundle.file, environment, invocations);
      const rss = memory.map((at) => at.rss);
      const keptAfter = (share: number) => memory[Math.round(share * CHUNKS) - 1]?.kept ?? Number.NaN;
      const growth = keptAfter(1) / keptAfter(0.1);
      rows.push([
        invoked.flow,
        number(Math.max(...rss)),
        ...[0.1, 0.5, 1].map((share) => number(keptAfter(share), 1)),
        number(growth, 2),
        number(memory.reduce((sum, { failed }) => sum + failed, 0)),
      ]);
      aims.push(
        { text: `${invoked.flow}: most memory`, reached: Math.max(...rss), below: MOST_MIB, unit: 'MiB' },
        { text: `${invoked.flow}: what is kept, against after a tenth`, reached: growth, below: MOST_GROWTH },
      );
    }
    printTable(
      `Memory of each function's process over ${number(invocations)} invocations, MiB: the most that was resident, and what is kept when the heap is collected`,
      [
        '',
        'most',
        ...[0.1, 0.5, 1].map((share) => `kept after ${number(share * invocations)}`),
        '×',
        'errors',
      ],
      rows,
    );
    printAims(aims);
  } finally {
    await remove();
    await aws.stop();
    await server.stop();
  }
}

async function invoke(
  server: BenchServer,
  { flow, events, work }: Invoked,
  file: string,
  env: NodeJS.ProcessEnv,
  invocations: number,
): Promise<Memory[]> {
  const child = fork(fileURLToPath(new URL('handler-process.ts', import.meta.url)), [file, flow], {
    execArgv: [...HANDLER_NODE_OPTIONS, '--expose-gc'],
    env: { ...env, POWERTOOLS_SERVICE_NAME: `pagw-${flow}` },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const memory: Memory[] = [];
  const ended = once(child, 'exit').then(gone);
  // In the end it is killed.
  ended.catch(() => undefined);
  try {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      if (work !== undefined) await server.run(DATABASE, work);
      child.send({ events: events(), invocations: invocations / CHUNKS } satisfies Chunk);
      const [reply] = (await Promise.race([once(child, 'message'), ended])) as [{ answer: Memory }];
      memory.push(reply.answer);
      process.stderr.write(`  ${flow}: ${chunk + 1} of ${CHUNKS}, ${number(reply.answer.rss)} MiB\r`);
    }
  } finally {
    child.kill();
  }
  return memory;
}

function gone(): never {
  throw new Error("A function's process has ended.");
}

/** What the template gives the functions beside, of local services. */
async function makeEnvironment(server: BenchServer, endpoint: string): Promise<NodeJS.ProcessEnv> {
  const account = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const s3 = new S3Client({ ...account, forcePathStyle: true });
  for (const Bucket of ['quarantine', 'archive']) await s3.send(new CreateBucketCommand({ Bucket }));
  const sqs = new SQSClient(account);
  const makeQueue = async (name: string) => {
    await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { FifoQueue: 'true' } }));
    return `${endpoint}/000000000000/${name}`;
  };
  const { TopicArn } = await new SNSClient(account).send(new CreateTopicCommand({ Name: 'pagw-alerts' }));
  return {
    ...handlerEnvironment(server, DATABASE),
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_SNS: endpoint,
    ARCHIVE_BUCKET: 'archive',
    EVENTS_QUEUE_URL: await makeQueue('pagw-events.fifo'),
    RETRY_QUEUE_URL: await makeQueue('pagw-retries.fifo'),
    TOPIC_ARN: TopicArn,
    WIDGET_TENANT: '*',
  };
}

let journey = 5_000_000;

/** Batches of ten messages as a queue hands them over, of fresh requests each time, one in fifty to be refused. */
function ingestEvents(): unknown[] {
  const sentAt = new Date();
  const bodies = Array.from({ length: 40 }, () => readJourney(journey++, sentAt))
    .flat()
    .map(({ eventId, tenant, pagwId, eventType, status, occurredAt, metadata, errorCode }, place) =>
      JSON.stringify({
        ...{ eventId, pagwId, eventType, status, occurredAt, metadata, errorCode },
        tenant: place % 50 === 49 ? '' : tenant,
      }),
    );
  const batches: unknown[] = [];
  for (let place = 0; place + 10 <= bodies.length; place += 10)
    batches.push({
      Records: bodies.slice(place, place + 10).map((body, at) => ({
        messageId: `message-${journey}-${place + at}`,
        receiptHandle: 'handle',
        body,
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: String(sentAt.getTime()),
          SenderId: 'bench',
          ApproximateFirstReceiveTimestamp: String(sentAt.getTime()),
          MessageGroupId: 'group',
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:pagw-events.fifo',
        awsRegion: 'us-east-1',
      })),
    });
  return batches;
}
