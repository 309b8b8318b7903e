import { mkdir } from 'node:fs/promises';
import { createHandler } from '../../lambdas/ingest.ts';
import { createHandler as createMaintainHandler } from '../../lambdas/maintain.ts';
import { createHandler as createRetryHandler } from '../../lambdas/retry.ts';
import { createHandler as createStuckAlarmHandler } from '../../lambdas/stuck-alarm.ts';
import { sendEvents } from '../client/send-events.ts';
import type { Database } from '../data-access/database.ts';
import { localRoutes } from './console/console-routes.ts';
import { startConsoleServer } from './console/console-server.ts';
import { openDataDirectory } from './data-directory.ts';
import { type DemoPipeline, startDemoPipeline } from './demo/demo-pipeline.ts';
import { backdateFirstRequests } from './demo/demo-state.ts';
import { startRetryWorker } from './demo/stage-workers.ts';
import { healthChecks, localCanary } from './health-checks.ts';
import { openLocalClock } from './local-clock.ts';
import { countForBanner, type RequestCounts, startLocalDatabase } from './local-database.ts';
import {
  EVENTS_QUEUE,
  enterLocalEnvironment,
  type LocalAddresses,
  lambdaContext,
  localAddresses,
  queueArn,
} from './local-environment.ts';
import { refuseTakenPorts } from './ports.ts';
import { awaitDrainedQueue, type QueueHandler, startQueuePump } from './queues/queue-pump.ts';
import { type QueueServer, startQueueServer } from './queues/queue-server.ts';
import { localStuckAlarm, startScheduler } from './scheduler.ts';

export interface LocalStackOptions {
  /** The first of four in a row: console, Data API, SQS and S3, PostgreSQL. */
  port: number;
  /** Everything is kept here; a later start finds it again. */
  dataDirectory: string;
  /** Forget what was kept. */
  empty: boolean;
  /** Run the simulated stage workers. */
  demo: boolean;
  /** What is being done now. */
  onProgress?: (step: string) => void;
  /** The notifications of stuck requests, a few lines each. */
  onNotice?: (text: string) => void;
  /** What goes wrong while running; said once, until it is well again. */
  onTrouble?: (sentence: string) => void;
}

export interface LocalStack {
  addresses: LocalAddresses;
  database: Database;
  postgresVersion: string;
  queues: QueueServer;
  /** When the start was done. */
  counts: RequestCounts;
  /** Settles when a part has ended that the stack cannot do without. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** How long a first start waits for the demo's first requests to be recorded, so that what it says of them is true. */
const FIRST_REQUESTS_PATIENCE_MS = 20_000;

/**
 * Starts the whole system on this machine, the deployed handlers included. One at a time in a process: the handlers
 * read the process's environment.
 * @throws Error with one sentence for the user: a port taken, a directory in use, a server that does not start.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const {
    port,
    onProgress = () => undefined,
    onTrouble = () => undefined,
    onNotice = () => undefined,
  } = options;
  const stops: (() => Promise<unknown> | unknown)[] = [];
  const stop = async () => {
    while (stops.length > 0) await stops.pop()?.();
  };
  try {
    await refuseTakenPorts([port, port + 1, port + 2]);
    const directory = await openDataDirectory(options.dataDirectory, options);
    stops.push(directory.release);
    await mkdir(directory.postgres, { recursive: true, mode: 0o700 });
    const addresses = localAddresses(port);
    const clock = await openLocalClock(directory.clock);
    const {
      database,
      version,
      ended,
      stop: stopDatabase,
    } = await startLocalDatabase({
      dataDirectory: directory.postgres,
      addresses,
      now: clock.now(),
      onProgress,
    });
    stops.push(stopDatabase);

    onProgress('opening the queues');
    const queues = await startQueueServer({ port: port + 2, dataDirectory: directory.queues });
    stops.push(queues.stop);

    const environment = enterLocalEnvironment(addresses);
    const pump = startQueuePump({
      sqs: queues.sqs,
      queueUrl: addresses.eventsQueueUrl,
      queueArn: queueArn(EVENTS_QUEUE),
      functionName: 'ingest',
      openHandler: () => createHandler(environment, clock) as QueueHandler,
      clock,
      onTrouble,
    });
    stops.push(pump.stop);

    let demo: DemoPipeline | undefined;
    if (options.demo) {
      onProgress('starting the demo pipeline');
      const target = { sqs: queues.sqs, queueUrl: addresses.eventsQueueUrl };
      demo = await startDemoPipeline({
        clock,
        send: (events) => sendEvents(events, target),
        stateFile: directory.demo,
        onTrouble,
      });
      stops.push(demo.stop);
      const worker = startRetryWorker({
        ...queues,
        queueUrl: addresses.retryQueueUrl,
        demo,
        clock,
        onTrouble,
      });
      stops.push(worker.stop);
      if (demo.isNew) {
        onProgress("recording the demo's first requests");
        await awaitDrainedQueue(queues.sqs, addresses.eventsQueueUrl, FIRST_REQUESTS_PATIENCE_MS);
        await backdateFirstRequests(database);
      }
    }

    const stuckAlarmHandler = createStuckAlarmHandler(environment, clock);
    const stuckAlarm = localStuckAlarm({
      handler: stuckAlarmHandler,
      sqs: queues.sqs,
      eventsQueueUrl: addresses.eventsQueueUrl,
      demo,
      database,
      onNotice,
    });
    // So that what the start says of the demo is what the detector says.
    if (demo?.isNew) await stuckAlarmHandler({}, lambdaContext('stuck-alarm', 60));

    const counts = await countForBanner(database, clock.now());
    await demo?.admitNew();
    const canary = localCanary({
      sqs: queues.sqs,
      eventsQueueUrl: addresses.eventsQueueUrl,
      database,
      clock,
    });
    const scheduler = startScheduler({
      clock,
      flows: [
        canary.flow,
        { name: 'retry', handler: createRetryHandler(environment, clock) },
        stuckAlarm,
        { name: 'maintain', handler: createMaintainHandler(environment, clock) },
      ],
      onTrouble,
    });
    stops.push(scheduler.stop);
    const checks = healthChecks({ database, queues, addresses, pump, scheduler, demo, canary });
    const console = await startConsoleServer(
      port,
      localRoutes({ addresses, checks, clock, database, environment, queues }),
    );
    stops.push(console.stop);
    return { addresses, database, postgresVersion: version, queues, counts, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
