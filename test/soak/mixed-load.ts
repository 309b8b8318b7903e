import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { openRandom, type Random } from '../../lib/local/demo/random.ts';
import { messageOf, ScriptedRequest } from '../simulation/scripted-request.ts';

export interface Load {
  url: string;
  sqs: SQSClient;
  eventsQueueUrl: string;
  retryQueueUrl: string;
  eventsPerSecond: number;
  seed: string;
}

const PAGES = ['/', '/stuck', '/failures', '/deadlines', '/search?q=PAGW', '/requests'];
const OPEN_REQUESTS = 200;

/** Services that report and repeat themselves, workers that take retry commands, poison, and people who look at pages. */
export class MixedLoad {
  readonly sent = new Set<string>();
  readonly counts = {
    events: 0,
    poison: 0,
    repeated: 0,
    retries: 0,
    pages: 0,
    failedPages: 0,
    failedPosts: 0,
  };
  /** Since the last look, in milliseconds. */
  pageMs: number[] = [];
  readonly #load: Load;
  readonly #random: Random;
  readonly #requests = new Map<string, ScriptedRequest>();
  readonly #bodies: string[] = [];
  #made = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#random = openRandom(load.seed);
  }

  /** A second's worth. */
  async second(): Promise<void> {
    const random = this.#random;
    const lines = Array.from({ length: this.#load.eventsPerSecond }, () => this.#nextEvent());
    if (random.chance(0.2)) lines.push(this.#poison());
    if (random.chance(0.5)) lines.push(this.#again());
    await Promise.all([this.#post(lines), this.#lookAt(random.pick(['/', ...PAGES])), this.#answerRetries()]);
  }

  #nextEvent(): string {
    const random = this.#random;
    while (this.#requests.size < OPEN_REQUESTS) {
      const pagwId = `PAGW-SOAK-${++this.#made}`;
      this.#requests.set(pagwId, new ScriptedRequest(pagwId, random));
    }
    const open = [...this.#requests.values()];
    const request = open[random.between(0, open.length - 1)] as ScriptedRequest;
    const saying = request.next();
    if (saying !== undefined) return this.#bodyOf(request, saying);
    this.#requests.delete(request.pagwId);
    return this.#nextEvent();
  }

  #bodyOf(request: ScriptedRequest, saying: Parameters<typeof messageOf>[0]): string {
    const { pagwId, tenant } = request;
    const eventId = `soak-${++this.counts.events}`;
    const body = JSON.stringify(messageOf(saying, { eventId, tenant, pagwId, occurredAt: Date.now() }));
    this.sent.add(eventId);
    this.#bodies[this.counts.events % 1_000] = body;
    return body;
  }

  #poison(): string {
    this.counts.poison += 1;
    return '{"tenant":"anthem","pagwId":"PAGW-SOAK-POISON","eventType":"PARSE_OK","metadata":{"memberName":"J. D."}}';
  }

  #again(): string {
    this.counts.repeated += 1;
    const known = this.#bodies.filter((body) => body !== undefined);
    return known[this.#random.between(0, known.length - 1)] ?? '';
  }

  async #post(lines: readonly string[]): Promise<void> {
    const response = await fetch(`${this.#load.url}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    }).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.status !== 202) this.counts.failedPosts += 1;
  }

  async #lookAt(path: string): Promise<void> {
    const began = performance.now();
    const response = await fetch(`${this.#load.url}${path}`).catch(() => undefined);
    await response?.arrayBuffer();
    this.counts.pages += 1;
    if (response === undefined || response.status >= 500) this.counts.failedPages += 1;
    this.pageMs.push(performance.now() - began);
  }

  async #answerRetries(): Promise<void> {
    const { sqs, retryQueueUrl } = this.#load;
    const { Messages = [] } = await sqs
      .send(new ReceiveMessageCommand({ QueueUrl: retryQueueUrl, MaxNumberOfMessages: 10 }))
      .catch(() => ({ Messages: [] }));
    for (const { Body = '{}', ReceiptHandle } of Messages) {
      const { pagwId, stage } = JSON.parse(Body) as { pagwId: string; stage: string };
      const request = this.#requests.get(pagwId) ?? new ScriptedRequest(pagwId, this.#random);
      const tenant = (JSON.parse(Body) as { tenant: string }).tenant;
      const lines = request
        .answerRetry(stage)
        .map((saying) => this.#bodyOf(Object.assign(request, { tenant }), saying));
      if (lines.length > 0) await this.#post(lines);
      this.counts.retries += 1;
      await sqs.send(new DeleteMessageCommand({ QueueUrl: retryQueueUrl, ReceiptHandle }));
    }
  }

  async depth(): Promise<number> {
    const { Attributes = {} } = await this.#load.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#load.eventsQueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return (
      Number(Attributes.ApproximateNumberOfMessages ?? 0) +
      Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0)
    );
  }
}
