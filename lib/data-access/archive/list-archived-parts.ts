import type { Database } from '../database.ts';

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
  const { rows } = await database.execute<ArchivedPart>(
    `SELECT
       part.pagw_id, object.received_on, part.first_sequence_no, part.last_sequence_no, part.digest::text AS digest,
       object.bucket, object.key
     FROM archived_request AS part
     JOIN archive_object AS object ON object.id = part.object_id
     WHERE part.pagw_id = :pagw_id
     ORDER BY part.last_sequence_no`,
    { pagw_id: pagwId },
  );
  return rows;
}
