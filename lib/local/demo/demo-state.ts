import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { JourneyKind } from './journeys.ts';

const activeJourney = z.object({
  number: z.int(),
  kind: z.string().transform((kind) => kind as JourneyKind),
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
  /** Requests that will send more: everything else of them is written anew from number and kind. */
  active: z.array(activeJourney),
});

export type ActiveJourney = z.infer<typeof activeJourney>;
export type DemoState = z.infer<typeof demoState>;

/** Undefined when the demo never ran on this data. */
export async function readDemoState(file: string): Promise<DemoState | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : demoState.parse(JSON.parse(text));
}

/** Replaces the file in one step: a kill leaves the old state or the new one. */
export async function saveDemoState(file: string, state: DemoState): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(state));
  await rename(`${file}.new`, file);
}
