import type { ArchivedEvent } from '../archive/archived-event.ts';
import type { Database } from '../database.ts';
import type { ArchivePiece } from './find-archive-piece.ts';

/** The Data API answers at most 1 MiB of JSON; quotes in a row's own JSON are escaped once more. */
const PAGE_BYTES = 450_000;
const PAGE_EVENTS = 2_000;

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
  let after: Row | undefined;
  for (;;) {
    const page = await readPage(database, piece, after);
    if (page.length === 0) return events;
    for (const row of page) {
      // A request whose first events fit is taken whole: half a history cannot be noted.
      if (bytes > maxBytes && row.pagwId !== after?.pagwId) return events;
      events.push(row.event);
      bytes += JSON.stringify(row.event).length;
      after = row;
    }
  }
}

async function readPage(database: Database, piece: ArchivePiece, after: Row | undefined): Promise<Row[]> {
  const { rows } = await database.execute<Row>(
    `WITH next AS MATERIALIZED (
       SELECT event.pagw_id, event.sequence_no, archived_event(event) AS row
       FROM event_tracker AS event
       WHERE event.received_on = :received_on::date
         AND event.pagw_id IN (SELECT listed.pagw_id FROM json_array_elements_text(:pagw_ids::json) AS listed (pagw_id))
         AND (event.pagw_id, event.sequence_no) > (:after_pagw_id, :after_sequence_no::bigint)
         AND event.sequence_no > archived_through(event.pagw_id)
       ORDER BY event.pagw_id, event.sequence_no
       LIMIT ${PAGE_EVENTS}
     ), sized AS (
       SELECT
         next.*,
         sum(octet_length(row::text)) OVER in_order AS bytes_so_far,
         row_number() OVER in_order AS place
       FROM next
       WINDOW in_order AS (ORDER BY pagw_id, sequence_no)
     )
     SELECT pagw_id, sequence_no::text AS sequence_no, row AS event
     FROM sized
     WHERE bytes_so_far <= ${PAGE_BYTES} OR place = 1
     ORDER BY sized.pagw_id, sized.sequence_no`,
    {
      received_on: piece.receivedOn,
      pagw_ids: JSON.stringify(
        piece.pagwIds.slice(after === undefined ? 0 : piece.pagwIds.indexOf(after.pagwId)),
      ),
      after_pagw_id: after?.pagwId ?? '',
      after_sequence_no: after?.sequenceNo ?? '0',
    },
  );
  return rows;
}
