import { explainTimeline } from '../../data-access/query/timeline-plan.ts';
import { plural } from '../output/time-text.ts';
import { type DoctorCheck, fail, pass } from './doctor-check.ts';

export const checkTimelinePlan: DoctorCheck = {
  id: 'timeline-plan',
  part: 'tracker',
  title: 'A timeline is looked up by its index, in one month',
  needsDatabase: true,
  async run({ database, now }) {
    const { indexes, tables, scannedTables } = await explainTimeline(
      database,
      now.toISOString().slice(0, 10),
    );
    if (scannedTables.length > 0)
      return fail(
        `reads ${scannedTables.join(', ')} from end to end`,
        'Restore ux_event_tracker_pagw_seq; see the check unique-indexes.',
      );
    if (tables.length !== 1)
      return fail(`reads ${tables.length} tables`, 'See that the partitions are by month of received_on.');
    return pass(`${plural(indexes.length, 'index', 'indexes')} of ${tables[0]}`);
  },
};
