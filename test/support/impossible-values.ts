import { writePosition } from '../../lib/data-access/page.ts';

const cursor = (...position: unknown[]) => Buffer.from(JSON.stringify(position)).toString('base64url');

/** What no filter can mean, whatever it filters. */
export const impossibleTexts: readonly (readonly [name: string, text: string])[] = [
  ['a NUL', 'an\u0000them'],
  ['a lone surrogate', 'an\ud800them'],
  ['a text of 257 characters', 'a'.repeat(257)],
  ['a text of 257 four-byte characters', '\u{1f600}'.repeat(257)],
  ['a text of 100,000 characters', 'a'.repeat(100_000)],
];

/** What no list gave out. */
export const impossiblePositions: readonly (readonly [name: string, text: string])[] = [
  ['a word', 'x'],
  ['a number', '1'],
  ['a bare time', '2026-03-01 00:00:00+00'],
  ['SQL', "2026-03-01 00:00:00+00' OR true --"],
  ['no JSON', Buffer.from('{"at":').toString('base64url')],
  ['null', cursor(null)],
  ['a position of another list', writePosition('nobody', { at: '2026-03-01 00:00:00+00', id: 1 })],
  ...['requests', 'retries', 'rejected', 'stuck', 'events', 'deadlines'].flatMap((list) =>
    [
      ['the day 0 of', cursor(list, '0000-00-00 00:00:00+00', 1)],
      ['February 30 of', cursor(list, '2026-02-30 00:00:00+00', 'A')],
      ['the year 300000 of', cursor(list, '300000-01-01 00:00:00+00', 1)],
      ['BC of', cursor(list, '0044-03-15 00:00:00+00 BC', 'A')],
      ['hour 25 of', cursor(list, '2026-03-01 25:00:00+00', 1)],
      ['an id beyond numbers of', cursor(list, '2026-03-01 00:00:00+00', 1e300)],
      ['a NUL in the id of', cursor(list, '2026-03-01 00:00:00+00', 'A\u0000')],
      ['an object as id of', cursor(list, '2026-03-01 00:00:00+00', { id: 1 })],
      ['more than a position of', cursor(list, '2026-03-01 00:00:00+00', 1, 2)],
    ].map(([name, text]) => [`${name} ${list}`, text ?? ''] as const),
  ),
];

/** What looks wrong and may be meant: never an error of the server, whatever is answered. */
export const oddTexts: readonly string[] = [
  '%00',
  '\u{1f600}'.repeat(256),
  '\ufffd',
  '0000-00-00',
  '300000-01-01T00:00:00Z',
  '99999999999999999999999999',
  '1e400',
  "' OR 1=1 --",
  ':now',
  'x>1e308',
  'x=1e400',
  'a.b.c="',
  '__proto__=1',
  '__proto__',
  '\u0001\u001b[31m',
];
