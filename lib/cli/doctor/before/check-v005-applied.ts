import { readColumnType } from '../../../data-access/query/column-type.ts';
import { momentText } from '../../output/time-text.ts';
import type { DoctorCheck } from '../doctor-check.ts';
import { fail, pass } from '../doctor-check.ts';
import { judgeMigration } from '../judge-migration.ts';

export const checkV005Applied: DoctorCheck = {
  id: 'v005-applied',
  part: 'before',
  title: 'V005 ran: event_tracker is there',
  needsDatabase: true,
  async run({ database }) {
    const { fault, appliedAt } = await judgeMigration(database, 'V005');
    if (fault !== undefined) return fault;
    if ((await readColumnType(database, 'event_tracker', 'sequence_no')) === undefined)
      return fail(
        'V005 is noted as applied, but event_tracker is gone',
        'Restore the database from a backup.',
      );
    return pass(`applied ${momentText(appliedAt, 'utc')}, its checksum agrees`);
  },
};
