import { describe, expect, it } from 'vitest';
import type { KeptIncident } from '../../lib/data-access/stuck-alarm/list-open-incidents.ts';
import { DeadlineList } from '../../lib/views/pages/deadline-list.tsx';
import { DistributionReport } from '../../lib/views/pages/distribution-report.tsx';
import { IncidentList } from '../../lib/views/pages/incident-list.tsx';
import { LatencyReport } from '../../lib/views/pages/latency-report.tsx';
import { RejectedList } from '../../lib/views/pages/rejected-list.tsx';
import { SearchResults } from '../../lib/views/pages/search-results.tsx';
import { sanitiseHtml } from '../support/sanitise-html.ts';
import { ago, hostile, hostileTexts, viewContext } from '../support/view-fixtures.ts';
import { textOf } from '../support/view-text.ts';

const context = viewContext();
const check = { checkedAt: ago(40), heldBackSince: null, lagSeconds: 0 };

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
      denied: 2,
      meanSeconds: 90,
    } as const;
    const html = DeadlineList({
      data: {
        deadlines: [deadline],
        hasMore: true,
        decisions: [{ ...decision, medianSeconds: 60, onTime: 7 }],
        year: 2026,
        tenantsLeft: 3,
      },
      context,
    });
    expect(String(html)).toContain('aria-label="80 % of the time is gone"');
    for (const part of [
      'AT RISK',
      'in 15m',
      'STANDARD',
      'answered, not decided',
      '75.0 %',
      '87.5 %',
      '3 more tenants',
    ])
      expect(textOf(html)).toContain(part);
  });

  it('tell of an incident how it grows and who was told', () => {
    const incident: KeptIncident = {
      id: 1,
      key: 'stuck/anthem/API_CONNECTOR/9f2c41aa',
      version: 1,
      tenant: 'anthem',
      stage: 'API_CONNECTOR',
      reason: 'no-result',
      errorCode: 'API_TIMEOUT',
      targetSystem: 'carelon',
      count: 41,
      peakCount: 50,
      openedAt: ago(8_040),
      oldestSince: ago(8_040),
      seenAt: ago(40),
      level: 'page',
      toldAt: ago(300),
      toldCount: 41,
      toldLevel: 'page',
      remindersTold: 0,
      snoozedUntil: null,
      trendCount: 35,
      trendAt: ago(600),
    };
    const text = textOf(IncidentList({ data: { incidents: [incident], check }, context }));
    for (const part of [
      'PAGE',
      'API_TIMEOUT from carelon',
      '41',
      '+6 in 10m',
      'at most 50',
      '2h14m',
      '5m ago',
    ])
      expect(text).toContain(part);
    const snoozed = { ...incident, snoozedUntil: ago(-3_600) };
    expect(textOf(IncidentList({ data: { incidents: [snoozed], check }, context }))).toContain(
      'snoozed, in 1h',
    );
    expect(textOf(IncidentList({ data: { incidents: [], check }, context }))).toContain('No open incident.');
  });

  it('say why they are empty', () => {
    const none = {
      tenant: 'anthem',
      latency: [],
      slowest: [],
      events: [],
      errors: { groups: [], failuresRead: 0, truncated: false },
    };
    const reports = { time: '24h' as const, tenants: [none], tenantsLeft: 0 };
    expect(textOf(LatencyReport({ data: reports, context }))).toContain(
      'No completed event stated a duration',
    );
    expect(textOf(DistributionReport({ data: reports, context }))).toContain('No events were recorded');
    expect(textOf(LatencyReport({ data: { ...reports, tenants: [] }, context }))).toContain(
      'No tenant has a request yet',
    );
    const rejected = { code: null, rejected: [], next: null };
    expect(textOf(RejectedList({ data: rejected, context }))).toContain('No message was rejected');
  });

  it.each(hostileTexts.map((text) => [text.slice(0, 20), text]))('keep %j a text', (_, text) => {
    const latency = [null, ago(3_600), ago(7_200)].map((slot) => ({
      stage: text,
      slot,
      count: 3,
      p50Ms: 5,
      p95Ms: 9,
      maxMs: 50,
    }));
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
    const errors = {
      groups: [{ ...group, oldestAt: ago(9), newestAt: ago(9), sampleIds: [text] }],
      failuresRead: 10_001,
      truncated: true,
    };
    const reports = {
      time: '7d' as const,
      tenants: [{ tenant: text, latency, slowest, events, errors }],
      tenantsLeft: 1,
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
      RejectedList({ data: { code: text, rejected: [rejectedRow], next: text }, context }),
      SearchResults({
        data: {
          query: text,
          type: text,
          status: null,
          found: { kind: 'events', events: [found], more: true, tenantsLeft: 2, days: 7 },
        },
        context,
      }),
      SearchResults({
        data: {
          query: text,
          type: null,
          status: null,
          found: { kind: 'requests', requests: [], more: false },
        },
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
