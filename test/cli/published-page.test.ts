import { expect, it } from 'vitest';
import { publishedPage } from '../../lib/cli/report/published-page.ts';
import type { PublishedFigures } from '../../lib/domain/published-plans.ts';

const DAY = 86_400_000;
const figures: PublishedFigures = {
  ...{ received: 4, approved: 1, denied: 3, partial: 0, approvedAfterExtension: 0, inTime: 4 },
  ...{ appealed: 2, appealsDecided: 2, approvedAfterAppeal: 1, meanMs: 2.5 * DAY, medianMs: DAY },
};
const page = (standard: PublishedFigures, notes: string[] = []) =>
  publishedPage({
    title: 'Metrics',
    plans: [{ plan: 'H1', standard, expedited: figures, leftOut: { drugs: 0, withdrawn: 0, undecided: 0 } }],
    definitions: ['What it means.'],
    notes,
  });
const cells = (name: string, of = figures) =>
  new RegExp(`${name}</th><td>(.*?)</td><td>(.*?)</td>`).exec(page(of))?.slice(1);

it('publishes times in days and hours, and appeals overturned of those decided', () => {
  expect(cells('Mean time to decision')).toEqual(['2.5 days', '60.0 hours']);
  expect(cells('Median time to decision', { ...figures, medianMs: null })?.[0]).toBe('–');
  expect(cells('Approved after appeal, of those decided')?.[0]).toBe('1 (50.0 %)');
  const { appealsDecided: _, ...unsaid } = figures;
  expect(cells('Appeals decided', unsaid)?.[0]).toBe('–');
  expect(cells('Approved after appeal, of those decided', unsaid)?.[0]).toBe('1');
});

it('tells plans of one name apart by their tenant, or by the delegate whose file it is', () => {
  const captions = (...plans: object[]) => {
    const leftOut = { drugs: 0, withdrawn: 0, undecided: 0 };
    const all = plans.map((plan) => ({
      plan: 'H1',
      standard: figures,
      expedited: figures,
      leftOut,
      ...plan,
    }));
    const html = publishedPage({ title: 'Metrics', plans: all, definitions: [], notes: [] });
    return [...html.matchAll(/<caption>(.*?)<\/caption>/g)].map(([, caption]) => caption);
  };
  expect(
    captions(
      { tenant: 'anthem' },
      { plan: 'h1', tenant: 'carelon' },
      { delegate: 'evicore' },
      {},
      { plan: 'H2', tenant: 'anthem' },
    ),
  ).toEqual(['H1 (anthem)', 'h1 (carelon)', 'H1 (evicore)', 'H1 (a delegate)', 'H2']);
  expect(captions({ tenant: 'anthem' })).toEqual(['H1']);
});

it('lists what has changed since a snapshot line by line', () => {
  const html = page(figures, [
    'Frozen by ann; changed since:\n  H1 STANDARD decided: 4 → 5\n  H1 <b>: 1 → 2',
  ]);
  expect(html).toContain(
    '<p><strong>Frozen by ann; changed since:</strong></p><ul><li>H1 STANDARD decided: 4 → 5</li><li>H1 &lt;b&gt;: 1 → 2</li></ul>',
  );
});
