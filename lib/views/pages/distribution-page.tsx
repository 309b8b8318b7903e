import { countEventsByTenant } from '../../data-access/query/count-events.ts';
import { errorGroups } from '../../data-access/query/error-groups.ts';
import { eventDistribution } from '../../data-access/query/event-distribution.ts';
import type { ViewPage } from '../view-page.ts';
import { DistributionReport } from './distribution-report.tsx';
import { readTime, sinceOf } from './report-time.ts';

export const distributionPage: ViewPage = {
  title: 'Distribution',
  filters: ['time'],
  show: async ({ database, parameters, context }) => {
    const { tenant, now } = context;
    const time = readTime(parameters, '24h');
    const since = sinceOf(time, now);
    const [events, errors, tenants] = await Promise.all([
      eventDistribution(database, { tenant, since }),
      errorGroups(database, { tenant, since }),
      tenant === null ? countEventsByTenant(database, { since }) : null,
    ]);
    return <DistributionReport data={{ time, events, errors, tenants }} context={context} />;
  },
};
