import {
  countRejected,
  listRejected,
  REJECTED_PER_PAGE,
  type RejectedPosition,
} from '../../data-access/query/list-rejected.ts';
import { readPosition } from '../../data-access/query/report-page.ts';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewPage } from '../view-page.ts';
import { RejectedList } from './rejected-list.tsx';
import { reportTimes, sinceOf } from './report-time.ts';

/** More than this are said as that many and more. */
export const MOST_COUNTED = 1_000;

export const rejectedPage: ViewPage = {
  title: 'Rejected',
  show: async ({ database, parameters, context }) => {
    const code = readText(parameters, 'code');
    const time = readWord(parameters, 'time', reportTimes);
    const filter = {
      tenant: context.tenant ?? undefined,
      code: code ?? undefined,
      since: time === null ? undefined : sinceOf(time, context.now),
    };
    const limit = Math.min(context.limits.requests, REJECTED_PER_PAGE);
    const [{ rejected, next }, total] = await Promise.all([
      listRejected(database, filter, limit, readAfter(readText(parameters, 'after'))),
      countRejected(database, filter, MOST_COUNTED),
    ]);
    const data = {
      code,
      time,
      total,
      more: total === MOST_COUNTED,
      rejected,
      next: next === undefined ? null : `${next.rejectedAt}~${next.id}`,
    };
    return <RejectedList data={data} context={context} />;
  },
};

function readAfter(text: string | null): RejectedPosition | undefined {
  const place = readPosition(text ?? undefined);
  const id = Number(place?.id);
  return place === undefined || !Number.isSafeInteger(id) ? undefined : { rejectedAt: place.at, id };
}
