import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 1024 ** 3;

/**
 * Where a run's throw-away files go: to memory where Linux has room there. Cloning a database and TRUNCATE make
 * hundreds of files where hundreds were deleted just before, for which ext4 without a journal searches the numbers
 * of all that were: a fifth of the run's CPU time.
 */
export function scratchDirectory(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize >= ROOM_BYTES) return MEMORY;
  } catch {
    // No such place outside Linux.
  }
  return tmpdir();
}
