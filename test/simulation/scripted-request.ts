import type { Random } from '../../lib/local/demo/random.ts';
import type { Status } from './reference-model.ts';

/** What a service says next, before it has an id and a time. */
export interface Saying {
  eventType: string;
  stage: string;
  status: Status;
  errorCode: string | null;
  outcome: string | null;
  isAsync: boolean;
  hasUrgent: boolean | null;
  targetSystem: string | null;
  durationMs: number | null;
}

/** The types that these producers use, what stage each is of, and the status that it has by itself. */
const PREFIXES: Readonly<Record<string, string>> = {
  PARSE: 'PARSING',
  VAL: 'VALIDATION',
  ENRICH: 'ENRICHMENT',
  CONVERT: 'CONVERSION',
  DOWNSTREAM: 'API_CONNECTOR',
  CALLBACK: 'CALLBACK_HANDLER',
  RESPONSE: 'RESPONSE_BUILDER',
  ATTACH: 'ATTACHMENT',
  NOTIFY: 'SUBSCRIPTION_HANDLER',
  PUBLISH: 'OUTBOX_PUBLISHER',
};
const ENDINGS: Readonly<Record<string, Status>> = { START: 'STARTED', OK: 'COMPLETED', FAIL: 'FAILED' };
const WORK = ['PARSE', 'VAL', 'ENRICH', 'CONVERT', 'DOWNSTREAM'] as const;
/** As the running system says it. */
const DISPOSITIONS: Readonly<Record<string, string>> = {
  approved: 'Certified',
  denied: 'Not Certified',
  partial: 'Partially Certified',
  pended: 'Pended',
};
const CODES = [
  'API_TIMEOUT',
  'PARSE_EXCEPTION',
  'INVALID_NPI',
  'VALIDATION_FAILED',
  'MADE_UP_EXCEPTION',
] as const;

function prefixOf(stage: string): string | undefined {
  return Object.keys(PREFIXES).find((prefix) => PREFIXES[prefix] === stage);
}

/**
 * A request on its way through the pipeline: what its services say, one thing after the other. Most go the ordinary way;
 * some fail and are sent again, pend, lose a hand-off, say a thing twice, or go back a stage.
 */
export class ScriptedRequest {
  readonly pagwId: string;
  readonly tenant: string;
  readonly #random: Random;
  readonly #isUrgent: boolean;
  readonly #targetSystem: string;
  readonly #script: Saying[] = [];

  constructor(pagwId: string, random: Random) {
    this.pagwId = pagwId;
    this.#random = random;
    this.tenant = random.pick(['anthem', 'elevance', 'carelon']);
    this.#isUrgent = random.chance(0.3);
    this.#targetSystem = random.pick(['carelon', 'claims']);
    this.#write();
  }

  /** Undefined when nothing follows by itself. */
  next(): Saying | undefined {
    return this.#script.shift();
  }

  /** What a stage's worker says after a retry command: that it begins, and how it ends. */
  answerRetry(stage: string): Saying[] {
    const prefix = prefixOf(stage);
    if (prefix === undefined) return [];
    if (this.#random.chance(0.1)) return [];
    const began = this.#random.chance(0.8) ? [this.#say(`${prefix}_START`)] : [];
    return [...began, this.#random.chance(0.5) ? this.#ok(prefix) : this.#failure(prefix)];
  }

  /** An approval, and that the provider was told. */
  sayEnd(): Saying[] {
    return [{ ...this.#ok('RESPONSE'), outcome: 'approved' }, this.#say('NOTIFY_OK')];
  }

  #write(): void {
    const random = this.#random;
    this.#script.push({ ...this.#saying('REQUEST_RECEIVED', 'ORCHESTRATION', 'COMPLETED') });
    if (random.chance(0.6)) this.#script.push(this.#saying('WORKFLOW_START', 'ORCHESTRATION', 'STARTED'));
    if (random.chance(0.5))
      this.#script.push(this.#saying('WORKFLOW_COMPLETE', 'ORCHESTRATION', 'COMPLETED'));
    for (const prefix of WORK) {
      if (random.chance(0.06)) return;
      this.#stage(prefix);
      if (random.chance(0.15)) this.#stage('ATTACH');
      if (random.chance(0.3)) this.#script.push(this.#say('PUBLISH_START'), this.#ok('PUBLISH'));
      if (random.chance(0.05)) this.#stage(random.pick(WORK));
    }
    if (random.chance(0.3)) this.#stage('CALLBACK');
    if (random.chance(0.1)) return;
    this.#stage('RESPONSE');
    if (random.chance(0.3)) {
      if (random.chance(0.7)) this.#stage('CALLBACK');
      this.#stage('RESPONSE');
    }
    if (random.chance(0.6)) this.#stage('NOTIFY');
    if (random.chance(0.1)) this.#stage(random.pick(WORK));
    if (random.chance(0.1)) this.#script.push(this.#saying('SOMETHING_ODD', 'HOUSEKEEPING', 'COMPLETED'));
  }

  #stage(prefix: string): void {
    if (this.#random.chance(0.9)) this.#script.push(this.#say(`${prefix}_START`));
    const ends = this.#random.next();
    if (ends < 0.08) return;
    if (ends < 0.28) {
      this.#script.push(this.#failure(prefix));
      // Some services try again by themselves.
      if (this.#random.chance(0.5)) return;
      this.#script.push(this.#say(`${prefix}_START`));
    }
    this.#script.push(this.#ok(prefix));
  }

  #failure(prefix: string): Saying {
    const errorCode = this.#random.chance(0.15) ? null : this.#random.pick(CODES);
    return { ...this.#say(`${prefix}_FAIL`), errorCode };
  }

  #ok(prefix: string): Saying {
    const saying = { ...this.#say(`${prefix}_OK`), durationMs: this.#random.between(1, 9_000) };
    if (prefix === 'PARSE') return { ...saying, hasUrgent: this.#isUrgent };
    if (prefix === 'DOWNSTREAM') return { ...saying, isAsync: this.#random.chance(0.4) };
    if (prefix !== 'RESPONSE') return saying;
    return { ...saying, outcome: this.#random.pick(['approved', 'approved', 'denied', 'partial', 'pended']) };
  }

  #say(eventType: string): Saying {
    const [, prefix = '', ending = ''] = /^(.+)_([A-Z]+)$/.exec(eventType) ?? [];
    return this.#saying(eventType, PREFIXES[prefix] ?? '', ENDINGS[ending] ?? 'COMPLETED');
  }

  #saying(eventType: string, stage: string, status: Status): Saying {
    return {
      ...{ eventType, stage, status, errorCode: null, outcome: null, isAsync: false, hasUrgent: null },
      targetSystem: stage === 'API_CONNECTOR' ? this.#targetSystem : null,
      durationMs: null,
    };
  }
}

/** The message that says it. */
export function messageOf(
  saying: Saying,
  {
    eventId,
    tenant,
    pagwId,
    occurredAt,
  }: { eventId: string; tenant: string; pagwId: string; occurredAt: number },
): Record<string, unknown> {
  const { outcome, isAsync, hasUrgent, targetSystem, ...fields } = saying;
  const metadata = {
    ...(outcome === null ? {} : { outcome, disposition: DISPOSITIONS[outcome] }),
    ...(isAsync ? { isAsync } : {}),
    ...(hasUrgent === null ? {} : { hasUrgent }),
    ...(targetSystem === null ? {} : { targetSystem }),
  };
  return {
    ...fields,
    eventId,
    tenant,
    pagwId,
    occurredAt: new Date(occurredAt).toISOString(),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}
