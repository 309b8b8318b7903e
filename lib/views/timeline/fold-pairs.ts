import type { TimelineEvent } from '../../data-access/timeline.ts';

/** An event, and the start that it ends where both are shown as one. */
export type PairedEvent = TimelineEvent & { startedBy?: TimelineEvent };

/**
 * A stage's start that its success follows at once is one with it: what went well takes one line. What lies between the
 * two, or is odd about the start, keeps them apart.
 * @param isOdd of events whose times need a word.
 */
export function foldPairs(
  events: readonly TimelineEvent[],
  isOdd: (event: TimelineEvent) => boolean,
): PairedEvent[] {
  const folded: PairedEvent[] = [];
  for (const event of events) {
    const start = folded.at(-1);
    const isPair =
      start !== undefined &&
      start.status === 'STARTED' &&
      event.status === 'COMPLETED' &&
      start.stage === event.stage &&
      start.attempt === event.attempt &&
      start.errorCode === null &&
      !isOdd(start) &&
      !isOdd(event);
    if (isPair) folded[folded.length - 1] = { ...event, startedBy: start };
    else folded.push(event);
  }
  return folded;
}
