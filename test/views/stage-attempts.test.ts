import { describe, expect, it } from 'vitest';
import { expectedStages, stageRows } from '../../lib/views/timeline/stage-attempts.ts';
import { ago, timelineEvent } from '../support/view-fixtures.ts';

const at = (seconds: number) => ago(seconds).getTime();
const start = { eventType: 'DOWNSTREAM_START', stage: 'API_CONNECTOR', status: 'STARTED' };
const fail = { eventType: 'DOWNSTREAM_FAIL', stage: 'API_CONNECTOR', status: 'FAILED', retryable: true };

describe('the attempts of a stage', () => {
  it('are one each, from start to result', () => {
    const [row] = stageRows(
      [
        timelineEvent({ ...start, occurredAt: ago(100) }),
        timelineEvent({ ...fail, sequenceNo: 2, occurredAt: ago(90) }),
        timelineEvent({ ...start, sequenceNo: 3, attempt: 2, occurredAt: ago(50) }),
      ],
      [],
    );
    expect(row?.attempts).toMatchObject([
      { from: at(100), to: at(90), status: 'FAILED', attempt: 1 },
      { from: at(50), to: null, status: 'STARTED', attempt: 2 },
    ]);
  });

  it('wait for their retry from the failure to the next start, through the sending', () => {
    const [row] = stageRows(
      [
        timelineEvent({ ...fail, occurredAt: ago(90) }),
        timelineEvent({
          ...start,
          sequenceNo: 2,
          eventType: 'RETRY_SCHEDULED',
          status: 'RETRY_SCHEDULED',
          occurredAt: ago(60),
        }),
        timelineEvent({ ...start, sequenceNo: 3, attempt: 2, occurredAt: ago(50) }),
      ],
      [],
    );
    expect(row?.waits).toEqual([
      { from: at(90), to: at(60), kind: 'retry' },
      { from: at(60), to: at(50), kind: 'retry' },
    ]);
  });

  it('wait on while a retry is planned, and not once none is', () => {
    const planned = stageRows([timelineEvent({ ...fail, nextRetryAt: ago(-60), occurredAt: ago(9) })], []);
    expect(planned[0]?.waits).toEqual([{ from: at(9), to: null, kind: 'retry' }]);
    expect(stageRows([timelineEvent({ ...fail, occurredAt: ago(9) })], [])[0]?.waits).toEqual([]);
    const exhausted = timelineEvent({ ...fail, retryExhaustedAt: ago(9), occurredAt: ago(9) });
    expect(stageRows([exhausted], [])[0]?.waits).toEqual([]);
  });

  it('begin as long before a lone result as it says it took', () => {
    const [row] = stageRows([timelineEvent({ durationMs: 5_000, occurredAt: ago(10) })], []);
    expect(row?.attempts).toMatchObject([{ from: at(15), to: at(10) }]);
  });

  it('begin as long before their result as it says it took, also where both were recorded at one instant', () => {
    const [row] = stageRows(
      [
        timelineEvent({ ...start, occurredAt: ago(10) }),
        timelineEvent({ ...fail, sequenceNo: 2, durationMs: 5_000, occurredAt: ago(10) }),
      ],
      [],
    );
    expect(row?.attempts).toMatchObject([{ from: at(15), to: at(10) }]);
  });

  it('leave the sending of a retry a mark of its own', () => {
    const sent = { ...start, eventType: 'RETRY_SCHEDULED', status: 'RETRY_SCHEDULED', occurredAt: ago(7) };
    expect(stageRows([timelineEvent(sent)], [])[0]?.points).toMatchObject([{ at: at(7) }]);
  });

  it('never end before they began, whatever the clocks say', () => {
    const [row] = stageRows(
      [
        timelineEvent({ ...start, occurredAt: ago(10) }),
        timelineEvent({ ...fail, sequenceNo: 2, occurredAt: ago(60) }),
      ],
      [],
    );
    expect(row?.attempts).toMatchObject([{ from: at(10), to: at(10) }]);
  });
});

describe('the rows', () => {
  it('stand in the order of the pipeline, unknown stages last', () => {
    const rows = stageRows(
      ['OUTBOX_PUBLISHER', 'ZZZ', 'VALIDATION', 'PARSING'].map((stage, position) =>
        timelineEvent({ stage, sequenceNo: position + 1 }),
      ),
      [],
    );
    expect(rows.map(({ stage }) => stage)).toEqual(['PARSING', 'VALIDATION', 'OUTBOX_PUBLISHER', 'ZZZ']);
  });

  it('hold ghosts of what is still to come; a callback only where it is awaited', () => {
    expect(expectedStages('CONVERSION', 'ENRICHMENT')).toEqual([
      'CONVERSION',
      'API_CONNECTOR',
      'RESPONSE_BUILDER',
    ]);
    expect(expectedStages(null, 'API_CONNECTOR')).toEqual(['RESPONSE_BUILDER']);
    expect(expectedStages('CALLBACK_HANDLER', 'API_CONNECTOR')).toEqual([
      'CALLBACK_HANDLER',
      'RESPONSE_BUILDER',
    ]);
    expect(expectedStages(null, 'RESPONSE_BUILDER')).toEqual([]);
    expect(expectedStages(null, null)).toEqual([]);
  });

  it('show the wait for a stage that never began, side events notwithstanding', () => {
    const rows = stageRows(
      [
        timelineEvent({ occurredAt: ago(100) }),
        timelineEvent({
          sequenceNo: 2,
          stage: 'OUTBOX_PUBLISHER',
          eventType: 'PUBLISH_OK',
          occurredAt: ago(90),
        }),
      ],
      ['VALIDATION'],
    );
    expect(rows.find(({ stage }) => stage === 'VALIDATION')).toMatchObject({
      ghost: true,
      waits: [{ from: at(100), to: null, kind: 'hand-off' }],
    });
  });
});
