import { afterAll, beforeAll, describe, it } from 'vitest';
import { archiveRequests } from '../../../lib/data-access/maintain/archive-requests.ts';
import { dropArchivedMonths } from '../../../lib/data-access/maintain/drop-archived-months.ts';
import { ensurePartition } from '../../../lib/data-access/maintain/ensure-partitions.ts';
import { refreshSummary } from '../../../lib/data-access/maintain/refresh-summary.ts';
import { openArchiveBucket } from '../../support/archive-bucket.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { recordHistory } from '../../support/history.ts';

const start = new Date('2026-03-01T10:00:00Z');
const now = new Date('2026-08-01T10:00:00Z');
let db: TestDatabase;
let archive: Awaited<ReturnType<typeof openArchiveBucket>>;

beforeAll(async () => {
  db = await openTestDatabase();
  archive = await openArchiveBucket();
  await ensurePartition(db.database, start);
});
afterAll(async () => {
  await archive.close();
  await db.close();
});

const options = () => ({ database: db.database, now, mayGoOn: () => true });

describe('archiveRequests', () => {
  it('walks', async () => {
    await recordHistory(db.database, { pagwId: 'PAGW-1' }, start, [
      [0, 'PARSE_START'],
      [1, 'PARSE_OK', { metadata: { note: 'süß "q" 😀' } }],
      [2, 'RESPONSE_START'],
      [3, 'RESPONSE_OK', { request: { status: 'APPROVED' } }],
    ]);
    await refreshSummary(options());
    console.log(await archiveRequests(options(), archive, 90));
    console.log(await dropArchivedMonths(options(), 90));
    console.log(
      (await db.database.execute('SELECT * FROM archived_request')).rows,
      (await db.database.execute('SELECT * FROM archived_month')).rows,
    );
  });
});
