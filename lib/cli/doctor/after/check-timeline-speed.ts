import { readTimeline } from '../../../data-access/query/request-timeline.ts';
import { findSampleRequest } from '../../../data-access/query/sample-request.ts';
import { measureTimeline } from '../../../data-access/query/timeline-time.ts';
import { plural } from '../../output/time-text.ts';
import { type DoctorCheck, fail, notApplicable, pass } from '../doctor-check.ts';

/** The review's limit. */
const MOST_MS = 100;
const RUNS = 5;

export const checkTimelineSpeed: DoctorCheck = {
  id: 'timeline-speed',
  part: 'after',
  title: `A timeline query takes less than ${MOST_MS} ms`,
  needsDatabase: true,
  async run({ database }) {
    const request = await findSampleRequest(database);
    if (request === undefined)
      return notApplicable(
        'no request has events yet',
        'Send one with `pagw event send`, then run it again.',
      );
    const inDatabase: number[] = [];
    const roundTrip: number[] = [];
    for (let run = 1; run <= RUNS; run++) {
      inDatabase.push(await measureTimeline(database, request));
      const began = performance.now();
      for await (const _ of readTimeline(database, request));
      roundTrip.push(performance.now() - began);
    }
    const [slowest, wholeWay] = [inDatabase, roundTrip].map((times) => Math.max(...times).toFixed(1));
    const evidence = `${slowest} ms in PostgreSQL, ${wholeWay} ms with the way there and back: the slowest of ${RUNS}, ${plural(request.lastSequenceNo, 'event')}`;
    // The way depends on where this runs; the limit is for the query.
    if (Math.max(...inDatabase) < MOST_MS) return pass(evidence);
    return fail(evidence, 'See the checks timeline-plan and unique-indexes, then the CPU and capacity.');
  },
};
