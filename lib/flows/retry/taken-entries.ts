import type { SendMessageBatchResult } from '@aws-sdk/client-sqs';

/**
 * Which messages of a batch a queue has taken, its entries' ids being their places. One that the answer names in neither list,
 * or in both, is not taken: sent again under the same de-duplication id, it is not doubled.
 */
export function takenEntries<Message>(
  batch: readonly Message[],
  { Successful = [], Failed = [] }: Partial<SendMessageBatchResult>,
): Set<Message> {
  const refused = new Set(Failed.map(({ Id }) => Id));
  const named = new Set(Successful.flatMap(({ Id }) => (refused.has(Id) ? [] : Id)));
  return new Set(batch.filter((_, position) => named.has(String(position))));
}
