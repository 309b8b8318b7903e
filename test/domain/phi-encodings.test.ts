import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskErrorMessage } from '../../lib/domain/mask-error-message.ts';
import { mostLayers } from '../../lib/domain/phi-encodings.ts';
import { findPhi } from '../../lib/domain/phi-guard.ts';
import { eventWith, read, refusalWith } from './support/message.ts';

const characters = (text: string, write: (point: number) => string) =>
  [...text].map((character) => write(character.codePointAt(0) ?? 0)).join('');
const hex = (text: string) => Buffer.from(text).toString('hex');

const encodings: Record<string, (text: string) => string> = {
  'JSON in a text': (text) => JSON.stringify({ inner: text }),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hexadecimal: hex,
  'percent signs': (text) => hex(text).replace(/../g, '%$&'),
  'percent signs where an address needs them': encodeURIComponent,
  'HTML entities': (text) => characters(text, (point) => `&#${point};`),
  escapes: (text) => characters(text, (point) => `\\u${point.toString(16).padStart(4, '0')}`),
};
/** Ways of writing that take no layer. */
const disguises: Record<string, (text: string) => string> = {
  none: (text) => text,
  'unseen characters': (text) => [...text].join('\u200b'),
  'full-width characters': (text) =>
    characters(text, (point) => String.fromCodePoint(point > 32 && point < 127 ? point + 0xfee0 : point)),
};

const personal = fc.constantFrom(
  ...['Jane Doe', 'Doe, Jane', 'patient Maria Garcia', 'SSN 123-45-6789', '123-45-6789', 'DOB 02/03/1980'],
  ...['member id W123456789', 'call 317-555-0123', 'jane.doe@example.com', '12 Main St, Carmel, IN 46032'],
  ...['PID|1||00123456^^^MRN||DOE^JANE', 'NM1*IL*1*DOE*JANE', '<LastName>Doe</LastName>', 'lastName=Doe'],
  ...['{"birthDate":"1980-02-03"}', '?family=Smith&given=John', 'ssn=219099999'],
);
const wrapped = fc
  .tuple(
    personal,
    fc.array(fc.constantFrom(...Object.keys(encodings)), { maxLength: mostLayers }),
    fc.constantFrom(...Object.keys(disguises)),
  )
  .map(([text, names, disguise]) => {
    const encoded = names.reduce((inner, name) => encodings[name]?.(inner) ?? inner, text);
    return { text, encoded: disguises[disguise]?.(encoded) ?? encoded };
  })
  .filter(({ encoded }) => encoded.length < 8_000);

describe('personal data in up to four layers of encoding, in any order,', () => {
  it('is found in metadata', () => {
    fc.assert(
      fc.property(wrapped, ({ encoded }) => {
        expect(findPhi({ a: encoded })).not.toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('is found in ids, and never told', () => {
    fc.assert(
      fc.property(wrapped, ({ text, encoded }) => {
        fc.pre(encoded.length <= 256 && !/\p{Cc}|\u200b/u.test(encoded));
        const told = JSON.stringify(refusalWith({ externalReference: encoded }));
        expect(told).toContain('"code":"FIELD_PHI_SUSPECTED","path":"/externalReference"');
        expect(told).not.toContain(text);
      }),
      { numRuns: 100 },
    );
  });

  it('is masked in error texts', () => {
    fc.assert(
      fc.property(wrapped, ({ encoded }) => {
        const masked = maskErrorMessage(`cannot read ${encoded} of the answer`);
        expect(masked).toContain('[masked]');
        expect(masked).not.toContain(encoded);
        expect(findPhi({ a: masked })).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});

it('ids, digests and random bytes are no encoded data', () => {
  const id = fc.oneof(
    fc.uuid(),
    fc.ulid(),
    fc.uint8Array({ minLength: 8, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  );
  fc.assert(
    fc.property(id, (text) => {
      expect(findPhi({ a: text })).toBeNull();
    }),
    { numRuns: 500 },
  );
});

it('a packed file or a picture is refused: nobody can say what it shows', () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Array(40).fill(7)]).toString(
    'base64',
  );
  expect(findPhi({ a: png })).toEqual({ path: '/a', rule: 'value-pattern' });
  expect(findPhi({ a: `data:image/png;base64,${png}` })).not.toBeNull();
  const text = JSON.stringify({ lastName: 'Doe', firstName: 'Jane', dob: '1980-02-03' });
  for (const packed of [
    gzipSync(text),
    deflateSync(text),
    deflateSync(text, { level: 1 }),
    zstdCompressSync(text),
  ])
    for (const encoding of ['base64', 'hex'] as const)
      expect(findPhi({ a: packed.toString(encoding) }), encoding).toEqual({
        path: '/a',
        rule: 'value-pattern',
      });
});

describe('every text of an event', () => {
  const places: [string, (text: string) => Record<string, unknown>][] = [
    ...['pagwId', 'eventId', 'tenant', 'stage', 'eventType', 'errorCode', 'externalReference', 'workerId'],
    ...['serviceName', 'correlationId'],
  ].map((field) => [`/${field}`, (text) => ({ [field]: text })]);
  places.push(
    ['/request/type', (type) => ({ request: { type } })],
    ['/request/payload/bucket', (bucket) => ({ request: { payload: { bucket } } })],
    ['/request/payload/key', (key) => ({ request: { payload: { key } } })],
  );

  it.each(places)('is looked at: %s', (path, fields) => {
    for (const secret of ['Jane Doe', '123-45-6789', 'DOE_JANE_19800203', 'jane.doe@x.org']) {
      const { rejections } = read({
        tenant: 'anthem',
        pagwId: 'P-1',
        eventType: 'PARSE_OK',
        ...fields(secret),
      });
      expect(rejections).toMatchObject([{ code: 'FIELD_PHI_SUSPECTED', path, rule: 'value-pattern' }]);
      expect(JSON.stringify(rejections)).not.toContain(secret);
    }
  });

  it('may be an id in any letters', () => {
    for (const pagwId of ['Ünïcode-日本', 'ЗАЯВКА-0042', 'طلب-7', 'PAGW-山田-1']) {
      const { events } = read({ tenant: 'anthem', pagwId, eventId: `${pagwId}#1`, eventType: 'PARSE_OK' });
      expect(events).toMatchObject([{ pagwId }]);
    }
    expect(refusalWith({ pagwId: '患者 山田太郎' })).toMatchObject({ code: 'FIELD_PHI_SUSPECTED' });
    expect(refusalWith({ pagwId: '日本-Jane-Doe' })).toMatchObject({ code: 'FIELD_PHI_SUSPECTED' });
  });

  it('may be an id, a code, or the name of a service', () => {
    const event = {
      eventId: '01JGQZ6V0M5X8T3N9C7B2D4F6H',
      workerId: 'member-lookup-7d9f8b6c5d-x2x4x',
      serviceName: 'PatientMatchingService',
      errorCode: 'INVALID_MEMBER_ID',
      externalReference: 'EXT-2565629D',
      request: {
        payload: { bucket: 'pagw-123456789012', key: '2025/12/26/PAGW-20251226-00005-A7CEB2B3.json' },
      },
    };
    expect(eventWith(event)).toMatchObject({ workerId: event.workerId, errorCode: event.errorCode });
  });
});
