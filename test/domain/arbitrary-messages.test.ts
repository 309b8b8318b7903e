import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../lib/domain/event-message.ts';
import { RequestFold } from '../../lib/domain/request-fold.ts';
import { statementNames } from '../../lib/domain/statement-names.ts';
import { envelope, rules } from './support/message.ts';

describe('whatever is sent', () => {
  const field = fc.constantFrom(
    ...['eventId', 'tenant', 'pagwId', 'stage', 'eventType', 'status', 'occurredAt', 'attempt', 'durationMs'],
    ...[
      'startedAt',
      'retryable',
      'nextRetryAt',
      'errorCode',
      'errorMessage',
      'metadata',
      'request',
      'specversion',
      'data',
    ],
  );
  const almost = fc
    .tuple(fc.dictionary(field, fc.jsonValue(), { maxKeys: 6 }), fc.boolean())
    .map(([fields, valid]) => (valid ? { ...fields, pagwId: 'P', eventType: 'PARSE_OK' } : fields));
  const message = fc.oneof(
    fc.jsonValue(),
    almost,
    fc.array(fc.oneof(almost, fc.jsonValue()), { maxLength: 6 }),
  );

  it('each position ends as an event or as one rejection', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const { events, rejections } = readMessage(JSON.stringify(sent), envelope, rules);
        const positions = [...events, ...rejections].map(({ position }) => position);
        const count = Array.isArray(sent) ? Math.max(sent.length, 1) : 1;
        expect(positions.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, position) => position),
        );
      }),
      { numRuns: 1000 },
    );
  });

  // JSON may hold objects that JavaScript makes no text and no number of.
  it('an object without a text of its own is read or refused, wherever a statement may stand', () => {
    const bare = { toString: 1, valueOf: 1 };
    const forms = [bare, [{ url: bare }], { days: bare, outcome: bare }];
    for (const eventType of ['RESPONSE_OK', 'NOTIFY_OK', 'EXTENSION_GRANTED'])
      for (const name of [...statementNames, 'hasUrgent', 'subscriptionCount', 'targetSystem'])
        for (const form of forms)
          for (const part of ['metadata', 'request']) {
            const sent = { tenant: 'anthem', pagwId: 'P', eventType, [part]: { [name]: form } };
            const { events, rejections } = readMessage(JSON.stringify(sent), envelope, rules);
            expect(events.length + rejections.length).toBe(1);
            for (const event of events) new RequestFold(null).append(event, 0);
          }
  });

  it('any text at all is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (body) => {
        const { events, rejections } = readMessage(body, envelope, rules);
        expect(events.length + rejections.length).toBeGreaterThan(0);
      }),
    );
  });

  it('no rejection repeats a value', () => {
    const secret = fc.string({ minLength: 6, maxLength: 80 }).map((text) => `§${text}`);
    const value = fc.oneof(secret, fc.array(secret), fc.dictionary(field, secret), fc.constant(1e308));
    fc.assert(
      fc.property(fc.dictionary(field, value), (sent) => {
        const secrets = JSON.stringify(sent).match(/§[^"\\]*/g) ?? [];
        const told = JSON.stringify(readMessage(JSON.stringify(sent), envelope, rules).rejections);
        expect(secrets.filter((text) => told.includes(text))).toEqual([]);
        expect(told).not.toContain('§');
      }),
      { numRuns: 500 },
    );
  });
});
