import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import type { OpenedDatabase } from '../../server/open-databases.ts';
import type { Contestant } from '../contestant.ts';
import { countGapless } from '../count-gapless.ts';

/** Ours, over either way to the database. */
export function recordEventsOver({ database, close }: OpenedDatabase): Contestant {
  return {
    record: async (batch) => {
      await recordEvents(
        database,
        batch.map(({ event }) => event),
        new Date(),
      );
    },
    count: () => countGapless(database),
    close,
  };
}
