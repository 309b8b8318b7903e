import type { Database } from '../../lib/data-access/database.ts';
import { decisionMetrics, listDeadlines } from '../../lib/data-access/decisions.ts';
import { dueRetries } from '../../lib/data-access/due-retries.ts';
import { eventDistribution, slowestStages, stageLatency } from '../../lib/data-access/event-reports.ts';
import { errorGroups } from '../../lib/data-access/failures.ts';
import { parseMetadataFilters, searchMetadata } from '../../lib/data-access/metadata-search.ts';
import { listTenants } from '../../lib/data-access/requests.ts';
import { groupStuckRequests, listStuckRequests } from '../../lib/data-access/stuck-requests.ts';

/** A view's query, asked as the view asks it. Answers its rows. */
export interface View {
  name: string;
  read(database: Database, now: Date): Promise<readonly unknown[]>;
}

const DAY_MS = 86_400_000;
const tenant = 'anthem';
const days = (now: Date, count: number) => ({ tenant, since: new Date(now.getTime() - count * DAY_MS) });

function search(...conditions: string[]): View['read'] {
  const filters = parseMetadataFilters(conditions);
  return async (database, now) => (await searchMetadata(database, { ...days(now, 30), now, filters })).rows;
}

export const views: readonly View[] = [
  {
    name: 'distribution, 24 h',
    read: async (database, now) => (await eventDistribution(database, days(now, 1))).rows,
  },
  {
    name: 'distribution, 30 d',
    read: async (database, now) => (await eventDistribution(database, days(now, 30))).rows,
  },
  {
    name: 'slowest stages, 7 d',
    read: async (database, now) => (await slowestStages(database, days(now, 7))).rows,
  },
  {
    name: 'latency, 24 h',
    read: async (database, now) => (await stageLatency(database, days(now, 1), now)).rows,
  },
  {
    name: 'latency, 7 d',
    read: async (database, now) => (await stageLatency(database, days(now, 7), now)).rows,
  },
  {
    name: 'error groups, 24 h',
    read: async (database, now) => (await errorGroups(database, days(now, 1))).groups,
  },
  {
    name: 'error groups, 7 d',
    read: async (database, now) => (await errorGroups(database, days(now, 7))).groups,
  },
  { name: 'due retries', read: async (database, now) => (await dueRetries(database, { tenant, now })).rows },
  {
    name: 'stuck groups',
    read: async (database, now) => (await groupStuckRequests(database, now, { tenant })).groups,
  },
  {
    name: 'stuck requests',
    read: async (database) => (await listStuckRequests(database, { tenant }, 100)).rows,
  },
  { name: 'deadlines', read: async (database, now) => (await listDeadlines(database, { tenant, now })).rows },
  {
    name: 'CMS metrics, a year',
    read: async (database, now) => (await decisionMetrics(database, days(now, 365))).rows,
  },
  { name: 'search targetSystem=carelon', read: search('targetSystem=carelon') },
  { name: 'search diagnosisCount>10', read: search('diagnosisCount>10') },
  { name: 'search for one external id', read: search('externalId=EXT-NOWHERE') },
  { name: 'tenants', read: listTenants },
];
