import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { JOURNEY_KINDS } from './journeys.ts';

const activeJourney = z.object({
  number: z.int(),
  kind: z.enum(JOURNEY_KINDS),
  bornAt: z.iso.datetime(),
  /** Position of the segment that runs or waits for a retry, and when it began. */
  segment: z.int(),
  segmentAt: z.iso.datetime(),
  /** Events of the segment that are on the queue. */
  sent: z.int(),
});

const demoState = z.object({
  nextNumber: z.int(),
  savedAt: z.iso.datetime(),
  /** Requests that will send more: everything else of them is derived again from number and kind. */
  active: z.array(activeJourney),
  /** Of retry commands that were taken, the latest last: the same one may come twice. */
  retryTokens: z.array(z.string()).default([]),
  /** False until the first requests stand in the database as they should: a start that was cut off is finished by the next. */
  firstRecorded: z.boolean().default(true),
});

export type ActiveJourney = z.infer<typeof activeJourney>;
export type DemoState = z.infer<typeof demoState>;

/** Undefined when the demo never ran on this data, or what it noted is not readable: it then starts from the beginning. */
export async function readDemoState(file: string): Promise<DemoState | undefined> {
  try {
    return demoState.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step: a kill leaves the old state or the new one. */
export async function saveDemoState(file: string, state: DemoState): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(state));
  await rename(`${file}.new`, file);
}
