import { listRejected } from '../../data-access/query/list-rejected.ts';
import { listRequests } from '../../data-access/query/list-requests.ts';
import { measureRetries } from '../../data-access/retry/measure-retries.ts';
import { countWatchedRequests } from '../../data-access/stuck-alarm/count-watched-requests.ts';
import { groupStuckRequests } from '../../data-access/stuck-alarm/group-stuck-requests.ts';
import { readCheck } from '../../data-access/stuck-alarm/read-check.ts';
import type { ViewPage } from '../view-page.ts';
import { Overview } from './overview.tsx';

const DAY_MS = 86_400_000;
const LATEST_SHOWN = 8;
const REJECTED_COUNTED = 100;

export const overviewPage: ViewPage = {
  title: 'Overview',
  show: async ({ database, context }) => {
    const { now } = context;
    const tenant = context.tenant ?? undefined;
    const ofTenant = (row: { tenant: string }) => tenant === undefined || row.tenant === tenant;
    const since = new Date(now.getTime() - DAY_MS);
    const [groups, watched, retries, refused, check, latest] = await Promise.all([
      groupStuckRequests(database, now, { tenant }),
      countWatchedRequests(database),
      measureRetries(database, now),
      listRejected(database, { tenant, since }, REJECTED_COUNTED),
      readCheck(database),
      listRequests(database, { tenant }, LATEST_SHOWN),
    ]);
    const data = {
      groups,
      watched: watched.filter(ofTenant),
      retries: retries.filter(ofTenant),
      rejected: {
        count: refused.rejected.length,
        more: refused.next !== undefined,
        latestAt: refused.rejected[0]?.rejectedAt ?? null,
      },
      check,
      latest: latest.requests,
    };
    return <Overview data={data} context={context} />;
  },
};
