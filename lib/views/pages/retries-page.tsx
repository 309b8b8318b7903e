import { listRetries } from '../../data-access/retry/list-retries.ts';
import { listRetryBatches } from '../../data-access/retry/retry-batches.ts';
import { listRetryPauses } from '../../data-access/retry/retry-pauses.ts';
import { retryStates } from '../../data-access/retry/waiting-failures.ts';
import { toRetryFilter } from '../../domain/retry-filter.ts';
import { retryTiming } from '../../domain/retry-policy.ts';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewPage } from '../view-page.ts';
import { RetryQueue } from './retry-queue.tsx';

const BATCHES_SHOWN = 5;

export const retriesPage: ViewPage = {
  title: 'Retries',
  filters: ['state', 'stage'],
  show: async ({ database, parameters, context, rules }) => {
    const state = readWord(parameters, 'state', retryStates);
    const stage = readText(parameters, 'stage');
    const filter = toRetryFilter({ tenant: context.tenant ?? undefined, stage: stage ?? undefined });
    const [{ rows: retries, total }, pauses, batches] = await Promise.all([
      listRetries(database, {
        filter,
        state: state ?? undefined,
        now: context.now,
        limit: context.limits.requests,
      }),
      listRetryPauses(database),
      listRetryBatches(database, BATCHES_SHOWN),
    ]);
    const isVisible = (tenant: string | null | undefined) =>
      context.tenant === null || tenant === context.tenant;
    const data = {
      state,
      stage,
      retries,
      total,
      // A pause that names no tenant holds back this one's retries too.
      pauses: pauses.filter(({ tenant }) => tenant === null || isVisible(tenant)),
      batches: batches.filter((batch) => isVisible(batch.filter.tenant)),
      overdueSeconds: rules.stageLimits.retryOverdue,
      maxAttempts: (retry: { stage: string; errorCode: string | null }) =>
        retryTiming(retry, rules.retryPolicy, 0).maxAttempts,
    };
    return <RetryQueue data={data} context={context} />;
  },
};
