import type { Addition } from '../../data-access/additions.ts';
import type { Database } from '../../data-access/database.ts';
import { closeWith, findToClose, type Operator } from '../../data-access/operate.ts';
import { blankEvent, OWN_EVENT_ID_PREFIX, type TrackedEvent } from '../../domain/tracked-event.ts';
import { recordEvents } from '../ingest/record-events.ts';

/** How an operator may end a request: as one of the ends that stop its clock. A decision is the payer's to state. */
export const closingEnds = ['withdrawn', 'dismissed', 'void', 'not-required'] as const;
export type ClosingEnd = (typeof closingEnds)[number];

/**
 * `needs-second`: its decision clock runs, and nobody else was named who agrees. `undelivered`, and `already-undelivered` where nothing
 * was done: it is closed, but was decided, and the provider's notice of that is still awaited.
 */
export type CloseOutcome =
  | 'closed'
  | 'undelivered'
  | 'not-found'
  | 'already-closed'
  | 'already-undelivered'
  | 'needs-second';

export const undeliveredText =
  'It stays decided, and on the delivery board until its provider’s notice is reported (NOTIFY_OK, or request.notifiedAt).';

export const alreadyUndeliveredText = `${undeliveredText} Give the provider that notice; then have it reported.`;

export interface RequestToClose extends Operator {
  pagwId: string;
  end: ClosingEnd;
  /** Who agrees, where the decision clock runs: another person than who acts. */
  second?: string | undefined;
}

/** Each starts again because an event of the request was recorded in between. */
const MAX_ROUNDS = 20;

/**
 * Ends a request by hand: an event in its history, and who did it and why among the operators' actions. The event
 * stands beside the main lane, so that the request still shows where it was left.
 */
export async function closeRequest(
  database: Database,
  { pagwId, end, second, reason, actedBy }: RequestToClose,
  now: Date,
): Promise<CloseOutcome> {
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const request = await findToClose(database, pagwId);
    if (request === undefined) return 'not-found';
    // One that pends, or failed, is closed, but its decision is still awaited: that can be ended by hand, too.
    if (request.closed && !request.undecided)
      return request.undelivered ? 'already-undelivered' : 'already-closed';
    if (request.undecided && !isSecond(second, actedBy)) return 'needs-second';
    const operator = { actedBy, reason: second === undefined ? reason : `${reason} (agreed by ${second})` };
    let moved = false;
    const append = async (_: Database, [addition]: readonly Addition[]) => {
      // What was read of the request decides whether it may be ended: nothing may have come since.
      moved =
        addition === undefined ||
        addition.fold.firstSequenceNo !== request.last + 1 ||
        !(await closeWith(database, addition, operator, now));
      return new Set<string>();
    };
    await recordEvents(database, [closingEvent(pagwId, request, end, now)], now, undefined, append);
    if (!moved) return request.undelivered ? 'undelivered' : 'closed';
  }
  throw new Error(`Events of ${pagwId} came ${MAX_ROUNDS} times while it was ended; try again.`);
}

function isSecond(second: string | undefined, actedBy: string): boolean {
  const own = personKeys(actedBy);
  const others = personKeys(second ?? '');
  return others.length > 0 && !others.some((other) => own.includes(other));
}

/** What a reader takes for one name is one: `Dana Cole`, `dana.cole`, `dana.cole@payer.example`, and the same as the session of a role. */
function personKeys(name: string): string[] {
  const session = name.slice(name.lastIndexOf('/') + 1);
  const keys = [name, session, session.replace(/@.*/s, '')].map((part) =>
    part
      .normalize('NFKC')
      .replaceAll(/[^\p{L}\p{N}]/gu, '')
      .toLowerCase(),
  );
  return keys.filter((key) => key !== '');
}

function closingEvent(
  pagwId: string,
  { tenant, last }: { tenant: string; last: number },
  end: ClosingEnd,
  now: Date,
): TrackedEvent {
  return {
    ...blankEvent,
    eventId: `${OWN_EVENT_ID_PREFIX}closed:${last + 1}`,
    tenant,
    pagwId,
    stage: 'OPERATOR',
    eventType: 'REQUEST_CLOSED',
    known: false,
    status: 'COMPLETED',
    lane: 'unknown',
    attempt: 1,
    occurredAt: now.toISOString(),
    serviceName: 'pagw',
    stated: { status: 'CANCELLED', answer: end },
  };
}
