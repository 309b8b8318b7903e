import { type DecisionPolicy, decisionSteps, policyOf } from './decision-clock.ts';
import { type DecisionFact, type DecisionMemory, kindSaid, type Resolution } from './decision-facts.ts';
import { localDay } from './local-days.ts';
import { CLOCK_SKEW_SECONDS } from './stated-time.ts';
import type { AppealOutcome, Drugs, LineCounts, Priority, RequestKind } from './tracked-event.ts';

/** What was stated of a decision and does not count, and why. */
const decisionFaults = [
  'receipt-after-message',
  'receipt-after-decision',
  'extension-after-deadline',
  'extension-before-deadline',
  'extension-stated-twice',
  'extension-too-long',
  'appeal-without-denial',
  'decided-twice',
] as const;
export type DecisionFault = (typeof decisionFaults)[number];

/**
 * One thing to decide, with a clock of its own: a request, or an update of it once it was decided. Times are epoch
 * milliseconds.
 */
export interface DecisionEpisode {
  /** From 1 on. */
  episode: number;
  /** Null where none was stated. */
  plan: string | null;
  delegate: string | null;
  drugs: Drugs;
  kind: RequestKind;
  /** As requested; null where nothing was said of it. */
  requestedPriority: Priority | null;
  /** As processed, when it was decided. */
  priority: Priority | null;
  /** Since when it is processed so; null for since its receipt. */
  prioritySince: number | null;
  receivedAt: number;
  /** Null where no timeframe binds the plan. */
  dueAt: number | null;
  extensionDays: number;
  extendedAt: number | null;
  extendedBy: string | null;
  /** What stopped the clock first; null while it runs, and where an older system closed it and did not say. */
  resolution: Resolution | null;
  resolvedAt: number | null;
  /** When it was last put off with an answer that decides nothing, and why as far as that was said. */
  pendedAt: number | null;
  pendReason: string | null;
  /** When the provider had notice of the determination; null while it is undelivered, and where there is none. */
  notifiedAt: number | null;
  /** A denial, whole or in part, states its reason. */
  reasonGiven: boolean;
  appealedAt: number | null;
  appealOutcome: AppealOutcome | null;
  appealDecidedAt: number | null;
  faults: DecisionFault[];
}

const DAY_MS = 86_400_000;
/** 42 CFR 422.572(b), 422.568(b)(1)(i): by up to 14 calendar days. */
const EXTENSION_MOST_DAYS = 14;

/** Whether the resolution is a determination: the plan decided. */
export function isDetermination(
  resolution: Resolution | null,
): resolution is 'APPROVED' | 'PARTIAL' | 'DENIED' {
  return resolution === 'APPROVED' || resolution === 'PARTIAL' || resolution === 'DENIED';
}

/**
 * What a request's facts come to: its episodes in order, the first from its receipt on. Once an episode is resolved, nothing
 * changes it but the notice of its determination and an appeal against it.
 * @param earliest the earliest time heard of, which is the receipt where none is stated; epoch milliseconds.
 */
export function decisionEpisodes(
  { facts, first }: DecisionMemory,
  earliest: number,
  tenant: string,
  policy: DecisionPolicy,
): DecisionEpisode[] {
  const history = new EpisodeHistory(facts, first, earliest, tenant, policy);
  history.tell();
  return history.episodes;
}

class EpisodeHistory {
  readonly episodes: DecisionEpisode[] = [];
  readonly #facts: readonly DecisionFact[];
  readonly #first: DecisionMemory['first'];
  readonly #earliest: number;
  readonly #tenant: string;
  readonly #policy: DecisionPolicy;
  #fit = true;
  #isReceiptStated = false;
  /** An expedite request was denied: what the intake says later only says how it was requested. */
  #downgraded = false;
  /** When that was, for the first time. */
  #deniedAt: number | null = null;
  #isPrioritySaid = false;
  /** What was decided of its lines while it was pended. */
  #lines: LineCounts | undefined;
  /** What a producer stated last; many repeat it with every event. */
  #stated: Priority | null = null;
  /** What extends it was asked for, and not granted yet; and another one was asked for meanwhile. */
  #isExtensionAsked = false;
  #isAnotherAsked = false;
  /** By the deadline as far as it was known: an extension, or an appeal. */
  #isJudged = false;
  /** Places of appeals of nothing, and of second ones: to judge again what is still open decides nothing in the past. */
  readonly #refusedAppeals = new Set<number>();
  /** Until when what is said of the request is known from its beginning. */
  #knownUntil = Number.NEGATIVE_INFINITY;

  constructor(
    facts: readonly DecisionFact[],
    first: DecisionMemory['first'],
    earliest: number,
    tenant: string,
    policy: DecisionPolicy,
  ) {
    this.#earliest = earliest;
    this.#facts = facts;
    this.#first = first;
    this.#tenant = tenant;
    this.#policy = policy;
  }

  get #current(): DecisionEpisode {
    return this.episodes.at(-1) as DecisionEpisode;
  }

  tell(): void {
    this.#begin(newEpisode(1, this.#earliest));
    for (const [place, fact] of this.#facts.entries()) {
      this.#learn(fact.at, place);
      this.#apply(fact, place);
    }
    this.#learn(Number.POSITIVE_INFINITY, this.#facts.length);
  }

  /** When a request came in and what it is was so before it was said: what was judged by its deadline is judged again. */
  #judgeAgain(until: number, place: number): void {
    if (!this.#isJudged) return;
    const { receivedAt } = this.#current;
    this.#knownUntil = until;
    this.#isJudged = false;
    this.episodes.length = 0;
    this.#begin(newEpisode(1, receivedAt));
    for (const [earlier, fact] of this.#facts.slice(0, place).entries()) {
      this.#learn(fact.at, earlier);
      this.#apply(fact, earlier);
    }
  }

  #begin(episode: DecisionEpisode): void {
    this.episodes.push(episode);
    this.#fit = true;
    this.#lines = undefined;
    this.#downgraded = false;
    this.#deniedAt = null;
    this.#isExtensionAsked = false;
    this.#isAnotherAsked = false;
    this.#isPrioritySaid = false;
    this.#stated = episode.priority;
    this.#due(episode);
  }

  /** What was said by then of the first episode, while nothing ends it. */
  #learn(at: number, place: number): void {
    const { plan, delegate, drugs } = this.#first;
    const until = Math.max(at, this.#knownUntil);
    const current = this.#current;
    if (current.episode > 1 || current.resolution !== null) return;
    const saidByThen = <Value>(said: { at: number; as: Value } | undefined, otherwise: Value): Value =>
      said !== undefined && said.at <= until ? said.as : otherwise;
    const known = {
      plan: saidByThen<string | null>(plan, null),
      delegate: saidByThen<string | null>(delegate, null),
      drugs: saidByThen(drugs, 'none'),
      kind: saidByThen(kindSaid(this.#first), 'request'),
    };
    const isNews =
      known.plan !== current.plan || known.drugs !== current.drugs || known.kind !== current.kind;
    Object.assign(current, known);
    if (!isNews) return;
    this.#due(current);
    this.#judgeAgain(at, place);
  }

  #apply(fact: DecisionFact, place: number): void {
    const current = this.#current;
    const isOpen = current.resolvedAt === null;
    switch (fact.says) {
      case 'received':
        this.#receive(current, fact, place);
        break;
      case 'priority':
        if (isOpen) this.#prioritise(current, fact);
        break;
      case 'extended':
        if (isOpen) this.#extend(current, fact);
        break;
      case 'not-extended':
        if (isOpen) this.#takeBack(current);
        break;
      case 'unfit':
      case 'fit':
        this.#fit = fact.says === 'fit';
        break;
      case 'answered':
        // What was found unfit and is answered without a decision is dismissed.
        if (isOpen && !this.#fit) this.#resolve(current, 'DISMISSED', fact.at, null);
        break;
      case 'pended':
        if (isOpen) {
          current.pendedAt = fact.at;
          current.pendReason = fact.reason ?? current.pendReason;
          if (fact.lines !== undefined) this.#lines = withLines(this.#lines, fact.lines);
        }
        break;
      case 'resolved':
        this.#rule(current, fact, place);
        break;
      case 'closed':
        if (isOpen) current.resolvedAt = fact.at;
        break;
      case 'appealed':
        this.#appeal(fact.at, place);
        break;
      case 'appeal-decided':
        this.#decideAppeal(fact.at, fact.as, fact.reason === true);
        break;
      case 'begun':
        if (!isOpen) {
          this.#begin(episodeAfter(current, fact, this.#receiptOf(fact)));
          tellLater(this.#current, fact.receipt, fact.at);
        }
        break;
    }
  }

  /**
   * Of several receipts the earliest counts, and none that is later than its own message: nobody says when something will have come.
   * Those of an update come with it.
   */
  #receive(
    current: DecisionEpisode,
    { at, receipt }: Extract<DecisionFact, { says: 'received' }>,
    place: number,
  ): void {
    if (current.resolvedAt !== null) {
      if (receipt > current.resolvedAt) addFault(current, 'receipt-after-decision');
      return;
    }
    if (current.episode > 1) return;
    if (receipt > at) {
      tellLater(current, receipt, at);
      return;
    }
    const earliest = this.#isReceiptStated ? Math.min(current.receivedAt, receipt) : receipt;
    this.#isReceiptStated = true;
    if (earliest === current.receivedAt) return;
    current.receivedAt = earliest;
    this.#due(current);
    this.#judgeAgain(at, place);
  }

  /** When an update was received, as stated but no later than it is; some producers repeat the first receipt with every message. */
  #receiptOf({ at, receipt }: Extract<DecisionFact, { says: 'begun' }>): number {
    const isRepeated = this.#facts.some((fact) => fact.says === 'received' && fact.receipt === receipt);
    return isRepeated || receipt <= this.#current.receivedAt || receipt > at ? at : receipt;
  }

  #prioritise(current: DecisionEpisode, { at, as, how }: Extract<DecisionFact, { says: 'priority' }>): void {
    const isFirst = !this.#isPrioritySaid;
    if (this.#stated === as && (how === 'first' || how === 'changed')) return;
    if (how !== 'requested') this.#stated = as;
    if (how === 'requested') {
      // Weaker than what is stated, but for an urgency that nobody has denied.
      if (!isFirst && (as === 'STANDARD' || this.#downgraded)) return;
      if (current.priority === 'EXPEDITED') return;
      current.priority = as;
      current.requestedPriority = as;
      current.prioritySince = null;
    } else if (isFirst && how === 'first') {
      current.priority = as;
      current.requestedPriority ??= as;
      current.prioritySince = null;
    } else if (current.priority !== as && !(isFirst && as === 'STANDARD' && how !== 'moved')) {
      // What was moved and missed its deadline stays so: it does not go back to the frame that was asked for.
      if (as === current.requestedPriority) {
        this.#isJudged = true;
        if (current.dueAt !== null && at > current.dueAt) return;
      }
      this.#downgraded = as === 'STANDARD';
      current.requestedPriority ??= as === 'STANDARD' ? 'EXPEDITED' : 'STANDARD';
      current.priority = as;
      // What was denied in time and asked for again has not missed the frame it was first asked for.
      if (as === 'STANDARD') this.#deniedAt ??= at;
      current.prioritySince = (as === 'STANDARD' ? this.#deniedAt : null) ?? at;
    } else current.priority = as;
    this.#isPrioritySaid = true;
    this.#due(current);
  }

  #extend(current: DecisionEpisode, fact: Extract<DecisionFact, { says: 'extended' }>): void {
    this.#isJudged = true;
    if (current.extendedAt !== null) {
      this.#extendAgain(current, fact);
      return;
    }
    const { at, by, asked = false } = fact;
    // What is asked for is granted by that alone only to the member and the provider.
    if (asked && by !== 'member' && by !== 'provider') return;
    const days = this.#daysOf(fact, current);
    const refusal =
      current.dueAt !== null && at > current.dueAt
        ? 'extension-after-deadline'
        : days < 1
          ? 'extension-before-deadline'
          : null;
    if (refusal !== null) {
      addFault(current, refusal);
      return;
    }
    if (days > EXTENSION_MOST_DAYS) addFault(current, 'extension-too-long');
    current.extensionDays = Math.min(days, EXTENSION_MOST_DAYS);
    current.extendedAt = at;
    current.extendedBy = by ?? null;
    this.#isExtensionAsked = asked;
    this.#due(current);
  }

  /** The grant of what was asked for is no second extension, but may give fewer days. */
  #extendAgain(current: DecisionEpisode, fact: Extract<DecisionFact, { says: 'extended' }>): void {
    if (!this.#isExtensionAsked || fact.asked) {
      this.#isAnotherAsked ||= fact.asked === true && !this.#isExtensionAsked;
      addFault(current, 'extension-stated-twice');
      return;
    }
    this.#isExtensionAsked = false;
    const askedDays = current.extensionDays;
    current.extensionDays = 0;
    this.#due(current);
    const days = this.#daysOf(fact, current);
    current.extensionDays = days < 1 ? askedDays : Math.min(days, askedDays);
    this.#due(current);
  }

  /** An extension that is refused or withdrawn was none; of two, what is refused is the one that was asked for last. */
  #takeBack(current: DecisionEpisode): void {
    if (this.#isAnotherAsked) {
      this.#isAnotherAsked = false;
      return;
    }
    current.extensionDays = 0;
    current.extendedAt = null;
    current.extendedBy = null;
    this.#due(current);
  }

  /** Days as stated, or until which time or day; none or fewer where that is not after the deadline. */
  #daysOf(
    { days, until, untilDay }: Extract<DecisionFact, { says: 'extended' }>,
    { dueAt, plan }: DecisionEpisode,
  ): number {
    if (dueAt === null) return days;
    if (untilDay !== undefined)
      return untilDay - localDay(dueAt, policyOf(this.#policy, this.#tenant, plan).zone);
    // A day ends a millisecond before the next.
    return until === undefined ? days : Math.ceil((until - dueAt - 1) / DAY_MS);
  }

  #rule(current: DecisionEpisode, fact: Extract<DecisionFact, { says: 'resolved' }>, place: number): void {
    const { at } = fact;
    const as = current.resolution === null ? this.#asAWhole(fact) : fact.as;
    if (current.resolution === null) {
      // An answer to what cannot be processed denies nothing.
      const resolution = as === 'DENIED' && !this.#fit ? 'DISMISSED' : as;
      current.reasonGiven = isDetermination(resolution) && fact.reason === true;
      this.#resolve(current, resolution, at, this.#noticeOf(fact, place));
      // Of a missed deadline that is under appeal, the answer is the first determination and the appeal's.
      if (current.appealedAt !== null) this.#decideAppeal(at, appealOutcomes[resolution]);
    } else if (isUnderAppeal(current)) {
      this.#decideAppeal(at, appealOutcomes[as]);
    } else if (isDetermination(current.resolution) && isDetermination(as) && as !== current.resolution)
      addFault(current, 'decided-twice');
  }

  /** Of lines that came in parts, what all of them come to. */
  #asAWhole({ as, lines }: Extract<DecisionFact, { says: 'resolved' }>): Resolution {
    if (lines === undefined || !isDetermination(as)) return as;
    const { approved, modified, denied } = withLines(this.#lines, lines);
    if (modified > 0 || (approved > 0 && denied > 0)) return 'PARTIAL';
    return as;
  }

  #resolve(current: DecisionEpisode, resolution: Resolution, at: number, notifiedAt: number | null): void {
    current.resolution = resolution;
    current.resolvedAt = at;
    current.notifiedAt = isDetermination(resolution) ? notifiedAt : null;
  }

  /** When the provider had notice of a determination: as stated, else when a subscription said so, else the answer's own time. */
  #noticeOf(ruling: Extract<DecisionFact, { says: 'resolved' }>, place: number): number | null {
    const { at, delivery } = ruling;
    let failed = false;
    let answeredAt: number | null = delivery === 'none' ? null : at;
    let notifiedAt: number | null = null;
    for (const fact of this.#facts.slice(place + 1)) {
      if (fact.says === 'begun' || fact.says === 'appealed') break;
      if (fact.says === 'notified') {
        if (fact.stated) return fact.at;
        notifiedAt ??= fact.at;
      }
      if (fact.says === 'not-notified') failed = true;
      // What is withdrawn or voided later tells nobody what was determined.
      if (fact.says === 'answered' || (fact.says === 'resolved' && isDetermination(fact.as)))
        answeredAt ??= fact.delivery === 'none' ? null : fact.at;
    }
    if (delivery === 'sync') return at;
    return notifiedAt ?? (failed ? null : answeredAt);
  }

  #appeal(at: number, place: number): void {
    this.#isJudged = true;
    const episode = this.#refusedAppeals.has(place) ? undefined : this.#appealable(at);
    if (episode?.appealedAt === null) {
      episode.appealedAt = at;
      return;
    }
    this.#refusedAppeals.add(place);
    if (episode === undefined) addFault(this.#current, 'appeal-without-denial');
  }

  #decideAppeal(at: number, outcome: AppealOutcome | undefined, reasonGiven = false): void {
    if (outcome === undefined) return;
    const episode = this.episodes.findLast(({ appealedAt }) => appealedAt !== null);
    if (episode === undefined || episode.appealOutcome !== null) return;
    episode.appealOutcome = outcome;
    episode.appealDecidedAt = at;
    // A deadline that was missed is appealed as a denial is; what the appeal comes to is then the first determination.
    if (episode.resolvedAt !== null || outcome === 'withdrawn') return;
    const resolution = outcome === 'upheld' ? 'DENIED' : outcome === 'partial' ? 'PARTIAL' : 'APPROVED';
    episode.reasonGiven = reasonGiven;
    this.#resolve(episode, resolution, at, at);
  }

  /** The latest episode that was denied, whole or in part, or may have been, or that is overdue. */
  #appealable(at: number): DecisionEpisode | undefined {
    return this.episodes.findLast(({ resolution, resolvedAt, dueAt }) =>
      resolvedAt === null
        ? dueAt !== null && at > dueAt
        : resolution === null || resolution === 'DENIED' || resolution === 'PARTIAL',
    );
  }

  #due(episode: DecisionEpisode): void {
    const {
      plan,
      kind,
      drugs,
      priority,
      requestedPriority,
      prioritySince,
      receivedAt,
      extensionDays,
      extendedAt,
    } = episode;
    const steps = decisionSteps(
      {
        tenant: this.#tenant,
        plan,
        kind,
        drugs,
        priority,
        requestedPriority,
        prioritySince: prioritySince === null ? null : new Date(prioritySince),
        clockStartedAt: new Date(receivedAt),
        extensionDays,
        extendedAt: extendedAt === null ? null : new Date(extendedAt),
      },
      this.#policy,
    );
    episode.dueAt = steps?.dueAt.getTime() ?? null;
  }
}

/** What an answer comes to for an appeal; the other ends leave it open. */
const appealOutcomes: Readonly<Partial<Record<Resolution, AppealOutcome>>> = {
  APPROVED: 'overturned',
  PARTIAL: 'partial',
  DENIED: 'upheld',
  WITHDRAWN: 'withdrawn',
};

/** What is decided then is the appeal. */
function isUnderAppeal({ appealedAt, appealOutcome, resolvedAt }: DecisionEpisode): boolean {
  return appealedAt !== null && appealOutcome === null && resolvedAt !== null && resolvedAt <= appealedAt;
}

/** A message of fewer lines than are known says nothing of those that were decided before. */
function withLines(known: LineCounts | undefined, said: LineCounts): LineCounts {
  const linesOf = ({ approved, modified, denied, pended }: LineCounts) =>
    approved + modified + denied + pended;
  if (known === undefined || linesOf(said) >= linesOf(known)) return said;
  return {
    approved: known.approved + said.approved,
    modified: known.modified + said.modified,
    denied: known.denied + said.denied,
    pended: said.pended,
  };
}

/** Two clocks differ by seconds all the time. */
function tellLater(episode: DecisionEpisode, receipt: number, at: number): void {
  if (receipt - at > CLOCK_SKEW_SECONDS * 1_000) addFault(episode, 'receipt-after-message');
}

function addFault({ faults }: DecisionEpisode, fault: DecisionFault): void {
  if (!faults.includes(fault)) faults.push(fault);
}

/** What is asked next is of the same plan and sort unless it says otherwise; its priority is its own. */
function episodeAfter(
  former: DecisionEpisode,
  begun: Extract<DecisionFact, { says: 'begun' }>,
  receivedAt: number,
): DecisionEpisode {
  const { plan, drugs, delegate, priority } = begun;
  return {
    ...newEpisode(former.episode + 1, receivedAt),
    plan: plan ?? former.plan,
    drugs: drugs ?? former.drugs,
    delegate: delegate ?? former.delegate,
    requestedPriority: priority ?? null,
    priority: priority ?? null,
  };
}

function newEpisode(episode: number, receivedAt: number): DecisionEpisode {
  return {
    episode,
    plan: null,
    delegate: null,
    drugs: 'none',
    kind: 'request',
    requestedPriority: null,
    priority: null,
    prioritySince: null,
    receivedAt,
    dueAt: null,
    extensionDays: 0,
    extendedAt: null,
    extendedBy: null,
    resolution: null,
    resolvedAt: null,
    notifiedAt: null,
    pendedAt: null,
    pendReason: null,
    reasonGiven: false,
    appealedAt: null,
    appealOutcome: null,
    appealDecidedAt: null,
    faults: [],
  };
}
