import { upperSnake } from './event-stages.ts';
import type { RequestStatus } from './tracked-event.ts';

/** Outcomes and dispositions of an answer. A partial certification is a decision in the member's favour: APPROVED. */
const outcomeStatuses: ReadonlyMap<string, RequestStatus> = new Map([
  ['APPROVED', 'APPROVED'],
  ['CERTIFIED', 'APPROVED'],
  ['PARTIAL', 'APPROVED'],
  ['PARTIALLY_CERTIFIED', 'APPROVED'],
  ['PARTIALLY_APPROVED', 'APPROVED'],
  ['DENIED', 'DENIED'],
  ['NOT_CERTIFIED', 'DENIED'],
  ['PENDED', 'PENDING'],
  ['PENDING', 'PENDING'],
  ['CANCELLED', 'CANCELLED'],
]);

/** The request status that an answer's outcome or, failing that, its disposition means; null when neither is known. */
export function answeredStatus(metadata: Record<string, unknown> | null): RequestStatus | null {
  for (const stated of [metadata?.outcome, metadata?.disposition]) {
    const status = typeof stated === 'string' ? outcomeStatuses.get(upperSnake(stated)) : undefined;
    if (status) return status;
  }
  return null;
}
