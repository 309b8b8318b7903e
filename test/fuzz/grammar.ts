import fc from 'fast-check';

const fields = [
  ...['eventId', 'tenant', 'pagwId', 'stage', 'eventType', 'status', 'occurredAt', 'attempt', 'durationMs'],
  ...['startedAt', 'completedAt', 'retryable', 'nextRetryAt', 'errorCode', 'errorMessage', 'workerId'],
  ...[
    'externalReference',
    'serviceName',
    'correlationId',
    'metadata',
    'request',
    'specversion',
    'data',
    'time',
  ],
  ...[
    'priority',
    'payload',
    'receivedAt',
    'outcome',
    'disposition',
    'lines',
    'extension',
    'appeal',
    '__proto__',
  ],
];
const texts = [
  ...[
    'PARSE_OK',
    'RESPONSE_OK',
    'VAL_FAIL',
    'request-parser',
    'anthem',
    'STARTED',
    'FAILURE',
    'approved',
    'A1',
  ],
  ...[
    '2026-03-01T10:00:00Z',
    '2026-02-30T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    'PAGW-TEST-12345',
    '1.0',
    '',
  ],
  ...['\u0000', '\ud800', '\u202e', '1985-04-12', '123-45-6789', '9'.repeat(400), '{"a":'],
];
const leaf = fc.oneof(
  fc.constantFrom(...texts),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, -0, 2_147_483_648, 1e21),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 5, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    { weight: 2, arbitrary: fc.dictionary(fc.constantFrom(...fields), tie('value'), { maxKeys: 5 }) },
  ),
}));
const event = fc
  .tuple(fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 8 }), fc.boolean())
  .map(([said, isNamed]) =>
    isNamed ? { tenant: 'anthem', pagwId: 'P-1', eventType: 'PARSE_OK', ...said } : said,
  );
const whole = fc
  .oneof(event, fc.array(event, { maxLength: 3 }), value)
  .map((said) => JSON.stringify(said) ?? '');

/** Events and what looks like them, some of it broken off, or with something put in between. */
export const messageBody: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: whole },
  {
    weight: 1,
    arbitrary: fc.tuple(whole, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(whole, fc.nat(), fc.constantFrom('\u0000', '"', '{', ']', '\\u', '\ufeff'))
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place);
      }),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);

/** Filters of a view with whatever somebody may write there. */
export function addressQuery(filters: readonly string[], odd: readonly string[]): fc.Arbitrary<string> {
  const text = fc.oneof(
    fc.constantFrom(...odd),
    fc.constantFrom(...texts).map((one) => one.toWellFormed()),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  );
  const pair = fc
    .tuple(fc.constantFrom(...filters), text)
    .map(([name, said]) => `${name}=${encodeURIComponent(said.toWellFormed())}`);
  return fc.array(pair, { maxLength: 4 }).map((pairs) => pairs.join('&'));
}

/** The fields of a form, by name. */
export function fieldsOf(
  names: readonly string[],
  values: readonly string[],
): fc.Arbitrary<Record<string, string>> {
  return fc.dictionary(fc.constantFrom(...names), anyTextOf(values), { maxKeys: 5 });
}

/** Places of options, and what is written after them. */
export function saidOf(
  options: number,
  values: readonly string[],
): fc.Arbitrary<{ picked: number[]; values: string[] }> {
  return fc.record({
    picked: fc.uniqueArray(fc.nat({ max: Math.max(0, options - 1) }), { maxLength: 4 }),
    values: fc.array(anyTextOf(values), { minLength: 6, maxLength: 6 }),
  });
}

function anyTextOf(values: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...values) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.toWellFormed()),
    },
  );
}
