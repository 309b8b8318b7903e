import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { readEventLines } from '../../client/read-event-lines.ts';
import { SendInterruptedError, type SentCounts, sendEvents } from '../../client/send-events.ts';
import { inEnvelope } from '../../domain/cloud-event.ts';
import type { PhiRules } from '../../domain/phi-guard.ts';
import { durationText } from '../../domain/words.ts';
import { LONGEST_ADVANCE_SECONDS, type LocalClock } from '../local-clock.ts';
import { type ConsoleRoute, json } from './console-server.ts';
import { RequestError } from './read-body.ts';

/** A part of the stack: settles with a word or two on its state, rejects with what is wrong. */
export type HealthCheck = () => Promise<string>;

export interface PartHealth {
  ok: boolean;
  state: string;
}

const PATIENCE_MS = 3_000;

/** 200 `{status:'ok', parts:{name:{ok, state}}}`; 503 with status `failing` when any part is not well. */
export function getHealthz(checks: Record<string, HealthCheck>): ConsoleRoute {
  return async () => {
    const parts = await checkParts(checks);
    const ok = Object.values(parts).every((part) => part.ok);
    return json(ok ? 200 : 503, { status: ok ? 'ok' : 'failing', parts });
  };
}

/** Asks all parts at once; one that does not answer within 3 s is not well. */
export async function checkParts(checks: Record<string, HealthCheck>): Promise<Record<string, PartHealth>> {
  const states = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await ask(check)] as const),
  );
  return Object.fromEntries(states);
}

async function ask(check: HealthCheck): Promise<PartHealth> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${durationText(PATIENCE_MS)}`)), PATIENCE_MS);
  });
  try {
    return { ok: true, state: await Promise.race([check(), silence]) };
  } catch (error) {
    return { ok: false, state: error instanceof Error ? error.message : 'unknown error' };
  } finally {
    clearTimeout(timer);
  }
}

const advance = z.strictObject({ advanceSeconds: z.int().min(1).max(LONGEST_ADVANCE_SECONDS) });

/** `{"advanceSeconds":900}` → `{"now":"…","aheadSeconds":900}`; moves the clock of every flow forward. */
export function postClock(clock: LocalClock): ConsoleRoute {
  return async ({ body }) => {
    const wanted = advance.safeParse(parse(body));
    if (!wanted.success) {
      const limits = `a whole number from 1 to ${LONGEST_ADVANCE_SECONDS}`;
      throw new RequestError(
        400,
        'BAD_CLOCK',
        `Send {"advanceSeconds":900}: ${limits}; the clock never goes back.`,
      );
    }
    await clock.advance(wanted.data.advanceSeconds);
    return json(200, { now: clock.now().toISOString(), aheadSeconds: clock.aheadSeconds });
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * One event, also a CloudEvent whose attributes are headers, a JSON array or newline-delimited JSON → 202 `{accepted, rejected:[{line, code, path, hint}]}`: what is
 * valid is on the queue, what is not is left out. 400 when the body is no JSON, 503 when the queue does not take it.
 */
export function postEvents(sqs: SQSClient, queueUrl: string, phiGuard?: PhiRules): ConsoleRoute {
  return async ({ body, headers }) => {
    const { accepted, rejected } = readEventLines(inEnvelope(body, headers), phiGuard);
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
