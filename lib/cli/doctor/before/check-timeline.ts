import { readTimeline, type TimelineEvent } from '../../../data-access/query/request-timeline.ts';
import { findSampleRequest } from '../../../data-access/query/sample-request.ts';
import { pagwCommand } from '../../../domain/shell-word.ts';
import { plural } from '../../output/time-text.ts';
import { type DoctorCheck, fail, notApplicable, pass } from '../doctor-check.ts';

export const checkTimeline: DoctorCheck = {
  id: 'timeline',
  part: 'before',
  title: "A sample request's timeline is complete and in order",
  needsDatabase: true,
  async run({ database }) {
    const request = await findSampleRequest(database);
    if (request === undefined)
      return notApplicable(
        'no request has events yet',
        'Send one with `pagw event send`, then run it again.',
      );
    const events: TimelineEvent[] = [];
    for await (const page of readTimeline(database, request)) events.push(...page);
    const { pagwId, lastSequenceNo } = request;
    const misplaced = events.findIndex(({ sequenceNo }, place) => sequenceNo !== place + 1);
    if (misplaced < 0 && events.length >= lastSequenceNo && events.length > 0)
      return pass(`${pagwId}: ${plural(events.length, 'event')}, numbered 1 to ${events.length}`);
    const missing = misplaced < 0 ? events.length + 1 : misplaced + 1;
    return fail(
      `${pagwId}: event ${missing} of ${lastSequenceNo} is not in its place`,
      `Look at it with \`${pagwCommand('request show', [pagwId])}\`: something wrote or deleted events past append_events.`,
    );
  },
};
