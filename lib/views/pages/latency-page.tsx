import { slowestStages } from '../../data-access/query/slowest-stages.ts';
import { stageLatency } from '../../data-access/query/stage-latency.ts';
import type { ViewPage } from '../view-page.ts';
import { LatencyReport } from './latency-report.tsx';
import { readTime, sinceOf } from './report-time.ts';
import { shownTenants } from './shown-tenants.ts';

const SLOWEST_SHOWN = 8;

export const latencyPage: ViewPage = {
  title: 'Latency',
  show: async ({ database, parameters, context }) => {
    const time = readTime(parameters, '7d');
    const since = sinceOf(time, context.now);
    const { shown, left } = await shownTenants(database, context);
    const tenants = await Promise.all(
      shown.map(async (tenant) => {
        const [latency, slowest] = await Promise.all([
          stageLatency(database, { tenant, since }, context.now),
          slowestStages(database, { tenant, since }, SLOWEST_SHOWN),
        ]);
        return { tenant, latency, slowest };
      }),
    );
    return <LatencyReport data={{ time, tenants, tenantsLeft: left }} context={context} />;
  },
};
