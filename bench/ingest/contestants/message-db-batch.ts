import type { Pool } from 'pg';
import type { Contestant, OpenContestant } from '../contestant.ts';
import { countMessages, dataOf, openMessageDb, streamOf } from './message-db.ts';

/** message-db batched by hand: the package has no batch, so a loop of our own calls its write_message. */
export const open: OpenContestant = async (arena) => batchedOver(await openMessageDb(arena), () => 'request');

export function batchedOver(pool: Pool, categoryOf: (writer: number) => string): Contestant {
  return {
    record: async (batch, writer) => {
      const category = categoryOf(writer);
      const messages = batch.map((item) => ({
        id: item.event.eventId,
        stream: streamOf(item, category),
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
}
