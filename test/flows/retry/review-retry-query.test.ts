import { describe, expect, it } from 'vitest';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();

/** The review's "Find Failed Retryable Events (for Retry Worker)", to the letter. */
const REVIEW_QUERY = `
SELECT 
  pagw_id,
  tenant,
  stage,
  event_type,
  error_code,
  error_message,
  attempt,
  next_retry_at
FROM event_tracker
WHERE tenant = 'anthem'
  AND status = 'FAILED'
  AND retryable = TRUE
  AND next_retry_at <= NOW()
ORDER BY next_retry_at
LIMIT 100;`;

describe('the review’s retry query', () => {
  it('returns exactly what retry is about to send, and nothing that recovered', async () => {
    const fail = (fields: Parameters<typeof failedEvent>[0] = {}) =>
      failedEvent({ pagwId: bench.newRequest(), tenant: 'anthem', ...fields });
    const [due, twice, recovered, closed, restarted, used] = [
      fail(),
      fail(),
      fail(),
      fail(),
      fail(),
      fail({ attempt: 5 }),
    ];
    await bench.record(
      ...[due, twice, recovered, closed, restarted, used],
      fail({ retryable: false, retry: null }),
      fail({ retry: null, nextRetryAt: '9999-01-01T00:00:00.000Z' }),
      failedEvent({ pagwId: twice.pagwId }),
      trackedEvent({ pagwId: recovered.pagwId }),
      trackedEvent({
        pagwId: closed.pagwId,
        stage: 'RESPONSE_BUILDER',
        eventType: 'RESPONSE_OK',
      }),
      trackedEvent({ pagwId: restarted.pagwId, eventType: 'PARSE_START', status: 'STARTED' }),
    );
    bench.pass(3_600);
    const review = async () => (await bench.database.execute<{ pagwId: string }>(REVIEW_QUERY)).rows;
    const announced = (await review()).map(({ pagwId }) => pagwId);
    expect(announced.sort()).toEqual([due.pagwId, twice.pagwId].sort());
    await bench.run();
    expect(bench.queue.commands.map(({ pagwId }) => pagwId).sort()).toEqual(announced);
    expect(await review()).toEqual([]);
  });
});
