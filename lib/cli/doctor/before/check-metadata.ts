import { isDeepStrictEqual } from 'node:util';
import { findByContainment, readStoredEvents } from '../../../data-access/query/stored-events.ts';
import { probeWrites } from '../../../data-access/query/write-probe.ts';
import { type DoctorCheck, fail, pass } from '../doctor-check.ts';
import { newProbeId, PROBE_METADATA, probeEvents } from '../probe-events.ts';
import { withWriter } from '../with-writer.ts';

const OTHER = { ...PROBE_METADATA, diagnosisCount: 4 };

export const checkMetadata: DoctorCheck = {
  id: 'metadata',
  part: 'before',
  title: 'Metadata JSONB stores and queries correctly',
  needsDatabase: true,
  run: (context) =>
    withWriter(context, async (writer) => {
      const pagwId = newProbeId();
      // As the Java service sends it, a string; and as an object.
      const events = probeEvents(
        pagwId,
        [
          { eventType: 'PARSE_OK', metadata: JSON.stringify(PROBE_METADATA) },
          { eventType: 'PARSE_OK', metadata: OTHER },
          { eventType: 'PARSE_START' },
        ],
        context.now,
      );
      const { stored, found } = await probeWrites(writer, context.now, async (probe) => {
        await probe.record(events);
        return {
          stored: (await readStoredEvents(probe.transaction, pagwId)).map(({ metadata }) => metadata),
          found: await findByContainment(probe.transaction, pagwId, { diagnosisCount: 3 }),
        };
      });
      const next = 'See that metadata is jsonb and that no trigger rewrites it.';
      if (!isDeepStrictEqual(stored, [PROBE_METADATA, OTHER, null]))
        return fail('what was stored is not what was sent', next);
      if (!isDeepStrictEqual(found, [1]))
        return fail(`containment finds ${found.length} of 3 events, not the one it should`, next);
      return pass('stored as sent; metadata @> {"diagnosisCount":3} finds the 1 of 3 events; rolled back');
    }),
};
