import type { Database } from '../database.ts';

class RollBack extends Error {}

/** Runs `work` in a transaction that is rolled back whatever happens: what it wrote was never there. */
export async function rolledBack<T>(
  database: Database,
  work: (transaction: Database) => Promise<T>,
): Promise<T> {
  const answer: { value: T }[] = [];
  try {
    await database.transaction(async (transaction) => {
      answer.push({ value: await work(transaction) });
      throw new RollBack();
    });
  } catch (error) {
    if (!(error instanceof RollBack)) throw error;
  }
  const [{ value } = { value: undefined as T }] = answer;
  return value;
}
