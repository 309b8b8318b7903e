import type { Database } from '../../../data-access/database.ts';
import { checkSequences } from '../../../data-access/query/sequence-faults.ts';
import { probeWrites, waitsForOther } from '../../../data-access/query/write-probe.ts';
import { pagwCommand } from '../../../domain/shell-word.ts';
import { plural } from '../../output/time-text.ts';
import { type CheckOutcome, type DoctorCheck, fail, pass } from '../doctor-check.ts';
import { newProbeId, probeEvents } from '../probe-events.ts';
import { withWriter } from '../with-writer.ts';

const LATEST_REQUESTS = 2_000;

/** What concurrent writes have left behind so far, and what two writers of one request do now. */
export const checkConcurrentWrites: DoctorCheck = {
  id: 'concurrent-writes',
  part: 'before',
  title: "Concurrent writes don't cause sequence conflicts",
  needsDatabase: true,
  async run(context) {
    const { checked, faults } = await checkSequences(context.database, LATEST_REQUESTS);
    const [fault] = faults;
    if (fault !== undefined)
      return fail(
        `${fault.pagwId} has ${plural(fault.events, 'event')}, its last number is ${fault.expectedLast}`,
        `Look at it with \`${pagwCommand('request show', [fault.pagwId])}\`; see the check sequences.`,
      );
    const tried = await withWriter(context, (writer) => tryTwoWriters(writer, context.now));
    if (tried.outcome === 'fail' || checked === 0) return tried;
    const found = `0 gaps, 0 doubles in the latest ${plural(checked, 'request')}`;
    return pass(`${tried.outcome === 'pass' ? tried.evidence : `not tried: ${tried.evidence}`}; ${found}`);
  },
};

async function tryTwoWriters(writer: Database, now: Date): Promise<CheckOutcome> {
  const pagwId = newProbeId();
  const event = (eventType: string) => probeEvents(pagwId, [{ eventType }], now);
  const { waited, numbers } = await probeWrites(writer, now, async (first) => {
    const begun = await first.record(event('PARSE_START'));
    const waited = await probeWrites(writer, now, (second) => waitsForOther(second, event('VAL_START')));
    const resumed = await first.record(event('PARSE_OK'));
    return { waited, numbers: [...begun, ...resumed].map(({ sequenceNo }) => sequenceNo).join(', ') };
  });
  const next = 'See that append_events and the keys of request_tracker are what the migrations have.';
  if (!waited) return fail('a second writer of the same request did not wait for the first', next);
  if (numbers !== '1, 2') return fail(`two events one after the other got the numbers ${numbers}`, next);
  return pass('a second writer of a request waits (rolled back)');
}
