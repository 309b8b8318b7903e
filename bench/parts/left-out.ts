import { readFile } from 'node:fs/promises';

const FUNCTIONS = new URL('../../migrations/functions/', import.meta.url);

/** Drops what a query of the catalogue names: `%I` is its name, `%s` its table. */
const dropEach = (query: string, drop: string) =>
  `DO $$ DECLARE one record; BEGIN FOR one IN ${query} LOOP EXECUTE format('${drop}', one.of, one.name); END LOOP; END $$`;

const plainIndexesOf = (table: string) =>
  dropEach(
    `SELECT indexrelid::regclass AS name, indexrelid::regclass AS of FROM pg_index
     WHERE indrelid = '${table}'::regclass AND NOT indisunique`,
    'DROP INDEX %1$s',
  );

async function withoutText(name: string, text: string, instead: string): Promise<string> {
  const whole = await readFile(new URL(`${name}.sql`, FUNCTIONS), 'utf8');
  if (!whole.includes(text)) throw new Error(`${name}.sql no longer holds: ${text}`);
  return whole.replace(text, instead);
}

/**
 * What recording could do without, if only its cost counted: each as the statements that take it away. Nothing of it is to
 * be left out of the product.
 */
export const LEFT_OUT: Readonly<Record<string, () => Promise<string[]>>> = {
  'the foreign key to the request': async () => [
    'ALTER TABLE event_tracker DROP CONSTRAINT event_tracker_request_fkey',
  ],
  'checks and triggers of both tables': async () => [
    dropEach(
      `SELECT conname AS name, conrelid::regclass AS of FROM pg_constraint
       WHERE contype = 'c' AND conrelid IN ('request_tracker'::regclass, 'event_tracker'::regclass)`,
      'ALTER TABLE %s DROP CONSTRAINT %I',
    ),
    dropEach(
      `SELECT tgname AS name, tgrelid::regclass AS of FROM pg_trigger
       WHERE tgrelid = 'request_tracker'::regclass AND NOT tgisinternal`,
      'DROP TRIGGER %2$I ON %1$s',
    ),
  ],
  'looking for recorded ids': async () => [
    await withoutText('read_request_states', 'CASE WHEN fits THEN (', 'CASE WHEN false THEN ('),
  ],
  'the unique index of event ids': async () => ['DROP INDEX ux_event_tracker_pagw_event'],
  'indexes of requests but keys': async () => [plainIndexesOf('request_tracker')],
  'partial indexes of events, and BRIN': async () => [
    dropEach(
      `SELECT indexrelid::regclass AS name, indexrelid::regclass AS of
       FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
       WHERE indrelid = 'event_tracker'::regclass AND (indpred IS NOT NULL OR relam = (SELECT oid FROM pg_am WHERE amname = 'brin'))`,
      'DROP INDEX %1$s',
    ),
  ],
  'decisions and their deadlines': async () => [
    await withoutText('append_events', 'PERFORM record_decisions(decisions, written, recorded_at)', 'NULL'),
  ],
  'clearing overtaken failures': async () => [
    await withoutText('append_events', 'PERFORM clear_overtaken(cleared, written)', 'NULL'),
  ],
};
