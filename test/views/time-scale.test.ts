import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeScale, timeTicks } from '../../lib/views/timeline/time-scale.ts';

const instants = fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { minLength: 1, maxLength: 60 });

describe('the time scale', () => {
  it('keeps order and stays between 0 and 1, whatever the instants', () => {
    fc.assert(
      fc.property(instants, fc.integer(), fc.integer(), (points, one, other) => {
        const scale = timeScale(points);
        const [first, second] = [scale.at(Math.min(one, other)), scale.at(Math.max(one, other))];
        expect(first).toBeLessThanOrEqual(second);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(second).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is even where events come evenly', () => {
    const scale = timeScale([0, 1_000, 2_000, 3_000, 4_000]);
    expect(scale.at(1_500)).toBeCloseTo(0.375);
    expect(scale.shortened).toEqual([]);
  });

  it('draws an hour of silence shorter, so that the minute of work before it can be read', () => {
    const work = Array.from({ length: 31 }, (_, step) => step * 2_000);
    const scale = timeScale([...work, 3_660_000]);
    expect(scale.at(60_000)).toBeGreaterThan(0.4);
    expect(scale.shortened).toEqual([{ from: 60_000, to: 3_660_000 }]);
  });

  it('gives ticks that do not touch, begin at 0 and are round', () => {
    fc.assert(
      fc.property(instants, (points) => {
        const ticks = timeTicks(timeScale(points));
        expect(ticks[0]).toEqual({ place: 0, label: '0', fine: false });
        const places = ticks.map(({ place }) => place).sort((one, other) => one - other);
        for (const [position, place] of places.entries())
          if (position > 0) expect(place - (places[position - 1] ?? 0)).toBeGreaterThanOrEqual(0.0999);
      }),
    );
    const minute = timeTicks(timeScale([0, 15_000, 30_000, 45_000, 60_000]));
    expect(minute.map(({ label }) => label)).toContain('+30 s');
  });
});
