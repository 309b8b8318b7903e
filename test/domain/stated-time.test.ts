import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalTimestamp, parsedTimestamp } from '../../lib/domain/stated-time.ts';

describe('a timestamp', () => {
  it.each([
    ['2025-12-26T14:51:34.578Z', '2025-12-26T14:51:34.578Z'],
    ['2025-12-26T14:51:34Z', '2025-12-26T14:51:34.000Z'],
    ['2025-12-26T14:51Z', '2025-12-26T14:51:00.000Z'],
    ['2025-12-26T14:51:34.578123456Z', '2025-12-26T14:51:34.578Z'],
    ['2025-12-26T14:51:34.5+01:00', '2025-12-26T13:51:34.500Z'],
    ['2025-12-26T14:51:34.578+0000', '2025-12-26T14:51:34.578Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['2024-02-29T00:00:00-05:00', '2024-02-29T05:00:00.000Z'],
  ])('%s is read', (text, instant) => {
    expect(canonicalTimestamp(text)).toBe(instant);
  });

  it.each([
    ...[
      '2025-12-26T14:51:34',
      '2025-12-26',
      '2025-12-26 14:51:34Z',
      '1735224694',
      '',
      'yesterday',
      '+010000-01-01T00:00:00Z',
    ],
    ...['2025-02-29T00:00:00Z', '2025-02-30T00:00:00Z', '2025-13-01T00:00:00Z', '2025-00-01T00:00:00Z'],
    ...['2025-01-01T24:00:00Z', '2025-01-01T00:60:00Z', '2025-01-01T00:00:60Z', '2025-01-01T00:00:00+25:00'],
    ...[
      '1969-12-31T23:59:59Z',
      '1970-01-01T00:00:00+01:00',
      '9999-12-31T23:59:59-01:00',
      '0000-01-01T00:00:00Z',
      '0070-01-01T00:00:00Z',
    ],
  ])('%s is refused', (text) => {
    expect(canonicalTimestamp(text)).toBeNull();
  });

  it('is read as it was written, whichever instant it is', () => {
    const range = { min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (instant) => {
        expect(canonicalTimestamp(instant.toISOString())).toBe(instant.toISOString());
      }),
    );
  });

  it('in the usual form is what parsing it gives, each field within its range or beyond', () => {
    const digits = (places: number, least: number, most: number) =>
      fc.integer({ min: least, max: most }).map((value) => String(value).padStart(places, '0'));
    const usual = fc
      .tuple(
        fc.oneof(digits(4, 1960, 1980), digits(4, 0, 9999)),
        digits(2, 0, 14),
        fc.oneof(digits(2, 26, 33), digits(2, 0, 99)),
        fc.oneof(digits(2, 0, 25), digits(2, 0, 99)),
        fc.oneof(digits(2, 55, 65), digits(2, 0, 99)),
        fc.oneof(digits(2, 55, 65), digits(2, 0, 99)),
        digits(3, 0, 999),
        fc.constantFrom('Z', 'z', '', 'Z ', '+00:00', '\n'),
      )
      .map(
        ([year, month, day, hour, minute, second, ms, zone]) =>
          `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}${zone}`,
      );
    fc.assert(
      fc.property(usual, (text) => {
        expect(canonicalTimestamp(text)).toBe(parsedTimestamp(text));
      }),
      { numRuns: 3_000 },
    );
  });
});
