import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentText } from '../../lib/cli/moment-text.ts';
import { csvLine, type FactLine, factsText, jsonChunks } from '../../lib/cli/output/print-list.ts';
import { tableText, textWidth } from '../../lib/cli/output/table.ts';
import { printable } from '../../lib/domain/printable-text.ts';
import { ageText } from '../../lib/domain/words.ts';

const plain = (text: string) => text;

describe('a table', () => {
  it('keeps its columns aligned and within the terminal, whatever the cells hold', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), (rows) => {
        const columns = [
          { title: 'A', cell: ([first]: [string, string]) => `${first}|`, least: 5 },
          { title: 'B', cell: ([, second]: [string, string]) => `${second}|`, least: 5 },
          { title: 'C', cell: () => 'end' },
        ];
        const lines = tableText(rows, { columns, paint: plain, width: 50 }).trimEnd().split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        const ends = lines.slice(1).map((line) => textWidth(line));
        expect(new Set(ends).size).toBe(1);
        expect(ends[0]).toBeLessThanOrEqual(50);
      }),
      {
        examples: [
          [
            [
              ['', ''],
              ['⌚', 'Ͱ'],
            ],
          ],
        ],
      },
    );
  });

  it('shows what is missing as a dash and cuts with an ellipsis', () => {
    const columns = [
      { title: 'NAME', cell: (row: { name: string | null }) => row.name, least: 4 },
      { title: 'ID', cell: () => 'kept-whole-1' },
    ];
    const text = tableText([{ name: null }, { name: 'a long name' }], { columns, paint: plain, width: 20 });
    expect(text).toBe('NAME    ID\n–       kept-whole-1\na lon…  kept-whole-1\n');
  });

  it('takes several lines for a row that no cutting makes narrow enough, and cuts nothing then', () => {
    const columns = [
      { title: 'ID', cell: () => 'PAGW-1' },
      { title: 'NAME', cell: (name: string) => name, least: 4 },
      { title: 'OTHER', cell: () => 'PAGW-2', align: 'right' as const },
      { title: '', cell: () => ({ text: '' }) },
    ];
    const options = { columns, paint: plain, width: 18, notes: () => [{ text: 'failed' }] };
    expect(tableText(['longer'], options)).toBe(
      ['ID      NAME', '   OTHER', 'PAGW-1  longer', '  PAGW-2', '        └ failed', ''].join('\n'),
    );
    expect(tableText(['a name too long'], { ...options, width: 12 })).toContain('\n  a name to…\n');
  });
});

describe('printable text', () => {
  it('holds nothing that a terminal would obey, in one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it.each([
    ['\u001b[31mred', '\\u001b[31mred'],
    ['a\u202egpj.exe', 'a\\u202egpj.exe'],
    ['a\r\n\tb\u0085', 'a\\r\\n\\tb\\u0085'],
    ['\ud800', '\\ud800'],
    ['\u{e0041}\u3164', '\\udb40\\udc41\\u3164'],
    ['PAGW  two   blanks \u00a0', 'PAGW  two   blanks \u00a0'],
    ['Ünïcode-日本 ✔️ C:\\new', 'Ünïcode-日本 ✔️ C:\\new'],
  ])('%j shows what commands and keeps the rest: %s', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});

describe('a CSV line', () => {
  it('quotes what needs it and writes objects as JSON, times as ISO', () => {
    const line = csvLine(['a', 'b,c', 'd"e', 'f g', null, 0, { h: [1] }, new Date(0)]);
    expect(line).toBe('a,"b,c","d""e",f g,,0,"{""h"":[1]}",1970-01-01T00:00:00.000Z\r\n');
  });

  it('has no more digits of a number than it means', () => {
    const line = csvLine([1_401.1754636233952, 0.03521126760563, 1 / 3e7, -57_354.88888, 2_314, 0]);
    expect(line).toBe('1401.175,0.035211,0,-57354.889,2314,0\r\n');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ["=cmd|'/c calc'!A0", "'=cmd|'/c calc'!A0"],
    ['+1', "'+1"],
    ['@SUM(1+1)', "'@SUM(1+1)"],
    ['-2+3', "'-2+3"],
    ['-', "'-"],
    ['\t=1', "'\\t=1"],
    ['\r=1', "'\\r=1"],
    ['  =1', "'  =1"],
    ["'=1", "''=1"],
    ['\u200b=1', "'\\u200b=1"],
    ['＝1', "'＝1"],
    ['a;=1', "a;'=1"],
    ['-5', '-5'],
    ['-0.5', '-0.5'],
    ['-1e3', '-1e3'],
    ['5 - 3 = 2', '5 - 3 = 2'],
    ['PAGW-1', 'PAGW-1'],
  ])('makes of %j nothing that a spreadsheet would calculate', (text, cell) => {
    expect(csvLine([text, -5])).toBe(`${cell},-5\r\n`);
  });

  it('holds no character that commands but its end', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.dictionary(fc.string(), fc.string({ unit: 'binary' })),
    );
    fc.assert(
      fc.property(fc.array(cell), (cells) => {
        expect(csvLine(cells).slice(0, -2)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('JSON', () => {
  it('says what JSON.stringify says, in characters that command nothing', () => {
    const text = fc.string({ unit: 'binary' });
    const rows = fc.array(fc.oneof(fc.jsonValue(), fc.dictionary(text, text)));
    fc.assert(
      fc.property(
        fc.record({ rows, next: fc.oneof(text, fc.constant(null)), one: fc.jsonValue() }),
        (value) => {
          const json = [...jsonChunks(value)].join('');
          expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
          expect(json).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u007f-\u009f]/u);
        },
      ),
    );
  });

  it('is laid out as JSON.stringify lays it out', () => {
    for (const value of [{ a: [{ b: [1, {}], c: 'x' }, 2], d: {}, e: [], f: { g: [1] } }, {}, { a: null }])
      expect([...jsonChunks(value)].join('')).toBe(`${JSON.stringify(value, undefined, 2)}\n`);
  });
});

describe('times for people', () => {
  it.each([
    [0, 'just now'],
    [59, '59s ago'],
    [3_599, '59m ago'],
    [86_400 * 400, '1y35d ago'],
    [-90, 'in 1m'],
  ])('%i s ago is %s', (seconds, text) => {
    const now = new Date('2026-03-01T12:00:00Z');
    expect(ageText(new Date(now.getTime() - seconds * 1000), now)).toBe(text);
  });

  it('are in UTC with a Z', () => {
    expect(momentText(new Date('2026-03-01T12:00:00.5Z'), 'utc')).toBe('2026-03-01 12:00:00Z');
  });
});

it('goes on below where a fact is longer than the line, and leaves what is to be pasted on one', () => {
  const facts: FactLine[] = [
    ['Next', 'Look at the outbox and the queue'],
    ['Command', 'pagw request resend PAGW-1 --reason WHY', 'whole'],
  ];
  expect(factsText(facts, (text) => text, 30)).toBe(
    '  Next     Look at the outbox\n           and the queue\n  Command  pagw request resend PAGW-1 --reason WHY\n',
  );
});
