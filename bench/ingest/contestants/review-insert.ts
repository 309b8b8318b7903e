import { openDirectDatabase } from '../../server/open-databases.ts';
import type { OpenContestant } from '../contestant.ts';
import { countGapless } from '../count-gapless.ts';
import { arrayText, EVENT_COLUMNS } from '../event-columns.ts';

/** What V007 and later add. */
const OURS = ['event_id', 'occurred_at'];
const columns = EVENT_COLUMNS.filter(([name]) => !OURS.includes(name));
const names = columns.map(([name]) => name).join(', ');

const INSERT = `
  INSERT INTO event_tracker (${names})
  SELECT ${names}
  FROM unnest(${columns.map(([name, type]) => `:${name}::${type}[]`).join(', ')}) AS event (${names})`;

/** The reference: the rows and nothing else into the review's own table, with its foreign key and its seven indexes. */
export const open: OpenContestant = async ({ connectionString, connections }) => {
  const { database, close } = openDirectDatabase(connectionString, connections);
  return {
    prepare: async (events) => {
      const tenants = new Map(events.map(({ event }) => [event.pagwId, event.tenant]));
      await database.execute(
        `INSERT INTO request_tracker (pagw_id, tenant)
         SELECT request.key, request.value FROM json_each_text(:requests::json) AS request
         ON CONFLICT (pagw_id) DO NOTHING`,
        { requests: JSON.stringify(Object.fromEntries(tenants)) },
      );
    },
    record: async (batch) => {
      const values = columns.map(([name, , read]) => [name, arrayText(batch.map(read))]);
      await database.execute(INSERT, Object.fromEntries(values));
    },
    count: () => countGapless(database),
    close,
  };
};
