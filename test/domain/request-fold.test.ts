import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { RequestFold } from '../../lib/domain/request-fold.ts';
import {
  boardOf,
  boards,
  completedAtOf,
  episodesOf,
  type RequestMemory,
  statusOf,
} from '../../lib/domain/request-memory.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { arbitraryHistory, recordedAt } from '../support/arbitrary-history.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';
import { foldInBatches, plannedRetries } from './support/fold-in-batches.ts';
import { eventWith } from './support/message.ts';

const now = recordedAt.getTime();

const decisionsOf = (memory: RequestMemory) => episodesOf(memory, 'anthem', defaultDecisionPolicy);

describe('a history', () => {
  it('leaves no retry due where an update that comes late closes the request', () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 2, 10, 12, minute)).toISOString();
    const answer = { pagwId: 'LATE', metadata: { outcome: 'approved' } };
    const update = {
      ...answer,
      ...({ eventType: 'REQUEST_UPDATED', stage: 'UNKNOWN', known: false, lane: 'unknown' } as const),
      stated: { update: true as const },
    };
    const side = { eventType: 'ATTACH_FAIL', stage: 'ATTACHMENT', lane: 'side' } as const;
    const received = {
      eventType: 'REQUEST_RECEIVED',
      stage: 'ORCHESTRATION',
      stated: { status: 'APPROVED' },
    } as const;
    const history = [
      failedEvent({ ...answer, ...side, occurredAt: at(0) }),
      trackedEvent({ ...update, occurredAt: at(0) }),
      trackedEvent({ ...answer, ...received, occurredAt: at(-1) }),
      trackedEvent({ ...update, occurredAt: at(-1) }),
    ];
    const folded = foldInBatches([history]);
    expect(completedAtOf(folded.memory)).not.toBeNull();
    expect(plannedRetries(folded)).toEqual([]);
  });

  it('is on one board at any time while it is undecided or undelivered, and else on none', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(arbitraryHistory('BOARD'), (history) => {
        const fold = new RequestFold(null);
        for (const event of history) {
          fold.append(event, now);
          const latest = decisionsOf(fold.memory).at(-1);
          if (latest === undefined) continue;
          const isAnswered = completedAtOf(fold.memory) !== null;
          const waits = {
            pipe: latest.resolvedAt === null && !isAnswered,
            desk: latest.resolvedAt === null && isAnswered && latest.kind === 'request',
            delivery:
              ['APPROVED', 'PARTIAL', 'DENIED'].includes(latest.resolution ?? '') &&
              latest.notifiedAt === null,
          };
          const on = boards.filter((board) => waits[board]);
          const board = boardOf(fold.memory, latest);
          expect(on).toEqual(board === null ? [] : [board]);
          seen.set(String(board), (seen.get(String(board)) ?? 0) + 1);
        }
      }),
      // One history in twenty comes to be decided without a notice.
      { numRuns: 300 },
    );
    expect([...seen.keys()].sort()).toEqual(['delivery', 'desk', 'null', 'pipe']);
  });

  it('keeps what it remembers small, whatever stages a producer makes up', () => {
    const fold = new RequestFold(null);
    for (let place = 0; place < 5_000; place++)
      fold.append(failedEvent({ lane: 'unknown', stage: `${'Ä'.repeat(58)}_${place}` }), now);
    expect(Buffer.byteLength(JSON.stringify(fold.memory))).toBeLessThan(16_000);
    const waiting = fold.appended.filter(({ nextRetryAt }) => nextRetryAt !== null);
    expect(waiting).toHaveLength(32);
  });

  it('decides, closes and reopens nothing by an event without a tenant', () => {
    const events = ['APPROVED', 'CANCELLED'].map((status) =>
      trackedEvent({ tenant: null, stated: { status: status as 'APPROVED' } }),
    );
    const { memory } = foldInBatches([[...events, trackedEvent({ tenant: null, eventType: 'RESPONSE_OK' })]]);
    expect([memory.decision, completedAtOf(memory)]).toEqual([undefined, null]);
  });
});

type Step = [minute: number, eventType: string, metadata?: object];
const at = (minute: number) => new Date(now + (minute - 600) * 60_000).toISOString();
const told = ([minute, eventType, metadata]: Step, request?: object) =>
  eventWith({ eventType, metadata, request, occurredAt: at(minute) });
const standOf = (...steps: Step[]) => {
  const { main } = foldInBatches([steps.map((step) => told(step))]).memory;
  return main && `${main.type} → ${main.next ?? '–'}`;
};
const async = { mode: 'ASYNC_QUEUED' };

describe('where the main lane stands', () => {
  it.each<[string, Step[], string]>([
    [
      'a submission that arrives after its PARSE_OK',
      [
        [2, 'PARSE_OK'],
        [0, 'REQUEST_RECEIVED'],
      ],
      'PARSE_OK → VALIDATION',
    ],
    [
      'a success that arrives after the next stage began',
      [
        [1, 'PARSE_START'],
        [3, 'VAL_START'],
        [2, 'PARSE_OK'],
      ],
      'VAL_START → –',
    ],
    [
      'a START and its result that both arrive after the next stage began',
      [
        [3, 'VAL_START'],
        [1, 'PARSE_START'],
        [2, 'PARSE_OK'],
      ],
      'VAL_START → –',
    ],
    [
      'a START that arrives after its own result',
      [
        [2, 'PARSE_OK'],
        [1, 'PARSE_START'],
      ],
      'PARSE_OK → VALIDATION',
    ],
    [
      'a routing decision that arrives after the parser began',
      [
        [0, 'WORKFLOW_START'],
        [2, 'PARSE_START'],
        [1, 'WORKFLOW_COMPLETE', async],
      ],
      'PARSE_START → –',
    ],
    [
      'the routing decision after a synchronous attempt',
      [
        [0, 'WORKFLOW_START'],
        [1, 'PARSE_START'],
        [2, 'PARSE_OK'],
        [3, 'WORKFLOW_COMPLETE', { mode: 'SYNC_PENDED_TO_ASYNC' }],
      ],
      'WORKFLOW_COMPLETE → PARSING',
    ],
    [
      'a stage that begins again',
      [
        [1, 'PARSE_OK'],
        [2, 'VAL_FAIL'],
        [3, 'PARSE_START'],
      ],
      'PARSE_START → –',
    ],
    [
      'a stage that succeeds again without a START',
      [
        [1, 'PARSE_OK'],
        [2, 'VAL_FAIL'],
        [3, 'PARSE_OK'],
      ],
      'PARSE_OK → VALIDATION',
    ],
    [
      'a success that is told twice',
      [
        [1, 'PARSE_OK'],
        [2, 'VAL_START'],
        [1, 'PARSE_OK'],
      ],
      'VAL_START → –',
    ],
    [
      'a callback after a pend',
      [
        [1, 'RESPONSE_OK', { outcome: 'pended' }],
        [5, 'CALLBACK_START'],
      ],
      'CALLBACK_START → –',
    ],
    [
      'a callback that arrives after the answer to it',
      [
        [1, 'RESPONSE_OK', { outcome: 'pended' }],
        [5, 'RESPONSE_OK', { outcome: 'approved' }],
        [3, 'CALLBACK_START'],
      ],
      'RESPONSE_OK → –',
    ],
  ])('%s', (_, steps, stand) => {
    expect(standOf(...steps)).toBe(stand);
  });

  it('is the same for all steps of a happy path in whatever order they arrive', () => {
    const path: Step[] = [
      [0, 'REQUEST_RECEIVED'],
      [1, 'WORKFLOW_START'],
      [2, 'WORKFLOW_COMPLETE', async],
      [3, 'PARSE_START'],
      [4, 'PARSE_OK'],
      [5, 'VAL_START'],
      [6, 'VAL_OK'],
      [7, 'ENRICH_START'],
      [8, 'ENRICH_OK'],
      [9, 'CONVERT_START'],
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(path, { minLength: path.length }), (arrived) => {
        expect(standOf(...arrived)).toBe('CONVERT_START → –');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the end of a request', () => {
  const endOf = (...events: TrackedEvent[]) => {
    const { memory } = foldInBatches([events]);
    const closedAt = completedAtOf(memory);
    return {
      status: statusOf(memory),
      determination: decisionsOf(memory).at(-1)?.resolution ?? null,
      closed: closedAt !== null,
    };
  };
  const answer = (minute: number, outcome: string) => told([minute, 'RESPONSE_OK', { outcome }]);

  it('keeps the first determination and the latest outcome apart', () => {
    expect(endOf(answer(1, 'denied'), answer(9, 'approved'))).toEqual({
      status: 'APPROVED',
      determination: 'DENIED',
      closed: true,
    });
    const cancelled = told([9, 'VAL_OK'], { status: 'CANCELLED' });
    expect(endOf(answer(1, 'approved'), cancelled)).toMatchObject({
      status: 'CANCELLED',
      determination: 'APPROVED',
    });
  });

  it.each(['queued', 'pended'])(
    'pends by %s: closed, not decided, and opened again by a callback',
    (word) => {
      const pend = answer(1, word);
      expect(endOf(pend)).toEqual({ status: 'PENDING', determination: null, closed: true });
      expect(endOf(pend, told([2, 'CALLBACK_START'])).closed).toBe(false);
      expect(endOf(told([2, 'CALLBACK_START']), pend).closed).toBe(false);
    },
  );

  it('is not decided by an answer that is not understood', () => {
    expect(endOf(answer(1, 'as discussed'))).toEqual({
      status: 'RECEIVED',
      determination: null,
      closed: true,
    });
  });

  it('is not brought by a notification while nothing is decided', () => {
    expect(endOf(told([1, 'NOTIFY_OK'])).closed).toBe(false);
  });

  it('is brought by the notice of what was decided by then, whichever of the two arrives first', () => {
    const decided = told([2, 'CALLBACK_OK', { disposition: 'Not Certified' }]);
    const [pendNotice, decisionNotice] = [told([1, 'NOTIFY_OK']), told([3, 'NOTIFY_OK'])];
    for (const history of [
      [decided, decisionNotice],
      [decisionNotice, decided],
    ])
      expect(endOf(...history)).toEqual({ status: 'RECEIVED', determination: 'DENIED', closed: true });
    for (const history of [
      [decided, pendNotice],
      [pendNotice, decided],
      [decided, decisionNotice, told([4, 'REQUEST_UPDATED']), told([5, 'NOTIFY_OK'])],
    ])
      expect(endOf(...history).closed).toBe(false);
  });

  it('is not undone by a callback when it was cancelled', () => {
    expect(endOf(told([1, 'VAL_OK'], { status: 'CANCELLED' }), told([2, 'CALLBACK_START'])).closed).toBe(
      true,
    );
  });

  it('is not that of an update which arrived before it, nor after an end of its own', () => {
    const update = told([5, 'REQUEST_UPDATED']);
    const first = answer(1, 'denied');
    const second = answer(9, 'approved');
    for (const arrived of [
      [first, update],
      [update, first],
    ])
      expect(endOf(...arrived)).toMatchObject({ determination: null, closed: false });
    for (const arrived of [
      [first, update, second],
      [second, update, first],
      [first, second, update],
    ])
      expect(endOf(...arrived)).toEqual({ status: 'APPROVED', determination: 'APPROVED', closed: true });
  });

  it('stays a pend’s where an update follows while nothing is decided', () => {
    expect(endOf(answer(1, 'pended'), told([5, 'REQUEST_UPDATED'])).closed).toBe(true);
  });

  it('leaves no retry waiting, whatever a batch holds after the answer', () => {
    const fold = new RequestFold(null);
    for (const event of [failedEvent({ stage: 'OUTBOX_PUBLISHER', lane: 'side' }), answer(1, 'approved')])
      fold.append(event, now);
    fold.append(told([2, 'CALLBACK_START']), now);
    fold.append(failedEvent({}), now);
    expect(fold.appended.map(({ nextRetryAt }) => nextRetryAt)).toEqual([null, null, null, null]);
  });

  it('leaves no retry waiting when it is said by an event that comes late or again in its stage', () => {
    const passed = trackedEvent({ stage: 'CONVERSION' });
    for (const secondsBefore of [0, 60]) {
      const occurredAt = new Date(Date.parse(passed.occurredAt) - secondsBefore * 1_000).toISOString();
      const cancelled = { ...passed, occurredAt, stated: { status: 'CANCELLED' as const } };
      const history = [failedEvent({ stage: 'PARSING' }), passed, cancelled];
      for (const batches of [[history], history.map((event) => [event])])
        expect(plannedRetries(foldInBatches(batches))).toEqual([]);
    }
  });
});

describe('a producer’s clock', () => {
  const receivedAt = (...events: TrackedEvent[]) =>
    new Date(decisionsOf(foldInBatches([events]).memory)[0]?.receivedAt ?? 0).toISOString();

  it('starts no clock in 1970, nor in the future', () => {
    for (const occurredAt of ['1970-01-21T10:44:26.094Z', '2031-01-01T00:00:00.000Z'])
      expect(receivedAt(trackedEvent({ occurredAt }))).toBe(recordedAt.toISOString());
  });

  it('gives way to the receipt that is stated, unless that is as absurd', () => {
    const stated = (receipt: string) => trackedEvent({ occurredAt: at(5), stated: { receivedAt: receipt } });
    expect(receivedAt(stated('2026-03-01T00:00:00.000Z'))).toBe('2026-03-01T00:00:00.000Z');
    expect(receivedAt(stated('1970-03-01T00:00:00.000Z'))).toBe(at(5));
    expect(receivedAt(stated('2031-03-01T00:00:00.000Z'))).toBe(at(5));
  });
});

it('gives an attempt after the highest number that a column holds', () => {
  const fold = new RequestFold(null);
  fold.append(failedEvent({ attempt: 2_147_483_647 }), now);
  fold.append(failedEvent({}), now);
  expect(fold.appended[1]?.attempt).toBe(2_147_483_647);
});
