import { setTimeout as sleep } from 'node:timers/promises';
import type { Addition } from '../../data-access/additions.ts';
import { appendCanary } from '../../data-access/canary.ts';
import type { Database } from '../../data-access/database.ts';
import {
  blamesTheData,
  type DatabaseError,
  hasSqlState,
  SqlState,
} from '../../data-access/database-error.ts';
import { deriveRequestMemory } from '../../data-access/derived-state.ts';
import {
  appendEvents,
  ensurePartitionsOfRequests,
  type RequestStateRow,
  readRequestStates,
} from '../../data-access/ingest.ts';
import { requestBytes } from '../../data-access/page.ts';
import { defaultFoldRules, type FoldRules, RequestFold } from '../../domain/request-fold.ts';
import type { TrackedEvent } from '../../domain/tracked-event.ts';

/**
 * - `RECORDED`: stored now, under `sequenceNo`.
 * - `DUPLICATE`: its id was stored for this request before, by an earlier batch or earlier in this one.
 * - `TENANT_UNKNOWN`: it names no tenant and its request is not known.
 * - `TENANT_MISMATCH`: its request belongs to another tenant.
 * - `SENDER_NOT_ALLOWED`: its sender is not bound to its tenant.
 * - `OVERTAKEN`: the failure it retries no longer waits, or what it sends again has moved on.
 */
export type RecordOutcome =
  | 'RECORDED'
  | 'DUPLICATE'
  | 'TENANT_UNKNOWN'
  | 'TENANT_MISMATCH'
  | 'SENDER_NOT_ALLOWED'
  | 'OVERTAKEN';

export interface RecordedEvent {
  outcome: RecordOutcome;
  /** Place in the request's history, gapless from 1; null unless recorded. */
  sequenceNo: number | null;
}

export interface RecordableEvent extends TrackedEvent {
  /** An event of our own may be one that holds only while a failure waits for its retry. */
  retryOf?: number;
  /** Or one that holds only while the main lane's latest event is that one. */
  resendAfter?: number;
  /** The only tenants whose events its sender may send; absent or null for all. */
  senderTenants?: ReadonlySet<string> | null;
}

/** A call carries at most this much: a third of the Data API's 4 MiB, as quotes are escaped and states come on top. */
const CALL_MAX_EVENTS = 1_000;
const CALL_MAX_BYTES = 1_400_000;
/** What is recorded already is answered in one row a request, by its ids, JSON in JSON: its state comes on top, within 64 KB. */
const CALL_MAX_ID_BYTES = 48_000;

/**
 * Of several who write to one request at once, one wins a round and the others read again. They draw lots for when, from a
 * time that grows: all at once again, they would only keep one another from it.
 */
const MAX_ROUNDS = 64;
const RACED_PAUSE_MS = 5;
const RACED_PAUSE_MOST_MS = 400;

/**
 * Records events in the order given and answers each at its place. Safe to repeat, and to run at once with others.
 *
 * How it stays right when several write to one request at once: the states are read, the events folded into them, and each
 * request is written only if its last number still is what was read. Then nothing was recorded in between, so the search
 * for duplicates saw everything and the numbers follow without a gap. A request that moved is read again.
 * @throws DatabaseError when a call was refused or unanswered; then none of the events may be taken as recorded, and all
 *   of them may be sent again.
 */
export async function recordEvents(
  database: Database,
  events: readonly RecordableEvent[],
  now: Date,
  rules: FoldRules = defaultFoldRules,
  append: typeof appendEvents = appendEvents,
): Promise<RecordedEvent[]> {
  const answers: RecordedEvent[] = [];
  for (const call of toCalls(events)) {
    let pending = Map.groupBy(call, ({ event }) => event.pagwId);
    for (let round = 1; pending.size > 0; round++) {
      if (round > MAX_ROUNDS)
        throw new Error(
          `Recording ${pending.size} requests raced ${MAX_ROUNDS} times; send their events again.`,
        );
      const moved = await recordRound({ database, now, rules, append }, pending, answers);
      pending = new Map([...pending].filter(([pagwId]) => moved.has(pagwId)));
      if (pending.size > 0)
        await sleep(Math.random() * Math.min(RACED_PAUSE_MOST_MS, RACED_PAUSE_MS * 2 ** round));
    }
  }
  return answers;
}

/**
 * Records events in the order given, so that one which the database refuses holds up none of the others.
 * @param blames whether an error is an event's own.
 * @returns what recordEvents answers, or why it was refused, at each event's place.
 * @throws DatabaseError when it blames no event, or nobody answered.
 */
export async function recordApart(
  database: Database,
  events: readonly RecordableEvent[],
  now: Date,
  rules: FoldRules = defaultFoldRules,
  blames: (error: unknown) => error is DatabaseError = blamesTheData,
): Promise<(RecordedEvent | DatabaseError)[]> {
  try {
    return await recordEvents(database, events, now, rules);
  } catch (error) {
    if (!blames(error)) throw error;
    if (events.length === 1) return [error];
  }
  const half = Math.ceil(events.length / 2);
  return [
    ...(await recordApart(database, events.slice(0, half), now, rules, blames)),
    ...(await recordApart(database, events.slice(half), now, rules, blames)),
  ];
}

/** An event and its place among the answers. */
interface Placed {
  event: RecordableEvent;
  place: number;
}

interface Recording {
  database: Database;
  now: Date;
  rules: FoldRules;
  append: typeof appendEvents;
}

/** Answers the ids of the requests that have to be tried again. */
async function recordRound(
  recording: Recording,
  pending: ReadonlyMap<string, readonly Placed[]>,
  answers: RecordedEvent[],
): Promise<Set<string>> {
  const eventIds = new Map(
    [...pending].map(([pagwId, events]) => [pagwId, events.map(({ event }) => event.eventId)]),
  );
  const { read, unread } = await readRequestStates(recording.database, eventIds);
  const additions: Addition[] = [];
  for (const [pagwId, events] of pending) {
    if (unread.has(pagwId)) continue;
    const addition = await foldRequest(recording, pagwId, events, read.get(pagwId), answers);
    if (addition.fold.appended.length > 0) additions.push(addition);
  }
  if (additions.length === 0) return new Set(unread);
  return new Set([...unread, ...(await appendWithPartitions(recording, additions))]);
}

/** Folds a request's events, each answered as if the write that follows succeeds. */
async function foldRequest(
  { database, now, rules }: Recording,
  pagwId: string,
  events: readonly Placed[],
  state: RequestStateRow | undefined,
  answers: RecordedEvent[],
): Promise<Addition> {
  const known = state && {
    ...state,
    memory: state.memory ?? (await deriveRequestMemory(database, pagwId, now, rules)),
    isDerived: state.memory === null,
  };
  const fold = new RequestFold(known ?? null, rules);
  const recorded = new Set(state?.recorded);
  let tenant = state?.tenant ?? null;
  for (const { event, place } of events) {
    const owner = tenant ?? event.tenant;
    const refusal = refuse(event, owner, recorded, fold);
    if (refusal !== null) {
      answers[place] = { outcome: refusal, sequenceNo: null };
      continue;
    }
    tenant = owner;
    recorded.add(event.eventId);
    fold.append(event, now.getTime());
    answers[place] = { outcome: 'RECORDED', sequenceNo: fold.lastSequenceNo };
  }
  return { pagwId, tenant: tenant ?? '', correlated: state?.correlated ?? false, fold };
}

/**
 * Two that create one request at once may meet in its second unique index; nothing was written then, and it is there from now on. In
 * any other index an event's own id or number is taken, and will be.
 */
function isOfCreation(error: unknown): boolean {
  return (
    hasSqlState(error, SqlState.uniqueViolation) && /"ux_request_tracker_/.test((error as Error).message)
  );
}

/** Twins are known by what was recorded, never by what was refused. */
function refuse(
  event: RecordableEvent,
  owner: string | null,
  recorded: ReadonlySet<string>,
  fold: RequestFold,
): RecordOutcome | null {
  if (!maySend(event, owner)) return 'SENDER_NOT_ALLOWED';
  if (owner === null) return 'TENANT_UNKNOWN';
  if (event.tenant !== null && event.tenant !== owner) return 'TENANT_MISMATCH';
  if (recorded.has(event.eventId)) return 'DUPLICATE';
  if (event.retryOf !== undefined && !fold.awaitsRetry(event.stage, event.retryOf)) return 'OVERTAKEN';
  if (event.resendAfter !== undefined && !fold.standsAt(event.resendAfter)) return 'OVERTAKEN';
  return null;
}

/** By the tenant that the event names, else by the one whose request it is of. */
function maySend({ tenant, senderTenants }: RecordableEvent, owner: string | null): boolean {
  if (!senderTenants) return true;
  const named = tenant ?? owner;
  return named === null ? senderTenants.size > 0 : senderTenants.has(named);
}

/** The batch in calls of bounded size. */
function toCalls(events: readonly RecordableEvent[]): Placed[][] {
  const calls: Placed[][] = [];
  let call: Placed[] = [];
  let bytes = 0;
  let idBytes = new Map<string, number>();
  for (const [place, event] of events.entries()) {
    const size = requestBytes(event);
    const ids =
      (idBytes.get(event.pagwId) ?? 0) + Buffer.byteLength(JSON.stringify(JSON.stringify(event.eventId))) + 1;
    const isFull =
      call.length === CALL_MAX_EVENTS || bytes + size > CALL_MAX_BYTES || ids > CALL_MAX_ID_BYTES;
    if (isFull && call.length > 0) {
      calls.push(call);
      call = [];
      bytes = 0;
      idBytes = new Map();
    }
    call.push({ event, place });
    bytes += size;
    idBytes.set(event.pagwId, ids);
  }
  if (call.length > 0) calls.push(call);
  return calls;
}

async function appendWithPartitions(
  { database, now, append }: Recording,
  additions: readonly Addition[],
): Promise<Set<string>> {
  const pagwIds = additions.map(({ pagwId }) => pagwId);
  const appendOnce = () =>
    append(database, additions, now).catch((error: unknown) => {
      if (isOfCreation(error)) return new Set(pagwIds);
      throw error;
    });
  try {
    return await appendOnce();
  } catch (error) {
    // A row without a partition is a check violation, too. Its month is there now, by us or by another writer.
    if (!hasSqlState(error, SqlState.checkViolation)) throw error;
    await ensurePartitionsOfRequests(database, pagwIds, now);
    return await appendOnce();
  }
}

/**
 * Records a canary the way of every event and takes it back in the same transaction: nobody ever sees it but the
 * transaction itself, which has looked for it in the timeline.
 * @throws DatabaseError as recordEvents; Error when the timeline does not show it.
 */
export async function recordCanary(
  database: Database,
  canary: TrackedEvent,
  sentAt: Date,
  now: Date,
  rules?: FoldRules,
): Promise<void> {
  await recordEvents(database, [canary], now, rules, async (writer, additions, recordedAt) => {
    if (!(await appendCanary(writer, additions, sentAt, recordedAt)))
      throw new Error('The canary was recorded and its timeline does not show it.');
    return new Set();
  });
}
