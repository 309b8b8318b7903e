import { openRandom, type Random } from './random.ts';
import { RequestScript, type ScriptSegment } from './request-script.ts';
import {
  attachmentHandler,
  callbackHandler,
  connector,
  converter,
  enricher,
  orchestrator,
  parser,
  responseBuilder,
  type StageWorker,
  subscriptionHandler,
  validator,
} from './stage-workers.ts';

/** What will become of a request. */
export const JOURNEY_KINDS = [
  'answered',
  'answered-with-attachments',
  'answered-synchronously',
  'denied-by-validation',
  'pended-then-decided',
  'recovered-at-once',
  'awaiting-retry',
  'no-result',
  'hand-off-lost',
  'publish-lost',
  'failed-unanswered',
  'retries-exhausted',
] as const;
export type JourneyKind = (typeof JOURNEY_KINDS)[number];

/** How often each kind comes along, of 1,000. What stands still for good is rare: a demo may run for days. */
const WEIGHTS: readonly [JourneyKind, number][] = [
  ['answered', 488],
  ['answered-with-attachments', 120],
  ['answered-synchronously', 90],
  ['denied-by-validation', 70],
  ['pended-then-decided', 90],
  ['recovered-at-once', 80],
  ['awaiting-retry', 50],
  ['no-result', 6],
  ['hand-off-lost', 3],
  ['failed-unanswered', 3],
];

const DEMO_TENANTS = ['anthem', 'elevance'] as const;
const SEED = 'pagw-demo-1';
/** What the running services ask for, whatever the failure. */
const RETRY_AFTER_MS = 300_000;
const TIMEOUT = {
  errorCode: 'API_TIMEOUT',
  errorMessage: 'The payer did not answer within 10 s.',
  metadata: { targetSystem: 'carelon' },
};

export interface Journey {
  pagwId: string;
  tenant: string;
  segments: ScriptSegment[];
}

/** The kind that comes along as request `number`. */
export function kindOf(number: number): JourneyKind {
  let draw = openRandom(`${SEED}/kind/${number}`).between(0, 999);
  for (const [kind, weight] of WEIGHTS) {
    if (draw < weight) return kind;
    draw -= weight;
  }
  return 'answered';
}

/** What the workers will report of request `number`; the same each time it is asked. */
export function writeJourney(number: number, kind: JourneyKind, bornAt: Date): Journey {
  const random = openRandom(`${SEED}/request/${number}`);
  const tenant = random.pick(DEMO_TENANTS);
  const day = bornAt.toISOString().slice(0, 10).replaceAll('-', '');
  const pagwId = `PAGW-${day}-${String(number).padStart(5, '0')}-${random.hex(8)}`;
  const script = new RequestScript({ pagwId, tenant, number }, random);
  WRITERS[kind](script);
  return { pagwId, tenant, segments: script.end() };
}

const WRITERS: Record<JourneyKind, (script: RequestScript) => void> = {
  answered: (script) => decide(downstream(convert(enrich(validate(begin(script)))))),
  'answered-with-attachments': (script) => {
    const parsed = begin(script, 2);
    parsed.work(attachmentHandler, { attachmentCount: 2 });
    decide(downstream(convert(enrich(validate(parsed)))));
  },
  'answered-synchronously': (script) => {
    script.receive(true).work(parser, parsedMetadata(script.random, 0));
    script.work(validator, { errorCount: 0, warningCount: 0 });
    script.routed({ mode: 'SYNC', disposition: 'APPROVED' });
  },
  'denied-by-validation': (script) => {
    begin(script).start(validator).fail(validator, {
      errorCode: 'VALIDATION_FAILED',
      errorMessage: 'The diagnosis does not cover the procedure.',
    });
    respond(script, 'denied');
  },
  'pended-then-decided': (script) => {
    respond(downstream(convert(enrich(validate(begin(script)))), true), 'pended');
    script
      .pause(script.random.between(60_000, 180_000))
      .work(callbackHandler, { status: 'COMPLETED', isError: false });
    respond(script, script.random.chance(0.7) ? 'approved' : 'denied');
  },
  'recovered-at-once': (script) => {
    const converted = convert(enrich(validate(begin(script))));
    converted
      .start(connector)
      .fail(connector, { ...TIMEOUT, retryAfterMs: RETRY_AFTER_MS })
      .pause(2_000);
    decide(downstream(converted));
  },
  'awaiting-retry': (script) => {
    const [worker, goOn] = script.random.pick<[StageWorker, (script: RequestScript) => RequestScript]>([
      [connector, downstream],
      [enricher, (on) => downstream(convert(enrich(on)))],
      [converter, (on) => downstream(convert(on))],
    ]);
    reach(worker, script);
    failForRetry(script, worker);
    if (script.random.chance(0.2)) failForRetry(script, worker);
    decide(goOn(script));
  },
  'no-result': (script) => convert(enrich(validate(begin(script)))).start(connector),
  'hand-off-lost': (script) => convert(enrich(validate(begin(script)))),
  'publish-lost': (script) => {
    begin(script).work(validator, { errorCount: 0, warningCount: 1 });
  },
  'failed-unanswered': (script) => {
    begin(script).start(validator).fail(validator, {
      errorCode: 'MISSING_COVERAGE',
      errorMessage: 'The coverage reference cannot be resolved.',
    });
  },
  'retries-exhausted': (script) => {
    convert(enrich(validate(begin(script))));
    for (const minutes of [1, 2, 4, 8, 0]) {
      script.start(connector).fail(connector, TIMEOUT);
      script.pause(minutes * 60_000);
    }
    decide(downstream(script.awaitRetryOf(connector)));
  },
};

/** Received, routed to the queue, parsed, and handed over to the validator. */
function begin(script: RequestScript, attachmentCount = 0): RequestScript {
  script.receive(true).routed({ mode: script.random.chance(0.8) ? 'SYNC_PENDED_TO_ASYNC' : 'ASYNC_QUEUED' });
  script.publishTo(orchestrator).publishTo(parser);
  return script.work(parser, parsedMetadata(script.random, attachmentCount)).publishTo(validator);
}

function parsedMetadata(random: Random, attachmentCount: number): Record<string, unknown> {
  const counts = { diagnosisCount: random.between(1, 4), procedureCount: random.between(1, 6) };
  return { attachmentCount, hasAttachments: attachmentCount > 0, ...counts, hasUrgent: random.chance(0.2) };
}

const validate = (script: RequestScript) =>
  script.work(validator, { errorCount: 0, warningCount: script.random.between(0, 2) }).publishTo(enricher);

const enrich = (script: RequestScript) =>
  script
    .work(enricher, { sourcesUsed: 'ELIGIBILITY_SERVICE,PROVIDER_DIRECTORY', sourceCount: 2 })
    .publishTo(converter);

const convert = (script: RequestScript) =>
  script.work(converter, { targetSystem: 'CLAIMS_GENERIC' }).publishTo(connector);

function downstream(script: RequestScript, isAsync = false): RequestScript {
  const externalId = `EXT-${script.random.hex(8)}`;
  const metadata = { targetSystem: 'carelon', externalId, isAsync, status: 'ACCEPTED' };
  return script.work(connector, metadata, { externalReference: externalId }).publishTo(responseBuilder);
}

/** Mostly approved. */
function decide(script: RequestScript): void {
  const draw = script.random.next();
  respond(script, draw < 0.78 ? 'approved' : draw < 0.93 ? 'denied' : 'partial');
}

const DISPOSITIONS = {
  approved: 'Certified',
  denied: 'Not Certified',
  pended: 'Pended',
  partial: 'Partially Certified',
} as const;

/** Answers the provider. With no subscriber the notification begins and is never heard of again. */
function respond(script: RequestScript, outcome: keyof typeof DISPOSITIONS): void {
  script
    .work(responseBuilder, { outcome, disposition: DISPOSITIONS[outcome] })
    .publishTo(subscriptionHandler);
  script.start(subscriptionHandler);
  if (script.random.chance(0.35)) script.ok(subscriptionHandler, { subscriptionCount: 1 });
}

function reach(worker: StageWorker, script: RequestScript): void {
  validate(begin(script));
  if (worker !== enricher) enrich(script);
  if (worker === connector) convert(script);
}

function failForRetry(script: RequestScript, worker: StageWorker): void {
  const reset = {
    errorCode: worker.exception,
    errorMessage: 'The connection was reset while the work was under way.',
  };
  const failure =
    worker === connector ? script.random.pick([TIMEOUT, { ...reset, metadata: TIMEOUT.metadata }]) : reset;
  script
    .start(worker)
    .fail(worker, { ...failure, retryAfterMs: RETRY_AFTER_MS })
    .awaitRetryOf(worker);
}
