import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { publishedFigures } from '../../lib/data-access/published-figures.ts';
import type { PlanFigures } from '../../lib/domain/published-plans.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { arbitraryHistory, recordedAt } from '../support/arbitrary-history.ts';
import { databaseOfFile } from '../support/database.ts';

const REQUESTS = 250;
const db = await databaseOfFile();
beforeAll(async () => {
  const seed = 17;
  const [histories = []] = fc.sample(
    fc.tuple(...Array.from({ length: REQUESTS }, (_, place) => arbitraryHistory(`R-${place}`))),
    { seed, numRuns: 1 },
  );
  for (let place = 0; place < REQUESTS; place += 50)
    await recordEvents(db.database, histories.slice(place, place + 50).flat(), recordedAt);
});

/** What is counted of what happened within a span; the others are of its beginning and its end. */
const happened = [
  ...[
    'received',
    'decided',
    'approved',
    'partial',
    'denied',
    'withdrawn',
    'dismissed',
    'void',
    'notRequired',
  ],
  ...['bound', 'inTime', 'approvedInTime', 'partialInTime', 'deniedInTime', 'approvedAfterExtension'],
  ...['extended', 'reasonGiven', 'reasonMissing', 'appealed', 'appealsDecided', 'upheld', 'overturned'],
  ...['overturnedInPart', 'appealsWithdrawn', 'drugs', 'inquiries', 'notifications', 'retrospective'],
] as (keyof PlanFigures)[];
const sums: [is: string, of: (keyof PlanFigures)[], are: (keyof PlanFigures)[]][] = [
  [
    'the reconciliation',
    ['received', 'carriedIn'],
    ['decided', 'withdrawn', 'dismissed', 'void', 'notRequired', 'open'],
  ],
  ['the outcomes', ['decided'], ['approved', 'partial', 'denied']],
  ['what is in time', ['inTime'], ['approvedInTime', 'partialInTime', 'deniedInTime']],
  ['reasons', ['partial', 'denied'], ['reasonGiven', 'reasonMissing']],
  ['appeals', ['appealsDecided'], ['upheld', 'overturned', 'overturnedInPart', 'appealsWithdrawn']],
];

it('adds up in any span, and so do the figures of spans that follow each other', async () => {
  const minute = fc.integer({ min: -12_000, max: 200 });
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(minute, { minLength: 3, maxLength: 3 }), async (minutes) => {
      const [first = 0, second = 0, third = 0] = minutes.toSorted((one, other) => one - other);
      const of = async (from: number, to: number) => {
        const [since, until] = [from, to].map((one) => new Date(recordedAt.getTime() + one * 60_000));
        const rows = await publishedFigures(db.database, { tenant: null, since: since as Date, until });
        return new Map(rows.map((row) => [`${row.tenant} ${row.plan} ${row.priority}`, row]));
      };
      const [before, after, whole] = [
        await of(first, second),
        await of(second, third),
        await of(first, third),
      ];
      for (const row of [...before.values(), ...after.values(), ...whole.values()]) {
        const sum = (names: (keyof PlanFigures)[]) =>
          names.reduce((total, name) => total + Number(row[name]), 0);
        for (const [is, names, are] of sums) expect(sum(names), is).toBe(sum(are));
        for (const [part, all] of [
          ['inTime', 'bound'],
          ['bound', 'decided'],
          ['extended', 'decided'],
        ] as const)
          expect(row[part]).toBeLessThanOrEqual(row[all]);
      }
      for (const key of new Set([...before.keys(), ...after.keys(), ...whole.keys()])) {
        const [one, next, both] = [before, after, whole].map(
          (rows) => (name: keyof PlanFigures) => Number(rows.get(key)?.[name] ?? 0),
        );
        if (!one || !next || !both) continue;
        expect(next('carriedIn'), key).toBe(one('open'));
        expect(both('carriedIn'), key).toBe(one('carriedIn'));
        expect(both('open'), key).toBe(next('open'));
        for (const name of happened) expect(both(name), `${key} ${name}`).toBe(one(name) + next(name));
        decided += both('decided');
      }
    }),
    { numRuns: 60 },
  );
  expect(decided).toBeGreaterThan(500);
});
