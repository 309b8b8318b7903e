import { consoleLinks } from '../../lib/local/console/console-page.tsx';
import type { ViewName } from '../../lib/reports/report.ts';
import { readRules, type ViewContext, type ViewParameters } from '../../lib/views/view-page.ts';
import { viewPages } from '../../lib/views/view-pages.ts';
import type { View } from './views.ts';

/** As the console shows them. */
const LIMITS = { groups: 500, requests: 200, events: 1_000 };
const rules = readRules({});

/** Every page, of one tenant, and those that add up tenants for all of them as well. */
const PAGES: readonly [view: ViewName, parameters: ViewParameters, tenant?: null][] = [
  ['overview', {}],
  ['overview', {}, null],
  ['stuck', {}],
  ['stuck', { stage: 'API_CONNECTOR', risk: 'breached' }, null],
  ['retries', {}],
  ['deadlines', {}],
  ['deadlines', {}, null],
  ['deadlines', { priority: 'STANDARD', outcome: 'approved' }],
  ['flow', {}],
  ['flow', {}, null],
  ['flow', { time: '24h' }, null],
  ['flow', { time: '30d' }],
  ['flow', { time: '30d' }, null],
  ['flow', { time: '30d', lanes: 'all' }, null],
  ['latency', {}],
  ['latency', { time: '24h' }, null],
  ['latency', { time: '7d' }, null],
  ['latency', { time: '30d' }],
  ['latency', { time: '30d' }, null],
  ['distribution', {}],
  ['distribution', {}, null],
  ['distribution', { time: '30d' }],
  ['distribution', { time: '30d' }, null],
  ['failures', {}],
  ['failures', { time: '7d', stage: 'API_CONNECTOR', error: 'API_TIMEOUT' }, null],
  ['failures', { time: '30d' }, null],
  ['incidents', {}],
  ['rejected', {}],
  ['search', {}],
  ['search', { open: 'yes' }, null],
  ['search', { q: 'PAGW-2' }],
  ['search', { q: 'EXT-NOWHERE' }],
  ['search', { type: 'VAL_FAIL', status: 'FAILED', time: '7d' }],
  ['search', { stage: 'PARSING', status: 'COMPLETED', timed: 'yes', time: '30d' }, null],
  ['search', { q: 'targetSystem=carelon' }],
  ['search', { q: 'targetSystem=carelon' }, null],
  ['search', { q: 'diagnosisCount>10' }],
  ['search', { q: 'diagnosisCount>10' }, null],
];

/** Whole pages: every question that a page asks, drawing included where it is called through the endpoint. */
export function pageViews(pagwId: string): View[] {
  const pages: typeof PAGES = [...PAGES, ['request', { id: pagwId }]];
  return pages.map(([view, parameters, tenant = 'anthem']) => ({
    name: nameOf(view, parameters, tenant),
    read: async (database, now) => {
      const context: ViewContext = { now, zone: 'UTC', tenant, links: consoleLinks, limits: LIMITS };
      await viewPages[view].show({ database, parameters, context, rules });
      return [];
    },
  }));
}

function nameOf(view: ViewName, { id, ...parameters }: ViewParameters, tenant: string | null): string {
  const words = [...Object.values(parameters), ...(tenant === null ? ['all tenants'] : [])];
  return `page ${view}${words.length > 0 ? `: ${words.join(', ')}` : ''}`;
}
