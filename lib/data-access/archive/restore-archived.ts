import type { S3Client } from '@aws-sdk/client-s3';
import type { Database } from '../database.ts';
import { type ArchivedEvent, archivedValue } from './archived-event.ts';
import { getArchiveObject, type ObjectPlace } from './get-archive-object.ts';
import { listArchivedParts } from './list-archived-parts.ts';

/** Of events as JSON: half of what the Data API takes. */
const CALL_MAX_CHARACTERS = 1_500_000;

/**
 * Puts a request's archived events back into the database, which compares them with what it noted when they were
 * archived; answers how many. None when they are there already; undefined when nothing of it is archived.
 * @throws DatabaseError with SQLSTATE XX001 when the archive is damaged
 */
export async function restoreRequest(
  database: Database,
  s3: S3Client,
  pagwId: string,
  keepUntil: Date,
): Promise<number | undefined> {
  const parts = await listArchivedParts(database, pagwId);
  if (parts.length === 0) return undefined;
  const events: ArchivedEvent[] = [];
  for (const part of parts) events.push(...(await getArchiveObject(s3, part, pagwId)));
  return restoreEvents(database, events, keepUntil);
}

/** The same for all requests of an object. */
export async function restoreObject(
  database: Database,
  s3: S3Client,
  object: ObjectPlace & { id: number },
  keepUntil: Date,
): Promise<number> {
  const elsewhere = new Set(await listRequestsElsewhere(database, object.id));
  const requests = Map.groupBy(await getArchiveObject(s3, object), (event) =>
    String(archivedValue(event, 'pagw_id')),
  );
  let restored = 0;
  for (const pagwId of elsewhere) restored += (await restoreRequest(database, s3, pagwId, keepUntil)) ?? 0;
  let call: ArchivedEvent[] = [];
  let characters = 0;
  for (const [pagwId, events] of requests) {
    if (elsewhere.has(pagwId)) continue;
    const length = JSON.stringify(events).length;
    if (call.length > 0 && characters + length > CALL_MAX_CHARACTERS) {
      restored += await restoreEvents(database, call, keepUntil);
      call = [];
      characters = 0;
    }
    call.push(...events);
    characters += length;
  }
  return restored + (call.length === 0 ? 0 : await restoreEvents(database, call, keepUntil));
}

/** Requests of the object that have events in another one, too. */
async function listRequestsElsewhere(database: Database, objectId: number): Promise<string[]> {
  const { rows } = await database.execute<{ pagwId: string }>(
    `SELECT DISTINCT part.pagw_id
     FROM archived_request AS part
     JOIN archived_request AS other ON other.pagw_id = part.pagw_id AND other.object_id <> part.object_id
     WHERE part.object_id = :object_id::bigint`,
    { object_id: objectId },
  );
  return rows.map(({ pagwId }) => pagwId);
}

async function restoreEvents(
  database: Database,
  events: readonly ArchivedEvent[],
  keepUntil: Date,
): Promise<number> {
  const { rows } = await database.execute<{ restored: number }>(
    'SELECT restore_archived_events(:events::json, :keep_until::timestamptz) AS restored',
    { events: JSON.stringify(events), keep_until: keepUntil },
  );
  return rows[0]?.restored ?? 0;
}
