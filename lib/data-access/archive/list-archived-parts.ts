import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';

/** Where a stretch of a request's numbers is archived. */
export interface ArchivedPart {
  pagwId: string;
  /** `YYYY-MM-DD`: the day on which the request arrived. */
  receivedOn: string;
  firstSequenceNo: number;
  lastSequenceNo: number;
  digest: string;
  bucket: string;
  key: string;
}

/** The parts of one request, in the order of its numbers. */
export async function listArchivedParts(database: Database, pagwId: string): Promise<ArchivedPart[]> {
  const parts: ArchivedPart[] = [];
  for (;;) {
    const { rows, cut } = await readPartsAfter(database, pagwId, parts.at(-1)?.lastSequenceNo ?? 0);
    parts.push(...rows);
    if (!cut && rows.length < PAGE_PARTS) return parts;
  }
}

const PAGE_PARTS = 500;

function readPartsAfter(database: Database, pagwId: string, afterNo: number) {
  return readBounded<ArchivedPart>(
    database,
    `SELECT
       part.pagw_id, object.received_on, part.first_sequence_no, part.last_sequence_no, part.digest::text AS digest,
       object.bucket, object.key
     FROM archived_request AS part
     JOIN archive_object AS object ON object.id = part.object_id
     WHERE part.pagw_id = :pagw_id AND part.last_sequence_no > :after_no
     ORDER BY part.last_sequence_no
     LIMIT :limit`,
    { pagw_id: pagwId, after_no: afterNo, limit: PAGE_PARTS },
  );
}
