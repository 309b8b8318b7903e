import { type FlowQuery, readFlow } from '../../../lib/data-access/flow.ts';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { refreshFlow, refreshSummary } from '../../../lib/data-access/summary.ts';
import { databaseOfFile } from '../../support/database.ts';

export const START = new Date('2026-03-01T08:00:00Z');
export const NOW = new Date('2026-03-04T12:30:00Z');

/** A database of the file with the month of START, and what maintain and a report do with its flow. */
export async function flowDatabaseOfFile() {
  const db = await databaseOfFile();
  await ensurePartition(db.database, START);
  return {
    ...db,
    empty: () =>
      db.database.execute(
        'TRUNCATE request_tracker, event_tracker, request_flow, flow_summary, flow_changed_request, flow_changed_hour, flow_changed_day',
      ),
    maintain: async () => {
      const options = { database: db.database, now: NOW, mayGoOn: () => true };
      await refreshSummary(options);
      return refreshFlow(options);
    },
    read: (query: Partial<FlowQuery> = {}) =>
      readFlow(db.database, { tenant: null, since: new Date('2026-02-01T00:00:00Z'), ...query }),
  };
}
