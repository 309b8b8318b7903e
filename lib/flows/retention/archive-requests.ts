import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type ArchivedContent, archiveContents, archivedValue } from '../../data-access/archive.ts';
import type { Database } from '../../data-access/database.ts';
import type { MaintainOptions } from '../../data-access/maintain.ts';
import {
  type ArchiveBatch,
  type ArchiveNote,
  findArchiveBatch,
  listArchivableMonths,
  noteArchived,
  quietSince,
  readArchiveBatch,
} from '../../data-access/retention.ts';
import { plural } from '../../domain/words.ts';
import { ArchiveDiffersError, isLocalFault, readArchiveFile, writeArchiveFile } from './archive-object.ts';

/** About thirty events each. */
const BATCH_REQUESTS = 1_000;

export type ArchiveRun = Record<'requestsArchived' | 'eventsArchived' | 'archiveBytes', number>;

/**
 * Archives the requests of months that ended `afterDays` ago, each once it has been closed and quiet for as long: batch
 * by batch, verified. What is left waits for the next run; so does a batch that cannot be archived, after which the others
 * still are.
 * @throws the error of the first batch that cannot be archived, at the end
 */
export async function archiveRequests(
  { database, now, mayGoOn }: MaintainOptions,
  archive: ArchiveBucket,
  afterDays: number,
): Promise<ArchiveRun> {
  const run: ArchiveRun = { requestsArchived: 0, eventsArchived: 0, archiveBytes: 0 };
  const since = quietSince(now, afterDays);
  let fault: Error | undefined;
  for (const month of await listArchivableMonths(database, since)) {
    let after: ArchiveBatch | undefined;
    while (mayGoOn()) {
      const batch = await findArchiveBatch(database, {
        month,
        quietSince: since,
        most: BATCH_REQUESTS,
        after,
      });
      if (batch === undefined) break;
      try {
        const done = await archiveBatch(database, archive, batch, now);
        run.requestsArchived += done.archived;
        run.eventsArchived += done.events;
        run.archiveBytes += done.bytes;
        // What was archived is not found again; what was outpaced is passed over until the next run.
        after = done.taken;
      } catch (error) {
        if (!isLocalFault(error)) throw error;
        fault ??= error;
        after = batch;
      }
    }
  }
  if (fault !== undefined) throw fault;
  return run;
}

/** Where archived history goes. */
export interface ArchiveBucket {
  s3: S3Client;
  bucket: string;
}

/** Of events as JSON: what one object is made of, and what a run holds in memory several times over. */
const OBJECT_MAX_BYTES = 24_000_000;

/**
 * Writes a batch as one Parquet object, reads the object back, and lets the database note those requests whose rows it
 * holds exactly. A cut anywhere leaves at most an object that the next run writes again under the same key.
 * @throws ArchiveDiffersError when the object does not hold what the database does.
 */
async function archiveBatch(
  database: Database,
  { s3, bucket }: ArchiveBucket,
  batch: ArchiveBatch,
  now: Date,
): Promise<ArchiveNote & { events: number; bytes: number; taken: ArchiveBatch }> {
  const events = await readArchiveBatch(database, batch, OBJECT_MAX_BYTES);
  const last = events.at(-1);
  if (last === undefined)
    return { archived: 0, outpaced: batch.pagwIds.length, differing: 0, events: 0, bytes: 0, taken: batch };
  const file = writeArchiveFile(events);
  const key = objectKey(batch, archiveContents(events));
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: file,
      ContentType: 'application/vnd.apache.parquet',
      ChecksumSHA256: sha256(file, 'base64'),
    }),
  );
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const stored = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const contents = await contentsOf(stored, key);
  const object = {
    tenant: batch.tenant,
    receivedOn: batch.receivedOn,
    bucket,
    key,
    bytes: stored.length,
    sha256: sha256(stored, 'hex'),
  };
  const note = await noteArchived(database, object, contents, now);
  if (note.differing > 0)
    throw new ArchiveDiffersError(`Differing in ${key}: ${plural(note.differing, 'request')}.`);
  const taken = { ...batch, pagwIds: [String(archivedValue(last, 'pagw_id'))] };
  return { ...note, events: events.length, bytes: stored.length, taken };
}

async function contentsOf(stored: Uint8Array, key: string): Promise<ArchivedContent[]> {
  try {
    return archiveContents(await readArchiveFile(stored));
  } catch (cause) {
    throw new ArchiveDiffersError(`What was read back as ${key} is no archive file.`, { cause });
  }
}

function sha256(bytes: Uint8Array, encoding: 'base64' | 'hex'): string {
  return createHash('sha256').update(bytes).digest(encoding);
}

/** By its contents, so that a batch that is written again takes the place of itself. */
function objectKey({ tenant, receivedOn }: ArchiveBatch, contents: readonly ArchivedContent[]): string {
  const digest = createHash('sha256')
    .update(contents.map((content) => content.digest).join('\n'))
    .digest('hex');
  const of = encodeURIComponent(tenant);
  return `events/received_on=${receivedOn}/tenant=${of}/${digest.slice(0, 32)}.parquet`;
}
