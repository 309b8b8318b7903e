import type { StuckGroup, StuckGroups } from '../../lib/data-access/stuck-requests.ts';
import type { RequestRow, TimelineEvent } from '../../lib/data-access/timeline.ts';
import type { ViewContext } from '../../lib/views/view-page.ts';
import { widgetLinks } from '../../lib/views/widget/draw-widget.tsx';

export const now = new Date('2026-03-01T12:00:00.000Z');

export function ago(seconds: number): Date {
  return new Date(now.getTime() - seconds * 1_000);
}

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:pagw-widget';

/** A widget's context: the stricter of the two shells. */
export function viewContext(fields: Partial<ViewContext> = {}): ViewContext {
  return {
    now,
    zone: 'UTC',
    tenant: null,
    links: widgetLinks(FUNCTION_ARN, ''),
    limits: { groups: 100, requests: 50, events: 200 },
    ...fields,
  };
}

/** What nobody should send and somebody will. */
export const hostileTexts = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</style></svg></table><iframe src=//evil.example>',
  'javascript:alert(1)',
  '\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627',
  '&lt;b&gt;&amp;&#0;',
  '\ud800 half \u0000 nul',
  'A'.repeat(10_000),
  '\u{1f600}'.repeat(5_000),
] as const;

export function hostile(position: number): string {
  return hostileTexts[position % hostileTexts.length] ?? '';
}

export function timelineEvent(fields: Partial<TimelineEvent> = {}): TimelineEvent {
  const occurredAt = fields.occurredAt ?? ago(60);
  return {
    sequenceNo: 1,
    eventId: 'event-1',
    stage: 'PARSING',
    eventType: 'PARSE_OK',
    status: 'COMPLETED',
    attempt: 1,
    retryable: false,
    nextRetryAt: null,
    retryExhaustedAt: null,
    durationMs: null,
    externalReference: null,
    errorCode: null,
    errorMessage: null,
    workerId: null,
    serviceName: null,
    sender: null,
    startedAt: null,
    completedAt: null,
    disbelieved: false,
    createdAt: occurredAt,
    metadata: null,
    ...fields,
    occurredAt,
  };
}

export function requestRow(fields: Partial<RequestRow> = {}): RequestRow {
  return {
    pagwId: 'PAGW-TEST-1',
    tenant: 'anthem',
    requestType: null,
    priority: null,
    status: 'RECEIVED',
    lastStage: 'PARSING',
    nextStage: 'VALIDATION',
    mainStage: 'PARSING',
    mainEventType: 'PARSE_OK',
    mainStatus: 'COMPLETED',
    mainAttempt: 1,
    mainAt: ago(60),
    targetSystem: null,
    correlationId: null,
    externalReferenceId: null,
    lastErrorCode: null,
    lastErrorMsg: null,
    failureCount: 0,
    retryCount: 0,
    payloadBucket: null,
    payloadKey: null,
    receivedAt: ago(120),
    receivedOn: '2026-03-01',
    lastEventAt: ago(60),
    decisionDueAt: null,
    determination: null,
    decidedAt: null,
    clockStoppedAt: null,
    retryWaits: false,
    unclearAnswerAt: null,
    completedAt: null,
    stuckReason: null,
    stuckSince: null,
    lastSequenceNo: 1,
    compactedAt: null,
    archivedAt: null,
    retiredAt: null,
    createdAt: ago(120),
    updatedAt: ago(60),
    ...fields,
  };
}

/** All that is stuck, in these groups. */
export function stuckGroups(...groups: StuckGroup[]): StuckGroups {
  const since = groups.map(({ oldestSince }) => oldestSince.getTime());
  return {
    groups,
    total: groups.reduce((sum, { count }) => sum + count, 0),
    groupCount: groups.length,
    oldestSince: groups.length === 0 ? null : new Date(Math.min(...since)),
  };
}

export function stuckGroup(fields: Partial<StuckGroup> = {}): StuckGroup {
  return {
    tenant: 'anthem',
    stage: 'API_CONNECTOR',
    reason: 'no-result',
    errorCode: null,
    targetSystem: null,
    count: 1,
    oldestSince: ago(3_600),
    maxAttempt: null,
    atRisk: 0,
    urgent: 0,
    breached: 0,
    nextDueAt: null,
    sampleIds: ['PAGW-TEST-1'],
    ...fields,
  };
}
