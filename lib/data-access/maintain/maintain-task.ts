import type { Database } from '../database.ts';

export interface MaintainOptions {
  database: Database;
  /** When the run began. */
  now: Date;
  /** Asked between bounded pieces of work; false when the time is nearly up. What is left waits for the next run. */
  mayGoOn: () => boolean;
}

/** A piece of upkeep: safe to repeat, to be cut anywhere, and to run twice at once. Answers what it did or found. */
export type MaintainTask = (options: MaintainOptions) => Promise<Record<string, number>>;
