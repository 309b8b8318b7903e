import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import {
  MetadataFilterError,
  type MetadataSearch,
  parseMetadataFilters,
  searchMetadata,
} from '../../lib/data-access/metadata-search.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const now = new Date('2026-03-20T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const db = await databaseOfFile();
let made = 0;

beforeAll(async () => {
  await ensurePartition(db.database, now);
});

/** Records events, a row of metadata each, for a tenant of their own. */
async function recordMetadata(
  rows: readonly Record<string, unknown>[],
  days: (place: number) => number = () => 0,
) {
  const tenant = `tenant-${++made}`;
  for (const [place, metadata] of rows.entries())
    await recordEvents(
      db.database,
      [trackedEvent({ tenant, pagwId: `${tenant}-${place}`, metadata })],
      daysAgo(days(place)),
    );
  return tenant;
}

function search(tenant: string, conditions: readonly string[], options: Partial<MetadataSearch> = {}) {
  const filters = parseMetadataFilters(conditions);
  return searchMetadata(db.database, {
    tenant,
    now,
    since: daysAgo(18),
    filters,
    patienceMs: 20_000,
    ...options,
  });
}

const found = async (tenant: string, ...conditions: string[]) =>
  (await search(tenant, conditions)).rows.map(({ metadata }) => metadata).reverse();

describe('searchMetadata', () => {
  it('takes a number, true, false and null for what a producer may have written either way', async () => {
    const rows = [
      { n: 3 },
      { n: '3' },
      { n: 3.0 },
      { n: 30 },
      { n: true },
      { n: 'true' },
      { n: null },
      { n: 'null' },
      {},
    ];
    const tenant = await recordMetadata(rows);
    expect(await found(tenant, 'n=3')).toEqual([{ n: 3 }, { n: '3' }, { n: 3 }]);
    expect(await found(tenant, 'n="3"')).toEqual([{ n: '3' }]);
    expect(await found(tenant, 'n=true')).toEqual([{ n: true }, { n: 'true' }]);
    expect(await found(tenant, 'n=null')).toEqual([{ n: null }, { n: 'null' }]);
  });

  it('finds a dotted name, whether the dot reaches into an object or belongs to the key', async () => {
    const rows = [
      { 'http.status_code': 500 },
      { http: { status_code: '500' } },
      { 'http.status': { code: 500 } },
      { attributes: { 'http.status_code': 500 } },
      { 'a>b': 1, 'c=d.e': 2, 'x.y': { 'z.w': 7 } },
      { __proto__: null, 'constructor.name': 1 },
    ];
    const tenant = await recordMetadata(rows);
    for (const operator of ['=', '>=', '<=']) {
      expect(await found(tenant, `http.status_code${operator}500`)).toEqual([rows[0], rows[1]]);
      expect(await found(tenant, `"http.status_code"${operator}500`)).toEqual([rows[0]]);
      expect(await found(tenant, `"http"."status_code" ${operator} 500`)).toEqual([rows[1]]);
      expect(await found(tenant, `http.status.code${operator}500`)).toEqual([rows[2]]);
      expect(await found(tenant, `attributes.http.status_code${operator}500`)).toEqual([rows[3]]);
      expect(await found(tenant, `"x.y"."z.w"${operator}7`)).toEqual([rows[4]]);
      expect(await found(tenant, `x.y.z.w${operator}7`)).toEqual([rows[4]]);
    }
    expect(await found(tenant, '"a>b"=1', '"c=d.e"=2')).toEqual([rows[4]]);
    expect(await found(tenant, '"a>b">0', '"c=d.e"<3')).toEqual([rows[4]]);
    expect(await found(tenant, 'constructor.name=1')).toEqual([rows[5]]);
  });

  it('compares with what lists hold, and finds none by equality, as its help says', async () => {
    const tenant = await recordMetadata([{ n: [3, 12] }, { n: 12 }]);
    expect(await found(tenant, 'n>=12')).toEqual([{ n: [3, 12] }, { n: 12 }]);
    expect(await found(tenant, 'n=12')).toEqual([{ n: 12 }]);
  });

  it('finds a key of any signs, which quotes name', async () => {
    const keys = [
      '',
      ' ',
      '.',
      'a.',
      '.a',
      'a"b',
      '"q"',
      '"',
      'a\\b',
      '\\',
      'a\\"b',
      'a\tb',
      ' a',
      'a[0]',
      '0',
      'é',
      'a!',
      '-x',
    ];
    const tenant = await recordMetadata(keys.map((key) => ({ [key]: 41 })));
    for (const key of keys)
      for (const condition of ['=41', ' > 40']) {
        const name = `"${key.replace(/["\\]/g, '\\$&')}"`;
        expect(await found(tenant, name + condition), name).toEqual([{ [key]: 41 }]);
      }
    expect(await found(tenant, '"a\\b"=41')).toEqual([{ 'a\\b': 41 }]);
  });

  it('says when conditions can be meant in too many ways', () => {
    const dotted = ['a.b.c.d=1', 'e.f.g.h=1'];
    expect(() => parseMetadataFilters(dotted)).toThrow(/256 ways. Put dotted names in quotes/);
    expect(parseMetadataFilters(dotted.map((text) => `"${text.replace('=', '"=')}`))).toHaveLength(2);
    expect(parseMetadataFilters(['a.b.c.d.e.f.g.h.i=x'])[0]?.paths).toHaveLength(2);
  });

  it('compares numbers, also written as text, and passes over everything else', async () => {
    const rows = [
      { n: 9 },
      { n: 10 },
      { n: '10.5' },
      { n: 'ten' },
      { n: null },
      { n: {} },
      { n: '' },
      { n: 1e300 },
    ];
    const tenant = await recordMetadata(rows);
    expect(await found(tenant, 'n>10')).toEqual([{ n: '10.5' }, { n: 1e300 }]);
    expect(await found(tenant, 'n>=10', 'n<1e10')).toEqual([{ n: 10 }, { n: '10.5' }]);
    expect(await found(tenant, 'n<=9')).toEqual([{ n: 9 }]);
  });

  it('reaches into objects, and needs every condition to hold', async () => {
    const rows = [
      { payer: { region: 'CA', tier: 2 } },
      { payer: { region: 'NY', tier: 2 } },
      { payer: 'CA' },
    ];
    const tenant = await recordMetadata(rows);
    expect(await found(tenant, 'payer.region=CA', 'payer.tier>1')).toEqual([rows[0]]);
    expect(await found(tenant, 'payer.tier=2')).toHaveLength(2);
  });

  it('finds any name and value as they are, whatever they look like', async () => {
    const name = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .filter(
        (text) => /^[^\s=<>.\0][^=<>.\0]*$/u.test(text) && text.trim() === text && !/".*!$/s.test(text),
      );
    const value = fc.string({ maxLength: 20, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(name, value, async (key, text) => {
        const tenant = await recordMetadata([{ [key]: text, other: 1 }, { [`${key}x`]: text }]);
        // Bare, it would be taken for a != that nobody answers.
        const name = key.endsWith('!') ? `"${key}"` : key;
        expect(await found(tenant, `${name}="${text}"`)).toEqual([{ [key]: text, other: 1 }]);
        await found(tenant, `${name}>1`);
      }),
      {
        numRuns: 40,
        examples: [
          ["'", "' OR true --"],
          ['"', '") || (@ > 0'],
          ['\\', '{"a"}'],
          ['__proto__', 'x'],
          [':now', '$1'],
        ],
      },
    );
  });

  it('refuses what is no condition, by name', () => {
    for (const text of [
      '',
      'carelon',
      '=x',
      '.a=1',
      'a..b=1',
      'n>many',
      'n<"3"',
      'n!=2',
      'n==2',
      'k=~x',
      'n=>2',
      'n<>2',
      'n>==2',
      'k=!x',
    ])
      expect(() => parseMetadataFilters([text])).toThrow(MetadataFilterError);
    expect(() => parseMetadataFilters(['k==v'])).toThrow(/compares with ==, which a search cannot/);
    expect(parseMetadataFilters(['k="=v"', 'k=v==']).map(({ value }) => value)).toEqual(['=v', 'v==']);
    expect(() => parseMetadataFilters(Array.from({ length: 7 }, (_, n) => `k${n}=1`))).toThrow(/At most 6/);
  });

  it('pages latest first through events of the same time', async () => {
    const tenant = await recordMetadata(
      Array.from({ length: 11 }, (_, n) => ({ n })),
      (place) => Math.floor(place / 4),
    );
    const seen: unknown[] = [];
    let next: string | null = null;
    do {
      const page = await search(tenant, ['n>=0'], { limit: 3, after: next ?? undefined });
      expect(page.rows.length).toBeLessThanOrEqual(3);
      seen.push(...page.rows.map(({ metadata }) => metadata?.n));
      next = page.next;
    } while (next !== null);
    expect(seen).toEqual([3, 2, 1, 0, 7, 6, 5, 4, 10, 9, 8]);
  });

  it('gives up when its patience ends, says how far it came, and goes on from there', async () => {
    const tenant = await recordMetadata([{ n: 1 }, { n: 2 }], (place) => 15 * place);
    let page = await search(tenant, ['n=2'], { patienceMs: 0 });
    expect(page).toMatchObject({ rows: [], searchedBackTo: expect.any(Date) });
    const seen: unknown[] = [...page.rows];
    for (let pages = 0; page.next !== null && pages < 1_000; pages++) {
      page = await search(tenant, ['n=2'], { patienceMs: 0, after: page.next });
      seen.push(...page.rows.map(({ metadata }) => metadata));
    }
    expect(seen).toEqual([{ n: 2 }]);
    expect(page.searchedBackTo).toBeNull();
  });

  it('finds what was recorded in the span of a request of any month, and plans no month before', async () => {
    const request = { tenant: 'of-months', pagwId: 'RECEIVED-LONG-AGO' };
    await recordEvents(db.database, [trackedEvent({ ...request, metadata: { n: 1 } })], daysAgo(80));
    const monthsSince = async (days: number) =>
      (
        await db.database.execute<{ month: string | null }>(
          `SELECT earliest_received(:since::timestamptz, 'infinity')::text AS month`,
          { since: daysAgo(days) },
        )
      ).rows[0]?.month;
    expect(await monthsSince(90)).toBe('2025-12-01');
    expect(await monthsSince(70)).toBe('2026-03-01');
    const late = trackedEvent({ ...request, eventId: 'late', metadata: { n: 2 } });
    await recordEvents(db.database, [late], daysAgo(1));
    expect(await found('of-months', 'n>0')).toEqual([{ n: 2 }]);
    expect(await monthsSince(2)).toBe('2025-12-01');
    expect(await monthsSince(-1)).toBe(null);
  });

  it('leaves out metadata that is too large for a page', async () => {
    const tenant = await recordMetadata([{ n: 1, note: 'x'.repeat(5_000) }]);
    expect((await search(tenant, ['n=1'])).rows).toMatchObject([{ metadata: null, sequenceNo: 1 }]);
  });

  it('narrows by event type and status', async () => {
    const tenant = await recordMetadata([{ n: 1 }]);
    expect((await search(tenant, ['n=1'], { eventType: 'PARSE_OK', status: 'COMPLETED' })).rows).toHaveLength(
      1,
    );
    expect((await search(tenant, ['n=1'], { eventType: 'VAL_OK' })).rows).toEqual([]);
    expect((await search(tenant, ['n=1'], { status: 'FAILED' })).rows).toEqual([]);
  });
});
