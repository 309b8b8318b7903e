import type { MaintainOptions } from './maintain-task.ts';

/** Changes that one call moves: a small part of a second. */
const PIECE_CHANGES = 10_000;

/**
 * Adds to decision_tally what has been decided since the last time. Reports are exact without it; it keeps what they
 * read small.
 */
export async function foldDecisionChanges(
  { database, mayGoOn }: MaintainOptions,
  pieceChanges = PIECE_CHANGES,
): Promise<{ decisionChangesFolded: number }> {
  let decisionChangesFolded = 0;
  while (mayGoOn()) {
    const { rows } = await database.execute<{ folded: number }>(
      'SELECT fold_decision_changes(:most::int) AS folded',
      { most: pieceChanges },
    );
    const folded = rows[0]?.folded ?? 0;
    decisionChangesFolded += folded;
    if (folded < pieceChanges) break;
  }
  return { decisionChangesFolded };
}
