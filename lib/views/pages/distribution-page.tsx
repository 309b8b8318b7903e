import { errorGroups } from '../../data-access/query/error-groups.ts';
import { eventDistribution } from '../../data-access/query/event-distribution.ts';
import type { ViewPage } from '../view-page.ts';
import { DistributionReport } from './distribution-report.tsx';
import { readTime, sinceOf } from './report-time.ts';
import { shownTenants } from './shown-tenants.ts';

export const distributionPage: ViewPage = {
  title: 'Distribution',
  show: async ({ database, parameters, context }) => {
    const time = readTime(parameters, '24h');
    const since = sinceOf(time, context.now);
    const { shown, left } = await shownTenants(database, context);
    const tenants = await Promise.all(
      shown.map(async (tenant) => {
        const [events, errors] = await Promise.all([
          eventDistribution(database, { tenant, since }),
          errorGroups(database, { tenant, since }),
        ]);
        return { tenant, events, errors };
      }),
    );
    return <DistributionReport data={{ time, tenants, tenantsLeft: left }} context={context} />;
  },
};
