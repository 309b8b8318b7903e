import { listRetryBatches, listRetryPauses, type RetryBatch } from '../../data-access/retry-orders.ts';
import { type ListedRetry, listRetries } from '../../data-access/waiting-failures.ts';
import { pagwCommand } from '../../domain/printable-text.ts';
import { pausesOf, type RetryPause, toRetryFilter } from '../../domain/retry-orders.ts';
import { retryTiming } from '../../domain/retry-policy.ts';
import { overdueRetryMark, retryStateMarks, retryStates } from '../../domain/words.ts';
import { DataText, MarkText } from '../parts/data-text.tsx';
import { Choices, NextPage, RequestLink, Total } from '../parts/links.tsx';
import { Caution, Empty, Pauses } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Relative } from '../parts/time-text.tsx';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewContext, ViewPage } from '../view-page.ts';

const BATCHES_SHOWN = 5;

export const retriesPage: ViewPage = {
  title: 'Retries',
  filters: ['state', 'stage', 'after'],
  show: async ({ database, parameters, context, rules }) => {
    const state = readWord(parameters, 'state', retryStates);
    const stage = readText(parameters, 'stage');
    const filter = toRetryFilter({ tenant: context.tenant ?? undefined, stage: stage ?? undefined });
    const after = readText(parameters, 'after') ?? undefined;
    const [{ rows: retries, total, next }, pauses, batches] = await Promise.all([
      listRetries(database, {
        filter,
        state: state ?? undefined,
        now: context.now,
        limit: context.limits.requests,
        after,
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
      next,
      goesOn: after !== undefined,
      pauses: pausesOf(pauses, context.tenant),
      batches: batches.filter((batch) => isVisible(batch.filter.tenant)),
      overdueSeconds: rules.stageLimits.retryOverdue,
      maxAttempts: (retry: { stage: string; errorCode: string | null }) =>
        retryTiming(retry, rules.retryPolicy, 0).maxAttempts,
    };
    return <RetryQueue data={data} context={context} />;
  },
};

export interface RetryQueueData {
  state: ListedRetry['state'] | null;
  stage: string | null;
  retries: readonly ListedRetry[];
  /** From this page on. */
  total: number;
  /** Where the next page begins; null on the last. */
  next: string | null;
  /** Pages were read before this one. */
  goesOn: boolean;
  pauses: readonly RetryPause[];
  batches: readonly RetryBatch[];
  /** From this on, what is due is overdue. */
  overdueSeconds: number;
  maxAttempts(retry: { stage: string; errorCode: string | null }): number;
}

/** What waits for its next attempt, what is on its way, and what has no attempt left. */
export function RetryQueue({ data, context }: { data: RetryQueueData; context: ViewContext }) {
  const { state, stage, retries, total, next, goesOn, pauses, batches } = data;
  const { links, tenant } = context;
  return (
    <section>
      <h1>Retry queue</h1>
      <p class="lead">
        <Total count={total} one="failure" />
        {goesOn ? ' from here on' : ''}
        {state === null ? ' waiting or exhausted' : ''}; the next to go out first. Due ones go out every
        minute.
      </p>
      <Choices
        name="State"
        view="retries"
        parameters={{ tenant, stage }}
        parameter="state"
        chosen={state}
        words={[
          { value: null, label: 'all' },
          ...retryStates.map((value) => ({ value, label: retryStateMarks[value].word })),
        ]}
        links={links}
      />
      <Pauses pauses={pauses} now={context.now} />
      {retries.length === 0 ? (
        <Empty>{state === null ? 'No failure waits for a retry.' : 'No failure is in this state.'}</Empty>
      ) : (
        <RetryTable data={data} context={context} />
      )}
      {total > retries.length ? (
        <Caution>
          {goesOn ? 'The next ' : 'The first '}
          {retries.length.toLocaleString('en')} of {total.toLocaleString('en')}. All of them:{' '}
          {links.command(
            pagwCommand('retry list', [], {
              ...(tenant === null ? {} : { tenant }),
              ...(stage === null ? {} : { stage }),
              ...(state === null ? {} : { state }),
              limit: String(total),
            }),
          )}
          .
        </Caution>
      ) : null}
      <NextPage next={next} place={{ view: 'retries', parameters: { tenant, state, stage } }} links={links}>
        Later ones
      </NextPage>
      <Batches batches={batches} context={context} />
    </section>
  );
}

function RetryTable({ data, context }: { data: RetryQueueData; context: ViewContext }) {
  const { now, links } = context;
  return (
    <Table
      caption="Failures waiting for a retry"
      rows={data.retries}
      links={links}
      columns={[
        { name: 'Request', heads: true, cell: ({ pagwId }) => <RequestLink pagwId={pagwId} links={links} /> },
        { name: 'Tenant', cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
        { name: 'State', cell: (retry) => <RetryState retry={retry} data={data} now={now} /> },
        { name: 'Stage', cell: ({ stage }) => <DataText value={stage} most={40} /> },
        {
          name: 'Cause',
          cell: ({ errorCode, downstream }) => (
            <>
              <DataText value={errorCode} most={64} mono />
              {downstream === null ? null : (
                <span class="muted">
                  {' '}
                  at <DataText value={downstream} most={40} />
                </span>
              )}
            </>
          ),
        },
        {
          name: 'Attempt',
          numeric: true,
          cell: (retry) => `${retry.attempt} of ${Math.max(retry.attempt, data.maxAttempts(retry))}`,
        },
        {
          name: 'Next attempt',
          numeric: true,
          cell: ({ nextRetryAt, state }) =>
            state === 'exhausted' || nextRetryAt === null ? (
              <span class="muted">none</span>
            ) : (
              <>
                {nextRetryAt <= now ? 'due ' : ''}
                <Relative at={nextRetryAt} now={now} />
              </>
            ),
        },
        { name: 'Failed', numeric: true, cell: ({ failedAt }) => <Relative at={failedAt} now={now} /> },
      ]}
    />
  );
}

function RetryState({ retry, data, now }: { retry: ListedRetry; data: RetryQueueData; now: Date }) {
  const { state, nextRetryAt, failedAt } = retry;
  const dueAt = Math.max(nextRetryAt?.getTime() ?? 0, failedAt.getTime());
  if (state === 'due' && now.getTime() - dueAt > data.overdueSeconds * 1_000) {
    return <MarkText {...overdueRetryMark} />;
  }
  return <MarkText {...retryStateMarks[state]} />;
}

function Batches({ batches, context }: { batches: readonly RetryBatch[]; context: ViewContext }) {
  if (batches.length === 0) return <></>;
  return (
    <>
      <h2>Batches asked for by hand</h2>
      <Table
        caption="Retry batches"
        rows={batches}
        links={context.links}
        columns={[
          { name: '#', numeric: true, cell: ({ id }) => id },
          { name: 'State', cell: ({ state }) => state },
          { name: 'Done', numeric: true, cell: ({ done, matched }) => `${done} of ${matched}` },
          { name: 'Reason', cell: ({ reason }) => <DataText value={reason} /> },
          { name: 'By', cell: ({ requestedBy }) => <DataText value={requestedBy} most={40} /> },
          {
            name: 'Asked',
            numeric: true,
            cell: ({ requestedAt }) => <Relative at={requestedAt} now={context.now} />,
          },
        ]}
      />
    </>
  );
}
