import type { OpenContestant } from '../contestant.ts';
import { countMessages, dataOf, openMessageDb, streamOf } from './message-db.ts';

/** message-db as it is published: write_message, one event a call. */
export const open: OpenContestant = async (arena) => {
  const pool = await openMessageDb(arena);
  return {
    record: async (batch) => {
      for (const item of batch) {
        const { eventId, eventType, metadata } = item.event;
        await pool.query({
          name: 'write_message',
          text: 'SELECT write_message($1, $2, $3, $4, $5)',
          values: [
            eventId,
            streamOf(item),
            eventType,
            JSON.stringify(dataOf(item)),
            metadata && JSON.stringify(metadata),
          ],
        });
      }
    },
    count: () => countMessages(pool),
    close: () => pool.end(),
  };
};
