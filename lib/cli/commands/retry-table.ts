import type { ListedRetry } from '../../data-access/retry/list-retries.ts';
import type { RetryState } from '../../data-access/retry/waiting-failures.ts';
import { type RetryPolicy, retryTiming } from '../../domain/retry-policy.ts';
import type { Cell, Column } from '../output/table.ts';
import { ageText } from '../output/time-text.ts';

const STATES: Readonly<Record<RetryState, Cell>> = {
  due: { text: '↻ due', style: 'yellow' },
  sending: { text: '↻ sending', style: 'blue' },
  held: { text: '‖ held', style: 'dim' },
  waiting: { text: '◷ waiting', style: 'plain' },
  exhausted: { text: '✗ exhausted', style: 'red' },
};

/** A failure with the most attempts the policy gives it: attempt n of max. */
export type CountedRetry = ListedRetry & { maxAttempts: number };

export function withMaxAttempts(retry: ListedRetry, policy: RetryPolicy): CountedRetry {
  return { ...retry, maxAttempts: Math.max(retry.attempt, retryTiming(retry, policy, 1).maxAttempts) };
}

export const RETRY_FIELDS = [
  ...([
    'pagwId',
    'tenant',
    'stage',
    'sequenceNo',
    'attempt',
    'maxAttempts',
    'errorCode',
    'downstream',
  ] as const),
  ...(['state', 'failedAt', 'nextRetryAt', 'exhaustedAt'] as const),
] satisfies (keyof CountedRetry)[];

export function retryColumns(now: Date): Column<CountedRetry>[] {
  return [
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId, least: 12 },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'STAGE', cell: ({ stage }) => stage },
    {
      title: 'FAILED',
      cell: ({ failedAt }) => ({ text: ageText(failedAt, now), style: 'dim' }),
      align: 'right',
    },
    { title: 'ATTEMPT', cell: ({ attempt, maxAttempts }) => `${attempt} of ${maxAttempts}`, align: 'right' },
    { title: 'ERROR', cell: ({ errorCode }) => errorCode, least: 10 },
    { title: 'DOWNSTREAM', cell: ({ downstream }) => downstream, least: 8 },
    { title: 'STATE', cell: ({ state }) => STATES[state] },
    {
      title: 'RETRY',
      cell: ({ nextRetryAt }) => nextRetryAt && { text: ageText(nextRetryAt, now) },
      align: 'right',
    },
  ];
}
