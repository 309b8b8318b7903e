import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TrackedEvent } from '../../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import {
  arbitraryDeadlines,
  arbitraryHistory,
  cutAnywhere,
  recordedAt,
} from '../../support/arbitrary-history.ts';
import { databaseOfFile } from '../../support/database.ts';
import { expectDerivedStates } from '../../support/derived-states.ts';

const HISTORIES_A_RUN = 40;
const db = await databaseOfFile();

/** Everything that the events of a request made of it, but for what numbers the batch itself. */
async function standOf(prefix: string) {
  const { rows } = await db.database.execute(
    `SELECT to_jsonb(request) - ARRAY['batch_first_sequence_no'] AS request, (
       SELECT jsonb_agg(to_jsonb(event) - ARRAY['id'] ORDER BY sequence_no)
       FROM event_tracker AS event WHERE event.pagw_id = request.pagw_id
     ) AS events
     FROM request_tracker AS request WHERE pagw_id LIKE :prefix ORDER BY pagw_id`,
    { prefix: `${prefix}%` },
  );
  return JSON.parse(JSON.stringify(rows).replaceAll(prefix, '')) as {
    request: { pagw_id: string; state: unknown };
  }[];
}

const renamed = (history: readonly TrackedEvent[], prefix: string, place: number) =>
  history.map((event) => ({ ...event, pagwId: `${prefix}${place}` }));

it('gives the same rows however histories are cut, doubled and mixed, and the same when folded from the end', async () => {
  let run = 0;
  const histories = fc.array(fc.oneof(arbitraryHistory('H', 15), arbitraryDeadlines('H', 15)), {
    minLength: HISTORIES_A_RUN,
    maxLength: HISTORIES_A_RUN,
  });
  await fc.assert(
    fc.asyncProperty(histories, fc.array(fc.nat(), { minLength: 4, maxLength: 12 }), async (made, cuts) => {
      run++;
      const [single, mixed] = [`A${run}-`, `B${run}-`];
      // Each at its place: the first event of every history in one call, then the second …
      for (let step = 0; step < 15; step++)
        await recordEvents(
          db.database,
          made.flatMap((history, place) => renamed(history, single, place).slice(step, step + 1)),
          recordedAt,
        );
      const all = made.flatMap((history, place) => renamed(history, mixed, place));
      for (const batch of cutAnywhere(all, cuts)) {
        const answers = await recordEvents(db.database, batch, recordedAt);
        // Delivered again is what was recorded; what was refused is set aside.
        const doubled = batch.filter((_, place) => answers[place]?.outcome === 'RECORDED').slice(-5);
        await recordEvents(db.database, [...doubled, ...doubled], recordedAt);
      }
      const stood = await standOf(single);
      expect(stood.length).toBeGreaterThan(HISTORIES_A_RUN / 2);
      expect(await standOf(mixed)).toEqual(stood);
      await expectDerivedStates(db.database);
    }),
    { numRuns: 5, endOnFailure: true },
  );
});
