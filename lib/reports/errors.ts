import { type ErrorGroup, errorGroups, NONE_STATED } from '../data-access/failures.ts';
import { plural } from '../domain/words.ts';
import { defineReport, type ReportQuestion } from './report.ts';

/** What failed, by stage, error code and downstream, most failures first. */
export const errors = defineReport<ErrorGroup>({
  name: 'errors',
  summary: 'what failed, by stage, error code and downstream: failures, requests, those still open, samples',
  rowsAre: 'groups',
  rowIs: 'cause',
  seeLeft: 'choose a shorter time with --since and --until to see them',
  spanHours: 24,
  byTenant: true,
  ofEvents: true,
  read: async (database, question) => {
    const { groups, left, truncated, failuresRead } = await errorGroups(database, question);
    const latest = plural(failuresRead, 'failure');
    const cautions = truncated ? [`Only the latest ${latest} of this time are counted.`] : [];
    return { rows: groups, left, cautions };
  },
  columns: [
    { title: 'Stage', unit: 'text', value: ({ stage }) => stage, heads: true, least: 12 },
    { title: 'Error', unit: 'code', value: ({ errorCode }) => errorCode, least: 12 },
    { title: 'Downstream', unit: 'text', value: ({ targetSystem }) => targetSystem, least: 8 },
    {
      title: 'Failures',
      unit: 'count',
      value: ({ failures }) => failures,
      leadsTo: (group, question) => failuresOf(group, question),
    },
    { title: '', unit: 'bar', value: ({ failures }) => ({ value: failures, tone: 'bad' }) },
    {
      title: 'Requests',
      unit: 'count',
      value: ({ requests }) => requests,
      leadsTo: (group, question) => failuresOf(group, question),
    },
    {
      title: 'Open',
      unit: 'count',
      value: ({ openRequests }) => openRequests,
      leadsTo: (group, question) => failuresOf(group, question, 'yes'),
    },
    { title: 'Oldest', unit: 'ago', value: ({ oldestAt }) => oldestAt },
    { title: 'Latest', unit: 'ago', value: ({ newestAt }) => newestAt },
    { title: 'Such as', unit: 'requests', value: ({ sampleIds }) => sampleIds },
  ],
  fields: [
    ...(['stage', 'errorCode', 'targetSystem', 'failures', 'requests', 'openRequests'] as const),
    ...(['oldestAt', 'newestAt', 'sampleIds'] as const),
  ],
  empty: 'Nothing failed in this time.',
  reads: '`ix_event_tracker_failed`, the latest 2,000 of the span',
});

/** Where the rows of a group of failures stand. */
function failuresOf(group: ErrorGroup, { tenant, time }: ReportQuestion, open?: 'yes') {
  const { stage, errorCode, targetSystem } = group;
  const cause = { error: errorCode ?? NONE_STATED, target: targetSystem ?? NONE_STATED };
  return { view: 'failures', parameters: { tenant, stage, ...cause, time, open } } as const;
}
