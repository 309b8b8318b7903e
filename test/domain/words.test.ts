import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventStatuses, requestStatuses } from '../../lib/domain/tracked-event.ts';
import * as words from '../../lib/domain/words.ts';

const HOME = 'lib/domain/words.ts';
const sources = globSync('{lib,lambdas,bin}/**/*.{ts,tsx}')
  .filter((file) => file !== HOME)
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** Every list of words there is, and where it is written. */
const vocabularies = {
  retryStates: words.retryStates,
  deadlineRisks: words.deadlineRisks,
  stuckReasons: words.stuckReasons,
  incidentLevels: words.incidentLevels,
  notificationKinds: Object.keys(words.notificationTexts),
  eventStatuses,
};

/** A word as a key whose value is a text, or an object or list of its own: `'at-risk': { glyph: …`. */
function keysOfTables(text: string): string[] {
  const entries = text.matchAll(
    /(?<=^\s*|[{,]\s*)(?:'([\w-]+)'|([A-Za-z_]+)): *(?:\{ *\w+: *['"`]|\[? *['"`]|\{ *\.\.\.)/gm,
  );
  return [...entries].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** Lists in brackets of quoted words alone. */
function listsOf(text: string): string[][] {
  return [...text.matchAll(/\[\s*((?:'[\w-]+',?\s*)+)\]/g)].map(([, list = '']) =>
    [...list.matchAll(/'([\w-]+)'/g)].map(([, word = '']) => word),
  );
}

function secondTables(text: string): string[] {
  const keys = new Set(keysOfTables(text));
  const lists = listsOf(text);
  return Object.entries(vocabularies).flatMap(([name, known]) => {
    const hasTable = known.filter((word) => keys.has(word)).length >= Math.min(4, known.length - 1);
    const hasList = lists.some((list) => known.every((word) => list.includes(word)));
    return hasTable || hasList ? [name] : [];
  });
}

/** A number with its unit: `${seconds}s`, `${(ms / 1000).toFixed(1)} s`. */
function durationFormatters(text: string): string[] {
  const formatter =
    /\$\{(?:[^{}]|\{[^{}]*\})*\}(?<!(?:one|slice\([^()]*\))\}) ?(?:ms|s|m|min|h|d|y)(?![\w=([-])/g;
  return [...text.matchAll(formatter)].map(([found]) => found);
}

const glyphs = [
  ...new Set(
    Object.values(words)
      .flatMap((value) => (typeof value === 'object' ? Object.values(value) : []))
      .flatMap((mark) => (typeof mark === 'object' && 'glyph' in mark ? [mark.glyph] : [])),
  ),
].filter((glyph) => !['–', '→', '·'].includes(glyph));

describe('the words of states, risks, reasons and durations', () => {
  it('stand in one module: no other has a table or a whole list of them', () => {
    expect(sources.flatMap(({ file, text }) => secondTables(text).map((name) => `${file}: ${name}`))).toEqual(
      [
        // XES has its own words for each.
        'lib/flows/export/event-log.ts: eventStatuses',
        'lib/domain/tracked-event.ts: eventStatuses',
      ],
    );
  });

  it('are shown by glyphs that no other module writes', () => {
    expect(glyphs.length).toBeGreaterThan(7);
    const others = sources.filter(({ text }) => glyphs.some((glyph) => text.includes(glyph)));
    // The console’s switches are styled in CSS.
    expect(others.map(({ file }) => file)).toEqual(['lib/local/console/console-page.tsx']);
  });

  it('have one formatter of durations', () => {
    expect(
      sources.flatMap(({ file, text }) => durationFormatters(text).map((found) => `${file}: ${found}`)),
    ).toEqual([]);
  });

  it.each([
    ['a table of texts', "const says = { 'at-risk': 'soon', breached: 'late' };", ['deadlineRisks']],
    [
      'a table of marks',
      "const marks = {\n  due: { text: 'due' },\n  sending: { text: '' },\n  waiting: { text: '' },\n  paused: { text: '' },\n};",
      ['retryStates'],
    ],
    ['a list', "const states = ['due', 'sending', 'paused', 'waiting', 'exhausted'];", ['retryStates']],
  ])('would be found elsewhere: %s', (_, text, found) => {
    expect(secondTables(text)).toEqual(found);
  });

  // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
  it.each(['`${seconds}s`', '`${(ms / 1000).toFixed(1)} s`', '`${hours}h${minutes}m`'])(
    'would be found elsewhere: %s',
    (text) => {
      expect(durationFormatters(text)).not.toEqual([]);
    },
  );

  it.each([
    [0, '0s', '0 ms'],
    [999, '0s', '999 ms'],
    [3_471, '3s', '3.47 s'],
    [59_949, '59s', '59.9 s'],
    [64_000, '1m', '1m4s'],
    [3_599_700, '59m', '59m59s'],
    [8_040_000, '2h14m', '2h14m'],
    [273_600_000, '3d4h', '3d4h'],
    [86_400_000 * 400, '1y35d', '1y35d'],
    [-5_000, '0s', '-5000 ms'],
  ])('say %i ms as a duration, and as measured', (milliseconds, duration, took) => {
    expect([words.durationText(milliseconds), words.tookText(milliseconds)]).toEqual([duration, took]);
  });

  // Fields have a term of their own: backfill, notified, batch, cursor, check.
  it('are the field’s in every name of the code: nothing is brought, told, a piece, passed or a look', () => {
    const ownWord =
      /\b(?:brought|told|piece|passed|look)(?:[A-Z_]\w*)|\b\w*(?:[a-z](?:Brought|Told|Pieces?|Passed|Look(?!s|up|Up))|_(?:told|brought|pieces?|look))(?:[A-Z_]\w*)?\b/g;
    const named = sources.flatMap(({ file, text }) =>
      [...text.matchAll(ownWord)]
        .map(([name]) => name)
        .filter((name) => !/^lookUp|^looksLike/.test(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(named).toEqual([]);
  });

  it('know no request status twice', () => {
    expect(new Set(requestStatuses).size).toBe(requestStatuses.length);
  });
});
