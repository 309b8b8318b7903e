import type { OpenedDatabase } from '../../server/open-databases.ts';
import type { Contestant } from '../contestant.ts';
import { countGapless } from '../count-gapless.ts';
import { arrayText, EVENT_COLUMNS } from '../event-columns.ts';
import { insertRequests } from '../insert-requests.ts';

const names = EVENT_COLUMNS.map(([name]) => name).join(', ');

const INSERT = `
  INSERT INTO event_tracker (received_on, ${names})
  SELECT (now() AT TIME ZONE 'UTC')::date, ${names}
  FROM unnest(${EVENT_COLUMNS.map(([name, type]) => `:${name}::${type}[]`).join(', ')}) AS event (${names})`;

/**
 * The rows and nothing else: numbers and requests are there beforehand, no lock, no search for duplicates, no current
 * state. What a multi-row INSERT into these tables and indexes can do at best.
 */
export function plainInsertOver({ database, close }: OpenedDatabase): Contestant {
  return {
    prepare: (events) => insertRequests(database, events),
    record: async (batch) => {
      const values = EVENT_COLUMNS.map(([name, , read]) => [name, arrayText(batch.map(read))]);
      await database.execute(INSERT, Object.fromEntries(values));
    },
    count: () => countGapless(database),
    close,
  };
}
