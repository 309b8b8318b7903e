import { countRejected, listRejected, REJECTED_PER_PAGE } from '../../data-access/query/list-rejected.ts';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewPage } from '../view-page.ts';
import { RejectedList } from './rejected-list.tsx';
import { reportTimes, sinceOf } from './report-time.ts';

/** More than this are said as that many and more. */
export const MOST_COUNTED = 1_000;

export const rejectedPage: ViewPage = {
  title: 'Rejected',
  filters: ['code', 'time', 'after'],
  show: async ({ database, parameters, context }) => {
    const code = readText(parameters, 'code');
    const time = readWord(parameters, 'time', reportTimes);
    const filter = {
      tenant: context.tenant ?? undefined,
      code: code ?? undefined,
      since: time === null ? undefined : sinceOf(time, context.now),
    };
    const limit = Math.min(context.limits.requests, REJECTED_PER_PAGE);
    const [{ rows: rejected, next }, total] = await Promise.all([
      listRejected(database, filter, limit, readText(parameters, 'after') ?? undefined),
      countRejected(database, filter, MOST_COUNTED),
    ]);
    const data = {
      code,
      time,
      total,
      more: total === MOST_COUNTED,
      rejected,
      next,
    };
    return <RejectedList data={data} context={context} />;
  },
};
