import { consoleLinks } from '../../lib/local/console/console-links.tsx';
import { readRules } from '../../lib/views/read-rules.ts';
import type { ViewContext, ViewName, ViewParameters } from '../../lib/views/view-context.ts';
import { viewPages } from '../../lib/views/view-pages.ts';
import type { View } from './views.ts';

/** As the console shows them. */
const LIMITS = { groups: 500, requests: 200, events: 1_000 };
const rules = readRules({});

/** The pages that are asked for most, of one tenant; the overview and the latency of all as well. */
const PAGES: readonly [view: ViewName, parameters: ViewParameters, tenant?: null][] = [
  ['overview', {}],
  ['overview', {}, null],
  ['stuck', {}],
  ['retries', {}],
  ['deadlines', {}],
  ['latency', {}],
  ['latency', { time: '7d' }, null],
  ['distribution', {}],
  ['distribution', { time: '30d' }],
  ['incidents', {}],
  ['rejected', {}],
  ['search', {}],
  ['search', { q: 'PAGW-2' }],
  ['search', { q: 'EXT-NOWHERE' }],
  ['search', { q: 'targetSystem=carelon' }],
  ['search', { q: 'diagnosisCount>10' }],
];

/** Whole pages: every question that a page asks, drawing included where it is called through the endpoint. */
export function pageViews(pagwId: string): View[] {
  const pages: typeof PAGES = [...PAGES, ['request', { id: pagwId }]];
  return pages.map(([view, parameters, tenant = 'anthem']) => ({
    name: nameOf(view, parameters, tenant),
    read: async (database, now) => {
      const context: ViewContext = { now, tenant, links: consoleLinks, limits: LIMITS };
      await viewPages[view].show({ database, parameters, context, rules });
      return [];
    },
  }));
}

function nameOf(view: ViewName, { id, ...parameters }: ViewParameters, tenant: string | null): string {
  const words = [...Object.values(parameters), ...(tenant === null ? ['all tenants'] : [])];
  return `page ${view}${words.length > 0 ? `: ${words.join(', ')}` : ''}`;
}
