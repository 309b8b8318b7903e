import { expect, it } from 'vitest';
import { replayEvents } from '../../../bench/replay/replay-events.ts';
import { databaseOfFile } from '../../support/database.ts';

const db = await databaseOfFile();

const path = [
  'REQUEST_RECEIVED',
  'PARSE_START',
  'PARSE_FAIL',
  'PARSE_OK',
  'VAL_OK',
  'DOWNSTREAM_OK',
  'RESPONSE_OK',
];

it('a log replayed out of step, doubled and cut anywhere gives every request what its events make of it', async () => {
  const lines = Array.from({ length: 60 }, (_, request) =>
    path.slice(0, 2 + (request % 6)).map((eventType, place) =>
      JSON.stringify({
        eventId: `e-${place}`,
        tenant: 'anthem',
        pagwId: `PAGW-REPLAY-${request}`,
        eventType,
        occurredAt: new Date(Date.UTC(2012, 4, 1, request % 24, place)).toISOString(),
        ...(eventType === 'RESPONSE_OK' ? { metadata: { outcome: request % 2 ? 'denied' : 'pended' } } : {}),
      }),
    ),
  ).flat();
  const replayed = await replayEvents(db.database, [...lines, '{}'], 3);
  expect(replayed).toMatchObject({ refused: 1, events: lines.length, requests: 60, compared: 60 });
  expect(replayed).toMatchObject({ differences: [], misplaced: 0 });
  expect(replayed.redelivered).toBeGreaterThan(0);
  expect(replayed.duplicates).toBe(replayed.redelivered);
});
