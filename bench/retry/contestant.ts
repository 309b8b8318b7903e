/** Where a contestant works: a database of its own on the server that all share. */
export interface Arena {
  connectionString: string;
  database: string;
  dataApiUrl: string;
}

/** One way of getting due work done: take it, hand it out, note that it is handed out. */
export interface Contestant {
  /** Makes this many jobs due; not timed. */
  prepare(jobs: number): Promise<void>;
  /** Does all jobs that are due. Answers how many that were. */
  work(): Promise<number>;
  /** @throws Error when a job is not noted as done. */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/** What each file in contestants/ exports as `open`. */
export type OpenContestant = (arena: Arena) => Promise<Contestant>;

/** Workers of each contestant, with connections of their own. */
export const WORKERS = 4;
