import { ADDED, type Addition, additionValues } from './additions.ts';
import type { Database } from './database.ts';

/** @returns whether the timeline showed what was appended, before it was taken back. @throws DatabaseError */
export async function appendCanary(
  database: Database,
  additions: readonly Addition[],
  sentAt: Date,
  recordedAt: Date,
): Promise<boolean> {
  const { rows } = await database.execute<{ arrived: boolean }>(
    `SELECT record_canary(
       ${ADDED}, :sent_at::timestamptz, :recorded_at::timestamptz
     ) AS arrived`,
    { ...additionValues(additions), sent_at: sentAt, recorded_at: recordedAt },
  );
  return rows[0]?.arrived ?? false;
}

/** The canary that arrived last. */
export interface ArrivedCanary {
  pagwId: string;
  sentAt: Date;
  arrivedAt: Date;
}

/** Undefined as long as none has. */
export async function readLastCanary(database: Database): Promise<ArrivedCanary | undefined> {
  const { rows } = await database.execute<ArrivedCanary>('SELECT pagw_id, sent_at, arrived_at FROM canary');
  return rows[0];
}
