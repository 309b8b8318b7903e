import { expect, it } from 'vitest';
import { REASON_MOST, reasonFault } from '../../lib/domain/operator-actions.ts';

it.each([
  ['', 'few words'],
  [' \t ', 'few words'],
  ['😀'.repeat(REASON_MOST + 1), 'at most 500 characters; these are 501'],
])('says of a reason such as %j what is wrong with it', (reason, fault) => {
  expect(reasonFault(reason)).toContain(fault);
});

it('takes a reason of the most characters, and does not count blanks around it', () => {
  expect(reasonFault(`  ${'😀'.repeat(REASON_MOST)}  `)).toBeNull();
});
