import { expect, it } from 'vitest';
import { openEmptyDatabase, type TestDatabase } from '../../support/database.ts';
import { migrateBefore } from '../../support/migrate-before.ts';

async function definition({ database }: TestDatabase): Promise<string> {
  const { rows } = await database.execute<{ text: string }>(
    `SELECT pg_get_functiondef('record_events(json, timestamptz, boolean)'::regprocedure) AS text`,
  );
  return String(rows[0]?.text);
}

/** The lines of a text without the space at their beginning, for a change that moves some of them. */
const lines = (text: string) => text.split('\n').map((line) => line.trim());

it('gives record_events whole as it was put together before, but for the count of archived failures', async () => {
  const db = await openEmptyDatabase();
  try {
    await migrateBefore(db, 'V031');
    const before = lines(await definition(db));
    await migrateBefore(db, 'V032');
    const after = lines(await definition(db));

    const [first, ...more] = [
      'CASE WHEN failure_count > 0 AND pass = 0 THEN (',
      'CASE',
      'WHEN failure_count = 0 OR pass > 0 THEN NULL',
      'WHEN retired_at IS NOT NULL THEN (open_failures(pagw_id, received_on) ->> stage)::int',
      'ELSE (',
    ];
    const changed = before.flatMap((line) => {
      if (line === first) return more;
      if (line === ') END,') return [')', 'END,'];
      if (line === 'request.failure_count,') return [line, 'request.retired_at,'];
      return [line];
    });
    expect(after).toEqual(changed);
    expect(after.length - before.length).toBe(5);
  } finally {
    await db.close();
  }
});
