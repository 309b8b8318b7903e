import { describe, expect, it } from 'vitest';
import { explainTimeline } from '../../lib/data-access/doctor.ts';
import { findRequest, readTimeline } from '../../lib/data-access/timeline.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const now = new Date('2026-03-01T12:00:00Z');
const db = await databaseOfFile();

async function pagesOf(pagwId: string): Promise<number[][]> {
  const request = await findRequest(db.database, pagwId);
  if (request === undefined) throw new Error(`${pagwId} was not recorded.`);
  const pages: number[][] = [];
  for await (const page of readTimeline(db.database, request))
    pages.push(page.map((event) => event.sequenceNo));
  return pages;
}

async function record(
  pagwId: string,
  events: number,
  fields: Parameters<typeof trackedEvent>[0],
): Promise<void> {
  const batch = Array.from({ length: events }, () => trackedEvent({ pagwId, ...fields }));
  await recordEvents(db.database, batch, now);
}

const numbers = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('a timeline', () => {
  it('of 500 events with 16 KiB of metadata each comes whole and in order, within the answers of the Data API', async () => {
    // Quotes double in JSON: the worst that the contract lets through.
    for (let part = 0; part < 5; part++)
      await record('PAGW-LARGE', 100, { metadata: { text: '"'.repeat(8_000) } });
    const pages = await pagesOf('PAGW-LARGE');
    expect(pages.flat()).toEqual(numbers(500));
  });

  it('goes on over error texts that grow in JSON', async () => {
    await record('PAGW-ERRORS', 300, { status: 'FAILED', errorMessage: '\u0001'.repeat(4_000) });
    expect((await pagesOf('PAGW-ERRORS')).flat()).toEqual(numbers(300));
  });

  it('of usual length is one answer', async () => {
    await record('PAGW-USUAL', 40, { metadata: { diagnosisCount: 3 } });
    expect(await pagesOf('PAGW-USUAL')).toEqual([numbers(40)]);
  });

  it('reads one month, by its indexes', async () => {
    const plan = await explainTimeline(db.database, '2026-03-01');
    expect(plan).toEqual({
      tables: ['event_tracker_2026_03'],
      indexes: [
        'event_tracker_2026_03_pagw_id_sequence_no_received_on_idx',
        'event_tracker_2026_03_pagw_id_start_event_id_received_on_idx',
      ],
      scannedTables: [],
    });
  });
});
