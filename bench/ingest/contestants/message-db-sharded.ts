import type { OpenContestant } from '../contestant.ts';
import { openMessageDb } from './message-db.ts';
import { batchedOver } from './message-db-batch.ts';

/**
 * The same with a category for each writer, so that no writer waits for another. Its consumers would then have to read
 * many categories and lose the order between them: what the peer could reach at best, not how it is used.
 */
export const open: OpenContestant = async (arena) =>
  batchedOver(await openMessageDb(arena), (writer) => `request${writer}`);
