import { decisionMetrics } from '../../data-access/query/decision-metrics.ts';
import { listDeadlines } from '../../data-access/query/list-deadlines.ts';
import type { ViewPage } from '../view-page.ts';
import { DeadlineList } from './deadline-list.tsx';
import { shownTenants } from './shown-tenants.ts';

export const deadlinesPage: ViewPage = {
  title: 'Deadlines',
  show: async ({ database, context, rules }) => {
    const { now, limits } = context;
    const year = now.getUTCFullYear();
    const since = new Date(Date.UTC(year, 0, 1));
    const { shown, left } = await shownTenants(database, context);
    const [pages, decisions] = await Promise.all([
      Promise.all(shown.map((tenant) => listDeadlines(database, { tenant, now, limit: limits.requests }))),
      Promise.all(
        shown.map(async (tenant) => {
          const window = rules.decisionPolicy.tenants.get(tenant);
          const rows = await decisionMetrics(
            database,
            { tenant, since },
            window === undefined ? rules.decisionPolicy.default : window,
          );
          return rows.map((row) => ({ ...row, tenant }));
        }),
      ),
    ]);
    const all = pages
      .flatMap(({ rows }) => rows)
      .sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime());
    const deadlines = all.slice(0, limits.requests);
    const hasMore = all.length > deadlines.length || pages.some(({ next }) => next !== null);
    return (
      <DeadlineList
        data={{ deadlines, hasMore, decisions: decisions.flat(), year, tenantsLeft: left }}
        context={context}
      />
    );
  },
};
