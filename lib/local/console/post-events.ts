import type { SQSClient } from '@aws-sdk/client-sqs';
import { readEventLines } from '../../client/read-event-lines.ts';
import { SendInterruptedError, type SentCounts, sendEvents } from '../../client/send-events.ts';
import type { PhiRules } from '../../domain/phi-guard.ts';
import { type ConsoleRoute, json } from './console-server.ts';
import { RequestError } from './request-error.ts';

/**
 * One event, a JSON array or newline-delimited JSON → 202 `{accepted, rejected:[{line, code, path, hint}]}`: what is
 * valid is on the queue, what is not is left out. 400 when the body is no JSON, 503 when the queue does not take it.
 */
export function postEvents(sqs: SQSClient, queueUrl: string, phiGuard?: PhiRules): ConsoleRoute {
  return async ({ body }) => {
    const { accepted, rejected } = readEventLines(body, phiGuard);
    const [first] = rejected;
    const unreadable = first?.code === 'MESSAGE_NOT_JSON' || first?.code === 'MESSAGE_EMPTY';
    if (accepted.length === 0 && rejected.length === 1 && unreadable) {
      return json(400, { code: first.code, message: first.hint, accepted: 0, rejected });
    }
    const sent = await sendEvents(accepted, { sqs, queueUrl }).catch((error: unknown) => {
      if (error instanceof SendInterruptedError) throw unavailable(error.sent);
      throw error;
    });
    if (sent.refused.length > 0) throw unavailable(sent);
    return json(202, { accepted: sent.events, rejected });
  };
}

function unavailable({ events }: SentCounts): RequestError {
  const sentence = `The queue took ${events} of the events; send all of them again, those with an eventId count once.`;
  return new RequestError(503, 'QUEUE_UNAVAILABLE', sentence);
}
