import type { Step } from './second-year.ts';

/** What the fourth year to the sixth are told in; a request comes at 10:00 on Monday, 2 March 2026, unless another time is said. */
export const all = (names: string[], policy: object) =>
  Object.fromEntries(names.map((name) => [name, policy]));

export const came = (at = '03-02 10:00', request: object | null = null, metadata: unknown = null): Step => [
  at,
  'REQUEST_RECEIVED',
  metadata,
  request,
];
export const fast = (at = '03-02 10:00'): Step => came(at, { priority: 'EXPEDITED' });
export const event = (
  at: string,
  type: string,
  metadata: unknown = null,
  request: object | null = null,
): Step => [at, type, metadata, request];
export const says = (action: unknown, at: string, more: object = {}, request: object | null = null): Step => [
  at,
  'RESPONSE_OK',
  { outcome: 'complete', reviewAction: action, ...more },
  request,
];
export const yes = (at: string) => says('A1', at);
export const no = (at: string) => says('A3', at);
export const pend = (at: string) => says('A4', at);
export const longer = (at: string, extension: unknown): Step =>
  event(at, 'EXTENSION_STATED', null, { extension });
export const stay = (at: string, request: object | null = null) =>
  came(at, { type: 'CONTINUED_STAY', ...request });

export const AP = 'received approved approvedInTime';
export const AL = 'received approved';
export const DE = 'received denied deniedInTime reasonMissing';
export const PA = 'received partial partialInTime reasonMissing';
export const EXT = 'approvedAfterExtension extended';
