import type { Database } from '../database.ts';

/** The requests that were noted with an object, and whether another object holds a part of them, too. */
export async function listObjectRequests(
  database: Database,
  objectId: number,
): Promise<{ pagwId: string; elsewhere: boolean }[]> {
  const { rows } = await database.execute<{ pagwId: string; elsewhere: boolean }>(
    `SELECT
       part.pagw_id,
       EXISTS (
         SELECT FROM archived_request AS other
         WHERE other.pagw_id = part.pagw_id AND other.object_id <> part.object_id
       ) AS elsewhere
     FROM archived_request AS part
     WHERE part.object_id = :object_id::bigint
     ORDER BY part.pagw_id`,
    { object_id: objectId },
  );
  return rows;
}
