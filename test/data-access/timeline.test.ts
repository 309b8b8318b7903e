import { describe, expect, it, vi } from 'vitest';
import { explainTimeline } from '../../lib/data-access/doctor.ts';
import {
  findRequest,
  findTimeline,
  type RequestRow,
  type RequestTimeline,
  readTimeline,
  type TimelineEvent,
} from '../../lib/data-access/timeline.ts';
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

async function numbersOf(found: RequestTimeline | undefined): Promise<number[]> {
  const pages: number[][] = [];
  for await (const page of found?.pages ?? []) pages.push(page.map(({ sequenceNo }) => sequenceNo));
  return pages.flat();
}

/** What each column is of a first failure that waits for its retry. */
const REQUEST_KINDS: Record<keyof RequestRow, string> = {
  ...{
    archivedAt: 'null',
    clockStoppedAt: 'null',
    compactedAt: 'null',
    completedAt: 'null',
    correlationId: 'null',
  },
  ...{
    decidedAt: 'null',
    decisionDueAt: 'null',
    determination: 'null',
    externalReferenceId: 'null',
    nextStage: 'null',
  },
  ...{ payloadBucket: 'null', payloadKey: 'null', priority: 'null', requestType: 'null', retiredAt: 'null' },
  ...{ stuckReason: 'null', stuckSince: 'null', targetSystem: 'null', unclearAnswerAt: 'null' },
  ...{ createdAt: 'date', lastEventAt: 'date', mainAt: 'date', receivedAt: 'date', updatedAt: 'date' },
  ...{ failureCount: 'number', lastSequenceNo: 'number', mainAttempt: 'number', retryCount: 'number' },
  ...{
    lastErrorCode: 'string',
    lastErrorMsg: 'string',
    lastStage: 'string',
    mainEventType: 'string',
    mainStage: 'string',
  },
  ...{ mainStatus: 'string', pagwId: 'string', receivedOn: 'string', status: 'string', tenant: 'string' },
  ...{ retryWaits: 'boolean' },
};
const EVENT_KINDS: Record<keyof TimelineEvent, string> = {
  ...{ sequenceNo: 'number', attempt: 'number' },
  ...{ eventId: 'string', stage: 'string', eventType: 'string', status: 'string', errorCode: 'string' },
  ...{ errorMessage: 'string' },
  ...{ retryable: 'boolean', disbelieved: 'boolean' },
  ...{ nextRetryAt: 'date', occurredAt: 'date', createdAt: 'date' },
  ...{
    retryExhaustedAt: 'null',
    durationMs: 'null',
    externalReference: 'null',
    workerId: 'null',
    serviceName: 'null',
  },
  ...{ sender: 'null', startedAt: 'null', completedAt: 'null' },
  ...{ metadata: 'object' },
};

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

  it('comes with its request in one call, of the tenant that is asked for', async () => {
    await record('PAGW-ONE', 40, { metadata: { diagnosisCount: 3 } });
    const execute = vi.spyOn(db.database, 'execute');
    const found = await findTimeline(db.database, 'PAGW-ONE');
    expect(await numbersOf(found)).toEqual(numbers(40));
    expect(execute).toHaveBeenCalledOnce();
    execute.mockRestore();
    expect(found?.request).toEqual(await findRequest(db.database, 'PAGW-ONE'));
    expect(await findTimeline(db.database, 'PAGW-ONE', { tenant: 'carelon' })).toBeUndefined();
    expect(await findTimeline(db.database, 'PAGW-NOWHERE')).toBeUndefined();
  });

  it('comes from the end where its latest events are asked for', async () => {
    await record('PAGW-LATEST', 30, {});
    const latest = async (afterNo: number) =>
      numbersOf(await findTimeline(db.database, 'PAGW-LATEST', { afterNo }));
    expect(await latest(-10)).toEqual(numbers(30).slice(20));
    expect(await latest(-31)).toEqual(numbers(30));
  });

  it('answers each column of a request and of an event, instants as dates', async () => {
    await record('PAGW-COLUMNS', 1, {
      ...{
        status: 'FAILED',
        retryable: true,
        errorCode: 'API_TIMEOUT',
        errorMessage: 'late',
        stage: 'VALIDATION',
      },
      ...{
        eventType: 'VAL_FAIL',
        nextRetryAt: '2026-03-01T12:05:00.123Z',
        metadata: { at: '2026-03-01T12:05:00Z' },
      },
    });
    const found = await findTimeline(db.database, 'PAGW-COLUMNS');
    const [event] = (await found?.pages.next())?.value ?? [];
    const kinds = (row: object = {}) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          value instanceof Date ? 'date' : value === null ? 'null' : typeof value,
        ]),
      );
    expect(kinds(found?.request)).toEqual(REQUEST_KINDS);
    expect(kinds(event)).toEqual(EVENT_KINDS);
    expect(event).toMatchObject({
      nextRetryAt: new Date('2026-03-01T12:05:00.123Z'),
      metadata: { at: '2026-03-01T12:05:00Z' },
    });
  });

  it('reads one month, by its indexes', async () => {
    const plan = await explainTimeline(db.database, '2026-03-01');
    expect(plan).toEqual({
      tables: ['event_tracker_2026_03'],
      indexes: [
        'event_tracker_2026_03_pagw_id_sequence_no_received_on_idx',
        'event_tracker_2026_03_pagw_id_received_on_hashtextextended_idx',
      ],
      scannedTables: [],
    });
  });
});
