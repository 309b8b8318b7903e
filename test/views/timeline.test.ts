import { describe, expect, it } from 'vitest';
import type { RequestRow, TimelineEvent } from '../../lib/data-access/timeline.ts';
import { Timeline, type TimelineData } from '../../lib/views/timeline/timeline.tsx';
import { sanitiseHtml } from '../support/sanitise-html.ts';
import {
  ago,
  hostile,
  hostileTexts,
  requestRow,
  timelineEvent,
  viewContext,
} from '../support/view-fixtures.ts';
import { textOf } from '../support/view-text.ts';

function draw(
  events: TimelineEvent[],
  request: Partial<RequestRow> = {},
  show: TimelineData['show'] = 'all',
): string {
  const row = requestRow({ lastSequenceNo: events.length, ...request });
  const none = { pause: null, step: null, owner: null, acts: [] };
  const data = { request: row, events, show, maxAttempts: () => 5, ...none };
  return String(Timeline({ data, context: viewContext() }));
}

const attempt = (
  sequenceNo: number,
  stage: string,
  status: 'STARTED' | 'COMPLETED' | 'FAILED',
  fields = {},
) =>
  timelineEvent({
    ...{ sequenceNo, stage, status },
    eventType: `${stage}_${status}`,
    occurredAt: ago(90 - sequenceNo),
    ...fields,
  });

describe('the head of a request', () => {
  it('names the stage outside the main lane where that is all that is heard of it', () => {
    const text = textOf(
      draw([attempt(1, 'ARCHIVER', 'COMPLETED')], {
        mainStage: null,
        nextStage: null,
        lastStage: 'ARCHIVER',
      }),
    );
    expect(text).toContain('in flight, heard of outside the main lane alone, in ARCHIVER.');
  });

  it('says of one that was closed by hand that nothing is awaited, and of one that pends that it is', () => {
    const closed = { status: 'CANCELLED', completedAt: ago(60), decisionDueAt: ago(-3_600) };
    const text = textOf(draw([attempt(1, 'PARSING', 'COMPLETED')], { ...closed, clockStoppedAt: ago(60) }));
    expect(text).toContain('closed: cancelled, no decision is awaited.');
    for (const part of ['not decided yet', 'Decision due', 'Answered after'])
      expect(text).not.toContain(part);
    const pended = textOf(draw([attempt(1, 'PARSING', 'COMPLETED')], { ...closed, status: 'PENDING' }));
    for (const part of ['answered, not decided yet', 'Decision due', 'Answered after'])
      expect(pended).toContain(part);
  });
});

describe('the events of a timeline', () => {
  const events = [
    attempt(1, 'PARSING', 'STARTED', { metadata: { pages: 3 } }),
    attempt(2, 'PARSING', 'COMPLETED', { durationMs: 900 }),
    attempt(3, 'VALIDATION', 'STARTED'),
    attempt(4, 'VALIDATION', 'FAILED', { errorCode: 'VALIDATION_ERROR' }),
    attempt(5, 'VALIDATION', 'STARTED', { attempt: 2 }),
    attempt(6, 'ATTACHMENT', 'COMPLETED'),
    attempt(7, 'VALIDATION', 'COMPLETED', { attempt: 2 }),
    attempt(8, 'ENRICHMENT', 'STARTED'),
    attempt(9, 'ENRICHMENT', 'COMPLETED', { occurredAt: ago(200) }),
    attempt(10, 'CONVERSION', 'STARTED'),
    attempt(11, 'CONVERSION', 'COMPLETED', { attempt: 2 }),
  ];
  const numbers = (html: string) =>
    [...(html.split('<tbody>').at(-1) ?? '').matchAll(/<tr><td class="num">([^<]+)</g)].map(
      ([, number]) => number,
    );

  it('fold a start with the success that follows it, unless something lies between or is odd', () => {
    const html = draw(events, {}, null);
    expect(numbers(html)).toEqual(['1–2', '3', '4', '5', '6', '7', '8', '9', '10', '11']);
    for (const part of ['PARSING_STARTED', 'PARSING_COMPLETED', 'pages', '900 ms'])
      expect(textOf(html)).toContain(part);
  });

  it('are all told by themselves, or those alone that failed, by choice', () => {
    expect(numbers(draw(events, {}, 'all'))).toHaveLength(events.length);
    expect(numbers(draw(events, {}, 'failures'))).toEqual(['4']);
    expect(textOf(draw(events.slice(0, 2), {}, 'failures'))).toContain('No event of this request failed.');
    expect(textOf(draw(events, {}, null))).toContain('failures only, 1');
  });
});

describe('the timeline', () => {
  it('tells who sent an event, and nobody of what the tracker made itself', () => {
    expect(textOf(draw([timelineEvent({ sender: 'AROAONE:parser' })]))).toContain('Sent by AROAONE:parser');
    expect(textOf(draw([timelineEvent({ sender: null })]))).not.toContain('Sent by');
  });

  it('lists each event with time, stage, type, status, attempt of its maximum, duration, error and metadata', () => {
    const text = textOf(
      draw([
        timelineEvent({
          occurredAt: new Date('2026-03-01T11:59:00.123Z'),
          stage: 'API_CONNECTOR',
          eventType: 'DOWNSTREAM_TIMEOUT',
          status: 'FAILED',
          attempt: 2,
          retryable: true,
          nextRetryAt: ago(-300),
          durationMs: 10_400,
          errorCode: 'API_TIMEOUT',
          errorMessage: 'The payer did not answer.',
          metadata: { targetSystem: 'carelon', n: { deep: 1 } },
        }),
      ]),
    );
    for (const part of ['11:59:00.123', 'DOWNSTREAM_TIMEOUT', '✗ FAILED', '2 of 5', '10.4 s', 'API_TIMEOUT'])
      expect(text).toContain(part);
    for (const part of [
      'The payer did not answer.',
      'Next retry 12:05:00',
      'targetSystem carelon',
      '{"deep":1}',
    ])
      expect(text).toContain(part);
  });

  it('draws what happened, what is waited for, and what is still to come', () => {
    const html = draw([
      timelineEvent({ eventType: 'PARSE_START', status: 'STARTED', occurredAt: ago(70) }),
      timelineEvent({ sequenceNo: 2, occurredAt: ago(60) }),
    ]);
    expect(html).toContain('<title>PARSING, attempt 1: COMPLETED, 10.0 s</title>');
    expect(html).toContain('<title>Waits to begin: 1m</title>');
    expect(html).toContain('<title>VALIDATION is still to come</title>');
    expect(html).not.toContain('CALLBACK_HANDLER is still to come');
    expect(html).toContain('>now</text>');
  });

  it('expects nothing of a closed request', () => {
    const html = draw([timelineEvent()], { completedAt: ago(50), status: 'APPROVED', decidedAt: ago(50) });
    expect(html).not.toContain('still to come</title>');
    expect(html).not.toContain('>now</text>');
    expect(textOf(html)).toContain('closed: approved');
  });

  it('says why a request is stuck', () => {
    const html = draw([timelineEvent()], { stuckReason: 'hand-off-lost', stuckSince: ago(3_600) });
    expect(textOf(html)).toContain('stuck for 1h: PARSING is done, but the next stage never began.');
  });

  it('flags clocks that are ahead, late records and events out of order, and corrects none', () => {
    const text = textOf(
      draw([
        timelineEvent({ occurredAt: ago(10), createdAt: ago(100) }),
        timelineEvent({ sequenceNo: 2, occurredAt: ago(5_000), createdAt: ago(100) }),
      ]),
    );
    expect(text).toContain('clock 1m ahead');
    expect(text).toContain('recorded 1h21m later');
    expect(text).toContain('out of order by 1h23m');
    expect(text).toContain('10:36:40.000');
  });

  it('says that a clock far behind does not count, and draws the event where it was recorded', () => {
    const old = timelineEvent({
      occurredAt: new Date('1970-01-21T10:46:00Z'),
      createdAt: ago(100),
      disbelieved: true,
    });
    const html = draw([old, timelineEvent({ sequenceNo: 2, occurredAt: ago(90), createdAt: ago(90) })]);
    expect(textOf(html)).toMatch(/clock \S+ behind: counts as recorded, 2026-03-01T11:58:20.000Z/);
    expect(textOf(html)).not.toMatch(/out of order|recorded \S+ later/);
    expect(textOf(html)).not.toMatch(/20\d\d\d d/);
  });

  it('shows the last of 2,000 events and says so, well below the answer limit of a widget', () => {
    const events = Array.from({ length: 2_000 }, (_, position) =>
      timelineEvent({
        sequenceNo: position + 1,
        occurredAt: ago(20_000 - position * 10),
        stage: position % 2 === 0 ? 'API_CONNECTOR' : 'PARSING',
        status: position % 3 === 0 ? 'FAILED' : 'STARTED',
        attempt: 1 + (position % 5),
        errorCode: 'E'.repeat(64),
        errorMessage: 'e'.repeat(4_000),
        externalReference: 'r'.repeat(256),
        metadata: Object.fromEntries(
          Array.from({ length: 60 }, (_, n) => [`${'f'.repeat(60)}${n}`, 'v'.repeat(200)]),
        ),
      }),
    );
    const html = draw(events);
    expect(textOf(html)).toContain('The last 200 of 2,000 events');
    expect(textOf(html)).toContain('and 52 more');
    expect(Buffer.byteLength(html)).toBeLessThan(700_000);
    expect(sanitiseHtml(html)).toBe(html);
  });

  it('says why there is nothing to show of a request whose events are archived', () => {
    const archived = { lastSequenceNo: 30, archivedAt: ago(60), retiredAt: ago(60) };
    expect(textOf(draw([], archived))).toContain('archived. pagw request show PAGW-TEST-1 reads them there');
    expect(textOf(draw([], { lastSequenceNo: 30 }))).toContain('No events are kept');
  });

  it('says that what came before a late event is archived', () => {
    const late = textOf(
      draw([timelineEvent({ sequenceNo: 31 })], { lastSequenceNo: 31, retiredAt: ago(60) }),
    );
    expect(late).toContain('Earlier events of this request are archived');
    expect(textOf(draw([timelineEvent()], { lastSequenceNo: 1, retiredAt: ago(60) }))).not.toContain(
      'Earlier events',
    );
  });

  it.each(hostileTexts.map((text) => [text.slice(0, 20), text]))('keeps %j a text', (_, text) => {
    const event = timelineEvent({
      stage: text,
      eventType: text,
      status: text,
      errorCode: text,
      errorMessage: text,
      externalReference: text,
      metadata: { [text]: text, nested: { [text]: [text] } },
    });
    const html = draw([event, { ...event, sequenceNo: 2, occurredAt: ago(1) }], {
      pagwId: text,
      correlationId: text,
      externalReferenceId: text,
      mainStage: text,
      requestType: text,
      tenant: hostile(1),
      stuckReason: text,
      stuckSince: ago(5),
    });
    expect(sanitiseHtml(html)).toBe(html);
    expect(html).not.toMatch(/<(script|img|iframe)/);
    expect(textOf(html).length).toBeLessThan(10_000);
  });
});
