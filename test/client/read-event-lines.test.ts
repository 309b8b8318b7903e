import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packMessages } from '../../lib/client/pack-messages.ts';
import { readEventLines } from '../../lib/client/read-event-lines.ts';

const parsed = {
  eventId: 'e-1',
  tenant: 'anthem',
  pagwId: 'PAGW-20251226-00005-A7CEB2B3',
  eventType: 'PARSE_OK',
};
const refused = { ...parsed, eventType: '' };
const pretty = (value: unknown) => JSON.stringify(value, null, 2);

describe('reading what is to be sent', () => {
  it.each([
    ['one event', JSON.stringify(parsed), [1]],
    ['one event over several lines', pretty(parsed), [1]],
    ['an array', pretty([parsed, { ...parsed, pagwId: 'PAGW-TEST-12345' }]), [1, 2]],
    [
      'newline-delimited JSON with blank lines',
      `${JSON.stringify(parsed)}\r\n\n${JSON.stringify(parsed)}\n`,
      [1, 3],
    ],
    ['lines that hold arrays', `${JSON.stringify([parsed, parsed])}\n${JSON.stringify(parsed)}`, [1, 1, 2]],
    ['a byte order mark', `\ufeff${JSON.stringify(parsed)}`, [1]],
  ])('takes %s', (_, text, expected) => {
    const { accepted, rejected } = readEventLines(text);
    expect(rejected).toEqual([]);
    expect(accepted.map(({ line }) => line)).toEqual(expected);
  });

  it('passes an event on as it was written, with the names that it is queued by', () => {
    const event = { ...parsed, status: 'SUCCESS', unknownField: [1] };
    expect(readEventLines(JSON.stringify(event)).accepted).toEqual([
      { line: 1, pagwId: parsed.pagwId, eventId: 'e-1', event },
    ]);
  });

  it('finds the names inside a CloudEvents envelope', () => {
    const { eventId: id, ...data } = parsed;
    const [accepted] = readEventLines(
      JSON.stringify({ specversion: '1.0', id, source: 's', type: 't', data }),
    ).accepted;
    expect(accepted).toMatchObject({ pagwId: parsed.pagwId, eventId: 'e-1' });
  });

  it('knows an event without an id', () => {
    const { eventId: _, ...anonymous } = parsed;
    expect(readEventLines(JSON.stringify(anonymous)).accepted[0]?.eventId).toBeNull();
  });

  it('names line, code and path of each fault, and accepts the neighbours', () => {
    const text = [parsed, refused, parsed].map((event) => JSON.stringify(event)).join('\n');
    const { accepted, rejected } = readEventLines(`${text}\nnot JSON\n42\nnull`);
    expect(accepted.map(({ line }) => line)).toEqual([1, 3]);
    expect(rejected.map(({ line, code }) => [line, code])).toEqual([
      [2, 'FIELD_MISSING'],
      [4, 'MESSAGE_NOT_JSON'],
      [5, 'FIELD_INVALID'],
      [6, 'FIELD_INVALID'],
    ]);
    expect(rejected[0]?.path).toBe('/eventType');
  });

  it.each([
    ['nothing', '', 'MESSAGE_EMPTY'],
    ['blanks', ' \n ', 'MESSAGE_EMPTY'],
    ['an empty array', '[]', 'MESSAGE_EMPTY'],
    ['no JSON', 'hello\nworld', 'MESSAGE_NOT_JSON'],
    ['an event cut off over several lines', pretty(parsed).slice(0, -2), 'MESSAGE_NOT_JSON'],
  ])('refuses %s once', (_, text, code) => {
    const { accepted, rejected } = readEventLines(text);
    expect(accepted).toEqual([]);
    expect(rejected).toMatchObject([{ line: 1, code, path: '' }]);
  });

  it.each([
    ['metadata', 'METADATA_TOO_DEEP'],
    ['ignored', 'FIELD_INVALID'],
  ])('refuses one event alone whose %s is nested too deep to be written', (field, code) => {
    const deep = `{"a":`.repeat(6_000) + 1 + '}'.repeat(6_000);
    const line = JSON.stringify(parsed);
    const lines = [line, `${line.slice(0, -1)},"${field}":${deep}}`, line];
    for (const text of [lines.join('\n'), `[${lines.join(',')}]`]) {
      const { accepted, rejected } = readEventLines(text);
      expect(accepted.map((event) => event.line)).toEqual([1, 3]);
      expect(rejected).toMatchObject([{ line: 2, code, path: `/${field}` }]);
    }
    expect(readEventLines(`${'['.repeat(6_000)}${']'.repeat(6_000)}`).rejected).toHaveLength(1);
  });

  it.each([
    ['plain letters', 'x', 1],
    ['letters of two bytes', 'é', 2],
    ['what is written as an escape', '\ufffe', 6],
    ['what is written as two escapes', '😀', 12],
  ])('takes an event up to 1 MiB as it is sent, and not a byte more: %s', (_, unit, bytesOfUnit) => {
    const mostBytes = 1024 * 1024;
    const around = JSON.stringify({ ...parsed, ignored: '' }).length;
    const room = mostBytes - around;
    const ignored = unit.repeat(Math.floor(room / bytesOfUnit)) + 'x'.repeat(room % bytesOfUnit);
    const [whole] = readEventLines(JSON.stringify({ ...parsed, ignored })).accepted;
    expect(packMessages(whole === undefined ? [] : [whole])).toMatchObject([[{ bytes: mostBytes }]]);
    const tooLong = readEventLines(JSON.stringify({ ...parsed, ignored: `${ignored}x` }));
    expect(tooLong).toMatchObject({ accepted: [], rejected: [{ code: 'EVENT_TOO_LARGE' }] });
  });

  it('accounts for every element of whatever JSON array', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), fc.constant(parsed)), { minLength: 1 }), (events) => {
        const { accepted, rejected } = readEventLines(JSON.stringify(events));
        const lines = [...accepted, ...rejected].map(({ line }) => line).sort((a, b) => a - b);
        expect(lines).toEqual(events.map((_, position) => position + 1));
      }),
    );
  });
});
