import type { Database } from '../../data-access/database.ts';
import type { Addition } from '../../data-access/ingest.ts';
import { closeWith, type Operator } from '../../data-access/operate.ts';
import { OWN_EVENT_ID_PREFIX, type RequestStatus, type TrackedEvent } from '../../domain/tracked-event.ts';
import { recordEvents } from '../ingest/record-events.ts';

/** How an operator may end a request; a decision is the payer's to state. */
export const closingStatuses = ['CANCELLED', 'EXPIRED', 'FAILED'] as const satisfies readonly RequestStatus[];
export type ClosingStatus = (typeof closingStatuses)[number];

export type CloseOutcome = 'closed' | 'not-found' | 'already-closed';

interface RequestToClose {
  tenant: string;
  status: RequestStatus;
  closed: boolean;
  last: number;
}

/** Each begins anew because an event of the request was recorded in between. */
const MAX_ROUNDS = 20;

/**
 * Ends a request by hand: an event in its history, and who did it and why among the operators' actions. The event
 * stands beside the main lane, so that the request still tells where it was left.
 */
export async function closeRequest(
  database: Database,
  { pagwId, status, ...operator }: Operator & { pagwId: string; status: ClosingStatus },
  now: Date,
): Promise<CloseOutcome> {
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const { rows } = await database.execute<RequestToClose>(
      `SELECT tenant, status::text AS status, completed_at IS NOT NULL AS closed, last_sequence_no AS last
       FROM request_tracker
       WHERE pagw_id = :pagw_id`,
      { pagw_id: pagwId },
    );
    const [request] = rows;
    if (request === undefined) return 'not-found';
    // A pended request is closed, but its decision is still awaited: that can be ended by hand, too.
    if (request.closed && request.status !== 'PENDING') return 'already-closed';
    let moved = false;
    const append = async (_: Database, [addition]: readonly Addition[]) => {
      // What was read of the request decides whether it may be ended: nothing may have come since.
      moved =
        addition === undefined ||
        addition.fold.firstSequenceNo !== request.last + 1 ||
        !(await closeWith(database, addition, operator, now));
      return new Set<string>();
    };
    await recordEvents(database, [closingEvent(pagwId, request, status, now)], now, undefined, append);
    if (!moved) return 'closed';
  }
  throw new Error(`Events of ${pagwId} came ${MAX_ROUNDS} times while it was ended; try again.`);
}

function closingEvent(
  pagwId: string,
  { tenant, last }: { tenant: string; last: number },
  requestStatus: ClosingStatus,
  now: Date,
): TrackedEvent {
  return {
    eventId: `${OWN_EVENT_ID_PREFIX}closed:${last + 1}`,
    tenant,
    pagwId,
    stage: 'OPERATOR',
    eventType: 'REQUEST_CLOSED',
    known: false,
    status: 'COMPLETED',
    lane: 'unknown',
    attempt: 1,
    retryable: false,
    nextRetryAt: null,
    retry: null,
    occurredAt: now.toISOString(),
    startedAt: null,
    completedAt: null,
    durationMs: null,
    externalReference: null,
    errorCode: null,
    errorMessage: null,
    workerId: null,
    serviceName: 'pagw',
    correlationId: null,
    metadata: null,
    stated: { status: requestStatus },
  };
}
