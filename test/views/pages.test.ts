import { describe, expect, it } from 'vitest';
import type { ListedIncident } from '../../lib/data-access/incidents.ts';
import { DeadlineList } from '../../lib/views/pages/deadlines.tsx';
import { DistributionReport } from '../../lib/views/pages/distribution.tsx';
import { FailureList } from '../../lib/views/pages/failures.tsx';
import { IncidentList } from '../../lib/views/pages/incidents.tsx';
import { LatencyReport } from '../../lib/views/pages/latency.tsx';
import { RejectedList } from '../../lib/views/pages/rejected.tsx';
import { SearchResults } from '../../lib/views/pages/search.tsx';
import { sanitiseHtml } from '../support/sanitise-html.ts';
import { ago, hostile, hostileTexts, viewContext } from '../support/view-fixtures.ts';
import { textOf } from '../support/view-text.ts';

const context = viewContext();
const check = { checkedAt: ago(40), heldBackSince: null, laggingSince: null, lagSeconds: 0 };
const pause = {
  ...{ tenant: null, stage: null, downstream: 'carelon' },
  ...{ pausedBy: 'maria', pausedAt: ago(300), reason: 'carelon is down' },
};

describe('deadlines, incidents, reports, rejected messages and search', () => {
  it('say what is wrong with deadlines, and how far each clock has run', () => {
    const deadline = {
      pagwId: 'PAGW-1',
      tenant: 'anthem',
      priority: null,
      status: 'PENDING',
      stage: 'RESPONSE_BUILDER',
      receivedAt: ago(3_600),
      dueAt: ago(-900),
      secondsLeft: 900,
      risk: 'at-risk',
      pended: true,
      stuckReason: null,
    } as const;
    const decision = {
      tenant: 'anthem',
      priority: 'STANDARD',
      decided: 8,
      approved: 6,
      partial: 0,
      denied: 2,
      meanSeconds: 90,
    } as const;
    const html = DeadlineList({
      data: {
        risk: null,
        counts: { 'at-risk': 3, urgent: 2, breached: 1 },
        deadlines: [deadline],
        next: 'x',
        decisions: { rows: [{ ...decision, medianSeconds: 60, onTime: 7 }], left: 3 },
        year: 2026,
        listed: null,
        work: {
          ...{ board: 'desk', held: null, due: '72h' },
          counts: {
            rows: [{ board: 'desk', heldBy: 'provider', delegate: null, requests: 4, overdue: 1 }],
            ...{ left: 2, requests: 6 },
          },
          page: null,
        },
        pauses: [pause],
      },
      context,
    });
    expect(String(html)).toContain('aria-label="80 % of the time is gone"');
    for (const part of [
      'at risk',
      'in 15m',
      'STANDARD',
      'answered, not decided',
      '6 75.0 %',
      '1 12.5 %',
      '6 undecided requests',
      'urgent 2',
      'Later ones',
      '3 more lines are not shown',
      '6 requests undecided, or decided and not delivered',
      'at a desk provider 4 1',
      '2 more delegates not shown',
      'Retries of carelon are paused by maria, 5m ago, because carelon is down.',
    ])
      expect(textOf(html)).toContain(part);
  });

  it('tell of an incident how it grows and who was told', () => {
    const incident: ListedIncident = {
      id: 1,
      key: 'stuck/anthem/API_CONNECTOR/9f2c41aa',
      tenant: 'anthem',
      stage: 'API_CONNECTOR',
      reason: 'no-result',
      errorCode: 'API_TIMEOUT',
      targetSystem: 'carelon',
      count: 41,
      awaited: 0,
      peakCount: 50,
      openedAt: ago(8_040),
      oldestSince: ago(8_040),
      level: 'page',
      notifiedAt: ago(300),
      closedAt: null,
      lastKind: 'opened',
      lastSentAt: ago(300),
      snoozedUntil: null,
      leadKey: null,
      trendCount: 35,
      trendAt: ago(600),
    };
    const text = textOf(
      IncidentList({
        data: { incidents: [incident], next: null, closed: false, check, pauses: [pause] },
        context,
      }),
    );
    for (const part of [
      'page',
      'API_TIMEOUT from carelon',
      '41',
      '+6 in 10m',
      'at most 50',
      '2h14m',
      '5m ago',
      'Retries of carelon are paused by maria',
    ])
      expect(text).toContain(part);
    const snoozed = { ...incident, snoozedUntil: ago(-3_600) };
    expect(
      textOf(
        IncidentList({
          data: { incidents: [snoozed], next: null, closed: false, check, pauses: [pause] },
          context,
        }),
      ),
    ).toContain('snoozed, ends in 1h');
    expect(
      textOf(
        IncidentList({ data: { incidents: [], next: null, closed: false, check, pauses: [pause] }, context }),
      ),
    ).toContain('No open incident.');
  });

  it('say why they are empty', () => {
    const empty = { rows: [], left: 0 };
    const none = {
      ...{ time: '24h' as const, latency: empty, slowest: [], events: empty, failed: empty },
      tenants: empty,
    };
    expect(textOf(LatencyReport({ data: none, context }))).toContain(
      'No completed event of the last 24 hours states how long it took',
    );
    expect(textOf(DistributionReport({ data: none, context }))).toContain(
      'No events were recorded in the last 24 hours',
    );
    const rejected = { code: null, time: null, total: 0, more: false, rejected: [], next: null };
    expect(textOf(RejectedList({ data: rejected, context }))).toContain('No message was rejected');
  });

  it.each(hostileTexts.map((text) => [text.slice(0, 20), text]))('keep %j a text', (_, text) => {
    const slices = [ago(7_200), ago(3_600)].map((at) => ({ at, p95Ms: 9 }));
    const latency = [{ stage: text, count: 3, p50Ms: 5, p95Ms: 9, maxMs: 50, slices }];
    const slowest = [{ stage: text, eventType: text, occurrences: 1, avgMs: 1, maxMs: 2, p95Ms: 2 }];
    const events = [
      { eventType: text, status: 'FAILED' as const, eventCount: 3, avgDurationMs: 0, maxDurationMs: null },
    ];
    const group = {
      stage: text,
      errorCode: text,
      targetSystem: text,
      failures: 1,
      requests: 1,
      openRequests: 1,
    };
    const failed = {
      rows: [{ ...group, oldestAt: ago(9), newestAt: ago(9), sampleIds: [text] }],
      note: 'Only the latest 10,001 failures of this time are counted.',
    };
    const tenants = [{ tenant: text, events: 3, failures: 1 }];
    const listed = <Row>(rows: Row[]) => ({ rows, left: 1 });
    const reports = {
      ...{ time: '7d' as const, latency: listed(latency), slowest, events: listed(events) },
      ...{ failed, tenants: listed(tenants) },
    };
    const failedRequest = {
      ...{
        pagwId: text,
        tenant: text,
        status: 'PENDING',
        stage: text,
        lastEventAt: ago(9),
        completedAt: null,
      },
      ...{ stuckReason: text, failures: 1, failedAt: ago(9) },
    };
    const rejectedRow = {
      ...{
        id: 1,
        messageId: text,
        position: 0,
        tenant: text,
        pagwId: text,
        code: text,
        path: text,
        rule: text,
        hint: text,
      },
      ...{
        bodyBucket: text,
        bodyKey: text,
        bodyBytes: 1,
        sentAt: ago(9),
        rejectedAt: ago(9),
        replayedAt: null,
      },
      ...{ eventId: text, recordedNo: null, refusedAgainId: 2, refusedAgainCode: text },
    };
    const found = {
      ...{
        pagwId: text,
        tenant: text,
        sequenceNo: 1,
        stage: text,
        eventType: text,
        status: 'FAILED' as const,
      },
      ...{ durationMs: 1, createdAt: ago(3), metadata: { [text]: hostile(1) } },
    };
    const views = [
      LatencyReport({ data: reports, context }),
      DistributionReport({ data: reports, context }),
      RejectedList({
        data: { code: text, time: '24h', total: 1, more: true, rejected: [rejectedRow], next: text },
        context,
      }),
      FailureList({
        data: {
          filter: { stage: text, error: text, target: text, openOnly: true, time: '7d' },
          found: { requests: [failedRequest], total: 2, open: 1, failures: 5_001 },
          most: 5_000,
        },
        context,
      }),
      SearchResults({
        data: {
          query: text,
          found: {
            kind: 'events',
            filter: { stage: text, type: text, status: 'FAILED', timed: 'yes', least: null, time: '7d' },
            words: {
              ...{ status: 'FAILED', stage: text, type: text, errorCode: text, tenant: text, openOnly: true },
              ...{ conditions: [text], filters: [] },
            },
            events: [found],
            total: 2,
            next: text,
            searchedBackTo: ago(9),
          },
        },
        context,
      }),
      SearchResults({
        data: { query: text, found: { kind: 'requests', word: text, requests: [], more: false } },
        context,
      }),
    ];
    for (const view of views) {
      expect(sanitiseHtml(String(view))).toBe(String(view));
      expect(String(view)).not.toMatch(/<(script|img|iframe)/);
      expect(textOf(view).length).toBeLessThan(4_000);
    }
  });
});
