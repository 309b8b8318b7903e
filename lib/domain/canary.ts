import type { TrackedEvent } from './tracked-event.ts';

/** The canary's own tenant. Nobody else may send in its name. */
export const CANARY_TENANT = 'pagw-canary';

const CANARY_REQUEST = 'PAGW-CANARY-';

export const canaryRequest = (id: string): string => `${CANARY_REQUEST}${id}`;

/** The message that shows whether events arrive; `id` is new with each. It occurred when it was sent. */
export function canaryMessage(id: string): Record<string, string> {
  return {
    tenant: CANARY_TENANT,
    pagwId: canaryRequest(id),
    eventId: id,
    eventType: 'REQUEST_RECEIVED',
    serviceName: CANARY_TENANT,
  };
}

export type CanaryReading = 'canary' | 'pretender' | 'event';

/** An event in the canary's name that is not of its request would be taken back with it, so it counts as neither. */
export function canaryReading({ tenant, pagwId }: Pick<TrackedEvent, 'tenant' | 'pagwId'>): CanaryReading {
  if (tenant !== CANARY_TENANT) return 'event';
  return pagwId.startsWith(CANARY_REQUEST) ? 'canary' : 'pretender';
}
