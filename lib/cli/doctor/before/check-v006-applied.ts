import { readColumnType } from '../../../data-access/query/column-type.ts';
import { findUniqueIndexes } from '../../../data-access/query/unique-indexes.ts';
import { momentText } from '../../output/time-text.ts';
import { type DoctorCheck, fail, pass } from '../doctor-check.ts';
import { judgeMigration } from '../judge-migration.ts';

const GIN_INDEX = 'ix_event_tracker_metadata';

export const checkV006Applied: DoctorCheck = {
  id: 'v006-applied',
  part: 'before',
  title: 'V006 is applied: the metadata column is there',
  needsDatabase: true,
  async run({ database }) {
    const { fault, appliedAt } = await judgeMigration(database, 'V006');
    if (fault !== undefined) return fault;
    const type = await readColumnType(database, 'event_tracker', 'metadata');
    if (type !== 'jsonb')
      return fail(
        `metadata is ${type ?? 'missing'}, not jsonb`,
        'Add the column as migrations/V006 has it; ingest stores nothing without it.',
      );
    const [index] = await findUniqueIndexes(database, [GIN_INDEX]);
    if (index?.valid !== true)
      return fail(
        `metadata is jsonb, but its index ${GIN_INDEX} is ${index === undefined ? 'missing' : 'invalid'}`,
        `Create ${GIN_INDEX} again, as migrations/schema.sql has it.`,
      );
    return pass(`applied ${momentText(appliedAt, 'utc')}, its checksum agrees; jsonb, indexed`);
  },
};
