import { listPartitionMonths } from '../../data-access/query/partition-months.ts';
import { type DoctorCheck, fail, pass } from './doctor-check.ts';

/** Migrate and maintain make three; one may be missing for as long as a run is late. */
const MONTHS_AHEAD_NEEDED = 2;

export const checkPartitions: DoctorCheck = {
  id: 'partitions',
  part: 'tracker',
  title: 'The months to come have their partitions',
  needsDatabase: true,
  async run({ database, now }) {
    const months = new Set(await listPartitionMonths(database));
    const needed = Array.from({ length: MONTHS_AHEAD_NEEDED + 1 }, (_, ahead) =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 7),
    );
    const missing = needed.filter((month) => !months.has(month));
    if (missing.length > 0)
      return fail(
        `no partition for ${missing.join(', ')}`,
        'Run maintain, and see in its log why it did not; until then ingest makes the month it needs.',
      );
    return pass(`${months.size} months, up to ${[...months].at(-1)}`);
  },
};
