import type { Verb } from '../cli.ts';
import { retryBatch } from './retry-batch.ts';
import { retryBatches } from './retry-batches.ts';
import { retryCancel } from './retry-cancel.ts';
import { retryList } from './retry-list.ts';
import { retryPause } from './retry-pause.ts';
import { retryPauses } from './retry-pauses.ts';
import { retryResume } from './retry-resume.ts';
import { retryRun } from './retry-run.ts';

/** `pagw retry …` */
export const retryVerbs: readonly Verb[] = [
  ...[retryList, retryRun],
  ...[retryBatch, retryBatches, retryCancel],
  ...[retryPause, retryResume, retryPauses],
];
