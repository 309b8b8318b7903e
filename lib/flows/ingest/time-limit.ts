import type { IngestResult } from './ingest-messages.ts';
import type { RawMessage } from './raw-message.ts';

/** What is left of a batch's time to say what is left on the queue. */
const RESERVE_MS = 8_000;

/**
 * Leaves the whole batch on the queue when its time is nearly up: cut off by Lambda, it would rest as long as the queue says.
 * What is recorded meanwhile is a duplicate then.
 */
export async function beforeTimeIsUp(
  work: Promise<IngestResult>,
  messages: readonly RawMessage[],
  remainingMs: number,
): Promise<IngestResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<IngestResult>((resolve) => {
    timer = setTimeout(() => resolve(nothingDone(messages)), remainingMs - RESERVE_MS);
  });
  return await Promise.race([work, timeIsUp]).finally(() => clearTimeout(timer));
}

function nothingDone(messages: readonly RawMessage[]): IngestResult {
  return {
    recorded: 0,
    duplicate: 0,
    rejected: 0,
    unknownType: 0,
    unclear: 0,
    unbelieved: new Map(),
    canaries: [],
    lostCanaries: [],
    lines: [],
    failures: new Map(messages.map(({ messageId }) => [messageId, new Error('Time is up.')])),
  };
}
