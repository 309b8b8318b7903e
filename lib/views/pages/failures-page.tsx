import { MAX_FAILURES } from '../../data-access/query/error-groups.ts';
import { listFailedRequests } from '../../data-access/query/list-failed-requests.ts';
import type { ViewPage } from '../view-page.ts';
import { readFailureFilter } from './failure-filter.ts';
import { FailureList } from './failure-list.tsx';
import { sinceOf } from './report-time.ts';

export const failuresPage: ViewPage = {
  title: 'Failures',
  filters: ['stage', 'error', 'target', 'open', 'time'],
  show: async ({ database, parameters, context }) => {
    const { tenant, now, limits } = context;
    const filter = readFailureFilter(parameters);
    const found = await listFailedRequests(database, {
      tenant,
      since: sinceOf(filter.time, now),
      stage: filter.stage ?? undefined,
      errorCode: filter.error ?? undefined,
      targetSystem: filter.target ?? undefined,
      openOnly: filter.openOnly,
      limit: limits.requests,
    });
    return <FailureList data={{ filter, found, most: MAX_FAILURES }} context={context} />;
  },
};
