import type { RequestMemory } from '../../domain/request-fold.ts';
import type { Database } from '../database.ts';

/** What stands of a request before events are added to it. */
export interface RequestStateRow {
  pagwId: string;
  tenant: string;
  lastSequenceNo: number;
  /** Whether it has a correlation id. */
  correlated: boolean;
  /** Null when it was brought over from an older system and its state is yet to be derived. */
  memory: RequestMemory | null;
  /** At which places of the event ids asked about stand ids that are recorded already. */
  recorded: readonly number[] | null;
}

export interface RequestStates {
  /** By id; a request that is in neither does not exist. */
  read: ReadonlyMap<string, RequestStateRow>;
  /** Requests whose state had no room in the answer. */
  unread: Set<string>;
}

/** Leaves the answer's other parts room within its 1 MiB. */
const MOST_STATE_BYTES = 500_000;

/** The states of the requests that exist, with what is recorded already of the event ids given for each. */
export async function readRequestStates(
  database: Database,
  eventIds: ReadonlyMap<string, readonly string[]>,
): Promise<RequestStates> {
  const asked = [...eventIds].map(([pagwId, ids]) => ({ pagw_id: pagwId, event_ids: ids }));
  const { rows } = await database.execute<{ state: RequestStateRow | Pick<RequestStateRow, 'pagwId'> }>(
    'SELECT state FROM read_request_states(:asked::json, :most_bytes::int) AS state',
    { asked: JSON.stringify(asked), most_bytes: MOST_STATE_BYTES },
  );
  const read = new Map<string, RequestStateRow>();
  const unread = new Set<string>();
  for (const { state } of rows) {
    if ('tenant' in state) read.set(state.pagwId, state);
    else unread.add(state.pagwId);
  }
  return { read, unread };
}
