import { expect } from 'vitest';
import { compareStates } from '../../lib/data-access/compare-states.ts';
import type { Database } from '../../lib/data-access/database.ts';
import type { FoldRules } from '../../lib/domain/request-fold.ts';

/** Holds every request's row against its history, folded again from its first event; as `pagw doctor --deep` does. */
export async function expectDerivedStates(database: Database, rules?: FoldRules): Promise<number> {
  let compared = 0;
  for (let after: string | null = ''; after !== null; ) {
    const page = await compareStates(database, after, rules);
    expect(page.differences).toEqual([]);
    compared += page.compared;
    after = page.next;
  }
  return compared;
}
