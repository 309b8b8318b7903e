import { openDirectDatabase } from '../../server/open-databases.ts';
import type { OpenContestant } from '../contestant.ts';
import { countGapless } from '../count-gapless.ts';
import { EVENT_COLUMNS } from '../event-columns.ts';
import { insertRequests } from '../insert-requests.ts';

const stored = EVENT_COLUMNS.filter(([name]) => name !== 'sequence_no');

const INSERT = `
  INSERT INTO event_tracker (received_on, sequence_no, ${stored.map(([name]) => name).join(', ')})
  VALUES ((now() AT TIME ZONE 'UTC')::date, :sequence_no, ${stored.map(([name, type]) => `:${name}::${type}`).join(', ')})`;

/**
 * The way of the schema review's service: one event a transaction, its number read as MAX + 1. Nothing locks; it is
 * right here only because each request has one writer.
 */
export const open: OpenContestant = async ({ connectionString, connections }) => {
  const { database, close } = openDirectDatabase(connectionString, connections);
  return {
    prepare: (events) => insertRequests(database, events),
    record: async (batch) => {
      for (const item of batch) {
        await database.transaction(async (transaction) => {
          const { rows } = await transaction.execute<{ next: number }>(
            'SELECT coalesce(max(sequence_no), 0) + 1 AS next FROM event_tracker WHERE pagw_id = :pagw_id',
            { pagw_id: item.event.pagwId },
          );
          const values = stored.map(([name, , read]) => [name, read(item)]);
          await transaction.execute(INSERT, {
            sequence_no: rows[0]?.next ?? 1,
            ...Object.fromEntries(values),
          });
        });
      }
    },
    count: () => countGapless(database),
    close,
  };
};
