import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Database } from '../../data-access/database.ts';
import {
  claimOutgoingEvents,
  type OutgoingEvent,
  outgoingAge,
  setOutlet,
  settleOutgoingEvents,
} from '../../data-access/outgoing-events.ts';
import { withPatience } from '../../runtime/patience.ts';

/** Puts events on the bus; answers the ids of those that it took. Rejects when it took none. */
export type Put = (events: readonly OutgoingEvent[]) => Promise<number[]>;

export interface PutCounts {
  put: number;
  failed: number;
  /** For how long the oldest that is left has waited. */
  waitingSeconds: number;
}

/** EventBridge takes ten in a call. */
const CALL_SIZE = 10;
const PAGE_SIZE = 100;
/** Longer than a page takes to send even where each call runs into its time-out. */
const LEASE_SECONDS = 240;

/**
 * Puts what is written down for the bus on it, the oldest first. At least once: a run that dies between putting and settling lets
 * the next one put the same again, with the same `id`.
 * @param put undefined: there is no bus, and facts are not written down.
 */
export async function putOutgoingEvents(
  database: Database,
  put: Put | undefined,
  now: Date,
  maySend: () => boolean = () => true,
): Promise<PutCounts> {
  const counts = { put: 0, failed: 0 };
  await setOutlet(database, put !== undefined);
  if (put === undefined) return { ...counts, waitingSeconds: 0 };
  while (maySend()) {
    const claimed = await claimOutgoingEvents(database, PAGE_SIZE, LEASE_SECONDS, now);
    if (claimed.length === 0) break;
    const taken: number[] = [];
    for (let from = 0; from < claimed.length; from += CALL_SIZE)
      taken.push(...(await put(claimed.slice(from, from + CALL_SIZE)).catch(() => [])));
    const ids = claimed.map(({ id }) => id);
    await settleOutgoingEvents(database, ids, taken);
    counts.put += taken.length;
    counts.failed += claimed.length - taken.length;
    // Where one failed, the rest would meet the same bus: the next run goes on.
    if (counts.failed > 0 || claimed.length < PAGE_SIZE) break;
  }
  return { ...counts, waitingSeconds: await outgoingAge(database, now) };
}

const EVENT_SOURCE = 'pagw.event-tracker';

/** Puts them on a bus of EventBridge, which may take some of a call and refuse others. */
export function putOnBus(client: EventBridgeClient, busArn: string): Put {
  return async (events) => {
    const { Entries = [] } = await client.send(
      new PutEventsCommand({
        Entries: events.map(({ id, kind, detail, writtenAt }) => ({
          EventBusName: busArn,
          Source: EVENT_SOURCE,
          DetailType: kind,
          Time: writtenAt,
          Detail: JSON.stringify({ id, ...(JSON.parse(detail) as object) }),
        })),
      }),
      withPatience(),
    );
    return events.filter((_, place) => Entries[place]?.EventId !== undefined).map(({ id }) => id);
  };
}
