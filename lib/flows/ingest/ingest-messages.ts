import type { Database } from '../../data-access/database.ts';
import { blamesTheData, DatabaseError } from '../../data-access/database-error.ts';
import { type NotedName, noteDoubtfulNames } from '../../data-access/doubtful-names.ts';
import { canaryReading } from '../../domain/canary.ts';
import { pastTimes } from '../../domain/decision-facts.ts';
import { type MessageReading, type PositionedEvent, readMessage } from '../../domain/event-message.ts';
import type { MessageRules } from '../../domain/normalise-event.ts';
import { type Fault, type Rejection, rejectionOf } from '../../domain/rejection.ts';
import { requestEffects } from '../../domain/request-effects.ts';
import { defaultFoldRules, type FoldRules } from '../../domain/request-fold.ts';
import type { SenderTenants } from '../../domain/sender-tenants.ts';
import { isClockOff } from '../../domain/stated-time.ts';
import type { Quarantine } from './quarantine.ts';
import type { RawMessage } from './raw-message.ts';
import {
  type RecordableEvent,
  type RecordedEvent,
  recordApart,
  recordCanary,
  recordEvents,
} from './record-events.ts';

export interface IngestContext {
  database: Database;
  quarantine: Quarantine;
  rules: MessageRules;
  /** How far back producers' times are believed, and how long decisions may take. */
  fold?: FoldRules;
  senders: SenderTenants;
  now: Date;
  /**
   * Messages, by id, that failed again and again while others were recorded: whatever the database refuses of them is
   * their own fault.
   */
  suspects?: ReadonlySet<string>;
}

export interface IngestResult {
  recorded: number;
  duplicate: number;
  rejected: number;
  unknownType: number;
  /** Answers that decide nothing. */
  unclear: number;
  /** How many times came from producers whose clock is off, by sender; '' is who did not say. */
  unbelieved: ReadonlyMap<string, number>;
  /** When each canary was sent that arrived in its timeline. They count as nothing else. */
  canaries: Date[];
  /** Why a canary did not arrive, while the database answered. */
  lostCanaries: unknown[];
  /** A line for each event that is done, in order. */
  lines: EventLine[];
  /** Why a message is not done, by message id: it has to be delivered again. */
  failures: ReadonlyMap<string, unknown>;
}

/**
 * What became of an event, fit for a log: of what was sent, only the request's id and names out of the catalogue; any
 * other stage or type is left out.
 */
export interface EventLine {
  pagwId: string | null;
  outcome: 'RECORDED' | 'DUPLICATE' | 'REJECTED';
  sequenceNo?: number;
  stage?: string;
  eventType?: string;
  status?: string;
  /** Why it was refused. */
  code?: string;
}

/** What became of an event: recorded (or known already), or refused by the database. */
type Answer = RecordedEvent | { fault: Fault };

/** An event as its sender may have it recorded. */
type SentEvent = PositionedEvent & RecordableEvent;

interface Reading extends MessageReading {
  message: RawMessage;
  events: SentEvent[];
  /** At most one of a message is sent on. */
  canary: SentEvent | undefined;
}

/**
 * Takes each message of a batch to its end: every event is recorded, known already, or set aside with its reason.
 * A failure is left only where the database or the bucket could not take it now; nothing of it is lost then.
 */
export async function ingestMessages(
  messages: readonly RawMessage[],
  context: IngestContext,
): Promise<IngestResult> {
  const { believedDays } = context.fold ?? defaultFoldRules;
  const readings = messages.map((message) => readSentMessage(message, context));
  const counts = { recorded: 0, duplicate: 0, rejected: 0, unknownType: 0, unclear: 0 };
  const unbelieved = new Map<string, number>();
  const doubtful: NotedName[] = [];
  const canaries: Date[] = [];
  const lostCanaries: unknown[] = [];
  const lines: EventLine[] = [];
  const failures = new Map<string, unknown>();
  const failedGroups = new Set<string>();
  let outage: DatabaseError | undefined;
  const noteOutage = (failure: unknown) => {
    if (isOutage(failure)) outage = failure;
    return undefined;
  };
  const together = await recordTogether(readings, context).catch(noteOutage);
  for (const reading of readings) {
    const { messageId, groupId } = reading.message;
    try {
      if (failedGroups.has(groupId)) throw new Error('An earlier message of the group is not done.');
      if (outage !== undefined) throw outage;
      const answers = together ?? (await recordAlone(reading, context));
      const rejections = [...reading.rejections, ...refusals(reading, answers)];
      if (rejections.length > 0) await context.quarantine.setAside(reading.message, rejections, context.now);
      lines.push(...reading.events.flatMap((event) => eventLine(event, answers.get(event))));
      lines.push(...rejections.map(({ pagwId, code }) => ({ pagwId, outcome: 'REJECTED' as const, code })));
      if (reading.canary !== undefined) {
        const fate = await followCanary(reading.canary, reading.message, context);
        if (fate === 'arrived') canaries.push(reading.message.sentAt);
        else lostCanaries.push(fate.lost);
      }
      counts.rejected += rejections.length;
      counts.recorded += countOutcome(reading, answers, 'RECORDED');
      counts.duplicate += countOutcome(reading, answers, 'DUPLICATE');
      counts.unknownType += reading.events.filter((event) => !event.known).length;
      counts.unclear += reading.events.filter((event) => requestEffects(event).unclear).length;
      for (const event of reading.events) {
        const off = pastTimes(event).filter((time) =>
          isClockOff(Date.parse(time), context.now.getTime(), believedDays),
        );
        const sender = event.sender ?? '';
        if (off.length > 0) unbelieved.set(sender, (unbelieved.get(sender) ?? 0) + off.length);
      }
      doubtful.push(...doubtsOf(reading, answers));
    } catch (failure) {
      noteOutage(failure);
      failures.set(messageId, failure);
      failedGroups.add(groupId);
    }
  }
  // A count for producers: it may be lost, where the events are safe.
  if (doubtful.length > 0)
    await noteDoubtfulNames(context.database, doubtful, context.now).catch(() => undefined);
  return { ...counts, unbelieved, canaries, lostCanaries, lines, failures };
}

function readSentMessage(message: RawMessage, { rules, senders }: IngestContext): Reading {
  const { events, rejections } = readMessage(message.body, message, rules);
  const { sender } = message;
  const senderTenants = senders.tenantsOf(sender);
  const sent = events.map((event) => ({ ...event, sender, senderTenants }));
  const canary = sent.find((event) => canaryReading(event) === 'canary');
  return { message, events: sent.filter((event) => canaryReading(event) === 'event'), canary, rejections };
}

/** A canary that is refused is not delivered again, as the next one is on its way; in an outage it waits, and so shows it. */
async function followCanary(
  canary: SentEvent,
  { sentAt }: RawMessage,
  { database, now, fold }: IngestContext,
): Promise<'arrived' | { lost: unknown }> {
  try {
    await recordCanary(database, canary, sentAt, now, fold);
    return 'arrived';
  } catch (failure) {
    if (isOutage(failure)) throw failure;
    return { lost: failure };
  }
}

/** One call for the whole batch. Where it fails, each message has to be tried alone, unless nobody answers at all. */
async function recordTogether(
  readings: readonly Reading[],
  context: IngestContext,
): Promise<ReadonlyMap<PositionedEvent, Answer>> {
  const events = readings.flatMap((reading) => reading.events);
  return answersOf(events, await recordEvents(context.database, events, context.now, context.fold));
}

/** Finds the event that the database refuses, so that it is set aside and its neighbours are not held up. */
async function recordAlone(
  { events, message }: Reading,
  context: IngestContext,
): Promise<ReadonlyMap<PositionedEvent, Answer>> {
  const blames = context.suspects?.has(message.messageId) ? isRefusal : blamesTheData;
  const recorded = await recordApart(context.database, events, context.now, context.fold, blames);
  return answersOf(
    events,
    recorded.map((answer) => (answer instanceof DatabaseError ? refusedBy(answer) : answer)),
  );
}

function refusedBy({ sqlState, kind }: DatabaseError): Answer {
  const rule = sqlState === undefined ? kind : `sqlstate-${sqlState}`;
  return { fault: { code: 'DATABASE_REFUSED', path: '', rule } };
}

/** Nobody answered, so nobody will answer the next call either, and each may take the 45 s of the Data API. */
function isOutage(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.retryable && error.sqlState === undefined;
}

/** The same call would be refused again. */
function isRefusal(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && !error.retryable;
}

function answersOf(
  events: readonly PositionedEvent[],
  answers: readonly Answer[],
): ReadonlyMap<PositionedEvent, Answer> {
  return new Map(events.flatMap((event, place) => (answers[place] ? [[event, answers[place]]] : [])));
}

function refusals({ message, events }: Reading, answers: ReadonlyMap<PositionedEvent, Answer>): Rejection[] {
  const isArray = /^\uFEFF*\s*\[/.test(message.body);
  return events.flatMap((event) => {
    const fault = faultOf(answers.get(event));
    if (fault === undefined) return [];
    const path = isArray ? `/${event.position}${fault.path}` : fault.path;
    return [rejectionOf({ ...fault, path }, event.position, event)];
  });
}

function eventLine(event: PositionedEvent, answer: Answer | undefined): EventLine[] {
  if (answer === undefined || faultOf(answer) !== undefined) return [];
  const { outcome, sequenceNo } = answer as RecordedEvent;
  const { pagwId, stage, lane, eventType, known, status } = event;
  return [
    {
      pagwId,
      outcome: outcome === 'RECORDED' ? outcome : 'DUPLICATE',
      ...(sequenceNo === null ? {} : { sequenceNo }),
      ...(lane === 'unknown' ? {} : { stage }),
      ...(known ? { eventType } : {}),
      status,
    },
  ];
}

function faultOf(answer: Answer | undefined): Fault | undefined {
  if (answer === undefined) return undefined;
  if ('fault' in answer) return answer.fault;
  switch (answer.outcome) {
    case 'TENANT_UNKNOWN':
      return { code: 'TENANT_UNKNOWN', path: '/tenant', rule: 'known-request' };
    case 'TENANT_MISMATCH':
      return { code: 'TENANT_MISMATCH', path: '/tenant', rule: 'same-tenant' };
    case 'SENDER_NOT_ALLOWED':
      return { code: 'SENDER_NOT_ALLOWED', path: '/tenant', rule: 'bound-sender' };
    default:
      return undefined;
  }
}

/** Of what was recorded now: a second delivery counts nothing. */
function doubtsOf({ events }: Reading, answers: ReadonlyMap<PositionedEvent, Answer>): NotedName[] {
  return events.flatMap((event) => {
    const answer = answers.get(event);
    if (answer === undefined || !('outcome' in answer) || answer.outcome !== 'RECORDED') return [];
    const { pagwId, sender = null, serviceName, doubts = [] } = event;
    return doubts.map((doubt) => ({ pagwId, sender, serviceName, ...doubt }));
  });
}

function countOutcome(
  { events }: Reading,
  answers: ReadonlyMap<PositionedEvent, Answer>,
  outcome: RecordedEvent['outcome'],
): number {
  return events.filter((event) => {
    const answer = answers.get(event);
    return answer !== undefined && 'outcome' in answer && answer.outcome === outcome;
  }).length;
}
