import { countDeadlines } from '../../data-access/query/list-deadlines.ts';
import { countRejected, listRejected } from '../../data-access/query/list-rejected.ts';
import { listRequests } from '../../data-access/query/list-requests.ts';
import { listRetries } from '../../data-access/retry/list-retries.ts';
import { measureRetries } from '../../data-access/retry/measure-retries.ts';
import { countOpenRequests } from '../../data-access/stuck-alarm/count-watched-requests.ts';
import { groupStuckRequests } from '../../data-access/stuck-alarm/group-stuck-requests.ts';
import { readCheck } from '../../data-access/stuck-alarm/read-check.ts';
import { toRetryFilter } from '../../domain/retry-filter.ts';
import type { ViewPage } from '../view-page.ts';
import { Overview } from './overview.tsx';
import { MOST_COUNTED } from './rejected-page.tsx';
import { sinceOf } from './report-time.ts';

const LATEST_SHOWN = 8;

export const overviewPage: ViewPage = {
  title: 'Overview',
  filters: [],
  show: async ({ database, context }) => {
    const { now } = context;
    const tenant = context.tenant ?? undefined;
    const refused = { tenant, since: sinceOf('24h', now) };
    const [groups, open, retries, due, deadlines, rejected, lastRejected, check, latest] = await Promise.all([
      groupStuckRequests(database, now, { tenant }),
      countOpenRequests(database, context.tenant),
      measureRetries(database, now, context.tenant),
      listRetries(database, { filter: toRetryFilter({ tenant }), state: 'due', now, limit: 1 }),
      countDeadlines(database, { tenant: context.tenant, now }),
      countRejected(database, refused, MOST_COUNTED),
      listRejected(database, refused, 1),
      readCheck(database),
      listRequests(database, { tenant }, LATEST_SHOWN),
    ]);
    const data = {
      groups,
      open,
      deadlines,
      retries,
      retriesDue: due.total,
      rejected: {
        count: rejected,
        more: rejected === MOST_COUNTED,
        latestAt: lastRejected.rows[0]?.rejectedAt ?? null,
      },
      check,
      latest: latest.rows,
    };
    return <Overview data={data} context={context} />;
  },
};
