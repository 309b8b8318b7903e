import { expect, it } from 'vitest';
import { databaseOfFile } from '../../support/database.ts';
import { simulateWeek, tellWeek } from '../../support/simulate-week.ts';

const db = await databaseOfFile();

/** `npm run bench -- stuck` lets the whole 2,000 be hit. */
const SHARE = 0.1;

it('tells a week with an outage in few words: nothing unexplained, nothing alarmed that recovered', async () => {
  const week = await simulateWeek(db.database, SHARE, (said, expected) => expect(said).toEqual(expected));
  console.log(tellWeek(week));
  expect(week.notified.length).toBeLessThan(40);
  const open = new Set<string>();
  for (const { key, kind } of week.notified) {
    if (kind === 'opened') expect(open).not.toContain(key);
    else expect(open).toContain(key);
    if (kind === 'closed') open.delete(key);
    else open.add(key);
  }
  // What is left is the request that was pended and never decided.
  expect([...open]).toEqual([expect.stringMatching(/^stuck\/anthem\/RESPONSE_BUILDER\//)]);
});
