import type { Database } from '../database.ts';

/** Makes a dropped month anew for what is to be put back, and keeps it until then, or longer where that was asked for. */
export async function keepArchivedMonth(database: Database, day: string, until: Date): Promise<void> {
  await database.execute('SELECT keep_archived_month(:day::date, :until::timestamptz)', { day, until });
}
