import type { StuckReason } from '../../../lib/domain/words.ts';
import type { Step } from '../../support/history.ts';

/** What happened to a request, and what has to be said of it `at` so many minutes after it began. */
export interface History {
  steps: readonly Step[];
  at: number;
  /** Recorded as an import of old histories, whose times are believed however old they are. */
  imported?: boolean;
  /** Null: not stuck. */
  stuck: { reason: StuckReason; stage: string; sinceMinute: number } | null;
}

const received: Step = [0, 'REQUEST_RECEIVED', { metadata: { syncMode: true } }];
const routed: Step = [0, 'WORKFLOW_COMPLETE', { metadata: { mode: 'ASYNC_QUEUED' } }];
const parsed: Step[] = [
  received,
  routed,
  [0, 'PARSE_START'],
  [0, 'PARSE_OK', { metadata: { hasUrgent: false } }],
];
const validated: Step[] = [...parsed, [0, 'VAL_START'], [0, 'VAL_OK']];
const converted: Step[] = [
  ...validated,
  [0, 'ENRICH_START'],
  [0, 'ENRICH_OK'],
  [0, 'CONVERT_START'],
  [0, 'CONVERT_OK'],
];
const timeout = { errorCode: 'API_TIMEOUT', metadata: { targetSystem: 'carelon' } };
const accepted = (isAsync: boolean) => ({ metadata: { targetSystem: 'carelon', isAsync } });
const sent: Step[] = [...converted, [0, 'DOWNSTREAM_START'], [0, 'DOWNSTREAM_OK', accepted(false)]];
const sentAsync: Step[] = [...converted, [0, 'DOWNSTREAM_START'], [0, 'DOWNSTREAM_OK', accepted(true)]];
const answer = (outcome: string) => ({ metadata: { outcome } });
const pended: Step[] = [...sent, [1, 'RESPONSE_START'], [1, 'RESPONSE_OK', answer('pended')]];
const hour = 60;
const day = 24 * hour;
/** They begin at 08:00 UTC, and the seventh day after ends at midnight, to the millisecond before it. */
const sevenDays = 8 * day - 8 * hour - 1 / 60_000;
const stuck = (reason: StuckReason, stage: string, sinceMinute: number) => ({ reason, stage, sinceMinute });
const fails = (minute: number, attempt: number): Step[] => [
  [minute, 'DOWNSTREAM_START', { attempt }],
  [minute, 'DOWNSTREAM_TIMEOUT', { ...timeout, attempt }],
];
const usedUp: Step[] = [...converted, ...[0, 1, 3, 7, 15].flatMap((minute, made) => fails(minute, made + 1))];

export const histories: Readonly<Record<string, History>> = {
  // A stage that began and gave no result.
  'a stage within its limit': { steps: [...parsed, [1, 'VAL_START']], at: 15, stuck: null },
  'a stage past its limit': {
    steps: [...parsed, [1, 'VAL_START']],
    at: 16,
    stuck: stuck('no-result', 'VALIDATION', 1),
  },
  'a first event and nothing more': {
    steps: [[0, 'WORKFLOW_START']],
    at: 20,
    stuck: stuck('no-result', 'ORCHESTRATION', 0),
  },
  'a callback that began and gave no result, after a pend': {
    steps: [...pended, [2 * day, 'CALLBACK_START']],
    at: 2 * day + 16,
    stuck: stuck('no-result', 'CALLBACK_HANDLER', 2 * day),
  },
  'a response that began and gave no result': {
    steps: [...sent, [3, 'RESPONSE_START']],
    at: 20,
    stuck: stuck('no-result', 'RESPONSE_BUILDER', 3),
  },
  'an earlier stage that works again': {
    steps: [...parsed, [1, 'PARSE_START']],
    at: 17,
    stuck: stuck('no-result', 'PARSING', 1),
  },

  // The side lane neither hides a stall nor makes one.
  'a stall hidden by a later PUBLISH_OK': {
    steps: [...parsed, [1, 'VAL_START'], [10, 'PUBLISH_START'], [14, 'PUBLISH_OK']],
    at: 17,
    stuck: stuck('no-result', 'VALIDATION', 1),
  },
  'a stall hidden by attachments that go on': {
    steps: [...validated, [1, 'ENRICH_START'], [2, 'ATTACH_START'], [16, 'ATTACH_OK']],
    at: 18,
    stuck: stuck('no-result', 'ENRICHMENT', 1),
  },
  'a failure hidden by a notification': {
    steps: [
      ...parsed,
      [1, 'VAL_START'],
      [1, 'VAL_FAIL', { errorCode: 'MISSING_COVERAGE' }],
      [5, 'NOTIFY_START'],
    ],
    at: 20,
    stuck: stuck('failed', 'VALIDATION', 1),
  },
  'an attachment that failed beside a main lane that works': {
    steps: [...parsed, [14, 'VAL_START'], [15, 'ATTACH_FAIL', { errorCode: 'INVALID_NPI' }]],
    at: 25,
    stuck: null,
  },
  'a PUBLISH_FAIL as the last row, the next stage at work': {
    steps: [...parsed, [1, 'PUBLISH_FAIL', { errorCode: 'PUBLISH_EXCEPTION' }], [12, 'VAL_START']],
    at: 20,
    stuck: null,
  },
  'NOTIFY_START that never closes': {
    steps: [...sent, [1, 'RESPONSE_OK', answer('approved')], [1, 'NOTIFY_START']],
    at: 3 * day,
    stuck: null,
  },
  'documents being pulled beside an enrichment that ended': {
    steps: [...validated, [1, 'ENRICH_OK'], [2, 'CDEX_PULL_START']],
    at: 17,
    stuck: stuck('hand-off-lost', 'ENRICHMENT', 1),
  },

  // Closed.
  'an approved request': {
    steps: [...sent, [1, 'RESPONSE_OK', answer('approved')]],
    at: 9 * day,
    stuck: null,
  },
  'a denial after a failed validation': {
    steps: [
      ...parsed,
      [1, 'VAL_FAIL', { errorCode: 'VALIDATION_FAILED' }],
      [2, 'RESPONSE_OK', answer('denied')],
    ],
    at: 9 * day,
    stuck: null,
  },
  'a synchronous answer': {
    steps: [
      received,
      [0, 'PARSE_OK'],
      [0, 'VAL_OK'],
      [0, 'WORKFLOW_COMPLETE', { metadata: { mode: 'SYNC', disposition: 'APPROVED' } }],
    ],
    at: 9 * day,
    stuck: null,
  },
  'the routing decision of a synchronous start, then silence': {
    steps: [received, [1, 'WORKFLOW_COMPLETE', { metadata: { mode: 'SYNC_PENDED_TO_ASYNC' } }]],
    at: 17,
    stuck: stuck('hand-off-lost', 'ORCHESTRATION', 1),
  },
  'a cancelled request': {
    steps: [
      ...parsed,
      [1, 'VAL_START'],
      [2, 'REQUEST_CANCELLED', { stage: 'ORCHESTRATION', request: { status: 'CANCELLED' } }],
    ],
    at: 9 * day,
    stuck: null,
  },
  'a stuck request closed by an event beside the main lane': {
    steps: [
      ...parsed,
      [1, 'VAL_START'],
      [30, 'CASE_CLOSED', { stage: 'DESK', request: { status: 'CANCELLED' } }],
    ],
    at: 31,
    stuck: null,
  },
  'a notification that is sent while nothing is decided': {
    steps: [...parsed, [1, 'VAL_START'], [30, 'NOTIFY_OK', { metadata: { subscriptionCount: 1 } }]],
    at: 31,
    stuck: stuck('no-result', 'VALIDATION', 1),
  },
  'a notice that failed and waited on the queue: its time runs from its recording': {
    steps: [
      ...sent,
      [1, 'RESPONSE_OK', answer('approved')],
      [2, 'NOTIFY_FAIL', { errorCode: 'NOTIFICATION_EXCEPTION', lateMinutes: 40 }],
    ],
    at: 50,
    stuck: null,
  },
  'a late failure of a side stage after the answer': {
    steps: [
      ...sent,
      [1, 'RESPONSE_OK', answer('approved')],
      [2, 'NOTIFY_FAIL', { errorCode: 'NOTIFICATION_EXCEPTION' }],
    ],
    at: 60,
    stuck: stuck('decided-not-delivered', 'RESPONSE_BUILDER', 2),
  },

  // Failures and retries.
  'a failure that ends nothing and that nothing follows': {
    steps: [...parsed, [1, 'VAL_FAIL', { errorCode: 'MISSING_COVERAGE' }]],
    at: 16,
    stuck: stuck('failed', 'VALIDATION', 1),
  },
  'a final failure that may still be answered': {
    steps: [...parsed, [1, 'VAL_FAIL', { errorCode: 'MISSING_COVERAGE' }]],
    at: 15,
    stuck: null,
  },
  'a retry planned for later': {
    steps: [...converted, [1, 'DOWNSTREAM_FAIL', { ...timeout, nextRetryAt: '2026-03-02T12:00:00Z' }]],
    at: 90,
    stuck: null,
  },
  'a retry that was due and not sent': {
    steps: [...converted, [1, 'DOWNSTREAM_TIMEOUT', timeout]],
    at: 12,
    stuck: stuck('retry-overdue', 'API_CONNECTOR', 2),
  },
  'a retry that is due but not overdue': {
    steps: [...converted, [1, 'DOWNSTREAM_TIMEOUT', timeout]],
    at: 11,
    stuck: null,
  },
  'a retry sent, its stage not begun yet': {
    steps: [
      ...converted,
      [1, 'DOWNSTREAM_TIMEOUT', timeout],
      [2, 'DOWNSTREAM_RETRY', { stage: 'API_CONNECTOR', status: 'RETRY_SCHEDULED' }],
    ],
    at: 16,
    stuck: null,
  },
  'a retry sent, and the stage never began again': {
    steps: [
      ...converted,
      [1, 'DOWNSTREAM_TIMEOUT', timeout],
      [2, 'DOWNSTREAM_RETRY', { stage: 'API_CONNECTOR', status: 'RETRY_SCHEDULED' }],
    ],
    at: 17,
    stuck: stuck('retry-overdue', 'API_CONNECTOR', 2),
  },
  'a retry at work': {
    steps: [...converted, [1, 'DOWNSTREAM_TIMEOUT', timeout], [10, 'DOWNSTREAM_START', { attempt: 2 }]],
    at: 24,
    stuck: null,
  },
  'a retry that recovered': {
    steps: [
      ...converted,
      [1, 'DOWNSTREAM_TIMEOUT', timeout],
      [10, 'DOWNSTREAM_OK', accepted(false)],
      [11, 'RESPONSE_OK', answer('approved')],
    ],
    at: 3 * day,
    stuck: null,
  },
  'retries used up': { steps: usedUp, at: 15, stuck: stuck('retries-exhausted', 'API_CONNECTOR', 15) },
  'retries used up, then a success by hand': {
    steps: [...usedUp, [40, 'DOWNSTREAM_OK', accepted(false)], [41, 'RESPONSE_START']],
    at: 50,
    stuck: null,
  },
  'a retry planned for the year 9999': {
    steps: [...converted, [1, 'DOWNSTREAM_FAIL', { ...timeout, nextRetryAt: '9999-01-01T00:00:00Z' }]],
    at: 16,
    stuck: stuck('failed', 'API_CONNECTOR', 1),
  },
  'a retry planned for long ago': {
    steps: [...converted, [1, 'DOWNSTREAM_FAIL', { ...timeout, nextRetryAt: '2001-01-01T00:00:00Z' }]],
    at: 11,
    stuck: stuck('retry-overdue', 'API_CONNECTOR', 1),
  },

  // Hand-offs.
  'a stage done, the next one not begun within its limit': {
    steps: [...validated.slice(0, -1), [1, 'VAL_OK']],
    at: 16,
    stuck: stuck('hand-off-lost', 'VALIDATION', 1),
  },
  'a hand-off published and lost': {
    steps: [
      ...converted,
      [1, 'PUBLISH_START'],
      [1, 'PUBLISH_OK', { metadata: { destinationQueue: 'pagw-api-connector-queue.fifo' } }],
    ],
    at: 16,
    stuck: stuck('hand-off-lost', 'CONVERSION', 0),
  },
  'a stage skipped, and the next not begun': {
    steps: [...validated, [1, 'ENRICH_SKIPPED', { stage: 'ENRICHMENT', status: 'SKIPPED' }]],
    at: 17,
    stuck: stuck('hand-off-lost', 'ENRICHMENT', 1),
  },
  'a payer that answers at once, and no response built': {
    steps: [...sent, [1, 'PUBLISH_OK']],
    at: 15,
    stuck: stuck('hand-off-lost', 'API_CONNECTOR', 0),
  },
  'a payer that will call back': { steps: sentAsync, at: 23 * hour, stuck: null },
  'a payer that never called back': {
    steps: sentAsync,
    at: 24 * hour,
    stuck: stuck('hand-off-lost', 'API_CONNECTOR', 0),
  },
  'a callback that came, and no response': {
    steps: [
      ...sentAsync,
      [5 * hour, 'CALLBACK_START'],
      [5 * hour, 'CALLBACK_OK', { metadata: { status: 'COMPLETED' } }],
    ],
    at: 5 * hour + 15,
    stuck: stuck('hand-off-lost', 'CALLBACK_HANDLER', 5 * hour),
  },

  // A success recorded after what the next stage began meanwhile: the hand-off arrived.
  'a success recorded late, and no result from the next stage': {
    steps: [...parsed.slice(0, -1), [1, 'VAL_START'], [2, 'PARSE_OK']],
    at: 16,
    stuck: stuck('no-result', 'VALIDATION', 1),
  },
  'a success recorded late, after the next stage failed': {
    steps: [
      ...sentAsync.slice(0, -1),
      [1, 'CALLBACK_START'],
      [2, 'CALLBACK_FAIL', { errorCode: 'INVALID_NPI' }],
      [3, 'DOWNSTREAM_OK', accepted(true)],
    ],
    at: 17,
    stuck: stuck('failed', 'CALLBACK_HANDLER', 2),
  },
  'a success recorded late, the next stage done, and a callback awaited': {
    steps: [
      ...converted.slice(0, -1),
      [1, 'DOWNSTREAM_START'],
      [1, 'DOWNSTREAM_OK', accepted(true)],
      [2, 'CONVERT_OK'],
    ],
    at: 23 * hour,
    stuck: null,
  },
  'a success recorded late, the next stage done, and no response built': {
    steps: [
      ...converted.slice(0, -1),
      [1, 'DOWNSTREAM_START'],
      [1, 'DOWNSTREAM_OK', accepted(false)],
      [2, 'CONVERT_OK'],
    ],
    at: 16,
    stuck: stuck('hand-off-lost', 'API_CONNECTOR', 1),
  },
  'a stage that succeeds again, and whose second hand-off is lost': {
    steps: [
      ...validated.slice(0, -1),
      [1, 'VAL_FAIL', { errorCode: 'INVALID_NPI' }],
      [2, 'PARSE_START'],
      [3, 'PARSE_OK'],
    ],
    at: 18,
    stuck: stuck('hand-off-lost', 'PARSING', 3),
  },
  'a stage that succeeds again without a start, and whose second hand-off is lost': {
    steps: [...validated.slice(0, -1), [1, 'VAL_FAIL', { errorCode: 'INVALID_NPI' }], [3, 'PARSE_OK']],
    at: 18,
    stuck: stuck('hand-off-lost', 'PARSING', 3),
  },
  'the routing decision after a synchronous attempt, then silence': {
    steps: [
      [0, 'WORKFLOW_START'],
      [0, 'PARSE_START'],
      [1, 'WORKFLOW_COMPLETE', { metadata: { mode: 'SYNC_PENDED_TO_ASYNC' } }],
    ],
    at: 16,
    stuck: stuck('hand-off-lost', 'ORCHESTRATION', 1),
  },

  // The decision clock.
  'a pended request within three quarters of its time': { steps: pended, at: 5 * day, stuck: null },
  'a pended request past three quarters of its time': {
    steps: pended,
    at: 0.75 * sevenDays,
    stuck: stuck('deadline-at-risk', 'RESPONSE_BUILDER', Math.floor(0.75 * sevenDays * 60_000) / 60_000),
  },
  'a pended request past its time': {
    steps: pended,
    at: sevenDays,
    stuck: stuck('deadline-breached', 'RESPONSE_BUILDER', sevenDays),
  },
  'an expedited request past its time': {
    steps: [
      received,
      [0, 'PARSE_OK', { metadata: { hasUrgent: true } }],
      [1, 'RESPONSE_OK', answer('pended')],
    ],
    at: 3 * day,
    stuck: stuck('deadline-breached', 'RESPONSE_BUILDER', 3 * day),
  },
  'a pended request that turns out to be expedited': {
    steps: [
      ...pended,
      [2.5 * day, 'PRIORITY_RAISED', { stage: 'OTHER', request: { priority: 'EXPEDITED' } }],
    ],
    // It has 72 hours from then.
    at: 4.75 * day,
    stuck: stuck('deadline-at-risk', 'RESPONSE_BUILDER', 4.75 * day),
  },
  'a pended request decided in time': {
    steps: [
      ...pended,
      [6 * day, 'CALLBACK_START'],
      [6 * day, 'CALLBACK_OK'],
      [6 * day, 'RESPONSE_OK', answer('denied')],
    ],
    at: 30 * day,
    stuck: null,
  },
  'a request stuck in its stage that is also overdue': {
    steps: [...parsed, [1, 'VAL_START']],
    at: 8 * day,
    stuck: stuck('no-result', 'VALIDATION', 1),
  },

  // What producers do.
  'events before their request: a side event first': {
    steps: [
      [0, 'PUBLISH_OK'],
      [1, 'REQUEST_RECEIVED'],
      [2, 'PARSE_START'],
    ],
    at: 10,
    stuck: null,
  },
  'side events only': {
    steps: [
      [0, 'PUBLISH_START'],
      [1, 'PUBLISH_OK'],
    ],
    at: 16,
    stuck: stuck('no-result', 'OUTBOX_PUBLISHER', 1),
  },
  'only documents being pulled': { steps: [[0, 'CDEX_PULL_START']], at: 3 * hour, stuck: null },
  'only documents being pulled, for too long': {
    steps: [[0, 'CDEX_PULL_START']],
    at: 4 * hour,
    stuck: stuck('no-result', 'ATTACHMENT', 0),
  },
  'an unknown stage as the only one': {
    steps: [[0, 'FAX_SENT', { stage: 'FAX_GATEWAY' }]],
    at: 15,
    stuck: stuck('no-result', 'FAX_GATEWAY', 0),
  },
  'an unknown stage as the last one hides nothing': {
    steps: [...parsed, [1, 'VAL_START'], [14, 'FAX_SENT', { stage: 'FAX_GATEWAY' }]],
    at: 16,
    stuck: stuck('no-result', 'VALIDATION', 1),
  },
  'a producer whose clock is an hour behind': {
    steps: [...parsed, [1, 'VAL_START', { skewMinutes: -60 }]],
    at: 10,
    stuck: null,
  },
  'a producer whose clock is an hour ahead': {
    steps: [...parsed, [1, 'VAL_START', { skewMinutes: 60 }]],
    at: 16,
    stuck: stuck('no-result', 'VALIDATION', 1),
  },
  'a producer whose clock stands in 1970, in a request of today': {
    steps: [...parsed, [1, 'VAL_START', { occurredAt: '1970-01-01T00:00:00Z' }]],
    at: 16,
    stuck: stuck('no-result', 'VALIDATION', 1),
  },
  'events that waited on the queue': {
    steps: [...parsed, [1, 'VAL_START', { lateMinutes: 40 }]],
    at: 50,
    stuck: null,
  },
  'a history of years ago, imported now': {
    steps: [
      [0, 'REQUEST_RECEIVED', { skewMinutes: -1_000 * day }],
      [0, 'PARSE_START', { skewMinutes: -1_000 * day }],
    ],
    at: 60,
    // Its stage is not taken for stuck, but its decision is awaited: 14 calendar days, in 2023.
    stuck: stuck('deadline-breached', 'PARSING', -1_000 * day + 15 * day - 8 * hour - 1 / 60_000),
    imported: true,
  },
  'a clock that stands in 1970': {
    steps: [
      [0, 'REQUEST_RECEIVED', { skewMinutes: -20_000 * day }],
      [0, 'PARSE_START', { skewMinutes: -20_000 * day }],
    ],
    at: 16,
    stuck: stuck('no-result', 'PARSING', 0),
  },
};
