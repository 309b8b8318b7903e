import { describe, expect, it } from 'vitest';
import { LONGEST_REST_SECONDS, MOST_DELIVERIES, restSeconds } from '../../lib/runtime/redelivery.ts';

const DAY_SECONDS = 86_400;
const RETENTION_SECONDS = 14 * DAY_SECONDS;
/** A batch that is cut off by Lambda. */
const LONGEST_TRY_SECONDS = 60;

/** When each delivery of a message fails, `trySeconds` after it began. */
function deliveriesEnd(rest: (deliveries: number) => number, trySeconds: number): number {
  let seconds = 0;
  for (let delivery = 1; delivery <= MOST_DELIVERIES; delivery++) seconds += trySeconds + rest(delivery);
  return seconds;
}

describe('the rests between deliveries', () => {
  it('are as many as SQS allows', () => {
    expect(MOST_DELIVERIES).toBe(1_000);
  });

  it.each([
    ['at once', restSeconds, 0],
    ['as late as can be', restSeconds, LONGEST_TRY_SECONDS],
    ['by being cut off, so that nobody speaks for it', () => LONGEST_REST_SECONDS, 0],
  ])(
    'outlast twelve days, and set a message aside before retention deletes it: failing %s',
    (_, rest, tries) => {
      const end = deliveriesEnd(rest, tries);
      expect(end).toBeGreaterThan(12 * DAY_SECONDS);
      expect(end).toBeLessThan(RETENTION_SECONDS);
    },
  );

  it('grow, begin with seconds and stay within what SQS takes', () => {
    const rests = Array.from({ length: MOST_DELIVERIES }, (_, made) => restSeconds(made + 1));
    expect(rests[0]).toBe(5);
    expect(rests).toEqual(rests.toSorted((a, b) => a - b));
    expect(rests.at(-1)).toBe(LONGEST_REST_SECONDS);
    expect(LONGEST_REST_SECONDS).toBeLessThan(12 * 3_600);
  });

  it.each([
    [60, 30],
    [600, 80],
    [6 * 3_600, 470],
    [4 * DAY_SECONDS, LONGEST_REST_SECONDS],
  ])('after an outage of %i s are at most %i s', (outageSeconds, mostSeconds) => {
    let [delivery, elapsed] = [1, 0];
    while (elapsed + restSeconds(delivery) <= outageSeconds) elapsed += restSeconds(delivery++);
    expect(restSeconds(delivery)).toBeLessThanOrEqual(mostSeconds);
  });
});
