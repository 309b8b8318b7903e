import type { Database } from '../../lib/data-access/database.ts';
import { keepLoadSample } from '../../lib/data-access/load.ts';
import {
  checkRecentEvents,
  ensurePartitionsAhead,
  measureGrowth,
  measureIndexUse,
} from '../../lib/data-access/maintain.ts';
import { metricTenants } from '../../lib/data-access/named-in-metrics.ts';
import { measureArchive } from '../../lib/data-access/retention.ts';
import { claimDueRetries, stepRetryBatches } from '../../lib/data-access/retry.ts';
import { countWatchedRequests, takeWatchedRequests } from '../../lib/data-access/stuck-alarm.ts';
import { groupIncidents } from '../../lib/data-access/stuck-requests.ts';
import { refreshFlow, refreshSummary, summariseBlockRanges } from '../../lib/data-access/summary.ts';
import { findTimeline } from '../../lib/data-access/timeline.ts';
import { measureRetriesByName } from '../../lib/data-access/waiting-failures.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { checkRequests } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { reports } from '../../lib/reports/reports.ts';
import { failuresOf } from '../growth/failures.ts';
import { pageViews } from '../views/page-views.ts';
import { views } from '../views/views.ts';
import { readJourney } from './fill-year.ts';
import type { Subjects } from './histories.ts';

/** Something that is asked of a database. */
export interface Question {
  name: string;
  ask(database: Database, subjects: Subjects): Promise<unknown>;
}

const DAY_MS = 86_400_000;
const MAIN_TENANT = 'anthem';

class RolledBack extends Error {}

/** Leaves the database as it was, so that every call finds the same. */
function rolledBack(work: (transaction: Database, subjects: Subjects) => Promise<unknown>): Question['ask'] {
  return async (database, subjects) => {
    await database
      .transaction(async (transaction) => {
        await work(transaction, subjects);
        throw new RolledBack();
      })
      .catch((error) => {
        if (!(error instanceof RolledBack)) throw error;
      });
  };
}

let journey = 1_000_000;
/** The next events of fresh requests, of one journey each, in the order they happen. */
function freshEvents(count: number, now: Date) {
  const events = [];
  while (events.length < count) events.push(...readJourney(journey++, new Date(now.getTime() - 600_000)));
  return events.slice(0, count);
}

function pick<Item>(items: readonly Item[], count: number): Item[] {
  return Array.from({ length: count }, () => items[Math.floor(Math.random() * items.length)] as Item);
}

const flows: readonly Question[] = [
  {
    name: 'ingest: 100 events of fresh requests',
    ask: rolledBack((database, { now }) => recordEvents(database, freshEvents(100, now), now)),
  },
  {
    name: 'ingest: 10 events of fresh requests',
    ask: rolledBack((database, { now }) => recordEvents(database, freshEvents(10, now), now)),
  },
  {
    name: 'ingest: a failure of each of 100 requests of any age',
    ask: rolledBack((database, { now, closed }) =>
      recordEvents(
        database,
        pick(closed, 100).flatMap(({ pagwId, tenant }) => failuresOf([pagwId], tenant)),
        now,
      ),
    ),
  },
  {
    name: 'ingest: 100 events twice',
    ask: rolledBack(async (database, { now }) => {
      const events = freshEvents(100, now);
      await recordEvents(database, events, now);
      return recordEvents(database, events, now);
    }),
  },
  {
    name: 'retry: claim 250 of 1,500 due',
    ask: rolledBack(async (database, { now }) => {
      const options = { now, limit: 250, cursors: new Map(), skippedStages: [] };
      const { claimed } = await claimDueRetries(database, options);
      if (claimed.length === 0) throw new Error('Nothing was claimed.');
    }),
  },
  {
    name: 'retry: batches stepped, backlog measured',
    ask: rolledBack(async (database, { now }) => {
      await stepRetryBatches(database, now, 2_000);
      await measureRetriesByName(database, now, await metricTenants(database, []));
    }),
  },
  {
    name: 'stuck-alarm: a page of 100 requests taken',
    ask: rolledBack((database, { now }) =>
      takeWatchedRequests(database, 100, new Date(now.getTime() + DAY_MS)),
    ),
  },
  {
    name: 'stuck-alarm: every open request checked again',
    ask: rolledBack((database, { now }) =>
      checkRequests(database, {
        rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
        now: new Date(now.getTime() + 3_600_000),
      }),
    ),
  },
  {
    name: 'stuck-alarm: incidents grouped, load sampled, watched counted',
    ask: rolledBack(async (database, { now }) => {
      for await (const _ of groupIncidents(database, now));
      await keepLoadSample(database, now);
      await countWatchedRequests(database, await metricTenants(database, []));
    }),
  },
  {
    name: 'timeline: request and events, of any age',
    ask: async (database, { closed }) => {
      const [picked] = pick(closed, 1);
      const found = picked && (await findTimeline(database, picked.pagwId));
      if (found === undefined) throw new Error('The benchmark lost its request.');
      for await (const _ of found.pages);
    },
  },
  {
    name: 'maintain: months ahead, block ranges',
    ask: async (database, { now }) => {
      await ensurePartitionsAhead({ database, now, mayGoOn: () => true });
      await summariseBlockRanges({ database, now, mayGoOn: () => true });
    },
  },
  {
    name: 'maintain: summary of the last 3 hours rebuilt',
    ask: rolledBack(async (database, { now }) => {
      await database.execute(
        `INSERT INTO event_summary_changed_hour
         SELECT date_trunc('hour', :now::timestamptz, 'UTC') - ago * interval '1 hour' FROM generate_series(0, 2) AS ago
         ON CONFLICT DO NOTHING`,
        { now },
      );
      await refreshSummary({ database, now, mayGoOn: () => true });
    }),
  },
  {
    name: 'maintain: flows of 500 requests folded, their hours rolled up',
    ask: rolledBack(async (database, { now }) => {
      await database.execute(
        `WITH youngest AS (
           SELECT pagw_id FROM request_flow WHERE lanes = 'all' AND seen_at > :now::timestamptz - interval '2 days'
           ORDER BY seen_at DESC LIMIT 500
         ),
         unfolded AS (DELETE FROM request_flow WHERE pagw_id IN (SELECT pagw_id FROM youngest))
         INSERT INTO flow_changed_request SELECT pagw_id FROM youngest ON CONFLICT DO NOTHING`,
        { now },
      );
      await refreshFlow({ database, now, mayGoOn: () => true });
    }),
  },
  {
    name: 'maintain: events of 2 hours checked',
    ask: (database, { now }) => checkRecentEvents({ database, now, mayGoOn: () => true }),
  },
  {
    name: 'maintain: growth, index use and archive measured',
    ask: async (database, { now }) => {
      await measureGrowth({ database, now, mayGoOn: () => true });
      await measureIndexUse(database);
      await measureArchive({ database, now, mayGoOn: () => true }, 10_000);
    },
  },
];

/** Every report in its standard span, of a tenant and of all. */
const asked: readonly Question[] = reports.flatMap((report) =>
  [MAIN_TENANT, null].flatMap((tenant): Question[] => {
    if (report.byTenant === true && tenant === null) return [];
    return [
      {
        name: `report ${report.name}${tenant === null ? ', all tenants' : ''}`,
        ask: (database, { now, pagwId }) =>
          report.read(database, {
            tenant,
            now,
            since: new Date(
              now.getTime() - (report.ofYear ? 365 * 24 : (report.spanHours ?? 24)) * 3_600_000,
            ),
            filters: Object.fromEntries(
              (report.filters ?? []).flatMap(({ name, standard }) => (standard ? [[name, standard]] : [])),
            ),
            words:
              report.name === 'timeline'
                ? [pagwId]
                : report.name === 'search'
                  ? ['targetSystem=carelon']
                  : [],
            limit: report.limit ?? 1_000,
          }),
      },
    ];
  }),
);

/** Everything that the flows, the reports and the console ask, each at its name. */
export function questionsOf(pagwId: string): Question[] {
  return [
    ...flows,
    ...asked,
    ...[...views, ...pageViews(pagwId)].map(
      ({ name, read }): Question => ({
        name,
        ask: (database, { now }) => read(database, now),
      }),
    ),
  ];
}
