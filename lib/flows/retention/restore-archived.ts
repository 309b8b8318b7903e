import type { S3Client } from '@aws-sdk/client-s3';
import {
  type ArchivedEvent,
  archivedValue,
  keepArchivedMonth,
  listArchivedParts,
  listObjectRequests,
  lockMissingRequests,
  putArchivedEvents,
  verifyRestored,
} from '../../data-access/archive.ts';
import type { Database } from '../../data-access/database.ts';
import { DatabaseError } from '../../data-access/database-error.ts';
import { ArchiveDamagedError, getArchiveObject, type ObjectPlace } from './archive-object.ts';

/** As the Data API carries it, JSON in JSON; it takes 4 MiB a call. */
const CALL_MAX_BYTES = 3_000_000;

/** What the archive holds of requests: all of each, in the order of its numbers. */
type Histories = ReadonlyMap<string, readonly ArchivedEvent[]>;

/**
 * Puts a request's archived events back into the database, which compares them with what it noted when they were
 * archived, and keeps their month; answers how many. None when they are there already; undefined when nothing of it is
 * archived. However long the history is, all of it comes back or nothing does.
 * @throws ArchiveDamagedError when the archive does not hold what was noted
 */
export async function restoreRequest(
  database: Database,
  s3: S3Client,
  pagwId: string,
  keepUntil: Date,
): Promise<number | undefined> {
  const parts = await listArchivedParts(database, pagwId);
  const [first] = parts;
  if (first === undefined) return undefined;
  await keepArchivedMonth(database, first.receivedOn, keepUntil);
  const events: ArchivedEvent[] = [];
  // Not push(...): a history may be longer than a call may have arguments.
  for (const part of parts) for (const event of await getArchiveObject(s3, part, pagwId)) events.push(event);
  return restoreHistories(database, new Map([[pagwId, events]]));
}

/** The same for all requests that were noted with an object. */
export async function restoreObject(
  database: Database,
  s3: S3Client,
  object: ObjectPlace & { id: number; receivedOn: string },
  keepUntil: Date,
): Promise<number> {
  await keepArchivedMonth(database, object.receivedOn, keepUntil);
  const requests = await listObjectRequests(database, object.id);
  // An object may hold more than was noted: what got another event in between is noted with a later object.
  const whole = requests.filter(({ elsewhere }) => !elsewhere);
  const held = Map.groupBy(await getArchiveObject(s3, object), (event) =>
    String(archivedValue(event, 'pagw_id')),
  );
  // What was noted and is not held, as in an object that stands in another one's place, does not compare.
  let restored = await restoreHistories(
    database,
    new Map(whole.map(({ pagwId }) => [pagwId, held.get(pagwId) ?? []])),
  );
  for (const { pagwId, elsewhere } of requests)
    if (elsewhere) restored += (await restoreRequest(database, s3, pagwId, keepUntil)) ?? 0;
  return restored;
}

/** Requests of one call's size at a time, or a request of several calls: each group in a transaction of its own. */
async function restoreHistories(database: Database, histories: Histories): Promise<number> {
  let restored = 0;
  let group = new Map<string, readonly ArchivedEvent[]>();
  let bytes = 0;
  for (const [pagwId, events] of histories) {
    const size = events.reduce((sum, event) => sum + sizeOf(event), 0);
    if (group.size > 0 && bytes + size > CALL_MAX_BYTES) {
      restored += await restoreGroup(database, group);
      group = new Map();
      bytes = 0;
    }
    group.set(pagwId, events);
    bytes += size;
  }
  return restored + (group.size === 0 ? 0 : await restoreGroup(database, group));
}

function restoreGroup(database: Database, group: Histories): Promise<number> {
  return database.transaction(async (transaction) => {
    const missing = await lockMissingRequests(transaction, [...group.keys()]);
    if (missing.length === 0) return 0;
    let restored = 0;
    try {
      for (const batch of batchesOf(missing.flatMap((pagwId) => group.get(pagwId) ?? [])))
        restored += await putArchivedEvents(transaction, batch);
    } catch (cause) {
      throw isRefusedValue(cause) ? damageOf(missing, cause) : cause;
    }
    const damaged = await verifyRestored(transaction, missing);
    if (damaged.length > 0) throw damageOf(damaged);
    return restored;
  });
}

function damageOf(pagwIds: readonly string[], cause?: unknown): ArchiveDamagedError {
  return new ArchiveDamagedError(`The archive does not hold what was archived of ${pagwIds.join(', ')}.`, {
    cause,
  });
}

/** A value that no event ever had: class 22 and 23 of SQLSTATE. */
function isRefusedValue(error: unknown): boolean {
  return error instanceof DatabaseError && /^2[23]/.test(error.sqlState ?? '');
}

function* batchesOf(events: readonly ArchivedEvent[]): Generator<ArchivedEvent[]> {
  let batch: ArchivedEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = sizeOf(event);
    if (batch.length > 0 && bytes + size > CALL_MAX_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function sizeOf(event: ArchivedEvent): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(event)));
}
