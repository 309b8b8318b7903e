import { countEventsByTenant } from '../../data-access/query/count-events.ts';
import { slowestStages } from '../../data-access/query/slowest-stages.ts';
import { stageLatency } from '../../data-access/query/stage-latency.ts';
import type { ViewPage } from '../view-page.ts';
import { LatencyReport } from './latency-report.tsx';
import { readTime, sinceOf } from './report-time.ts';

const SLOWEST_SHOWN = 8;

export const latencyPage: ViewPage = {
  title: 'Latency',
  filters: ['time'],
  show: async ({ database, parameters, context }) => {
    const { tenant, now } = context;
    const time = readTime(parameters, '7d');
    const since = sinceOf(time, now);
    const [latency, slowest, tenants] = await Promise.all([
      stageLatency(database, { tenant, since }, now),
      slowestStages(database, { tenant, since }, SLOWEST_SHOWN),
      tenant === null ? countEventsByTenant(database, { since }) : null,
    ]);
    return <LatencyReport data={{ time, latency, slowest, tenants }} context={context} />;
  },
};
