import type { S3Client } from '@aws-sdk/client-s3';
import { beforeEach } from 'vitest';
import { listArchiveObjects } from '../../lib/data-access/archive.ts';
import type { Database } from '../../lib/data-access/database.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { compactRequests } from '../../lib/data-access/retention.ts';
import { findTimeline, type TimelineEvent } from '../../lib/data-access/timeline.ts';
import { type ArchiveBucket, archiveRequests } from '../../lib/flows/retention/archive-requests.ts';
import { dropArchivedMonths } from '../../lib/flows/retention/drop-archived-months.ts';
import { readHistory } from '../../lib/flows/retention/read-history.ts';
import { restoreObject } from '../../lib/flows/retention/restore-archived.ts';
import { openArchiveBucket } from './archive-bucket.ts';
import { openTestDatabase } from './database.ts';
import { forFile } from './for-file.ts';
import { recordHistory, type Step } from './history.ts';
import { HAPPY_WITH_RETRY, rollUp } from './history-ages.ts';

export type OldMonth = Awaited<ReturnType<typeof openOldMonth>>;

interface Run {
  database?: Database;
  s3?: S3Client;
}

/** March 2026 in a database of its own, and what maintain does with it from August on. */
export async function openOldMonth(archive: ArchiveBucket) {
  const db = await openTestDatabase();
  const start = new Date('2026-03-01T10:00:00Z');
  await ensurePartition(db.database, start);
  const optionsOf = (at: Date, database = db.database) => ({ database, now: at, mayGoOn: () => true });
  return {
    ...db,
    /** Records a history of that month. */
    record: (pagwId: string, steps: readonly Step[] = HAPPY_WITH_RETRY, tenant = 'anthem', at = start) =>
      recordHistory(db.database, { pagwId, tenant }, at, steps),
    compact: async (at: Date, database?: Database) => {
      await rollUp(db, at);
      return compactRequests(optionsOf(at, database), 30);
    },
    archive: async (at: Date, { database, s3 = archive.s3 }: Run = {}) => {
      await rollUp(db, at);
      return archiveRequests(optionsOf(at, database), { s3, bucket: archive.bucket }, 90);
    },
    drop: (at: Date, { database, s3 = archive.s3 }: Run = {}) =>
      dropArchivedMonths(optionsOf(at, database), { s3 }, 90),
    restoreMonth: async (until: Date, { database = db.database, s3 = archive.s3 }: Run = {}) => {
      let restored = 0;
      for await (const object of listArchiveObjects(db.database, '2026-03'))
        restored += await restoreObject(database, s3, object, until);
      return restored;
    },
    /** From the database and the archive. */
    timeline: async (pagwId: string, database = db.database): Promise<TimelineEvent[]> => {
      const found = await findTimeline(database, pagwId);
      if (found === undefined) throw new Error(`${pagwId} is not there`);
      const events: TimelineEvent[] = [];
      for await (const page of readHistory(database, archive.s3, found.request, found.pages))
        events.push(...page);
      return events;
    },
    /** A digest of every row with all its columns: the rows themselves may be more than a call answers. */
    rows: async () =>
      (
        await db.database.execute(
          'SELECT sequence_no, md5(archived_event(event)::text) AS digest FROM event_tracker AS event ORDER BY id',
        )
      ).rows,
    /** Does `deed` before a call whose SQL holds `words`. */
    before: (words: string, deed: () => Promise<unknown>): Database => ({
      execute: async <Row>(sql: string, values?: Parameters<Database['execute']>[1]) => {
        if (sql.includes(words)) await deed();
        return db.database.execute<Row>(sql, values);
      },
      transaction: (work) => db.database.transaction(work),
    }),
  };
}

/** The same for each test of a file, over an archive that they share. To be awaited at the top of the file. */
export async function oldMonthForEach() {
  const archive = await forFile(openArchiveBucket());
  const month = {} as OldMonth;
  beforeEach(async () => {
    const { close } = Object.assign(month, await openOldMonth(archive));
    return () => close();
  });
  return { archive, month };
}
