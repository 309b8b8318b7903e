import { appendCanary } from '../../data-access/canary.ts';
import type { Database } from '../../data-access/database.ts';
import type { FoldRules } from '../../domain/request-fold.ts';
import type { TrackedEvent } from '../../domain/tracked-event.ts';
import { recordEvents } from './record-events.ts';

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
