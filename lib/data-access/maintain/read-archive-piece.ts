import type { ArchivedEvent } from '../archive/archived-event.ts';
import type { Database } from '../database.ts';
import type { ArchivePiece } from './find-archive-piece.ts';

/** The Data API answers at most 1 MiB of JSON; quotes in a row's own JSON are escaped once more. */
const PAGE_BYTES = 450_000;
const PAGE_EVENTS = 2_000;
/** About as many as a page holds the events of: every event looked at is sorted, up to a page of each request. */
const PAGE_REQUESTS = 60;

interface Row {
  pagwId: string;
  sequenceNo: string;
  event: ArchivedEvent;
}

/**
 * The events of the piece that are not archived yet, as archived_event() gives them, by request and number. The last
 * requests of the piece are left out when there are more than `maxBytes` of events before them.
 */
export async function readArchivePiece(
  database: Database,
  piece: ArchivePiece,
  maxBytes: number,
): Promise<ArchivedEvent[]> {
  const events: ArchivedEvent[] = [];
  let bytes = 0;
  for (let place = 0; place < piece.pagwIds.length && bytes <= maxBytes; place += PAGE_REQUESTS) {
    const pagwIds = piece.pagwIds.slice(place, place + PAGE_REQUESTS);
    let after: Row | undefined;
    for (;;) {
      const page = await readPage(database, piece.receivedOn, pagwIds, after);
      if (page.length === 0) break;
      for (const row of page) {
        // A request whose first events fit is taken whole: half a history cannot be noted.
        if (bytes > maxBytes && row.pagwId !== after?.pagwId) return events;
        events.push(row.event);
        bytes += JSON.stringify(row.event).length;
        after = row;
      }
    }
  }
  return events;
}

async function readPage(
  database: Database,
  receivedOn: string,
  pagwIds: readonly string[],
  after: Row | undefined,
): Promise<Row[]> {
  const { rows } = await database.execute<Row>(
    `WITH listed AS MATERIALIZED (
       SELECT
         pagw_id,
         greatest(
           archived_through(pagw_id),
           CASE WHEN pagw_id = :after_pagw_id THEN :after_sequence_no::bigint END
         ) AS after_no
       FROM json_array_elements_text(:pagw_ids::json) AS listed (pagw_id)
       WHERE pagw_id COLLATE "C" >= :after_pagw_id
     ), next AS MATERIALIZED (
       SELECT event
       FROM listed
       CROSS JOIN LATERAL (
         SELECT event
         FROM event_tracker AS event
         WHERE event.received_on = :received_on::date
           AND event.pagw_id = listed.pagw_id
           AND event.sequence_no > listed.after_no
         ORDER BY event.sequence_no
         LIMIT ${PAGE_EVENTS}
       ) AS found
       ORDER BY (event).pagw_id, (event).sequence_no
       LIMIT ${PAGE_EVENTS}
     ), written AS MATERIALIZED (
       SELECT (event).pagw_id, (event).sequence_no, archived_event(event) AS row
       FROM next
     ), sized AS (
       SELECT
         written.*,
         sum(octet_length(row::text)) OVER in_order AS bytes_so_far,
         row_number() OVER in_order AS place
       FROM written
       WINDOW in_order AS (ORDER BY pagw_id, sequence_no)
     )
     SELECT pagw_id, sequence_no::text AS sequence_no, row AS event
     FROM sized
     WHERE bytes_so_far <= ${PAGE_BYTES} OR place = 1
     ORDER BY sized.pagw_id, sized.sequence_no`,
    {
      received_on: receivedOn,
      pagw_ids: JSON.stringify(pagwIds),
      after_pagw_id: after?.pagwId ?? '',
      after_sequence_no: after?.sequenceNo ?? '0',
    },
  );
  return rows;
}
