import { expect, it } from 'vitest';
import { notificationDue, type OpenIncident, type OutageCount } from '../../lib/domain/incident-rules.ts';

const opened = Date.parse('2026-03-01T10:00:00Z');
const after = (minutes: number) => new Date(opened + minutes * 60_000);
const seen: OutageCount = { count: 3, urgent: 0, breached: 0, riskAt: null, tenants: ['anthem'] };
const incident = (fields: Partial<OpenIncident> = {}): OpenIncident => ({
  openedAt: after(0),
  seenAt: after(0),
  level: 'warn',
  notifiedAt: after(0),
  notifiedCount: 3,
  notifiedLevel: 'warn',
  notifiedTenants: ['anthem'],
  remindersSent: 0,
  snoozedUntil: null,
  trendCount: 3,
  trendAt: after(0),
  ...fields,
});

it.each([
  ['an hour after it opened, and not before', 0, 59, null],
  ['an hour after it opened', 0, 60, 'reminder'],
  ['half an hour after what it was notified of since', 50, 60, null],
  ['half an hour after what it was notified of since', 50, 79, null],
  ['half an hour after what it was notified of since', 50, 80, 'reminder'],
] as const)('reminds of an incident %s (notified at minute %i, now %i)', (_, notified, minute, kind) => {
  expect(notificationDue(incident({ notifiedAt: after(notified) }), seen, after(minute))).toBe(kind);
});
