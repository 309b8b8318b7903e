import { beforeEach, expect, it } from 'vitest';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { listActs } from '../../../lib/data-access/operate.ts';
import {
  compactRequests,
  type HoldScope,
  holdHistory,
  listHolds,
  measureArchive,
  releaseHistory,
} from '../../../lib/data-access/retention.ts';
import { archiveRequests } from '../../../lib/flows/retention/archive-requests.ts';
import { dropArchivedMonths } from '../../../lib/flows/retention/drop-archived-months.ts';
import { openArchiveBucket } from '../../support/archive-bucket.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { forFile } from '../../support/for-file.ts';
import { recordHistory } from '../../support/history.ts';
import { HAPPY_WITH_RETRY, rollUp } from '../../support/history-ages.ts';

const start = new Date('2026-03-01T10:00:00Z');
const now = new Date('2026-08-01T10:00:00Z');
const kim = { actedBy: 'kim', reason: 'Doe v. Plan' };
let db: TestDatabase;
const archive = await forFile(openArchiveBucket());

beforeEach(async () => {
  db = await openTestDatabase();
  await ensurePartition(db.database, start);
  return () => db.close();
});

it.each<[string, HoldScope]>([
  ['a request', { pagwId: 'HELD' }],
  ['a tenant', { tenant: 'carelon' }],
  ['a plan', { plan: 'h1234' }],
])('keeps the history of %s from compaction, archive and drop until it is released', async (_, scope) => {
  await recordHistory(db.database, { pagwId: 'FREE', tenant: 'anthem' }, start, HAPPY_WITH_RETRY);
  const [first, ...rest] = HAPPY_WITH_RETRY;
  const stated = [0, first?.[1] ?? '', { request: { plan: 'H1234' } }] as const;
  await recordHistory(db.database, { pagwId: 'HELD', tenant: 'carelon' }, start, [stated, ...rest]);
  await rollUp(db, now);
  const options = { database: db.database, now, mayGoOn: () => true };
  const retain = async () => {
    const { requestsCompacted } = await compactRequests(options, 30);
    const { requestsArchived } = await archiveRequests(
      options,
      { s3: archive.s3, bucket: archive.bucket },
      90,
    );
    const { monthsDropped } = await dropArchivedMonths(options, { s3: archive.s3 }, 90);
    return { requestsCompacted, requestsArchived, monthsDropped };
  };
  expect(await holdHistory(db.database, scope, kim, now)).toBe(true);
  expect(await holdHistory(db.database, scope, kim, now)).toBe(false);
  expect(await listHolds(db.database)).toMatchObject([{ ...scope, heldBy: 'kim', reason: 'Doe v. Plan' }]);
  expect(await retain()).toEqual({ requestsCompacted: 1, requestsArchived: 1, monthsDropped: 0 });
  expect(await measureArchive(options, 90)).toEqual({ requestsHoldingMonths: 0, requestsToArchive: 0 });
  expect(await releaseHistory(db.database, scope, kim, now)).toBe(true);
  expect(await releaseHistory(db.database, scope, kim, now)).toBe(false);
  expect(await retain()).toEqual({ requestsCompacted: 1, requestsArchived: 1, monthsDropped: 1 });
  const { rows } = await db.database.execute(
    'SELECT action, acted_by, reason FROM operator_action ORDER BY id',
  );
  expect(rows).toEqual(
    ['archive.hold', 'archive.release'].map((action) => ({ action, actedBy: 'kim', reason: 'Doe v. Plan' })),
  );
});

it('releases exactly what is named, and counts one for each hold and release', async () => {
  const scopes: HoldScope[] = ['1', '2'].flatMap((n) => [
    { pagwId: `PAGW-${n}` },
    { tenant: `tenant-${n}` },
    { plan: `H${n}` },
  ]);
  for (const scope of scopes) expect(await holdHistory(db.database, scope, kim, now)).toBe(true);
  for (const [place, scope] of scopes.entries()) {
    expect(await releaseHistory(db.database, scope, kim, now)).toBe(true);
    expect(await listHolds(db.database)).toMatchObject(scopes.slice(place + 1));
  }
  const acts = (await listActs(db.database, {}, 50)).rows.map(
    ({ action, affected }) => `${action} ${affected}`,
  );
  expect(acts.sort()).toEqual([...Array(6).fill('archive.hold 1'), ...Array(6).fill('archive.release 1')]);
});

it.each<[string, HoldScope]>([
  ['a request', { pagwId: 'HELD' }],
  ['a tenant', { tenant: 'anthem' }],
  ['a plan', { plan: 'H1234' }],
])('holds %s for each matter, until the last is released', async (_, scope) => {
  await recordHistory(db.database, { pagwId: 'HELD' }, start, [
    [0, 'REQUEST_RECEIVED', { request: { plan: 'H1234' } }],
  ]);
  const isHeld = async () => {
    const { rows } = await db.database.execute<{ held: boolean }>(`SELECT is_held('HELD', 'anthem') AS held`);
    return rows[0]?.held;
  };
  const [doe, audit, none] = [{ ...scope, matter: 'Doe v. Plan' }, { ...scope, matter: 'audit-2026' }, scope];
  for (const one of [doe, audit, none]) expect(await holdHistory(db.database, one, kim, now)).toBe(true);
  const again = { ...scope, matter: 'DOE V. PLAN' };
  expect(await holdHistory(db.database, again, kim, now)).toBe(false);
  expect(await listHolds(db.database)).toMatchObject([doe, audit, { ...none, matter: null }]);
  expect(await releaseHistory(db.database, { ...scope, matter: 'another' }, kim, now)).toBe(false);
  for (const one of [again, none, audit]) {
    expect(await isHeld()).toBe(true);
    expect(await releaseHistory(db.database, one, kim, now)).toBe(true);
  }
  expect(await isHeld()).toBe(false);
});

it('keeps the month of what was archived before it was held, and not the month before', async () => {
  const april = new Date('2026-04-01T00:00:00Z');
  await ensurePartition(db.database, april);
  await recordHistory(db.database, { pagwId: 'HELD' }, start, HAPPY_WITH_RETRY);
  await recordHistory(db.database, { pagwId: 'APRIL' }, april, HAPPY_WITH_RETRY);
  await rollUp(db, now);
  const options = { database: db.database, now, mayGoOn: () => true };
  await archiveRequests(options, { s3: archive.s3, bucket: archive.bucket }, 90);
  const drop = () => dropArchivedMonths(options, { s3: archive.s3 }, 90);
  for (const pagwId of ['HELD', 'APRIL']) await holdHistory(db.database, { pagwId }, kim, now);
  expect(await drop()).toMatchObject({ monthsDropped: 0 });
  await releaseHistory(db.database, { pagwId: 'HELD' }, kim, now);
  expect(await drop()).toMatchObject({ monthsDropped: 1 });
  expect(await drop()).toMatchObject({ monthsDropped: 0 });
});
