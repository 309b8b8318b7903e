import { expect, it } from 'vitest';
import { findSequenceFaults } from '../../../lib/data-access/doctor.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { ArchiveDiffersError } from '../../../lib/flows/retention/archive-object.ts';
import { restoreRequest } from '../../../lib/flows/retention/restore-archived.ts';
import { openArchiveBucket } from '../../support/archive-bucket.ts';
import { forFile } from '../../support/for-file.ts';
import { rollUp } from '../../support/history-ages.ts';
import { openOldMonth } from '../../support/old-month.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const ROUNDS = 16;
/** Recorded under an old time, events keep their request old enough for everything that maintain does. */
const march = new Date('2026-03-01T12:00:00Z');
const now = new Date('2027-04-01T10:00:00Z');
const PAGW_IDS = ['PAGW-1', 'PAGW-2', 'PAGW-3'];
const archive = await forFile(openArchiveBucket());
const month = await forFile(openOldMonth(archive));

/** Sends an event that is there, wherever it is by now, and a new one. */
async function send(pagwId: string, eventId: string, known: string): Promise<void> {
  const [again, fresh] = await recordEvents(
    month.database,
    [
      trackedEvent({ pagwId, eventId: known }),
      trackedEvent({
        pagwId,
        eventId,
        ...(eventId.length % 2 === 0 ? { eventType: 'PARSE_START', status: 'STARTED' } : {}),
      }),
    ],
    march,
  );
  expect([again?.outcome, fresh?.outcome]).toEqual(['DUPLICATE', 'RECORDED']);
}

/** A compaction in between leaves the archive's read behind; nothing is noted then. */
const archiveOnce = () =>
  month.archive(now).catch((error: unknown) => {
    if (!(error instanceof ArchiveDiffersError)) throw error;
  });

it('loses and doubles nothing when all of it happens at once', async () => {
  const sent = new Map<string, string[]>();
  for (const pagwId of PAGW_IDS) {
    await month.record(pagwId);
    sent.set(
      pagwId,
      (await month.timeline(pagwId)).map(({ eventId }) => eventId),
    );
  }
  let dropped = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    // A month waits for the flow roll-up to have all of it.
    if (round % 2 === 1) await rollUp(month, now);
    const runs: Promise<unknown>[] = [archiveOnce(), archiveOnce(), month.compact(now)];
    runs.push(
      month.drop(now).then(({ monthsDropped }) => {
        dropped += monthsDropped;
      }),
    );
    const pagwId = PAGW_IDS[round % 3] ?? '';
    // Put back for a time that is over, it may go at any moment: then there is no month to put it into.
    if (round % 4 === 0) runs.push(restoreRequest(month.database, archive.s3, pagwId, march).catch(() => 0));
    if (round % 2 === 0) {
      const ids = sent.get(pagwId) ?? [];
      const fresh = [`late-${round}`, `later-${round}`];
      runs.push(...fresh.map((eventId) => send(pagwId, eventId, ids[round % ids.length] ?? '')));
      sent.set(pagwId, [...ids, ...fresh]);
    }
    await Promise.all(runs);
    expect((await findSequenceFaults(month.database, 10)).faults).toEqual([]);
  }
  expect(dropped).toBeGreaterThan(0);
  await rollUp(month, now);
  const { rows } = await month.database.execute<{ eventType: string; events: number }>(
    'SELECT event_type, sum(event_count)::bigint AS events FROM event_tracker_summary GROUP BY event_type',
  );
  const counted = new Map(rows.map(({ eventType, events }) => [eventType, events]));
  const all = (await Promise.all(PAGW_IDS.map((pagwId) => month.timeline(pagwId)))).flat();
  for (const [eventType, events] of Map.groupBy(all, ({ eventType }) => eventType))
    expect([eventType, counted.get(eventType)]).toEqual([eventType, events.length]);
  for (const pagwId of PAGW_IDS) {
    const events = await month.timeline(pagwId);
    expect(events.map(({ sequenceNo }) => sequenceNo)).toEqual(events.map((_, place) => place + 1));
    expect(events.map(({ eventId }) => eventId).toSorted()).toEqual(sent.get(pagwId)?.toSorted());
  }
});
