import { measureMetadata } from '../../../data-access/query/metadata-size.ts';
import { countText } from '../../output/time-text.ts';
import { bytesText } from '../bytes-text.ts';
import { type DoctorCheck, fail, notApplicable, pass } from '../doctor-check.ts';

/** From about 2 kB on PostgreSQL compresses a row and moves parts of it out of the table. */
const MOST_MEAN_BYTES = 2_000;

export const checkMetadataSize: DoctorCheck = {
  id: 'metadata-size',
  part: 'after',
  title: `Metadata stays small: less than ${bytesText(MOST_MEAN_BYTES)} on average`,
  needsDatabase: true,
  async run({ database }) {
    const { events, withMetadata, meanBytes, p95Bytes, maxBytes, shareOfRow } =
      await measureMetadata(database);
    if (withMetadata === 0) return notApplicable('no event has metadata yet');
    const evidence = `mean ${bytesText(meanBytes)}, p95 ${bytesText(p95Bytes)}, largest ${bytesText(maxBytes)}, ${Math.round(100 * shareOfRow)} % of a row; the latest ${countText(events)} events`;
    return meanBytes < MOST_MEAN_BYTES
      ? pass(evidence)
      : fail(evidence, 'Find who sends it with `pagw report search`, and have documents kept in S3 by key.');
  },
};
