import { Client } from 'pg';
import type { OpenContestant } from '../contestant.ts';
import { dataOf } from './message-db.ts';

/** The little of Emmett's event store that is called here. */
interface EventStore {
  schema: { migrate(): Promise<unknown> };
  appendToStream(name: string, events: { type: string; data: object; metadata?: object }[]): Promise<unknown>;
  close(): Promise<void>;
}

interface EmmettModule {
  getPostgreSQLEventStore(connectionString: string): EventStore;
}

/** Not written into the import, so that the project's type check does not need the package. */
const PACKAGE: string = '@event-driven-io/emmett-postgresql';

/** Emmett: appendToStream for each stream of the batch, one after the other, the events of a stream together. */
export const open: OpenContestant = async ({ connectionString }) => {
  const { getPostgreSQLEventStore } = (await import(PACKAGE)) as EmmettModule;
  const store = getPostgreSQLEventStore(connectionString);
  await store.schema.migrate();
  return {
    record: async (batch) => {
      for (const [pagwId, items] of Map.groupBy(batch, ({ event }) => event.pagwId)) {
        const events = items.map((item) => ({
          type: item.event.eventType,
          data: dataOf(item),
          metadata: { eventId: item.event.eventId, ...item.event.metadata },
        }));
        await store.appendToStream(`request-${pagwId}`, events);
      }
    },
    count: () => countEvents(connectionString),
    close: () => store.close(),
  };
};

/** @throws Error when a stream's positions are not 1, 2, 3 … */
async function countEvents(connectionString: string): Promise<number> {
  const client = new Client({ connectionString });
  await client.connect();
  const { rows } = await client.query(`
    SELECT coalesce(sum(events), 0)::text AS events, (count(*) FILTER (WHERE last <> events))::text AS broken
    FROM (SELECT count(*) AS events, max(stream_position) AS last FROM emt_messages GROUP BY stream_id) AS stream`);
  await client.end();
  if (rows[0].broken !== '0') throw new Error(`${rows[0].broken} streams have gaps in their positions.`);
  return Number(rows[0].events);
}
