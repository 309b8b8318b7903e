import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createHandler as createIngest } from '../../lambdas/ingest.ts';
import { createHandler as createMaintain } from '../../lambdas/maintain.ts';
import { createHandler as createRetry } from '../../lambdas/retry.ts';
import { createHandler as createStuckAlarm } from '../../lambdas/stuck-alarm.ts';
import { type Database, type DatabaseTarget, openDatabase } from '../../lib/data-access/database.ts';
import { openRandom, type Random } from '../../lib/local/demo/random.ts';
import type { Clock } from '../../lib/runtime/open-database.ts';
import { dataApiClient } from '../support/data-api-client.ts';
import { FifoQueue, type QueuedMessage } from '../support/fifo-queue.ts';
import { lambdaContext, sqsEvent } from '../support/lambda.ts';
import type { SentEvents } from './compare-with-model.ts';
import type { AcceptedEvent } from './reference-model.ts';
import { messageOf, type Saying, ScriptedRequest } from './scripted-request.ts';
import { openServiceDoor, type Passage, type ServiceCall, type ServiceDoor } from './service-door.ts';
import type { TestBed } from './test-bed.ts';

export type Handler = (event: unknown, context: Context) => Promise<unknown>;
export type Flow = 'ingest' | 'retry' | 'stuck-alarm' | 'maintain';

/** What has to be set aside, in one way or another. */
const POISON = [
  '{"eventType":',
  '[]',
  '{}',
  '{"tenant":"anthem","eventType":"PARSE_OK"}',
  '{"tenant":"anthem","pagwId":"PAGW-POISON-1","eventType":"PARSE_OK","metadata":{"memberName":"J. D."}}',
  '{"tenant":"anthem","pagwId":"PAGW-POISON-1","eventType":"PARSE_OK","status":"PERHAPS"}',
  '{"tenant":" ","pagwId":"PAGW-POISON-2","eventType":"PARSE_OK"}',
  `{"tenant":"anthem","pagwId":"${'P'.repeat(65)}","eventType":"PARSE_OK"}`,
] as const;
/** Longer than a receipt may take to come round, shorter than an hour: a poller that is gone is soon made up for. */
const VISIBILITY_SECONDS = 90;
const MANY_DELIVERIES = 1_000;

export interface WorldOptions {
  bed: TestBed;
  seed: string;
  start: Date;
  decide: (call: ServiceCall) => Passage | Promise<Passage>;
  onServed?: (call: ServiceCall) => void;
  /** How many requests there are. */
  requests: number;
}

/** Producers, a queue, workers and the handlers as they are deployed, over a database of their own. */
export class World {
  readonly random: Random;
  readonly queue = new FifoQueue({ visibilitySeconds: VISIBILITY_SECONDS, maxReceiveCount: MANY_DELIVERIES });
  readonly target: DatabaseTarget;
  readonly database: Database;
  readonly door: ServiceDoor;
  readonly broughtForward = new Set<string>();
  /** For handlers opened from now on. */
  archiveAfterDays = 'off';
  /** What handlers opened from now on take for the time; undefined: what it is. */
  handlerClock: Clock | undefined;
  /** Epoch milliseconds; only moved forward. */
  now: number;
  readonly #options: WorldOptions;
  readonly #requests: ScriptedRequest[] = [];
  readonly #valid = new Map<string, Omit<AcceptedEvent, 'recordedAt'>>();
  readonly #order = new Map<string, string[]>();
  readonly #poison = new Set<string>();
  readonly #bodies: { groupId: string; body: string }[] = [];
  readonly #close: () => void;
  #made = 0;
  #answered = 0;

  private constructor(options: WorldOptions, target: DatabaseTarget, door: ServiceDoor) {
    this.#options = options;
    this.target = target;
    this.door = door;
    this.now = options.start.getTime();
    this.random = openRandom(options.seed);
    const client = dataApiClient(options.bed.dataApi.url);
    this.database = openDatabase(client, target);
    this.#close = () => client.destroy();
    this.addRequests(options.requests);
  }

  static async open(options: WorldOptions): Promise<World> {
    const target = await options.bed.newDatabase();
    // The door needs the queue, and the queue's world the door.
    const made: { world?: World } = {};
    const door = await openServiceDoor({
      dataApiUrl: () => options.bed.dataApi.url,
      events: {
        changeVisibility: (...values) => made.world?.queue.changeVisibility(...values),
        get size() {
          return made.world?.queue.size ?? 0;
        },
      },
      now: () => made.world?.now ?? 0,
      decide: options.decide,
      ...(options.onServed && { onServed: options.onServed }),
    });
    const world = new World(options, target, door);
    made.world = world;
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_MAX_ATTEMPTS: '1',
      AWS_ENDPOINT_URL: door.url,
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
      // Its warnings then go to the console, which is muted below.
      POWERTOOLS_DEV: 'true',
    });
    // An invocation that measures nothing says so, whatever the settings.
    console.warn = () => undefined;
    return world;
  }

  get sent(): SentEvents {
    return {
      valid: this.#valid,
      poison: this.#poison,
      broughtForward: this.broughtForward,
      order: this.#order,
    };
  }

  get clock(): Clock {
    return this.handlerClock ?? { now: () => new Date(this.now) };
  }

  /** What a deployed function finds in its environment. */
  get environment(): Record<string, string> {
    return {
      CLUSTER_ARN: this.target.resourceArn,
      SECRET_ARN: this.target.secretArn,
      DATABASE_NAME: this.target.database ?? '',
      QUARANTINE_BUCKET: 'quarantine',
      ARCHIVE_BUCKET: 'archive',
      EVENTS_QUEUE_URL: `${this.door.url}/000000000000/pagw-events.fifo`,
      RETRY_QUEUE_URL: `${this.door.url}/000000000000/pagw-retries.fifo`,
      TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:pagw-incidents',
      COMPACT_AFTER_DAYS: 'off',
      ARCHIVE_AFTER_DAYS: this.archiveAfterDays,
    };
  }

  get requestIds(): string[] {
    return this.#requests.map(({ pagwId }) => pagwId);
  }

  /** A handler in a process of its own, as after a cold start. */
  openHandler(flow: Flow): Handler {
    const { environment } = this;
    switch (flow) {
      case 'ingest':
        return createIngest(environment, this.clock) as Handler;
      case 'retry':
        return createRetry(environment, this.clock);
      case 'stuck-alarm':
        return createStuckAlarm(environment, this.clock);
      case 'maintain':
        return createMaintain(environment, this.clock);
    }
  }

  addRequests(count: number): void {
    for (let made = 0; made < count; made++) {
      const place = String(this.#requests.length).padStart(5, '0');
      this.#requests.push(new ScriptedRequest(`PAGW-SIM-${place}`, this.random));
    }
  }

  /** The next thing that a request's services have to say, or one's; false when none has anything. */
  produce(pagwId?: string): boolean {
    for (let tries = 0; tries < 20; tries++) {
      const any = this.#requests[this.random.between(0, this.#requests.length - 1)];
      const request = pagwId === undefined ? any : this.#requests.find((one) => one.pagwId === pagwId);
      const saying = request?.next();
      if (request === undefined || saying === undefined) continue;
      this.#send(request, saying);
      return true;
    }
    return false;
  }

  /** Every request that is open is answered, whatever it stands at. */
  closeAll(): void {
    for (const request of this.#requests) for (const saying of request.sayEnd()) this.#send(request, saying);
  }

  producePoison(groupId = `poison-${this.random.between(0, 5)}`): void {
    const at = this.now / 1_000;
    this.queue.send(at, groupId, this.random.pick(POISON));
    this.#poison.add(this.queue.lastMessageId);
  }

  /** Sends something again that was sent before, under the same event id. */
  repeat(): void {
    const sent = this.#bodies[this.random.between(0, Math.max(0, this.#bodies.length - 1))];
    if (sent !== undefined) this.queue.send(this.now / 1_000, sent.groupId, sent.body);
  }

  /** A worker takes the next retry command and says what comes of it; false when there is none. */
  answerCommand(): boolean {
    const command = this.door.commands[this.#answered];
    if (command === undefined) return false;
    this.#answered += 1;
    const request = this.#requests.find(({ pagwId }) => pagwId === command.pagwId);
    if (request !== undefined)
      for (const saying of request.answerRetry(command.stage)) this.#send(request, saying);
    return true;
  }

  #send(request: ScriptedRequest, saying: Saying): void {
    // No two things happen at one instant: which of them came first would be anybody's guess.
    this.now += 1;
    const { pagwId, tenant } = request;
    const eventId = `e-${++this.#made}`;
    const occurredAt = this.now;
    const body = JSON.stringify(messageOf(saying, { eventId, tenant, pagwId, occurredAt }));
    this.queue.send(this.now / 1_000, pagwId, body);
    this.#bodies.push({ groupId: pagwId, body });
    this.#valid.set(eventId, { ...saying, eventId, tenant, pagwId, occurredAt });
    const order = this.#order.get(pagwId);
    if (order === undefined) this.#order.set(pagwId, [eventId]);
    else order.push(eventId);
  }

  /** Up to ten messages, as Lambda hands them over; undefined when none is to be had. */
  receive(): { messages: QueuedMessage[]; event: SQSEvent } | undefined {
    const messages = this.queue.receive(this.now / 1_000, 10);
    if (messages.length === 0) return undefined;
    const event = sqsEvent(
      ...messages.map(({ messageId, groupId, body, sentAt, firstReceivedAt, receives, receiptHandle }) => ({
        ...{ messageId, group: groupId, body, receives, receiptHandle },
        sentAt: new Date(sentAt * 1_000),
        firstReceivedAt: new Date((firstReceivedAt ?? sentAt) * 1_000),
      })),
    );
    return { messages, event };
  }

  /** Deletes what a handler reported done. */
  settle(messages: readonly QueuedMessage[], { batchItemFailures }: SQSBatchResponse): void {
    const left = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of messages) if (!left.has(message.messageId)) this.queue.delete(message);
  }

  /** One invocation of ingest; false when there was nothing to take. */
  async ingest(handler: Handler, context = lambdaContext('ingest')): Promise<boolean> {
    const received = this.receive();
    if (received === undefined) return false;
    const response = await handler(received.event, context);
    this.settle(received.messages, response as SQSBatchResponse);
    return true;
  }

  async close(): Promise<void> {
    this.#close();
    await this.door.close();
    await this.#options.bed.drop(this.target);
  }
}
