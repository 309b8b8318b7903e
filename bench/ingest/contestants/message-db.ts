import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client, type Pool } from 'pg';
import { openPool } from '../../server/open-pool.ts';
import type { Arena, WorkloadEvent } from '../contestant.ts';

/** The package's files in the order in which its install.sh hands them to psql. */
const FILES = [
  ...[
    'roles/message-store',
    'schema/message-store',
    'extensions/pgcrypto',
    'tables/messages',
    'types/message',
  ],
  ...[
    'message-store-version',
    'hash-64',
    'acquire-lock',
    'category',
    'is-category',
    'id',
    'cardinal-id',
    'stream-version',
    'write-message',
  ].map((name) => `functions/${name}`),
  ...['messages-id', 'messages-stream', 'messages-category'].map((name) => `indexes/${name}`),
];

/** Ours, not the package's: its write_message for each message of an array, in one call. */
const WRITE_MESSAGES = `
  CREATE FUNCTION message_store.write_messages(messages jsonb) RETURNS bigint[] LANGUAGE plpgsql AS $$
  DECLARE
    message jsonb;
    positions bigint[];
  BEGIN
    FOR message IN SELECT * FROM jsonb_array_elements(messages) LOOP
      positions := positions || write_message(message ->> 'id', message ->> 'stream', message ->> 'type', message -> 'data', message -> 'metadata');
    END LOOP;
    RETURN positions;
  END $$`;

/** Installs message-db into the arena's database and opens connections to it. */
export async function openMessageDb({ connectionString, connections }: Arena): Promise<Pool> {
  const packageFile = createRequire(import.meta.url).resolve('@eventide/message-db/package.json');
  const installer = new Client({
    connectionString,
    options: '-c client_min_messages=warning -c search_path=message_store,public',
  });
  await installer.connect();
  for (const file of FILES)
    await installer.query(await readFile(join(dirname(packageFile), 'database', `${file}.sql`), 'utf8'));
  await installer.query(WRITE_MESSAGES);
  await installer.end();
  return openPool(connectionString, connections, '-c search_path=message_store,public');
}

/**
 * Its writes lock the stream's category, the part before the first dash, until the transaction ends: that keeps a
 * category's global order for its consumers, and lets one writer write at a time. Requests are one category.
 */
export function streamOf({ event }: WorkloadEvent, category = 'request'): string {
  return `${category}-${event.pagwId}`;
}

/** What is left of an event beside its stream, type and id. */
export function dataOf({ event }: WorkloadEvent): Record<string, unknown> {
  const { pagwId: _pagwId, eventId: _eventId, eventType: _eventType, metadata: _metadata, ...rest } = event;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
}

/** @throws Error when a stream's positions are not 0, 1, 2 … */
export async function countMessages(pool: Pool): Promise<number> {
  const { rows } = await pool.query(`
    SELECT coalesce(sum(messages), 0)::int AS messages, count(*) FILTER (WHERE last <> messages - 1)::int AS broken
    FROM (SELECT count(*) AS messages, max(position) AS last FROM messages GROUP BY stream_name) AS stream`);
  if (rows[0].broken > 0) throw new Error(`${rows[0].broken} streams have gaps in their positions.`);
  return rows[0].messages;
}
