import { checkSequences as readSequences } from '../../data-access/query/sequence-faults.ts';
import { pagwCommand } from '../../domain/shell-word.ts';
import { plural } from '../output/time-text.ts';
import { type DoctorCheck, fail, pass } from './doctor-check.ts';

/** A call looks at about 30 events a request through an index. */
const REQUESTS_PER_CALL = 2_000;
const CALLS_UNLESS_DEEP = 5;

export const checkSequences: DoctorCheck = {
  id: 'sequences',
  part: 'tracker',
  title: 'Every request counts 1, 2, 3 … without gap or double',
  needsDatabase: true,
  async run({ database, deep }) {
    let checked = 0;
    let before: string | undefined;
    for (let call = 1; deep || call <= CALLS_UNLESS_DEEP; call++) {
      const { faults, next, ...part } = await readSequences(database, REQUESTS_PER_CALL, before);
      checked += part.checked;
      const [first] = faults;
      if (first !== undefined) {
        const { pagwId, events, expectedLast } = first;
        const more = faults.length > 1 ? `, and ${faults.length - 1} more` : '';
        return fail(
          `${pagwId} has ${plural(events, 'event')}, its last number is ${expectedLast}${more}`,
          `Look at it with \`${pagwCommand('request show', [pagwId])}\`: something wrote or deleted events past append_events.`,
        );
      }
      before = next;
      if (next === undefined) return pass(`${plural(checked, 'request')} checked: all`);
    }
    return pass(`the latest ${plural(checked, 'request')} checked; --deep checks all`);
  },
};
