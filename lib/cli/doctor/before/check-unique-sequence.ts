import { probeWrites, refusesDoubledNumber } from '../../../data-access/query/write-probe.ts';
import { type DoctorCheck, fail, pass } from '../doctor-check.ts';
import { newProbeId, probeEvents } from '../probe-events.ts';
import { withWriter } from '../with-writer.ts';

export const checkUniqueSequence: DoctorCheck = {
  id: 'unique-sequence',
  part: 'before',
  title: '(pagw_id, sequence_no) is unique',
  needsDatabase: true,
  run: (context) =>
    withWriter(context, async (writer) => {
      const pagwId = newProbeId();
      const refused = await probeWrites(writer, context.now, async (probe) => {
        await probe.record(probeEvents(pagwId, [{ eventType: 'PARSE_START' }], context.now));
        return refusesDoubledNumber(probe, pagwId);
      });
      return refused
        ? pass('a second event with the number of the first was refused; rolled back')
        : fail(
            'a second event with the number of the first was accepted; rolled back',
            'Create ux_event_tracker_pagw_seq again, unique, as migrations/schema.sql has it.',
          );
    }),
};
