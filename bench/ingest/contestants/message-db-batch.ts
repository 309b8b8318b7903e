import type { OpenContestant } from '../contestant.ts';
import { countMessages, dataOf, openMessageDb, streamOf } from './message-db.ts';

/** message-db batched by hand: the package has no batch, so a loop of our own calls its write_message. */
export const open: OpenContestant = async (arena) => {
  const pool = await openMessageDb(arena);
  return {
    record: async (batch, writer) => {
      const messages = batch.map((item) => ({
        id: item.event.eventId,
        stream: streamOf(item, writer),
        type: item.event.eventType,
        data: dataOf(item),
        metadata: item.event.metadata ?? undefined,
      }));
      await pool.query({
        name: 'write_messages',
        text: 'SELECT write_messages($1)',
        values: [JSON.stringify(messages)],
      });
    },
    count: () => countMessages(pool),
    close: () => pool.end(),
  };
};
