import { beforeAll, describe, expect, it } from 'vitest';
import { findSequenceFaults } from '../../lib/data-access/doctor.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const now = new Date('2026-03-01T12:00:00Z');
const db = await databaseOfFile();

beforeAll(async () => {
  const events = ['PAGW-1', 'PAGW-2', 'PAGW-3', 'PAGW-4', 'PAGW-5'].flatMap((pagwId) =>
    Array.from({ length: 4 }, () => trackedEvent({ pagwId })),
  );
  await recordEvents(db.database, events, now);
});

describe('the check of sequences', () => {
  it('goes through all requests in bounded steps, the latest first', async () => {
    const first = await findSequenceFaults(db.database, 2);
    expect(first).toEqual({ checked: 2, faults: [], next: 'PAGW-4' });
    const second = await findSequenceFaults(db.database, 2, first.next);
    const third = await findSequenceFaults(db.database, 2, second.next);
    expect([second.checked, third.checked, third.next]).toEqual([2, 1, undefined]);
  });

  it('finds a gap, a lost end, a lost beginning and a lost history', async () => {
    const remove = (pagwId: string, which: string) =>
      db.database.execute(`DELETE FROM event_tracker WHERE pagw_id = '${pagwId}' AND ${which}`);
    await remove('PAGW-1', 'sequence_no = 2');
    await remove('PAGW-2', 'sequence_no = 4');
    await remove('PAGW-3', 'sequence_no = 1');
    await remove('PAGW-4', 'true');
    const { faults } = await findSequenceFaults(db.database, 100);
    expect(faults.map(({ pagwId, events }) => [pagwId, events])).toEqual([
      ['PAGW-4', 0],
      ['PAGW-3', 3],
      ['PAGW-2', 3],
      ['PAGW-1', 3],
    ]);
  });

  it('takes offence at a month that is gone and was not archived', async () => {
    await db.database.execute('DROP TABLE event_tracker_2026_03');
    expect((await findSequenceFaults(db.database, 100)).faults).toHaveLength(5);
  });
});
