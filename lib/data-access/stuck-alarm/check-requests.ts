import { judgeRequest, type VerdictRules } from '../../domain/request-verdict.ts';
import type { Database } from '../database.ts';
import { takeWatchedRequests } from './take-watched-requests.ts';
import { wakeExhaustedRequests } from './wake-exhausted-requests.ts';
import { writeVerdicts } from './write-verdicts.ts';

export interface CheckOptions {
  rules: VerdictRules;
  now: Date;
  /** @default 500 */
  pageSize?: number;
  /** Whether there is time for another page. */
  hasTime?: () => boolean;
}

export interface CheckCounts {
  looked: number;
  /** Left for the next run, because something was recorded of them meanwhile. */
  changed: number;
  /** False when time was up with requests still due. */
  complete: boolean;
}

const PAGE_SIZE = 500;

/** Looks once at every request whose look is due, in bounded pages, and writes what it finds. */
export async function checkRequests(
  database: Database,
  { rules, now, pageSize = PAGE_SIZE, hasTime = () => true }: CheckOptions,
): Promise<CheckCounts> {
  const counts = { looked: 0, changed: 0 };
  await wakeExhaustedRequests(database, now);
  let after: string | undefined;
  while (hasTime()) {
    const { rows: requests, cut } = await takeWatchedRequests(database, pageSize, now, after);
    const verdicts = requests.map((request) => ({
      pagwId: request.pagwId,
      lastSequenceNo: request.lastSequenceNo,
      ...judgeRequest(request, rules, now),
    }));
    const written = verdicts.length === 0 ? 0 : await writeVerdicts(database, verdicts);
    counts.looked += written;
    counts.changed += requests.length - written;
    if (!cut && requests.length < pageSize) return { ...counts, complete: true };
    after = requests.at(-1)?.pagwId;
  }
  return { ...counts, complete: false };
}
