import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventIds } from '../../lib/client/event-ids.ts';

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

it('each id is greater than the one before it, also when the clock stands or runs back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 48 - 1_000 }), { minLength: 2 }), (times) => {
      let turn = 0;
      const nextId = createEventIds(() => times[turn++ % times.length] ?? 0);
      const ids = Array.from({ length: times.length * 2 }, nextId);
      expect(ids.filter((id) => !ULID.test(id))).toEqual([]);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(ids.toSorted());
    }),
  );
});

it('an id begins with its time', () => {
  // The time of the ULID specification's own example.
  expect(createEventIds(() => 1_469_918_176_385)().slice(0, 10)).toBe('01ARYZ6S41');
});

it('two processes that start in the same millisecond draw different ids', () => {
  const [one, two] = [createEventIds(() => 1), createEventIds(() => 1)];
  expect(one()).not.toBe(two());
});
