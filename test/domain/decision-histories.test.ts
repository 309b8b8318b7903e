import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import type { DecisionEpisode } from '../../lib/domain/decision-episodes.ts';
import { RequestFold } from '../../lib/domain/request-fold.ts';
import { episodesOf } from '../../lib/domain/request-memory.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { eventWith } from './support/message.ts';

const recordedAt = Date.parse('2026-05-01T00:00:00Z');

describe('the first determination', () => {
  const minuteAt = (minute: number) => new Date(recordedAt + minute * 60_000).toISOString();
  /** Extensions, updates and changes of mind beside whatever else a history holds. */
  const later = fc.record({
    minute: fc.integer({ min: -190, max: 0 }),
    eventType: fc.constantFrom(
      ...['RESPONSE_OK', 'VAL_FAIL', 'VAL_OK', 'CALLBACK_OK', 'REQUEST_RECEIVED', 'NOTIFY_OK', 'NOTIFY_FAIL'],
      ...[
        'EXTENSION_GRANTED',
        'EXTENSION_WITHDRAWN',
        'EXPEDITE_DENIED',
        'PRIORITY_UPGRADED',
        'REQUEST_CANCELLED',
        'PIPELINE_FAILED',
        'APPEAL_RECEIVED',
        'APPEAL_OVERTURNED',
      ],
    ),
    metadata: fc.record(
      {
        outcome: fc.constantFrom('approved', 'denied', 'pended', 'complete'),
        reviewAction: fc.constantFrom('A1', 'A2', 'A3', 'A4', 'NA', 'C'),
        plan: fc.constantFrom('H1', 'H2'),
        drug: fc.boolean(),
        requestType: fc.constantFrom('SUBMIT', 'INQUIRY', 'UPDATE'),
      },
      { requiredKeys: [] },
    ),
    request: fc.record(
      {
        priority: fc.constantFrom('EXPEDITED', 'STANDARD'),
        receivedAt: fc.integer({ min: -9_000, max: 0 }).map((minute) => minuteAt(minute)),
        status: fc.constantFrom('APPROVED', 'DENIED', 'CANCELLED', 'FAILED', 'EXPIRED'),
        delegate: fc.constantFrom('evicore'),
      },
      { requiredKeys: [] },
    ),
  });
  const fold = (events: readonly TrackedEvent[]) => {
    const folded = new RequestFold(null);
    for (const event of events) folded.append(event, recordedAt);
    return episodesOf(folded.memory, 'anthem', defaultDecisionPolicy);
  };

  it('is changed by no later event in any published figure, but by its notice and an appeal', () => {
    let compared = 0;
    let appealed = 0;
    fc.assert(
      fc.property(fc.array(later, { minLength: 2, maxLength: 12 }), (history) => {
        const events = history.map(({ minute, ...fields }, place) =>
          eventWith({ ...fields, eventId: `e-${place}`, occurredAt: minuteAt(minute) }),
        );
        const [first] = fold(events);
        if (first?.resolvedAt == null) return;
        const resolvedAt = first.resolvedAt;
        const [alone] = fold(events.filter(({ occurredAt }) => Date.parse(occurredAt) <= resolvedAt));
        // Notice comes later by nature; what was stated and does not count is no figure.
        const published = (episode: DecisionEpisode | undefined) => ({
          ...episode,
          ...{ notifiedAt: null, appealedAt: null, appealOutcome: null, appealDecidedAt: null, faults: [] },
        });
        if (first.appealedAt !== null && first.appealedAt > resolvedAt) appealed++;
        expect(published(first)).toEqual(published(alone));
        compared++;
      }),
      { numRuns: 3_000, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(1_000);
    expect(appealed).toBeGreaterThan(50);
  });
});
