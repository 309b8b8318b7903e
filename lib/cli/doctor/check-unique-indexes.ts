import { findUniqueIndexes } from '../../data-access/query/unique-indexes.ts';
import { type DoctorCheck, fail, pass } from './doctor-check.ts';

/** What makes a doubled number or event impossible, whoever writes. */
const NEEDED = new Map([
  ['ux_event_tracker_pagw_seq', 'pagw_id, sequence_no, received_on'],
  ['ux_event_tracker_pagw_event', 'pagw_id, event_id, received_on'],
]);

export const checkUniqueIndexes: DoctorCheck = {
  id: 'unique-indexes',
  part: 'tracker',
  title: 'Sequence numbers and event ids are unique by index',
  needsDatabase: true,
  async run({ database }) {
    const found = await findUniqueIndexes(database, [...NEEDED.keys()]);
    for (const [name, columns] of NEEDED) {
      const index = found.find((candidate) => candidate.name === name);
      const next = `Create ${name} again, unique on (${columns}), as migrations/schema.sql has it.`;
      if (index === undefined) return fail(`${name} is missing`, next);
      if (!index.unique || index.columns !== columns) return fail(`${name} is not what it was`, next);
      if (!index.valid) return fail(`${name} is invalid`, `${next} A month may lack its part of it.`);
    }
    return pass([...NEEDED.keys()].join(', '));
  },
};
