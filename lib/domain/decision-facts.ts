import { isEnd } from './answer.ts';
import { dayNumber } from './local-days.ts';
import { answerIn, requestEffects, requestedPriority } from './request-effects.ts';
import { countOf } from './stated-values.ts';
import type {
  Answer,
  AppealOutcome,
  Drugs,
  LineCounts,
  Priority,
  RequestKind,
  TrackedEvent,
} from './tracked-event.ts';

/** What stops the clock: a determination, or one of the four other ends. */
const resolutions = [
  'APPROVED',
  'PARTIAL',
  'DENIED',
  'WITHDRAWN',
  'DISMISSED',
  'VOID',
  'NOT_REQUIRED',
] as const;
export type Resolution = (typeof resolutions)[number];

/** How a determination or its answer reached the provider: by the synchronous answer, by a response, or not yet. */
export type Delivery = 'sync' | 'response' | 'none';

/**
 * One thing said of a request's decision. `at` is when it happened, by a believable time, in epoch milliseconds. Facts are
 * a set: what they come to does not depend on the order in which they arrived.
 */
export type DecisionFact = { at: number } & (
  | { says: 'received'; receipt: number }
  | { says: 'priority'; as: Priority; how: 'requested' | 'first' | 'changed' | 'moved' }
  | { says: 'extended'; days: number; by?: string; until?: number; untilDay?: number; asked?: true }
  | { says: 'not-extended' }
  | { says: 'unfit' }
  | { says: 'fit' }
  | { says: 'resolved'; as: Resolution; delivery: Delivery; reason?: true; lines?: LineCounts }
  | { says: 'closed' }
  | { says: 'answered'; delivery: Delivery }
  | { says: 'pended'; reason?: string; lines?: LineCounts }
  | { says: 'notified'; stated?: true }
  | { says: 'not-notified' }
  | { says: 'appealed' }
  | { says: 'appeal-decided'; as: AppealOutcome; reason?: true }
  | { says: 'begun'; receipt: number; priority?: Priority; plan?: string; drugs?: Drugs; delegate?: string }
);

/** What a request is, by what was said of it first. */
export interface FirstSaid {
  plan?: Said<string>;
  delegate?: Said<string>;
  drugs?: Said<Drugs>;
  kind?: Said<RequestKind> & { by?: 'intake' };
  /** When it came in without a word of what it is. */
  intake?: number;
}

interface Said<Value> {
  at: number;
  as: Value;
}

/** What is remembered of a request's decisions. */
export interface DecisionMemory {
  facts: DecisionFact[];
  first: FirstSaid;
}

const answerResolutions: Readonly<Partial<Record<Answer, Resolution>>> = {
  approved: 'APPROVED',
  partial: 'PARTIAL',
  denied: 'DENIED',
  withdrawn: 'WITHDRAWN',
  dismissed: 'DISMISSED',
  void: 'VOID',
  'not-required': 'NOT_REQUIRED',
};

/**
 * @param at when the event happened, as far as that is believable.
 * @param believed a time it states, or null where that cannot be.
 */
export function decisionFacts(
  event: TrackedEvent,
  at: number,
  believed: (time: string) => number | null,
): DecisionFact[] {
  const { stated, status, stage, eventType, metadata } = event;
  const facts: DecisionFact[] = [];
  const time = (text: string | undefined) => (text === undefined ? null : believed(text));
  const begins = stated?.update === true;
  // What is sent of a request says nothing of when that came, or how.
  const isAside = begins || isOfAnother(event);
  if (begins) facts.push(begunBy(event, at, time(stated?.receivedAt)));
  const receipt = time(stated?.receivedAt);
  if (receipt !== null && !isAside && !stated?.appeal) facts.push({ at, says: 'received', receipt });
  const asked = requestedPriority(event);
  if (stated?.priority !== undefined && !isAside)
    facts.push({
      at,
      says: 'priority',
      as: stated.priority,
      how: stated.reprioritised ?? (event.lane === 'main' ? 'first' : 'changed'),
    });
  else if (asked !== null && !isAside) facts.push({ at, says: 'priority', as: asked, how: 'requested' });
  if (stated?.extension) {
    const { days, by, at: statedAt, until, asked } = stated.extension;
    const saidAt = time(statedAt) ?? at;
    if (days === 0) facts.push({ at: saidAt, says: 'not-extended' });
    else
      facts.push({
        at: saidAt,
        says: 'extended',
        days,
        ...(by === undefined ? {} : { by }),
        ...(until === undefined ? {} : untilIn(until)),
        ...(asked === undefined ? {} : { asked }),
      });
  }
  if (stage === 'VALIDATION' || stage === 'PARSING') {
    if (status === 'FAILED') facts.push({ at, says: 'unfit' });
    else if (status === 'COMPLETED') facts.push({ at, says: 'fit' });
  } else if (stage === 'API_CONNECTOR' && status === 'COMPLETED') facts.push({ at, says: 'fit' });
  const appeal = stated?.appeal;
  if (appeal) {
    // What is stated of a decided appeal was filed by then, and decided no earlier than it was filed.
    const decidedAt = appeal.outcome === undefined ? at : (time(appeal.decidedAt) ?? at);
    const filedAt = time(appeal.receivedAt) ?? Math.min(at, decidedAt);
    facts.push({ at: filedAt, says: 'appealed' });
    if (appeal.outcome !== undefined)
      facts.push({
        at: Math.max(filedAt, decidedAt),
        says: 'appeal-decided',
        as: appeal.outcome,
        ...(stated?.reasonGiven ? { reason: true } : {}),
      });
  } else facts.push(...rulingBy(event, at));
  const noticeAt = time(stated?.notifiedAt);
  if (noticeAt !== null) facts.push({ at: noticeAt, says: 'notified', stated: true });
  else if (eventType === 'NOTIFY_OK' && status === 'COMPLETED' && countOf(metadata?.subscriptionCount) !== 0)
    facts.push({ at, says: 'notified' });
  else if (eventType === 'NOTIFY_FAIL' && status === 'FAILED') facts.push({ at, says: 'not-notified' });
  return facts;
}

/** A time, or a day that is over where the plan is. */
function untilIn(text: string): { until: number } | { untilDay: number } {
  const day = dayNumber(text);
  return Number.isNaN(day) ? { until: Date.parse(text) } : { untilDay: day };
}

/** A submission that asks how the request stands, or takes it back. */
function isOfAnother({ eventType, stated }: TrackedEvent): boolean {
  const { kind, answer } = stated ?? {};
  return eventType === 'REQUEST_RECEIVED' && (kind === 'inquiry' || (answer !== undefined && isEnd(answer)));
}

/** Every past time that an event states, of itself and of its request's decision: each is believed or not. */
export function pastTimes({ occurredAt, stated }: TrackedEvent): string[] {
  const { receivedAt, notifiedAt, extension, appeal } = stated ?? {};
  const times = [receivedAt, notifiedAt, extension?.at, appeal?.receivedAt, appeal?.decidedAt];
  return [occurredAt, ...times.filter((time) => time !== undefined)];
}

function begunBy({ stated }: TrackedEvent, at: number, receipt: number | null): DecisionFact {
  const { priority, plan, drugs, delegate } = stated ?? {};
  return {
    at,
    says: 'begun',
    receipt: receipt ?? at,
    ...(priority === undefined ? {} : { priority }),
    ...(plan === undefined ? {} : { plan }),
    ...(drugs === undefined ? {} : { drugs }),
    ...(delegate === undefined ? {} : { delegate }),
  };
}

function rulingBy(event: TrackedEvent, at: number): DecisionFact[] {
  const { effect, status: becomes } = requestEffects(event);
  const said = answerIn(event);
  if (effect === 'ends') {
    const resolution = statedEnd(becomes, said);
    return resolution === null ? [] : [resolvedBy(event, at, resolution, 'response')];
  }
  const delivery = event.eventType === 'WORKFLOW_COMPLETE' ? 'sync' : 'response';
  const resolution = said === null ? undefined : answerResolutions[said];
  if (effect === 'answers') {
    if (becomes === 'PENDING') {
      const { pendReason: reason, lines } = event.stated ?? {};
      return [
        {
          ...{ at, says: 'pended' },
          ...(reason === undefined ? {} : { reason }),
          ...(lines === undefined ? {} : { lines }),
        },
      ];
    }
    return [
      resolution === undefined
        ? { at, says: 'answered', delivery }
        : resolvedBy(event, at, resolution, delivery),
    ];
  }
  // What the payer determined, on its way to the provider. An outcome there is often that of the call.
  const { stage, status, metadata, stated } = event;
  const comesFromPayer =
    (stage === 'CALLBACK_HANDLER' || stage === 'API_CONNECTOR') && status === 'COMPLETED';
  const isStated =
    stated?.answer ??
    stated?.lines ??
    metadata?.reviewAction ??
    metadata?.reviewActionCode ??
    metadata?.disposition;
  return comesFromPayer && resolution !== undefined && isStated
    ? [resolvedBy(event, at, resolution, 'none')]
    : [];
}

function resolvedBy({ stated }: TrackedEvent, at: number, as: Resolution, delivery: Delivery): DecisionFact {
  return {
    ...{ at, says: 'resolved', as, delivery },
    ...(stated?.reasonGiven ? { reason: true } : {}),
    ...(stated?.lines === undefined ? {} : { lines: stated.lines }),
  };
}

function statedEnd(status: string | null, said: Answer | null): Resolution | null {
  if (status === 'APPROVED') return said === 'partial' ? 'PARTIAL' : 'APPROVED';
  if (status === 'DENIED') return 'DENIED';
  if (status !== 'CANCELLED') return null;
  return (said !== null && isEnd(said) && answerResolutions[said]) || 'WITHDRAWN';
}

/** The order of facts at one instant: what is known of a request, then what is decided, then what follows from that. */
const ranks: readonly DecisionFact['says'][] = [
  'received',
  'priority',
  'extended',
  'not-extended',
  'unfit',
  'fit',
  'resolved',
  'closed',
  'answered',
  'pended',
  'notified',
  'not-notified',
  'appealed',
  'appeal-decided',
  'begun',
];

/** How many of each sort are remembered, and whether the earliest or the latest; no request has as many. */
const limits: Readonly<Record<string, [most: number, keep: 'earliest' | 'latest']>> = {
  received: [10, 'earliest'],
  priority: [30, 'earliest'],
  check: [20, 'latest'],
  notice: [20, 'latest'],
  ruling: [50, 'earliest'],
};

function sortOf({ says }: DecisionFact): string {
  if (says === 'priority' || says === 'received') return says;
  if (says === 'fit' || says === 'unfit' || says === 'answered' || says === 'pended') return 'check';
  return says === 'notified' || says === 'not-notified' ? 'notice' : 'ruling';
}

/** Adds facts to what is known; the same ones in any order, and however often, give the same. */
export function rememberFacts(memory: DecisionMemory, added: readonly DecisionFact[]): void {
  for (const fact of added) {
    const { facts } = memory;
    let place = facts.length;
    while (place > 0 && compare(facts[place - 1] as DecisionFact, fact) > 0) place--;
    if (place > 0 && compare(facts[place - 1] as DecisionFact, fact) === 0) continue;
    facts.splice(place, 0, fact);
    const sort = sortOf(fact);
    const [most, keep] = limits[sort] ?? [0, 'earliest'];
    const same = facts.filter((one) => sortOf(one) === sort);
    if (same.length <= most) continue;
    const dropped = keep === 'earliest' ? same.at(-1) : same[0];
    facts.splice(facts.indexOf(dropped as DecisionFact), 1);
  }
}

/** Of what is said twice the earlier counts; of drugs, what says that it is one. */
export function rememberFirst(first: FirstSaid, { eventType, stated }: TrackedEvent, at: number): void {
  const isIntake = eventType === 'REQUEST_RECEIVED';
  if (isIntake && stated?.kind === undefined) first.intake = Math.min(first.intake ?? at, at);
  if (stated === null || stated.update || stated.appeal) return;
  const { plan, delegate, drugs, kind } = stated;
  if (plan !== undefined) first.plan = earlier(first.plan, { at, as: plan });
  if (delegate !== undefined) first.delegate = earlier(first.delegate, { at, as: delegate });
  if (drugs !== undefined && drugs !== 'none') first.drugs = earlier(first.drugs, { at, as: drugs });
  if (kind !== undefined)
    first.kind = earlier(first.kind, { at, as: kind, ...(isIntake && { by: 'intake' as const }) });
}

/** What the request is; an inquiry that is sent of it later makes it none. */
export function kindSaid({ kind, intake }: FirstSaid): Said<RequestKind> | undefined {
  const isLater = kind?.by === 'intake' && intake !== undefined && intake < kind.at;
  return isLater ? undefined : kind;
}

function earlier<One extends Said<string>>(known: One | undefined, said: One): One {
  if (known === undefined || said.at < known.at) return said;
  return said.at === known.at && JSON.stringify(said) < JSON.stringify(known) ? said : known;
}

function compare(one: DecisionFact, other: DecisionFact): number {
  if (one.at !== other.at) return one.at - other.at;
  const rank = ranks.indexOf(one.says) - ranks.indexOf(other.says);
  if (rank !== 0) return rank;
  const [left, right] = [sameOrder(one), sameOrder(other)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** At one instant the order is that of the resolutions: approved, in part, denied, and the other ends. */
function sameOrder(fact: DecisionFact): string {
  return fact.says === 'resolved'
    ? `${resolutions.indexOf(fact.as)}${JSON.stringify(fact)}`
    : JSON.stringify(fact);
}
