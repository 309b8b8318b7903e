import {
  listRejected,
  REJECTED_PER_PAGE,
  type RejectedPosition,
} from '../../data-access/query/list-rejected.ts';
import { readPosition } from '../../data-access/query/report-page.ts';
import { readText } from '../read-parameters.ts';
import type { ViewPage } from '../view-page.ts';
import { RejectedList } from './rejected-list.tsx';

export const rejectedPage: ViewPage = {
  title: 'Rejected',
  show: async ({ database, parameters, context }) => {
    const code = readText(parameters, 'code');
    const filter = { tenant: context.tenant ?? undefined, code: code ?? undefined };
    const limit = Math.min(context.limits.requests, REJECTED_PER_PAGE);
    const { rejected, next } = await listRejected(
      database,
      filter,
      limit,
      readAfter(readText(parameters, 'after')),
    );
    const data = { code, rejected, next: next === undefined ? null : `${next.rejectedAt}~${next.id}` };
    return <RejectedList data={data} context={context} />;
  },
};

function readAfter(text: string | null): RejectedPosition | undefined {
  const place = readPosition(text ?? undefined);
  const id = Number(place?.id);
  return place === undefined || !Number.isSafeInteger(id) ? undefined : { rejectedAt: place.at, id };
}
