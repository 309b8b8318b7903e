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
  /** Which of the event ids asked about are recorded already. */
  recorded: string[] | null;
}

/** The states of the requests that exist, by id, with what is recorded already of the event ids given for each. */
export async function readRequestStates(
  database: Database,
  eventIds: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, RequestStateRow>> {
  const asked = [...eventIds].map(([pagwId, ids]) => ({ pagw_id: pagwId, event_ids: ids }));
  const { rows } = await database.execute<{ states: RequestStateRow[] | null }>(
    'SELECT read_request_states(:asked::json) AS states',
    { asked: JSON.stringify(asked) },
  );
  return new Map((rows[0]?.states ?? []).map((state) => [state.pagwId, state]));
}
