/** How often SQS offers a message before it sets it aside: the most that it allows. */
export const MOST_DELIVERIES = 1_000;

const STEP_SECONDS = 5;

/**
 * How long a message rests at most before it is offered again; also how long one rests that nobody spoke for, because
 * the function was cut off. All deliveries then take between 12 and 14 days, however each ends: what cannot be recorded
 * for that long goes to the dead-letter queue, where it is kept for another 14 days, before retention would delete it.
 */
export const LONGEST_REST_SECONDS = 1_200;

/**
 * How long a message that could not be recorded rests: 5 s longer after each delivery. What waited through an outage of
 * t seconds then rests about √(10 t) more at most: 77 s after ten minutes, 8 minutes after six hours.
 * @param deliveries so far, the one that just failed included.
 */
export function restSeconds(deliveries: number): number {
  return Math.min(LONGEST_REST_SECONDS, STEP_SECONDS * Math.max(1, deliveries));
}
