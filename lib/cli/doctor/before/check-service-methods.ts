import { readStoredEvents } from '../../../data-access/query/stored-events.ts';
import { probeWrites } from '../../../data-access/query/write-probe.ts';
import { type DoctorCheck, fail, pass } from '../doctor-check.ts';
import { everyServiceEvent, newProbeId, probeEvents } from '../probe-events.ts';
import { withWriter } from '../with-writer.ts';

export const checkServiceMethods: DoctorCheck = {
  id: 'service-methods',
  part: 'before',
  title: 'All EventTrackerService methods write to the database',
  needsDatabase: true,
  run: (context) =>
    withWriter(context, async (writer) => {
      const pagwId = newProbeId();
      const sent = probeEvents(pagwId, everyServiceEvent(), context.now);
      const stored = await probeWrites(writer, context.now, async (probe) => {
        await probe.record(sent);
        return readStoredEvents(probe.transaction, pagwId);
      });
      const lost = sent.filter(
        ({ eventType, status }, place) =>
          stored[place]?.eventType !== eventType || stored[place]?.status !== status,
      );
      const [first] = lost;
      if (first !== undefined)
        return fail(
          `${lost.length} of ${sent.length} events did not come back, such as ${first.eventType} ${first.status}`,
          'See that append_events is what migrations/functions/append_events.sql has: something replaced it, or a trigger interferes.',
        );
      const types = new Set(stored.map(({ eventType }) => eventType)).size;
      const statuses = new Set(stored.map(({ status }) => status)).size;
      return pass(`${types} event types in ${statuses} statuses written and read back; rolled back`);
    }),
};
