import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';

/** An event of the workload, with the number it will have: for contestants that are told it. */
export interface WorkloadEvent {
  event: TrackedEvent;
  sequenceNo: number;
}

/** Where a contestant writes: a database of its own on the server that all share. */
export interface Arena {
  connectionString: string;
  database: string;
  dataApiUrl: string;
  /** The server's process. */
  serverPid: number;
  /** Batches that may be under way at once. */
  connections: number;
}

/** One way of recording events. */
export interface Contestant {
  /** What must be there beforehand and is not timed. */
  prepare?(events: readonly WorkloadEvent[]): Promise<void>;
  /** Records a batch and settles when it is committed. No two writers have events of one request. */
  record(batch: readonly WorkloadEvent[], writer: number): Promise<void>;
  /** Events in the database. @throws Error when they are not what was recorded: a gap, a number twice. */
  count(): Promise<number>;
  close(): Promise<void>;
}

/** What each file in contestants/ exports as `open`. */
export type OpenContestant = (arena: Arena) => Promise<Contestant>;
