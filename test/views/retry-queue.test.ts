import { describe, expect, it } from 'vitest';
import type { ListedRetry } from '../../lib/data-access/waiting-failures.ts';
import type { Html } from '../../lib/views/jsx-runtime.ts';
import { RetryQueue, type RetryQueueData } from '../../lib/views/pages/retries.tsx';
import { sanitiseHtml } from '../support/sanitise-html.ts';
import { ago, hostileTexts, viewContext } from '../support/view-fixtures.ts';
import { textOf } from '../support/view-text.ts';

const retry: ListedRetry = {
  pagwId: 'PAGW-1',
  tenant: 'anthem',
  stage: 'API_CONNECTOR',
  sequenceNo: 7,
  attempt: 2,
  errorCode: 'API_TIMEOUT',
  downstream: 'carelon',
  state: 'due',
  failedAt: ago(400),
  nextRetryAt: ago(60),
  exhaustedAt: null,
};

function retryQueue(data: Partial<RetryQueueData>): Html {
  const empty = {
    state: null,
    stage: null,
    retries: [],
    total: 0,
    next: null,
    goesOn: false,
    pauses: [],
    batches: [],
  };
  return RetryQueue({
    data: { ...empty, overdueSeconds: 600, maxAttempts: () => 5, ...data },
    context: viewContext(),
  });
}

describe('the retry queue', () => {
  it.each([
    [{ state: 'due', nextRetryAt: ago(60) }, 'due'],
    [{ state: 'due', nextRetryAt: ago(700), failedAt: ago(900) }, 'overdue'],
    [{ state: 'due', nextRetryAt: ago(90_000), failedAt: ago(60) }, 'due'],
    [{ state: 'sending' }, 'sending'],
    [{ state: 'paused' }, 'paused'],
    [{ state: 'waiting', nextRetryAt: ago(-240) }, 'in 4m'],
    [{ state: 'exhausted', attempt: 5, nextRetryAt: null }, 'exhausted'],
  ] as const)('shows %j as %s, with its attempt of the most', (fields, words) => {
    const text = textOf(retryQueue({ retries: [{ ...retry, ...fields }], total: 1 }));
    expect(text).toContain(` ${words} `);
    expect(text).toContain(`${'attempt' in fields ? 5 : 2} of 5`);
    expect(text).toContain('API_TIMEOUT at carelon');
  });

  it('says that it is empty, cut, or paused and by whom', () => {
    expect(textOf(retryQueue({}))).toContain('No failure waits for a retry.');
    expect(textOf(retryQueue({ retries: [retry], total: 2_314 }))).toContain('The first 1 of 2,314');
    const pause = {
      tenant: null,
      stage: 'API_CONNECTOR',
      downstream: 'carelon',
      reason: 'x',
      pausedBy: 'ops',
      pausedAt: ago(60),
    };
    expect(textOf(retryQueue({ pauses: [pause] }))).toContain(
      'Retries of API_CONNECTOR · carelon are paused by ops, 1m ago, because',
    );
  });

  it.each(hostileTexts.map((text) => [text.slice(0, 20), text]))('keeps %j a text', (_, text) => {
    const hostileRetry = { ...retry, stage: text, tenant: text, errorCode: text, downstream: text };
    const html = retryQueue({ retries: [hostileRetry], total: 1 });
    expect(sanitiseHtml(String(html))).toBe(String(html));
    expect(textOf(html).length).toBeLessThan(2_000);
  });
});
