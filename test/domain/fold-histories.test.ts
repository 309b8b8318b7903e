import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { completedAtOf, episodesOf, type RequestMemory, statusOf } from '../../lib/domain/request-memory.ts';
import { arbitraryDeadlines, arbitraryHistory, cutAnywhere } from '../support/arbitrary-history.ts';
import { foldInBatches, plannedRetries } from './support/fold-in-batches.ts';

const HISTORIES = 3_000;
const anyHistory = fc.oneof(arbitraryHistory('H'), arbitraryDeadlines('H'));
const decisionsOf = (memory: RequestMemory) => episodesOf(memory, 'anthem', defaultDecisionPolicy);

describe('a history', () => {
  it('gives the same state and the same retries however it is cut into batches', () => {
    fc.assert(
      fc.property(anyHistory, fc.array(fc.nat(), { maxLength: 8 }), (history, cuts) => {
        const oneByOne = foldInBatches(history.map((event) => [event]));
        expect(foldInBatches([history])).toEqual(oneByOne);
        expect(foldInBatches(cutAnywhere(history, cuts))).toEqual(oneByOne);
        if (completedAtOf(oneByOne.memory) !== null) expect(plannedRetries(oneByOne)).toEqual([]);
      }),
      { numRuns: HISTORIES },
    );
  });

  it('gives the same decisions and the same outcome in whatever order it arrives', () => {
    fc.assert(
      fc.property(
        anyHistory.chain((history) =>
          fc.tuple(fc.constant(history), fc.shuffledSubarray(history, { minLength: history.length })),
        ),
        ([history, shuffled]) => {
          const [inOrder, mixed] = [foldInBatches([history]).memory, foldInBatches([shuffled]).memory];
          expect(decisionsOf(mixed)).toEqual(decisionsOf(inOrder));
          expect(mixed.outcome).toEqual(inOrder.outcome);
          expect(statusOf(mixed)).toBe(statusOf(inOrder));
          expect(mixed.unclearAt).toBe(inOrder.unclearAt);
          expect(completedAtOf(mixed)).toBe(completedAtOf(inOrder));
        },
      ),
      { numRuns: HISTORIES },
    );
  });
});
