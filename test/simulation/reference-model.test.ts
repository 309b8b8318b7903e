import { describe, expect, it } from 'vitest';
import { type AcceptedEvent, modelOf, type Status } from './reference-model.ts';

const MINUTE = 60_000;
const start = Date.parse('2026-03-02T08:00:00Z');

/** Minute, type, stage, status, and what else is said. */
type Told = [number, string, string, Status, Partial<AcceptedEvent>?];

function request(...told: Told[]) {
  const events = told.map(([minute, eventType, stage, status, more], place): AcceptedEvent => {
    const at = start + minute * MINUTE;
    return {
      ...{ eventId: `e-${place}`, tenant: 'anthem', pagwId: 'P', stage, eventType, status },
      ...{ occurredAt: at, recordedAt: at, durationMs: null, errorCode: null, outcome: null },
      ...{ isAsync: false, hasUrgent: null, targetSystem: null, ...more },
    };
  });
  const [only] = modelOf(events).values();
  if (only === undefined) throw new Error('There is no event.');
  return only;
}

const verdict = (one: ReturnType<typeof request>, minute: number) =>
  one.verdictAt(start + minute * MINUTE, [])?.reason ?? null;

describe('the reference model', () => {
  it('plans a retry, and gives it up once the stage is heard of again', () => {
    const fails: Told = [0, 'PARSE_FAIL', 'PARSING', 'FAILED', { errorCode: 'API_TIMEOUT' }];
    expect(request(fails).events[0]).toMatchObject({ attempt: 1, retryBy: start + MINUTE });
    const again = request(fails, [1, 'PARSE_START', 'PARSING', 'STARTED']);
    expect(again.events).toMatchObject([{ retryBy: null }, { attempt: 2 }]);
  });

  it('is exhausted by the fifth failure since the last success', () => {
    const fails = (minute: number): Told => [
      minute,
      'PARSE_FAIL',
      'PARSING',
      'FAILED',
      { errorCode: 'API_TIMEOUT' },
    ];
    const five = request(fails(0), fails(1), fails(2), fails(3), fails(4));
    expect(five.events.map(({ exhausted }) => exhausted)).toEqual([false, false, false, false, true]);
    expect(verdict(five, 4)).toBe('retries-exhausted');
  });

  it('says why a request does not go on', () => {
    expect(verdict(request([0, 'PARSE_START', 'PARSING', 'STARTED']), 15)).toBe('no-result');
    expect(verdict(request([0, 'PARSE_OK', 'PARSING', 'COMPLETED']), 15)).toBe('hand-off-lost');
    expect(verdict(request([0, 'PARSE_OK', 'PARSING', 'COMPLETED']), 14)).toBe(null);
    const terminal: Told = [0, 'VAL_FAIL', 'VALIDATION', 'FAILED', { errorCode: 'INVALID_NPI' }];
    expect(verdict(request(terminal), 15)).toBe('failed');
  });

  it('lets no side lane hide where the main lane stands', () => {
    const one = request(
      [0, 'PARSE_OK', 'PARSING', 'COMPLETED'],
      [14, 'PUBLISH_OK', 'OUTBOX_PUBLISHER', 'COMPLETED'],
    );
    expect(verdict(one, 15)).toBe('hand-off-lost');
  });

  it('decides once, and lets the clock of a pended request run', () => {
    const answers = (minute: number, outcome: string): Told => [
      minute,
      'RESPONSE_OK',
      'RESPONSE_BUILDER',
      'COMPLETED',
      { outcome },
    ];
    const pended = request([0, 'PARSE_OK', 'PARSING', 'COMPLETED'], answers(1, 'pended'));
    expect(pended).toMatchObject({ status: 'PENDING', determination: null });
    expect(pended.riskAt(start + 9 * 24 * 60 * MINUTE)).toBe('breached');
    const decided = request(answers(1, 'denied'), answers(2, 'approved'));
    expect(decided).toMatchObject({ determination: 'DENIED', status: 'APPROVED' });
  });
});
