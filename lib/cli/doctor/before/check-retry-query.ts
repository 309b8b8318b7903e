import { dueRetries } from '../../../data-access/query/due-retries.ts';
import { countReviewRetries, reviewRetries } from '../../../data-access/query/review-retries.ts';
import { probeWrites } from '../../../data-access/query/write-probe.ts';
import { countText } from '../../output/time-text.ts';
import { type DoctorCheck, fail, pass } from '../doctor-check.ts';
import { newProbeId, PROBE_TENANT, probeEvents } from '../probe-events.ts';
import { withWriter } from '../with-writer.ts';

/** Long due, whatever the clocks say; and never. */
const DUE = { retryable: true, nextRetryAt: '2001-01-01T00:00:00Z' };
const LATER = { retryable: true, nextRetryAt: '2999-01-01T00:00:00Z' };

/** Of these five failures one is to be sent: the others are final, recovered, not yet due, or of a closed request. */
const OPEN_REQUEST = [
  { eventType: 'PARSE_FAIL', ...DUE },
  { eventType: 'VAL_FAIL', retryable: false },
  { eventType: 'ENRICH_FAIL', ...DUE },
  { eventType: 'ENRICH_OK' },
  { eventType: 'CONVERT_FAIL', ...LATER },
];
const CLOSED_REQUEST = [{ eventType: 'DOWNSTREAM_FAIL', ...DUE }, { eventType: 'RESPONSE_OK' }];

export const checkRetryQuery: DoctorCheck = {
  id: 'retry-query',
  part: 'before',
  title: 'The retry query returns failed retryable events, as the worker sends them',
  needsDatabase: true,
  async run(context) {
    const { database, now } = context;
    const { due, overtaken, overtakenPagwId } = await countReviewRetries(database, now);
    if (overtaken > 0)
      return fail(
        `${countText(overtaken)} of ${countText(due)} rows have recovered or closed since, such as ${overtakenPagwId}`,
        'The next run of retry clears them; if it does not, something writes past append_events.',
      );
    return withWriter(context, async (writer) => {
      const [open, closed] = [newProbeId(), newProbeId()];
      const { asWritten, byWorker } = await probeWrites(writer, now, async (probe) => {
        // The open request in two batches: as happens, the recovery comes after its failure is stored.
        await probe.record(probeEvents(open, OPEN_REQUEST.slice(0, 3), now));
        await probe.record(probeEvents(open, OPEN_REQUEST.slice(3), now));
        for (const event of CLOSED_REQUEST) await probe.record(probeEvents(closed, [event], now));
        return {
          asWritten: await reviewRetries(probe.transaction, PROBE_TENANT),
          byWorker: (await dueRetries(probe.transaction, { tenant: PROBE_TENANT, now })).rows,
        };
      });
      const said = [asWritten, byWorker].map(
        (rows) => rows.map(({ stage }) => stage).join(', ') || 'nothing',
      );
      if (said.some((stages) => stages !== 'PARSING'))
        return fail(
          `of 5 failures, PARSING is due; the query says ${said[0]}, the worker's ${said[1]}`,
          'See that append_events is what migrations/functions/append_events.sql has: it clears what has been overtaken.',
        );
      return pass(
        `the one due of 5 failures, as the worker (rolled back); now ${countText(due)} due, 0 overtaken`,
      );
    });
  },
};
