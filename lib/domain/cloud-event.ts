import type { Fault } from './rejection.ts';

/** An event out of its envelope; `pointer` turns a path in the event into a path in what was sent. */
export type Unwrapped =
  | { event: unknown; pointer: (path: string) => string; fault?: never }
  | { event?: never; pointer?: never; fault: Fault };

/** Takes a CloudEvents 1.0 envelope off: id becomes eventId, time occurredAt. Anything else passes as it is. */
export function unwrapCloudEvent(sent: unknown): Unwrapped {
  if (!isObject(sent) || !Object.hasOwn(sent, 'specversion')) return { event: sent, pointer: (path) => path };
  if (sent.specversion !== '1.0') {
    return refused('/specversion', 'cloudevents-version', 'Send CloudEvents 1.0, or the plain event.');
  }
  const data = 'data_base64' in sent ? parseBase64(sent.data_base64) : parseText(sent.data);
  if (!isObject(data)) {
    return refused('/data', 'type', 'Send one event as the data of its envelope, in JSON.');
  }
  if (!isIdentifier(sent.id)) return { fault: { code: 'FIELD_MISSING', path: '/id', rule: 'required' } };
  const event = { ...data, eventId: sent.id, occurredAt: sent.time ?? data.occurredAt };
  const timePath = sent.time === undefined || sent.time === null ? '/data/occurredAt' : '/time';
  return {
    event,
    pointer: (path) => {
      if (path === '/eventId') return '/id';
      return path === '/occurredAt' ? timePath : `/data${path}`;
    },
  };
}

function refused(path: string, rule: string, hint: string): Unwrapped {
  return { fault: { code: 'FIELD_INVALID', path, rule, hint } };
}

function parseText(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

function parseBase64(data: unknown): unknown {
  return typeof data === 'string' ? parseText(Buffer.from(data, 'base64').toString('utf8')) : null;
}

function isIdentifier(id: unknown): boolean {
  return id !== undefined && id !== null && !(typeof id === 'string' && id.trim() === '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
