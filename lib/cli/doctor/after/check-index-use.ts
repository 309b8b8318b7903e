import { measureIndexUse } from '../../../data-access/maintain/measure-index-use.ts';
import { findUniqueIndexes } from '../../../data-access/query/unique-indexes.ts';
import { countText } from '../../output/time-text.ts';
import { type DoctorCheck, fail, notApplicable, pass } from '../doctor-check.ts';

/** The review's six. */
const REVIEWED = [
  'ux_event_tracker_pagw_seq',
  'ix_event_tracker_tenant_pagw_created',
  'ix_event_tracker_tenant_event_created',
  'ix_event_tracker_metadata',
  'ix_event_tracker_retry',
  'ix_event_tracker_stage',
];

/** Of the indexes nobody has read. */
const NAMED = 2;

export const checkIndexUse: DoctorCheck = {
  id: 'index-use',
  part: 'after',
  title: 'The indexes are there and used (pg_stat_user_indexes)',
  needsDatabase: true,
  async run({ database }) {
    const found = await findUniqueIndexes(database, REVIEWED);
    const lost = REVIEWED.filter((name) => !found.some((index) => index.name === name && index.valid));
    if (lost.length > 0)
      return fail(
        `missing or invalid: ${lost.join(', ')}`,
        'Create them again, as migrations/schema.sql has them.',
      );
    const used = await measureIndexUse(database);
    const scans = used.reduce((sum, index) => sum + index.scans, 0);
    if (scans === 0) return notApplicable('no index has been read since the statistics began');
    const unread = used.filter((index) => index.scans === 0);
    const idle = unread.filter(({ isUnique }) => !isUnique).map(({ index }) => index);
    const more = idle.length > NAMED ? `, ${idle.length - NAMED} more` : '';
    const names = idle.length === 0 ? '' : `; not yet: ${idle.slice(0, NAMED).join(', ')}${more}`;
    return pass(`${used.length - unread.length} of ${used.length} read, ${countText(scans)} scans${names}`);
  },
};
