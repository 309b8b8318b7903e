import { type KnownRequest, RequestFold } from '../../../lib/domain/request-fold.ts';
import { newMemory, type RequestMemory } from '../../../lib/domain/request-memory.ts';
import type { TrackedEvent } from '../../../lib/domain/tracked-event.ts';
import { recordedAt } from '../../support/arbitrary-history.ts';

const now = recordedAt.getTime();

/** What the database would hold after these batches: the memory as it comes back from JSON, and each failure's retry. */
export function foldInBatches(batches: readonly (readonly TrackedEvent[])[]) {
  let known: KnownRequest = { tenant: 'anthem', lastSequenceNo: 0, memory: newMemory() };
  const events = new Map<number, { attempt?: number; nextRetryAt: string | null; exhausted: boolean }>();
  for (const batch of batches) {
    const fold = new RequestFold(known);
    for (const event of batch) fold.append(event, now);
    for (const { sequenceNo, attempt, nextRetryAt, exhausted } of fold.appended)
      events.set(sequenceNo, { attempt, nextRetryAt, exhausted });
    for (const sequenceNo of fold.cleared)
      events.set(sequenceNo, { ...events.get(sequenceNo), nextRetryAt: null, exhausted: false });
    known = {
      tenant: 'anthem',
      lastSequenceNo: fold.lastSequenceNo,
      memory: JSON.parse(JSON.stringify(fold.memory)) as RequestMemory,
    };
  }
  return { ...known, events };
}

/** Those that are due or used up. */
export const plannedRetries = ({ events }: ReturnType<typeof foldInBatches>) =>
  [...events.values()].filter(({ nextRetryAt, exhausted }) => nextRetryAt !== null || exhausted);
