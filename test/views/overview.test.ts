import { describe, expect, it } from 'vitest';
import { Overview, type OverviewData } from '../../lib/views/pages/overview.tsx';
import { ago, stuckGroup, stuckGroups, viewContext } from '../support/view-fixtures.ts';
import { textOf } from '../support/view-text.ts';

const context = viewContext();
const check = { checkedAt: ago(40), heldBackSince: null, laggingSince: null, lagSeconds: 0 };

describe('the overview', () => {
  const quiet: OverviewData = {
    pauses: [],
    awaited: 0,
    stuck: stuckGroups(),
    open: 0,
    deadlines: { 'at-risk': 0, urgent: 0, breached: 0 },
    retries: { due: 0, sending: 0, paused: 0, exhausted: 0, oldestDueSeconds: 0 },
    rejected: { count: 0, more: false, latestAt: null },
    check,
    latest: [],
    load: { time: '24h', stepHours: 1, starts: [], current: [], earlier: [] },
  };

  it('is calm when nothing is wrong, and says how fresh that is', () => {
    const html = Overview({ data: quiet, context });
    expect(String(html)).not.toMatch(/figure (bad|warn|retry)/);
    expect(textOf(html)).toContain('No stuck requests; checked 40s ago');
  });

  it('adds groups up, and leads from every number to its rows', () => {
    const html = Overview({
      data: {
        ...quiet,
        stuck: stuckGroups(stuckGroup({ count: 40 }), stuckGroup({ count: 2, oldestSince: ago(8_040) })),
        open: 70,
        deadlines: { 'at-risk': 2, urgent: 1, breached: 2 },
        retries: { due: 5, sending: 1, paused: 0, exhausted: 6, oldestDueSeconds: 700 },
        rejected: { count: 100, more: true, latestAt: ago(5) },
        check: { ...check, lagSeconds: 400, heldBackSince: ago(60) },
      },
      context,
    });
    const text = textOf(html);
    for (const part of [
      'Stuck 42 oldest 2h14m',
      'Deadlines 5 2 breached',
      'Retries due 4 oldest 11m, overdue',
    ])
      expect(text).toContain(part);
    for (const part of ['Exhausted 6', 'Rejected, 24 h 100+', 'Ingest behind 6m', '70 requests in flight'])
      expect(text).toContain(part);
    for (const view of ['stuck', 'deadlines', 'retries', 'rejected', 'incidents', 'search'])
      expect(String(html)).toContain(`{"view":"${view}"`);
  });

  it('draws the load of the hours beside the same hours before, and leads to its rows', () => {
    const starts = [ago(7_200), ago(3_600)];
    const slice = (at: Date, events: number) => ({
      ...{ at, events, failures: 1, answered: 2, received: 3 },
      ...{ inFlight: 4, stuck: 0, retriesWaiting: null },
    });
    const load: OverviewData['load'] = {
      ...{ time: '24h', stepHours: 1, starts },
      current: starts.map((at, place) => slice(at, 10 + place)),
      earlier: [{ name: 'the day before', slices: [undefined, slice(ago(90_000), 5)] }],
    };
    const html = Overview({ data: { ...quiet, load }, context });
    expect(textOf(html)).toContain('Events 21 5 the day before');
    expect(textOf(html)).toContain('In flight 4 at most');
    expect(String(html)).toContain('aria-label="Events in the last 24 hours: 21; 5 the day before"');
    expect(String(html)).toContain('{"view":"flow","reached":"answer","time":"24h"}');
    expect(textOf(html)).toContain('Waiting for a retry – not sampled');
    const young = { ...load, current: [{ ...slice(ago(7_200), 9), received: null }, slice(ago(3_600), 9)] };
    const late = textOf(Overview({ data: { ...quiet, load: young }, context }));
    expect(late).toContain('Received 3 since 03-01 11:00, 3 the day before');
    expect(textOf(Overview({ data: quiet, context }))).toContain(
      'Nothing was recorded in the last 24 hours.',
    );
  });
});
