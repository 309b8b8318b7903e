import { describe, expect, it } from 'vitest';
import { isMachineMade } from '../../lib/domain/free-text.ts';
import { formsOf, isPackedDocument } from '../../lib/domain/phi-encodings.ts';
import { phiSpans } from '../../lib/domain/phi-findings.ts';

/** What the guard's rules find without the short way. */
function isFound(text: string): boolean {
  for (const form of formsOf(text)) {
    if (form === null || isPackedDocument(form.text)) return true;
    for (const _ of phiSpans(form.text)) return true;
  }
  return false;
}

/** Mulberry32: the same texts in each run. */
function drawing(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const words =
  `pagw request claim parser https s3 api carelon com v2 status OK EXT ref case visit room number no id member
  patient Patient subscriber pt mbr ssn SSN dob mrn mbi phone tel fax age zip group policy account acct john Smith JOHN
  smith maria address st Main urn trace span batch pdf json html encounter sn vin device nm1 pid PID claimParser JohnSmith
  deceased born died male rx`.split(/\s+/);
const digits = '0123456789';
const hex = '0123456789abcdefABCDEF';
const seams = ['-', '-', '_', '/', '.', ':', '#', '', '--', '://'];

function drawText(draw: (below: number) => number): string {
  const run = (signs: string, most: number) =>
    Array.from({ length: 1 + draw(most) }, () => signs[draw(signs.length)]).join('');
  const parts = [
    () => words[draw(words.length)] ?? '',
    () => words[draw(words.length)] ?? '',
    () => run(digits, 10),
    () =>
      `${1900 + draw(140)}${['', '-', '/'][draw(3)]}0${1 + draw(9)}${['', '-', '/'][draw(3)]}${10 + draw(20)}`,
    () => run(hex, 34),
    () =>
      Buffer.from(words[draw(words.length)] + run(digits, 9)).toString(draw(2) === 0 ? 'hex' : 'base64url'),
  ];
  return Array.from(
    { length: 1 + draw(6) },
    () => (parts[draw(parts.length)]?.() ?? '') + (seams[draw(seams.length)] ?? ''),
  ).join('');
}

describe('a text that is plainly machine-made', () => {
  it('is one in which no rule finds anything', () => {
    const draw = drawing(20_251_226);
    const texts = Array.from({ length: 12_000 }, () => drawText(draw)).filter(isMachineMade);
    expect(texts.length).toBeGreaterThan(500);
    expect(texts.filter(isFound)).toEqual([]);
  });

  it.each([
    'PAGW-20251226-00005-A7CEB2B3',
    'PAGW-20251226-00005-A7CEB2B3#12',
    '2025/12/26/PAGW-20251226-00005-A7CEB2B3.json',
    'EXT-2565629D',
    'https://api.carelon.com/pa/v2/requests',
    '4bf92f3577b34da6a3ce929d0e0e4736',
    'DOWNSTREAM_OK',
  ])('is any id, address or code of the pipeline: %s', (text) => {
    expect(isMachineMade(text)).toBe(true);
  });

  it.each([
    'member-W123456789',
    'MRN00123456',
    '123-45-6789',
    'A123-45-6789',
    '317-555-0123',
    'SMITH_JOHN_19800203',
    '1AC4-DE5-FA73',
    '46204-1234',
    '4a6f686e20536d697468',
    'dob-20150203',
  ])('is none that a rule might find something in: %s', (text) => {
    expect(isMachineMade(text)).toBe(false);
  });
});
