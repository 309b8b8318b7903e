import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';

/** The requests that were noted with an object, and whether another object holds a part of them, too. */
export async function listObjectRequests(
  database: Database,
  objectId: number,
): Promise<{ pagwId: string; elsewhere: boolean }[]> {
  const requests: { pagwId: string; elsewhere: boolean }[] = [];
  for (;;) {
    const { rows, cut } = await readRequestsAfter(database, objectId, requests.at(-1)?.pagwId ?? '');
    requests.push(...rows);
    if (!cut && rows.length < PAGE_REQUESTS) return requests;
  }
}

const PAGE_REQUESTS = 1_000;

function readRequestsAfter(database: Database, objectId: number, afterPagwId: string) {
  return readBounded<{ pagwId: string; elsewhere: boolean }>(
    database,
    `SELECT
       part.pagw_id,
       EXISTS (
         SELECT FROM archived_request AS other
         WHERE other.pagw_id = part.pagw_id AND other.object_id <> part.object_id
       ) AS elsewhere
     FROM archived_request AS part
     WHERE part.object_id = :object_id::bigint AND part.pagw_id > :after_pagw_id
     ORDER BY part.pagw_id
     LIMIT :limit`,
    { object_id: objectId, after_pagw_id: afterPagwId, limit: PAGE_REQUESTS },
  );
}
