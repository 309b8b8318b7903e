import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addByName, dimensionValue } from '../../lib/runtime/telemetry.ts';

describe('a name as a dimension of CloudWatch', () => {
  it.each([
    ['anthem', 'anthem'],
    ['krankenkasse zürich', 'krankenkasse z%C3%BCrich'],
    [':x', '%3Ax'],
    ['a:b', 'a:b'],
    ['100%', '100%25'],
    ['tab\there', 'tab%09here'],
    ['\u0000', '%00'],
    ['\ud800', '%EF%BF%BD'],
    [' ', '%20'],
    ['', '%'],
    ['日本', '%E6%97%A5%E6%9C%AC'],
  ])('writes %j as %j', (name, value) => expect(dimensionValue(name)).toBe(value));

  it('is ASCII, not blank, without a colon first and within 1,024 characters, whatever the name', () => {
    for (const unit of ['\u{1f600}', ':', ' ', '%', '\u0001', 'é', 'A'])
      for (const length of [0, 1, 64, 2_000])
        expect(dimensionValue(unit.repeat(length))).toMatch(
          /^(?! *$)[\x20-\x39\x3b-\x7e][\x20-\x7e]{0,1023}$/,
        );
  });

  it('makes no two names of 64 characters one', () => {
    const names = [
      'ü',
      'u',
      'ö',
      '%C3%BC',
      ':',
      '%3A',
      ' ',
      '%20',
      `${'\u{1f600}'.repeat(63)}a`,
      `${'\u{1f600}'.repeat(63)}b`,
    ];
    expect(new Set(names.map(dimensionValue)).size).toBe(names.length);
  });
});

describe('measurements by name', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('go out as one record a name, and those of all with the flow’s own', () => {
    const logged: Record<string, unknown>[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void logged.push(JSON.parse(line)));
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    const metrics = new Metrics({ namespace: 'Test', serviceName: 'pagw-test' });
    metrics.addMetric('Before', MetricUnit.Count, 1);
    const rows = [
      { dimension: 'tenant' as const, name: 'zürich', count: 1 },
      { dimension: 'tenant' as const, name: 'zürich', count: 2 },
      { dimension: 'stage' as const, name: 'OTHER', count: 3 },
      { dimension: null, name: null, count: 6 },
    ];
    addByName(metrics, rows, (named) =>
      metrics.addMetric(
        'Counted',
        MetricUnit.Count,
        named.reduce((sum, { count }) => sum + count, 0),
      ),
    );
    const own = logged.map(({ tenant, stage, Counted }) => ({ tenant, stage, Counted }));
    expect(logged[0]).toMatchObject({ Before: 1 });
    expect(own.slice(1)).toEqual([
      { tenant: 'z%C3%BCrich', stage: undefined, Counted: 3 },
      { tenant: undefined, stage: 'OTHER', Counted: 3 },
      { tenant: undefined, stage: undefined, Counted: 6 },
    ]);
  });
});
