import { beforeAll, expect, it } from 'vitest';
import { countDoubtfulNames, noteDoubtfulNames } from '../../lib/data-access/doubtful-names.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const DAY_MS = 86_400_000;
const now = new Date();
const name = { pagwId: 'PAGW-1', sender: null, serviceName: 'parser', path: '/stage', didYouMean: 'PARSING' };
const db = await databaseOfFile();
beforeAll(async () => {
  await recordEvents(db.database, [trackedEvent({ pagwId: 'PAGW-1', occurredAt: now.toISOString() })], now);
});

it('counts a name with its tenant, sender and service, and forgets a day after 90 more', async () => {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  for (const days of [91, 90, 0, 0]) await noteDoubtfulNames(db.database, [name, name], daysAgo(days));
  const { pagwId: _, ...counted } = name;
  const all = { tenant: null, since: daysAgo(100) };
  expect((await countDoubtfulNames(db.database, all)).rows).toEqual([
    { ...counted, tenant: 'anthem', events: 6 },
  ]);
  expect((await countDoubtfulNames(db.database, { ...all, since: daysAgo(89) })).rows).toMatchObject([
    { events: 4 },
  ]);
  expect((await countDoubtfulNames(db.database, { ...all, tenant: 'carelon' })).rows).toEqual([]);
});
