import type { FoldRules } from '../domain/request-fold.ts';
import { ADDED, requestValues, toRequestRow } from './additions.ts';
import type { Database } from './database.ts';
import { type DerivedRequest, deriveFormer, FORMER_COLUMNS, type FormerRequest } from './derived-state.ts';
import { inParts, readBounded } from './page.ts';

const PAGE_REQUESTS = 200;

/** Whether requests of an older system may be without a state: the migration made the table, and deriveStates drops it. */
export async function awaitsStates(database: Database): Promise<boolean> {
  const { rows } = await database.execute<{ awaits: boolean }>(
    `SELECT to_regclass('derived_up_to') IS NOT NULL AS awaits`,
  );
  return rows[0]?.awaits === true;
}

/** Notes that all have theirs. */
export async function endStates(database: Database): Promise<void> {
  await database.execute('DROP TABLE IF EXISTS derived_up_to');
}

/**
 * Gives the next of the requests that an older system left their states. May be repeated, and run by two at once.
 * @returns how many requests it looked at; 0 when none is left.
 */
export async function deriveNextStates(database: Database, rules: FoldRules): Promise<number> {
  const { rows: page } = await readBounded<FormerRequest & { now: Date }>(
    database,
    `SELECT ${FORMER_COLUMNS}, now() AS now
     FROM request_tracker
     WHERE pagw_id > (SELECT pagw_id FROM derived_up_to)
     ORDER BY pagw_id
     LIMIT ${PAGE_REQUESTS}`,
    {},
  );
  const last = page.at(-1);
  if (last === undefined) return 0;
  const writes: RequestWrite[] = [];
  for await (const request of deriveFormer(database, page, last.now, rules)) writes.push(toWrite(request));
  await database.transaction(async (transaction) => {
    for (const part of inParts(writes)) await write(transaction, part, last.now);
    await settle(transaction, page, last.now);
    await transaction.execute('UPDATE derived_up_to SET pagw_id = greatest(pagw_id, :last)', {
      last: last.pagwId,
    });
  });
  return page.length;
}

interface RequestWrite {
  row: Record<string, unknown>;
  cleared: { pagw_id: string; sequence_no: number }[];
}

/** The older system has counted its retries itself. */
function toWrite(request: DerivedRequest): RequestWrite {
  const { pagwId, fold } = request;
  return {
    row: { ...toRequestRow(request), retries: 0 },
    cleared: fold.appended
      .filter(({ event, nextRetryAt }) => event.nextRetryAt !== null && nextRetryAt === null)
      .map(({ sequenceNo }) => ({ pagw_id: pagwId, sequence_no: sequenceNo })),
  };
}

/** As if the events were recorded now, which are there already. One that has a state by now keeps it. */
async function write(database: Database, writes: readonly RequestWrite[], now: Date): Promise<void> {
  await database.execute(`SELECT append_events(${ADDED}, :now::timestamptz)`, {
    ...requestValues(writes.map(({ row }) => row)),
    events: '{}',
    details: '[]',
    cleared: JSON.stringify(writes.flatMap(({ cleared }) => cleared)),
    now,
  });
}

/** What fell silent long before there was a detector is nobody's alarm: its next event puts it on the list. */
async function settle(database: Database, page: readonly FormerRequest[], now: Date): Promise<void> {
  await database.execute(
    `UPDATE request_tracker AS request
     SET watch_at = CASE
           WHEN coalesce(last_event_at, created_at) >= :now::timestamptz - interval '30 days' THEN watch_at
         END,
         last_error_msg = CASE
           WHEN failure_count = 0 THEN last_error_msg
           ELSE (
             SELECT left(error_message, 4000)
             FROM event_tracker AS failed
             WHERE failed.pagw_id = request.pagw_id AND failed.received_on = request.received_on AND failed.status = 'FAILED'
             ORDER BY sequence_no DESC
             LIMIT 1
           )
         END
     WHERE pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))`,
    { now, pagw_ids: JSON.stringify(page.map(({ pagwId }) => pagwId)) },
  );
}
