import { isUtf8 } from 'node:buffer';
import { parseJson } from './json-text.ts';
import type { Fault } from './rejection.ts';
import { isBlank } from './stated-values.ts';

/** An event out of its envelope; `pointer` turns a path in the event into a path in what was sent. */
export type Unwrapped =
  | { event: unknown; pointer: (path: string) => string; fault?: never }
  | { event?: never; pointer?: never; fault: Fault };

type Fields = Record<string, unknown>;

/** Whether what was sent is an envelope: a plain event may well carry an empty `specversion`. */
export function isCloudEvent(sent: unknown): sent is Fields & { specversion: unknown } {
  return isObject(sent) && Object.hasOwn(sent, 'specversion') && !isBlank(sent.specversion);
}

/** Takes a CloudEvents 1.0 envelope off: id becomes eventId, time occurredAt. Anything else passes as it is. */
export function unwrapCloudEvent(sent: unknown): Unwrapped {
  if (!isCloudEvent(sent)) return { event: sent, pointer: (path) => path };
  const { specversion, id, time, data: text, data_base64: base64 } = sent;
  if (typeof specversion !== 'string' || specversion.trim() !== '1.0') {
    return refused('/specversion', 'cloudevents-version', 'Send CloudEvents 1.0, or the plain event.');
  }
  if (!isBlank(text) && !isBlank(base64)) {
    return refused('/data_base64', 'one-data', 'Send either data or data_base64, not both.');
  }
  const isEncoded = !isBlank(base64);
  const data = isEncoded ? parseBase64(base64) : parseText(text);
  if (!isObject(data)) {
    return isEncoded
      ? refused('/data_base64', 'type', 'Send one event in JSON, as UTF-8, in base64.')
      : refused('/data', 'type', 'Send one event as the data of its envelope, in JSON.');
  }
  if (isBlank(id)) return { fault: { code: 'FIELD_MISSING', path: '/id', rule: 'required' } };
  const isTimed = !isBlank(time);
  return {
    event: { ...data, eventId: id, occurredAt: isTimed ? time : data.occurredAt },
    pointer: (path) => {
      if (path === '/eventId') return '/id';
      return path === '/occurredAt' && isTimed ? '/time' : `/data${path}`;
    },
  };
}

/**
 * An event of CloudEvents' binary mode, as an envelope: `ce-` headers hold its attributes, percent-encoded, and the body its data
 * (CloudEvents 1.0, HTTP protocol binding, 3.1). Any other body passes as it is.
 */
export function inEnvelope(
  body: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): string {
  const attributes = ['specversion', 'id', 'time'].flatMap((name) => {
    const value = headers[`ce-${name}`];
    return typeof value === 'string' && !isBlank(value) ? [[name, decoded(value)]] : [];
  });
  if (attributes[0]?.[0] !== 'specversion') return body;
  // As text: JSON.stringify runs out of stack where JSON.parse does not.
  const data = parseJson(body) === undefined ? JSON.stringify(body) : body.replace(/^\uFEFF+/, '');
  return `${JSON.stringify(Object.fromEntries(attributes)).slice(0, -1)},"data":${data}}`;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function refused(path: string, rule: string, hint: string): Unwrapped {
  return { fault: { code: 'FIELD_INVALID', path, rule, hint } };
}

function parseText(data: unknown): unknown {
  return typeof data === 'string' ? parseJson(data) : data;
}

function parseBase64(data: unknown): unknown {
  if (typeof data !== 'string') return undefined;
  const bytes = Buffer.from(data, 'base64');
  // Other encodings would be recorded with � in place of what was sent.
  return isUtf8(bytes) ? parseJson(bytes.toString('utf8')) : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
