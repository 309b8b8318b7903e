import { compareStates } from '../../lib/data-access/compare-states.ts';
import type { Database } from '../../lib/data-access/database.ts';
import { openRandom } from '../../lib/local/demo/random.ts';
import { applyReviewSchema } from '../support/review-schema.ts';
import type { Former } from './migration-faults.ts';

const SPELLINGS = {
  anthem: ['anthem', 'ANTHEM', ' Anthem ', '\tANTHEM\u00a0'],
  elevance: ['elevance', ' ELEVANCE', 'Elevance', 'elevance\n'],
} as const;
const STAGES = ['PARSING', 'parser', ' VALIDATOR', '\tRequest  Parser ', '', 'S'.repeat(64)] as const;
const TYPES = ['PARSE_START', 'parse ok\n', 'API_CON_ERROR', ' VAL_START', '', 'X'.repeat(64)] as const;
const STATUSES = ['STARTED', 'COMPLETED', 'FAILED', 'SKIPPED', 'RETRY_SCHEDULED'] as const;
const TIMES = ['2026-01-05Z', '0900-02-01Z', '2026-03-01T10:00:00.123456Z', '9998-12-30Z'] as const;
const PLANNED = [null, '2026-01-06Z', '9999-12-30Z'] as const;
const METADATA = [null, 'null', '"text"', '[]', '{"a":1}'] as const;
const REQUESTS = 60;

interface OddEvent extends Record<string, unknown> {
  pagw_id: string;
  sequence_no: number;
  /** By which it is known again. */
  worker_id: string;
}

/**
 * Rows as the review's tables took them from whoever wrote there: names in any spelling or none, numbers from below 1 and with gaps,
 * requests without events, and events without a request.
 */
export const oddRows: Former = async (database) => {
  const random = openRandom('odd');
  await applyReviewSchema({ database });
  await database.execute('ALTER TABLE event_tracker DROP CONSTRAINT event_tracker_pagw_id_fkey');
  const requests: Record<string, unknown>[] = [];
  const events: OddEvent[] = [];
  const tenants = new Map<string, string>();
  for (let place = 0; place < REQUESTS; place++) {
    const pagwId = `ODD-${place}`;
    const tenant = random.pick(['anthem', 'elevance'] as const);
    const spellings = SPELLINGS[tenant];
    const isOrphan = place % 5 === 0;
    const created = random.pick(TIMES);
    tenants.set(pagwId, tenant);
    if (!isOrphan)
      requests.push({
        ...{ pagw_id: pagwId, tenant: random.pick(spellings), created_at: created, received_at: created },
        ...{ status: 'RECEIVED', updated_at: created, retry_count: random.pick([0, 2_147_483_647]) },
      });
    let sequenceNo = random.between(-3, 1);
    for (let many = random.between(isOrphan ? 1 : 0, 8); many > 0; many--) {
      events.push({
        ...{
          id: events.length + 1,
          pagw_id: pagwId,
          sequence_no: sequenceNo,
          worker_id: `w-${events.length}`,
        },
        ...{ tenant: random.pick(spellings), stage: random.pick(STAGES), event_type: random.pick(TYPES) },
        ...{ status: random.pick(STATUSES), attempt: random.between(-1, 3), retryable: random.chance(0.5) },
        ...{ next_retry_at: random.pick(PLANNED), duration_ms: random.pick([null, -1, 5]) },
        ...{ metadata: random.pick(METADATA), created_at: created },
      });
      sequenceNo += random.between(1, 4);
    }
  }
  await insert(database, 'request_tracker', requests);
  await insert(database, 'event_tracker', events);
  return async (migrated) => {
    const { rows } = await migrated.execute<{
      pagwId: string;
      tenant: string;
      last: number;
      workers: string;
      first: number;
    }>(
      `SELECT
         request.pagw_id, min(request.tenant) AS tenant, min(request.last_sequence_no) - max(event.sequence_no) AS last,
         string_agg(event.worker_id, ' ' ORDER BY event.sequence_no) AS workers, min(event.sequence_no) AS first
       FROM request_tracker AS request JOIN event_tracker AS event USING (pagw_id) GROUP BY 1`,
    );
    const faults: string[] = [];
    const found = rows.flatMap(({ workers }) => workers.split(' '));
    const expected = Map.groupBy(events, ({ pagw_id: pagwId }) => pagwId);
    for (const { pagwId, tenant, last, workers, first } of rows) {
      const asWritten = expected
        .get(pagwId)
        ?.map(({ worker_id: worker }) => worker)
        .join(' ');
      if (workers !== asWritten) faults.push(`${pagwId} is ${workers}, was ${asWritten}`);
      if (tenant !== tenants.get(pagwId)) faults.push(`${pagwId} is of ${tenant}`);
      if (first < 1 || last !== 0)
        faults.push(`${pagwId} begins at ${first}, ends at ${last} beyond its request's number`);
    }
    const { differences } = await compareStates(migrated);
    for (const { pagwId, fields } of differences)
      faults.push(`${pagwId} is not what its history makes of it in ${fields.join(', ')}`);
    const lost = events.filter(({ worker_id: worker }) => !found.includes(worker)).length;
    return { lost, doubled: found.length - new Set(found).size, faults };
  };
};

async function insert(database: Database, table: string, rows: readonly object[]): Promise<void> {
  const names = Object.keys(rows[0] ?? {}).join(', ');
  await database.execute(
    `INSERT INTO ${table} (${names}) SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, :rows::jsonb)`,
    { rows: JSON.stringify(rows) },
  );
}
