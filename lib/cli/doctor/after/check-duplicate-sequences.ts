import { findDoubledNumbers } from '../../../data-access/query/doubled-numbers.ts';
import { plural } from '../../output/time-text.ts';
import { type DoctorCheck, fail, pass } from '../doctor-check.ts';

const LATEST_REQUESTS = 10_000;

export const checkDuplicateSequences: DoctorCheck = {
  id: 'duplicate-sequences',
  part: 'after',
  title: 'No sequence_no is there twice per pagw_id',
  needsDatabase: true,
  async run({ database, deep }) {
    const { checked, doubled } = await findDoubledNumbers(database, deep ? null : LATEST_REQUESTS);
    const [first] = doubled;
    if (first !== undefined)
      return fail(
        `${first.pagwId} has number ${first.sequenceNo} ${first.events} times${doubled.length > 1 ? `, and ${doubled.length - 1} more` : ''}`,
        'Restore ux_event_tracker_pagw_seq once the doubled events are gone; see the check unique-sequence.',
      );
    const all = deep || checked < LATEST_REQUESTS;
    return pass(
      all
        ? `0 doubles in ${plural(checked, 'request')}: all`
        : `0 doubles in the latest ${plural(checked, 'request')}; --deep checks all`,
    );
  },
};
